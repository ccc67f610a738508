"""Banks at a need: who gets a place, who does not, and what each may see."""

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.factories import parties
from tests.financing_needs.factories import FULL, NO, market, publish
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.financing_needs import place_queries, queries, service
from xinyidai.financing_needs.values import FinancingNeedState as S
from xinyidai.financing_needs.values import OfferEnd, OfferState
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionKind, InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from xinyidai.kernel.http import Page
from xinyidai.notifications.models import Notification

PAGE = Page(1, 20)


def pool_of(bank_id):
    return [row.need for row in queries.pool(bank_id, clock.today(), PAGE)[0]]


def told(enterprise_id):
    found = database.session.query(Notification).filter_by(enterprise_id=enterprise_id)
    return [message.title for message in found]


@pytest.fixture
def town(db):
    """A firm with a published need, and four banks."""
    return market()


def test_the_first_banks_win_and_the_next_finds_it_full(town):
    for number in range(3):
        assert town.claim(number).state is OfferState.CLAIMED
    with pytest.raises(Conflict, match="名额已满"):
        town.claim(3)
    assert town.need.state is S.CLAIMED
    assert pool_of(town.bank(3)) == []


def test_a_second_click_claims_nothing_more(town):
    assert town.claim() is town.claim()
    assert len(place_queries.offers_of(town.need.id)) == 1
    assert [title for title in told(town.firm.id) if "接了您的融资需求" in title] != []


def test_the_pool_shows_what_can_be_claimed_and_no_draft(town):
    assert pool_of(town.bank()) == [town.need]
    service.draft_need(town.boss, town.firm.id, replace(FULL, wanted_by=None))
    assert pool_of(town.bank()) == [town.need]
    town.claim()
    assert pool_of(town.bank()) == []
    assert pool_of(town.bank(1)) == [town.need]


def test_an_empty_pool_is_empty(db):
    assert queries.pool(uuid4(), clock.today(), PAGE) == ([], 0)


def test_before_the_authorization_a_bank_does_not_know_whose_need_it_is(town):
    officer = town.officers[0]
    assert service.read_for_bank(officer, town.need.id).firm is None
    town.claim()
    assert service.read_for_bank(officer, town.need.id).firm is None
    town.authorize(0)
    assert service.read_for_bank(officer, town.need.id).firm is town.firm


def test_a_withdrawn_need_is_not_claimed(town):
    service.withdraw_need(town.boss, town.need.id)
    with pytest.raises(Conflict, match="已经结束"):
        town.claim()
    with pytest.raises(NotFound):
        service.read_for_bank(town.officers[0], town.need.id)


def test_a_need_past_its_day_is_not_claimed_even_before_the_night(town, at):
    with at("2030-01-01T09:00"), pytest.raises(Conflict, match="到期"):
        town.claim()


def test_a_suspended_bank_claims_nothing(town):
    bank = database.session.get_one(Institution, town.bank())
    bank.status = InstitutionStatus.SUSPENDED
    with pytest.raises(Forbidden):
        town.claim()


def test_a_guarantor_claims_nothing(town):
    other = parties.officer_of(parties.institution(InstitutionKind.GUARANTEE))
    with pytest.raises(Forbidden):
        service.claim_need(other, town.need.id)


def test_the_need_of_a_deregistered_firm_is_not_claimed_nor_published(town):
    town.firm.status = RegistrationStatus.CANCELLED
    database.session.flush()
    with pytest.raises(Conflict):
        town.claim()
    assert pool_of(town.bank()) == []


@pytest.mark.parametrize(
    "role", [r for r in Role if r not in {Role.BANK_OFFICER, Role.BANK_CLIENT}]
)
def test_nobody_but_a_bank_claims(town, role):
    with pytest.raises(Forbidden):
        service.claim_need(Actor(uuid4(), role, town.bank(), "别人"), town.need.id)


def test_absent_needs_and_drafts_do_not_exist_for_banks(town):
    draft = service.draft_need(town.boss, town.firm.id, FULL)
    for need_id in (uuid4(), draft.id):
        with pytest.raises(NotFound):
            service.claim_need(town.officers[0], need_id)
        with pytest.raises(NotFound):
            service.read_for_bank(town.officers[0], need_id)


def test_a_bank_that_declined_is_never_asked_again(town):
    town.claim()
    service.decline_need(town.officers[0], town.need.id, NO)
    place = town.place()
    assert (place.state, place.end_reason) == (OfferState.DECLINED, OfferEnd.BANK_DECLINED)
    assert place.reasons[0]["code"] == "amount_or_term"
    assert town.need.state is S.PUBLISHED
    assert pool_of(town.bank()) == []
    with pytest.raises(Conflict, match="银行婉拒"):
        town.claim()


def test_a_decline_without_a_reason_is_refused(town):
    town.claim()
    with pytest.raises(InvalidInput):
        service.decline_need(town.officers[0], town.need.id, ())


def test_contact_is_reported_after_the_authorization_only(town):
    town.claim()
    with pytest.raises(Conflict, match="授权"):
        service.report_contact(town.officers[0], town.need.id)
    town.authorize(0)
    service.report_contact(town.officers[0], town.need.id)
    again = service.report_contact(town.officers[0], town.need.id)
    assert (again.state, town.need.state) == (OfferState.CONTACTED, S.CONTACTED)


def test_a_bank_without_a_place_reports_and_declines_nothing(town):
    for deed in (service.report_contact, lambda who, need: service.decline_need(who, need, NO)):
        with pytest.raises(NotFound):
            deed(town.officers[0], town.need.id)


def test_the_steps_say_who_when_and_why(town):
    town.claim()
    service.decline_need(town.officers[0], town.need.id, NO)
    steps = queries.steps_of(town.need.id)
    assert [str(step.action).split(":")[1] for step in steps] == [
        "draft", "publish", "claim", "decline",
    ]  # fmt: skip
    assert steps[-1].reason == "额度或期限无法满足"
    assert steps[-1].actor_name == town.officers[0].name


def test_the_system_ends_nothing_for_a_stranger(town):
    with pytest.raises(Forbidden):
        service.expire_needs(town.officers[0])
    assert service.expire_needs(SYSTEM) == 0


def test_a_need_for_one_bank_has_one_place(db):
    town = market(2, most_banks=1)
    town.claim(1)
    with pytest.raises(Conflict):
        town.claim(0)
    assert publish(town.firm, town.boss, wish=replace(FULL.wish, amount_fen=900_000_000))
