"""Matchmaking events of the invented city, in every state, with sign-ups, talks and results."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from xinyidai.kernel import clock
from xinyidai.kernel.money import Yuan
from xinyidai.matchmaking_events import service as events
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.matchmaking_events.service import EventPlan, MeetingReport
from xinyidai.matchmaking_events.values import EventFormat, MeetingOutcome
from xinyidai.seeds.register import CITY_REGION
from xinyidai.seeds.times import at
from xinyidai.seeds.world import Member, World

FIRMS_EACH = 18
BANKS_EACH = 5
TALKS_EACH = 16
OUTCOMES = (MeetingOutcome.INTENTION, MeetingOutcome.FOLLOWING, MeetingOutcome.NONE)


@dataclass(frozen=True)
class Gathering:
    """One event: when it takes place (days ago, negative is ahead) and how far it has come."""

    title: str
    days_ago: int
    state: str
    format: EventFormat = EventFormat.ONSITE


GATHERINGS: tuple[Gathering, ...] = (
    Gathering("鹰川市制造业银企对接会（演示）", 210, "followed_up"),
    Gathering("“科创鹰川”专场对接会（演示）", 130, "followed_up", EventFormat.ONLINE),
    Gathering("物流企业融资对接会（演示）", 20, "held"),
    Gathering("涉农主体融资对接会（演示）", 60, "cancelled"),
    Gathering("小微企业首贷对接会（演示）", -3, "closed"),
    Gathering("专精特新企业专场（演示）", -12, "open"),
    Gathering("年度政银企对接大会（演示）", -40, "planned"),
)


def gather(world: World) -> None:
    """Play all events as far as they have come by today."""
    for number, gathering in enumerate(GATHERINGS):
        event = _plan(world, gathering)
        if gathering.state == "planned":
            continue
        with at(_before(world, gathering, 20)):
            events.open_event(world.cast.actor("xinyongban1"), event.id)
        _sign_up(world, gathering, event, number)
        _finish(world, gathering, event)


def _before(world: World, gathering: Gathering, days: int) -> datetime:
    return world.ago(max(gathering.days_ago + days, 0), 9)


def _plan(world: World, gathering: Gathering) -> MatchmakingEvent:
    starts = world.ago(0, 0).replace(hour=9, minute=0) - timedelta(days=gathering.days_ago)
    with at(_before(world, gathering, 30)):
        return events.plan_event(
            world.cast.actor("xinyongban1"),
            EventPlan(
                title=gathering.title,
                description="银行与企业一对一洽谈，现场受理融资申请（演示）",
                format=gathering.format,
                place="鹰川市会展中心（演示）",
                region_code=CITY_REGION,
                starts_at=starts,
                ends_at=starts + timedelta(hours=3),
                sign_up_until=starts - timedelta(hours=15),
                capacity=60,
            ),
        )


def _sign_up(world: World, gathering: Gathering, event: MatchmakingEvent, number: int) -> None:
    with at(_before(world, gathering, 10)):
        for bank in list(world.cast.banks)[:BANKS_EACH]:
            events.register(world.cast.officers_of(bank)[0], event.id, "寻找优质小微企业")
        for member in _firms(world, number):
            if member.since < clock.now():
                events.register(member.actor, event.id, "希望了解信用贷款")
    leaving = _firms(world, number)[-1]
    with at(_before(world, gathering, 6)):
        if leaving.since < world.ago(max(gathering.days_ago + 10, 0), 9):
            events.cancel_registration(leaving.actor, event.id)


def _firms(world: World, number: int) -> list[Member]:
    first = 1 + 7 * number
    return world.members[first : first + FIRMS_EACH]


def _finish(world: World, gathering: Gathering, event: MatchmakingEvent) -> None:
    office = world.cast.actor("xinyongban1")
    if gathering.state == "cancelled":
        with at(_before(world, gathering, 3)):
            events.cancel_event(office, event.id, "场地调整，另行通知（演示）")
        return
    if gathering.state == "open":
        return
    with at(_before(world, gathering, 2)):
        events.close_event(office, event.id)
    if gathering.state == "closed":
        return
    with at(world.ago(gathering.days_ago, 13)):
        _hold(world, event)
    if gathering.state == "followed_up":
        with at(world.ago(gathering.days_ago - 35)):
            events.follow_up_event(office, event.id, "已逐一电话回访，意向贷款陆续落地（演示）")


def _hold(world: World, event: MatchmakingEvent) -> None:
    office = world.cast.actor("xinyongban1")
    rows = [row.registration for row in events.read_attendance(office, event.id)]
    present = [row for row in rows if row.cancelled_at is None]
    events.hold_event(office, event.id, [row.id for row in present])
    firms = sorted(row.enterprise_id for row in present if row.enterprise_id)
    banks = sorted(row.institution_id for row in present if row.institution_id)
    for talk, firm in enumerate(firms[:TALKS_EACH]):
        outcome = OUTCOMES[talk % len(OUTCOMES)]
        amount = Yuan.of_wan(50 + 10 * talk).fen if talk % len(OUTCOMES) == 0 else None
        report = MeetingReport(
            enterprise_id=firm,
            institution_id=banks[talk % len(banks)],
            outcome=outcome,
            amount_fen=amount,
            note="现场洽谈（演示）",
        )
        events.record_meeting(office, event.id, report)
