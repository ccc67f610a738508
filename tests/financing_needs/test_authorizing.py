"""The firm answers its banks: one signature, an authorization for each, and the ways out of it."""

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.factories import parties
from tests.financing_needs.factories import FULL, NO, market
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentState
from xinyidai.financing_needs import service
from xinyidai.financing_needs.service import DuplicateNeed
from xinyidai.financing_needs.values import BankAnswers, NeedFacts, OfferEnd, OfferState
from xinyidai.financing_needs.values import FinancingNeedState as S
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound, RuleBroken
from xinyidai.kernel.working_days import add_working_days
from xinyidai.products.values import Wish


@pytest.fixture
def town(db):
    """A firm whose need three banks have claimed."""
    town = market()
    for number in range(3):
        town.claim(number)
    return town


def state_of(place):
    return consents.state_of(database.session.get_one(Consent, place.consent_id))


def test_one_signature_gives_each_accepted_bank_its_own_authorization(town):
    town.authorize(0, 1)
    first, second, third = (town.place(number) for number in range(3))
    signed = [database.session.get_one(Consent, p.consent_id) for p in (first, second)]
    assert {c.institution_id for c in signed} == {town.bank(0), town.bank(1)}
    assert len({c.signing_id for c in signed}) == 1
    assert {c.application_no for c in signed} == {town.need.number}
    assert (first.state, third.state) == (OfferState.AUTHORIZED, OfferState.CLAIMED)
    assert first.contact_until == add_working_days(clock.today(), 2)


def test_a_second_click_signs_nothing_more(town):
    town.authorize(0)
    signed = town.place().consent_id
    town.authorize(0)
    assert town.place().consent_id == signed


def test_accepting_and_refusing_stand_on_one_page(town):
    answers = BankAnswers(frozenset({town.bank(0)}), frozenset({town.bank(1)}))
    service.answer_banks(town.boss, town.need.id, answers)
    assert town.place(1).end_reason is OfferEnd.FIRM_REFUSED
    assert town.place(1).consent_id is None


@pytest.mark.parametrize("both", [False, True])
def test_an_answer_to_nobody_or_twofold_is_refused(town, both):
    banks = frozenset({town.bank()}) if both else frozenset()
    with pytest.raises(InvalidInput):
        service.answer_banks(town.boss, town.need.id, BankAnswers(banks, banks))


def test_a_bank_without_a_place_gets_no_authorization(town):
    with pytest.raises(NotFound):
        service.answer_banks(town.boss, town.need.id, BankAnswers(frozenset({town.bank(3)})))
    with pytest.raises(NotFound):
        service.answer_banks(parties.boss_of(parties.enterprise()), town.need.id, BankAnswers())


def test_two_signers_leave_the_bank_waiting_until_both_have_signed(town):
    second = parties.boss_of(town.firm)
    consents.set_two_signers(town.boss, wanted=True)
    town.authorize(0)
    assert town.place().state is OfferState.CLAIMED
    assert service.read_for_bank(town.officers[0], town.need.id).firm is None
    consents.grant_consent(second, town.place().consent_id)
    service.watch_needs(SYSTEM)
    assert town.place().state is OfferState.AUTHORIZED


def test_withdrawing_ends_the_places_and_revokes_what_was_given_for_the_need(town):
    town.authorize(0)
    service.withdraw_need(town.boss, town.need.id)
    assert service.withdraw_need(town.boss, town.need.id).state is S.WITHDRAWN
    assert {town.place(n).end_reason for n in range(3)} == {OfferEnd.NEED_WITHDRAWN}
    assert state_of(town.place()) is ConsentState.REVOKED
    with pytest.raises(Conflict):
        service.report_contact(town.officers[0], town.need.id)


def test_the_firm_may_keep_the_authorizations_when_it_withdraws(town):
    town.authorize(0)
    service.withdraw_need(town.boss, town.need.id, revoke=False)
    assert state_of(town.place()) is ConsentState.ACTIVE


def test_refusing_one_bank_revokes_its_authorization_alone(town):
    town.authorize(0, 1)
    service.refuse_bank(town.boss, town.need.id, town.bank(0))
    assert state_of(town.place(0)) is ConsentState.REVOKED
    assert state_of(town.place(1)) is ConsentState.ACTIVE
    with pytest.raises(Conflict, match="企业谢绝"):
        town.claim(0)


def test_a_bank_that_declines_gives_its_authorization_up(town):
    town.authorize(0)
    service.decline_need(town.officers[0], town.need.id, NO)
    assert state_of(town.place()) is ConsentState.ENDED


def test_the_firm_says_which_bank_contacted_it(town):
    town.authorize(0, 1)
    service.confirm_contact(town.boss, town.need.id, town.bank(0), contacted=True)
    assert town.place(0).state is OfferState.CONTACTED
    service.report_contact(town.officers[1], town.need.id)
    service.confirm_contact(town.boss, town.need.id, town.bank(1), contacted=False)
    assert town.place(1).firm_confirms is False
    with pytest.raises(Conflict):
        service.confirm_contact(town.boss, town.need.id, town.bank(2), contacted=True)


def test_the_same_wish_is_published_once_and_led_to_the_open_one(town):
    near = replace(FULL, wish=Wish(45_000_000, 15))
    draft = service.draft_need(town.boss, town.firm.id, near)
    with pytest.raises(DuplicateNeed) as refused:
        service.publish_need(town.boss, draft.id)
    assert refused.value.need_id == town.need.id
    service.withdraw_need(town.boss, town.need.id)
    assert service.publish_need(town.boss, draft.id).state is S.PUBLISHED


@pytest.mark.parametrize(
    "wish", [Wish(500_000_000, 12), Wish(50_000_000, 36)], ids=["amount", "term"]
)
def test_another_wish_of_the_same_firm_is_published(town, wish):
    draft = service.draft_need(town.boss, town.firm.id, replace(FULL, wish=wish))
    assert service.publish_need(town.boss, draft.id).state is S.PUBLISHED


def test_a_double_submit_makes_one_need(town):
    key = uuid4()
    first = service.draft_need(town.boss, town.firm.id, FULL, request_key=key)
    assert service.draft_need(town.boss, town.firm.id, FULL, request_key=key) is first


@pytest.mark.parametrize("text", ["找鹰川市演示公司", "电话13912345678", "0375-1234567"])
def test_what_banks_read_before_the_authorization_names_nobody(db, text):
    firm = parties.enterprise(name="鹰川市演示公司")
    facts = NeedFacts(Wish(1, 12), text)
    with pytest.raises(InvalidInput) as refused:
        service.draft_need(parties.boss_of(firm), firm.id, facts)
    assert "purpose_text" in refused.value.fields


def test_a_published_need_is_not_edited_and_the_firm_is_told_what_to_do(town):
    with pytest.raises(Conflict, match="先撤回"):
        service.update_need(town.boss, town.need.id, FULL)


def test_a_deregistered_firm_publishes_nothing(town):
    other = parties.enterprise(status="cancelled")
    boss = parties.boss_of(other)
    need = service.draft_need(boss, other.id, FULL)
    with pytest.raises(RuleBroken):
        service.publish_need(boss, need.id)


def test_a_need_becomes_an_application_once(town):
    town.authorize(0, 1)
    service.convert(town.need.id, None, institution_id=town.bank(0), actor=town.boss)
    assert town.need.state is S.CONVERTED
    assert town.place(0).state is OfferState.CONVERTED
    assert state_of(town.place(0)) is ConsentState.ACTIVE
    assert town.place(1).end_reason is OfferEnd.NEED_CONVERTED
    assert state_of(town.place(1)) is ConsentState.REVOKED
    assert service.convert(town.need.id, None, institution_id=town.bank(1)).state is S.CONVERTED
