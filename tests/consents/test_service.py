from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from xinyidai.audit import queries as audit
from xinyidai.consents import queries, service
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import ConsentMode, ConsentState, LookWish, RefusalReason
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import (
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    RuleBroken,
)

S = ConsentState
DEEDS = ["grant_consent", "decline_consent", "suspend_consent", "resume_consent", "revoke_consent"]


@pytest.fixture
def firm(db, parties):
    return parties.firm()


@pytest.fixture
def bank(db, parties):
    return parties.bank()


def pending(parties, firm, bank):
    return service.request_consent(parties.officer(bank.id), parties.draft(firm, bank))


def test_a_request_waits_for_the_firm_and_is_active_once_granted(firm, bank, parties):
    consent = pending(parties, firm, bank)
    assert service.state_of(consent) is S.PENDING
    assert queries.pending_of_enterprise(firm.id) == [consent]
    service.grant_consent(parties.boss(firm.id), consent.id)
    assert service.state_of(consent) is S.ACTIVE
    assert consent.signer_name == "张老板"


def test_the_text_shown_is_the_text_stored(firm, bank, parties):
    consent = pending(parties, firm, bank)
    assert consent.notice_hash == sha256(consent.notice_text.encode()).hexdigest()
    for part in (consent.consent_no, firm.uscc, bank.name, "贷前审查", "最多 3 次", "纳税与开票"):
        assert part in consent.notice_text


def test_one_signature_gives_each_bank_a_consent_revocable_alone(firm, bank, parties):
    second = parties.bank()
    drafts = [parties.draft(firm, bank), parties.draft(firm, second)]
    one, two = service.grant_directly(parties.boss(firm.id), drafts)
    service.revoke_consent(parties.boss(firm.id), one.id, "已在别家办理")
    assert service.states_of([one, two]) == {one.id: S.REVOKED, two.id: S.ACTIVE}
    assert queries.active_for(firm.id, bank.id, "pre_loan") is None
    assert queries.active_for(firm.id, second.id, "pre_loan") is two


def test_every_deed_is_in_the_audit_trail(firm, bank, parties):
    consent = pending(parties, firm, bank)
    boss = parties.boss(firm.id)
    service.grant_consent(boss, consent.id)
    service.suspend_consent(boss, consent.id)
    service.resume_consent(boss, consent.id)
    service.revoke_consent(boss, consent.id)
    assert [entry.action for entry in audit.list_of_subject("consent", consent.id)] == [
        "consent:request",
        "consent:grant",
        "consent:suspend",
        "consent:resume",
        "consent:revoke",
    ]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_foreign_or_absent_consent_is_not_found(firm, bank, parties, deed):
    consent = pending(parties, firm, bank)
    stranger = parties.boss(parties.firm().id)
    with pytest.raises(NotFound):
        getattr(service, deed)(stranger, consent.id)
    with pytest.raises(NotFound):
        getattr(service, deed)(parties.boss(firm.id), uuid4())


@pytest.mark.parametrize("deed", DEEDS)
def test_the_bank_cannot_answer_for_the_firm(firm, bank, parties, deed):
    consent = pending(parties, firm, bank)
    with pytest.raises(Forbidden):
        getattr(service, deed)(parties.officer(bank.id), consent.id)
    with pytest.raises(NotFound):
        getattr(service, deed)(parties.officer(parties.bank().id), consent.id)


def test_a_bank_asks_only_for_itself(firm, bank, parties):
    with pytest.raises(Forbidden):
        service.request_consent(parties.officer(parties.bank().id), parties.draft(firm, bank))
    manager = Actor(None, Role.BANK_PRODUCT_MANAGER, bank.id, "王经理")
    with pytest.raises(Forbidden):
        service.request_consent(manager, parties.draft(firm, bank))


def test_nobody_signs_for_another_firm(firm, bank, parties):
    with pytest.raises(Forbidden):
        service.grant_directly(parties.boss(parties.firm().id), [parties.draft(firm, bank)])


def test_a_request_above_a_cap_cannot_be_created(firm, bank, parties):
    with pytest.raises(InvalidInput) as refused:
        service.request_consent(
            parties.officer(bank.id), parties.draft(firm, bank, max_uses=11, data_life_days=999)
        )
    assert refused.value.fields.keys() == {"max_uses", "data_life_days"}
    assert queries.of_enterprise(firm.id) == []


def test_an_unknown_purpose_or_party_is_not_found(firm, bank, parties):
    with pytest.raises(NotFound):
        service.request_consent(
            parties.officer(bank.id), parties.draft(firm, bank, purpose="whatever")
        )
    nobody = parties.draft(firm, bank, institution_id=uuid4())
    with pytest.raises(NotFound):
        service.grant_directly(parties.boss(firm.id), [nobody])


def test_a_terminal_state_is_never_left(firm, bank, parties):
    consent = pending(parties, firm, bank)
    boss = parties.boss(firm.id)
    service.decline_consent(boss, consent.id)
    for deed in DEEDS:
        with pytest.raises(InvalidTransition):
            getattr(service, deed)(boss, consent.id)
    assert service.state_of(consent) is S.DECLINED


def test_suspending_the_bank_suspends_its_consents_but_revoking_still_works(firm, bank, parties):
    consent = parties.granted(firm, bank)
    bank.status = InstitutionStatus.SUSPENDED
    assert service.state_of(consent) is S.SUSPENDED
    assert queries.active_for(firm.id, bank.id, "pre_loan") is None
    with pytest.raises(InvalidTransition):
        service.resume_consent(parties.boss(firm.id), consent.id)
    service.revoke_consent(parties.boss(firm.id), consent.id)
    assert service.state_of(consent) is S.REVOKED


def test_a_deregistered_firm_has_no_live_consent_and_signs_no_new_one(firm, bank, parties):
    consent = parties.granted(firm, bank)
    firm.status = RegistrationStatus.CANCELLED
    assert service.state_of(consent) is S.SUSPENDED
    with pytest.raises(RuleBroken):
        parties.granted(firm, bank)


def test_cover_is_refused_with_every_reason(firm, bank, parties):
    consent = parties.granted(firm, bank)
    locked = service.lock_for_use(consent.id)
    with pytest.raises(ConsentRefused) as refused:
        service.require_cover(locked, LookWish(bank.id, None, "guarantee", ["customs"]))
    assert refused.value.reasons == (RefusalReason.OTHER_PURPOSE, RefusalReason.ITEM_NOT_COVERED)
    assert "用途" in refused.value.message


def test_the_last_use_makes_it_used_up_and_revoking_that_keeps_the_state(firm, bank, parties):
    consent = parties.granted(firm, bank, max_uses=1)
    service.spend_use(service.lock_for_use(consent.id))
    assert service.state_of(consent) is S.USED_UP
    assert service.still_stands(consent)
    service.revoke_consent(parties.boss(firm.id), consent.id)
    assert service.state_of(consent) is S.USED_UP
    assert not service.still_stands(consent)
    with pytest.raises(InvalidTransition):
        service.revoke_consent(parties.boss(firm.id), consent.id)


def test_the_recipient_gives_a_consent_up(firm, bank, parties):
    consent = parties.granted(firm, bank)
    service.end_consent(parties.officer(bank.id), consent.id, "不再需要")
    assert service.state_of(consent) is S.ENDED


def test_an_expired_request_waits_no_longer(firm, bank, parties):
    consent = pending(parties, firm, bank)
    with clock.at(clock.now() + timedelta(days=61)):
        assert service.state_of(consent) is S.EXPIRED
        assert queries.pending_of_enterprise(firm.id) == []
        with pytest.raises(InvalidTransition):
            service.grant_consent(parties.boss(firm.id), consent.id)


def test_a_consent_to_the_platform_is_found_for_training(firm, bank, parties):
    parties.granted(
        firm,
        bank,
        institution_id=None,
        purpose="model_training",
        mode=ConsentMode.RESULT,
        max_uses=None,
    )
    assert list(queries.consenting_to_platform("model_training")) == [firm.id]
