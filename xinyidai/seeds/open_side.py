"""The open side of the invented city: reports of each edition, credit codes, public queries."""

from datetime import timedelta

from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.credit_reports import service
from xinyidai.credit_reports.rules import check_code
from xinyidai.credit_reports.values import ReportOrder
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.actor import ANONYMOUS
from xinyidai.kernel.db import db
from xinyidai.seeds.permissions import grant
from xinyidai.seeds.times import at
from xinyidai.seeds.world import Member, World

CODES = 12
YEARS = 3
DAYS = 365
BANKS_FIRM = 40  # none of the firms whose consents tell another story


def show_openly(world: World) -> None:
    """Let the story's firm make a report of each edition, and the public look and check."""
    story = world.members[0]
    for number, member in enumerate(world.members[:CODES]):
        with at(world.ago(20 - number, 10)):
            service.switch_on(member.actor)
    with at(world.ago(9, 10)):
        made = service.make_own(story.actor, _order(1, ReportEdition.PUBLIC, "business"))
    with at(world.ago(1, 11)):
        for number in (1, 2):
            service.by_number(ANONYMOUS, made.number, check_code(made.content_hash))
            _look(story, number)
    with at(world.ago(0, 9)):
        service.make_own(story.actor, _order(2, ReportEdition.AUTHORIZED, "financing"))
        service.make_own(story.actor, _certificate(world))
    _for_a_bank(world)


def _for_a_bank(world: World) -> None:
    member, officer = world.members[BANKS_FIRM], world.cast.actor("yinhang1")
    with at(world.ago(3, 9)):
        consent = grant(world, member, "yinhang")
    with at(world.ago(2, 15)):
        service.make_under_consent(officer, consent.id, _key(4))


def _certificate(world: World) -> ReportOrder:
    return ReportOrder(
        ReportEdition.NO_VIOLATION,
        "honours",
        _key(3),
        world.day - timedelta(days=YEARS * DAYS),
        world.day,
        tuple(service.offered_departments()),
    )


def _look(member: Member, times: int) -> None:
    firm = db.session.get_one(Enterprise, member.enterprise_id)
    for _ in range(times):
        service.read_credit(ANONYMOUS, firm, "public_query")


def _order(number: int, edition: ReportEdition, use: str) -> ReportOrder:
    return ReportOrder(edition, use, _key(number))


def _key(number: int) -> str:
    return f"{number:032x}"
