# ruff: noqa: PLR2004 - the numbers are the habits of an invented city
"""Banks of the invented city seek firms, firms answer, and what came of products is counted."""

from datetime import timedelta
from uuid import UUID

from xinyidai.applications import service as applications
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.http import Page
from xinyidai.kernel.money import Yuan
from xinyidai.leads import queries, service
from xinyidai.leads.models import LeadSearch
from xinyidai.leads.service import searching
from xinyidai.leads.values import (
    Choice,
    ContactScope,
    Feedback,
    FeedbackReason,
    LeadState,
    SearchOrder,
)
from xinyidai.matching import service as matching
from xinyidai.products.values import Outcome, Wish
from xinyidai.seeds.times import at
from xinyidai.seeds.world import Member, World

WILLING = 90
NEW_SINCE = 23
SOUGHT = (
    {"code": "trade", "field": "industry", "operator": "in_industry", "value": ["C", "F"],
     "denial_text": "不在所找的行业。"},
    {"code": "age", "field": "years_established", "operator": "at_least", "value": 2,
     "denial_text": "成立时间不够。"},
)  # fmt: skip
SAID = (
    Feedback(is_valid=True),
    Feedback(is_valid=False, reason=FeedbackReason.NO_NEED),
    Feedback(is_valid=True),
    Feedback(is_valid=False, reason=FeedbackReason.NOT_MATCHING),
    Feedback(is_valid=False, reason=FeedbackReason.OTHER, note="企业正在搬迁，年后再谈"),
)


def seek_firms(world: World) -> None:
    """Count outcomes, let firms say yes, let two banks seek, and let firms answer."""
    with at(world.now):
        applications.count_outcomes(SYSTEM, world.day)
    _say_yes(world)
    officer = world.cast.actor("yinhang1")
    with at(world.now):
        search = service.count_firms(officer, SearchOrder("制造和商贸企业", SOUGHT))
        service.invite_firms(officer, search.id)
        _answer(world, officer)
        _seek_weekly(world, officer, search)
        service.match_weekly(SYSTEM)
        service.offer_weekly(SYSTEM)
        # The firm of the demonstration sees its products in the order of today's counts.
        story = world.members[0]
        wish = Wish(Yuan.of_wan(100).fen, 12, None)
        matching.match_own_firm(story.actor, story.enterprise_id, wish)


def _seek_weekly(world: World, officer: Actor, search: LeadSearch) -> None:
    """Let a search be a standing match for ten days, with some firms new since.

    Profiles are kept of today alone, so what it met ten days ago is told instead of counted.
    """
    criteria = service.criteria_of(search)
    found = searching.find_firms(officer, {search.id: criteria})[search.id][Outcome.ELIGIBLE]
    searching.remember(search.id, set(sorted(found)[NEW_SINCE:]))
    search.saved_at = world.ago(10)


def _say_yes(world: World) -> None:
    for number, member in enumerate(world.members[:WILLING]):
        if number % 4 == 3:
            continue
        scope = ContactScope.BANKS if number % 3 else ContactScope.ALL
        with at(max(world.ago(40 - number % 30), member.since + timedelta(days=1))):
            service.choose_contact(member.actor, Choice(is_open=True, scope=scope))


def _answer(world: World, officer: Actor) -> None:
    """Let some firms authorize, some decline, and the rest, with the story's firm, wait."""
    by_firm: dict[UUID, Member] = {member.enterprise_id: member for member in world.members[1:]}
    said = 0
    for number, (firm_id, member) in enumerate(by_firm.items()):
        for lead, _ in queries.waiting_of(firm_id):
            if number % 3 == 0:
                service.accept_invitation(member.actor, lead.id)
            elif number % 7 == 1:
                service.decline_invitation(member.actor, lead.id)
    rows, _ = queries.named_leads(officer.party_id or UUID(int=0), Page(1, 100))
    for row in rows:
        if row.lead.state is LeadState.AUTHORIZED and row.feedback is None and said < 2 * len(SAID):
            service.feed_back(officer, row.lead.id, SAID[said % len(SAID)])
            said += 1
