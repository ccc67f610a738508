import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update

from tests.factories import parties as make
from xinyidai.accounts.values import AccountStatus
from xinyidai.consents import queries, service
from xinyidai.consents.models import Consent
from xinyidai.consents.service import ConsentRefused, artefact
from xinyidai.consents.values import ConsentAction, ConsentState, LookWish, RefusalReason
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import InvalidInput, RuleBroken
from xinyidai.ledger.models import LedgerEntry

S, R, A = ConsentState, RefusalReason, ConsentAction
DEEDS = (A.REQUEST, A.GRANT, A.SUSPEND, A.RESUME, A.REVOKE)


@pytest.fixture
def firm(db):
    return make.enterprise()


@pytest.fixture
def bank(db):
    return make.institution()


def wish(bank, officer=None, **changes):
    asked = {"institution_id": bank.id, "account_id": officer, "purpose": "pre_loan"}
    return LookWish(**{**asked, "items": ["tax"], **changes})


def refusals(consent, wanted):
    with pytest.raises(ConsentRefused) as refused:
        service.require_cover(service.lock_for_use(consent.id), wanted)
    return set(refused.value.reasons)


def test_the_signed_terms_name_everything_that_bounds_a_look(firm, bank, parties):
    consent = parties.granted(firm, bank, max_per_month=2)
    terms = json.loads(consent.artefact)
    assert terms["principal"], terms["recipient"] == (str(firm.id), str(bank.id))
    assert (terms["max_uses"], terms["max_per_month"], terms["items"]) == (
        3,
        2,
        ["judicial", "tax"],
    )
    assert terms["notice"]["sha256"] == consent.notice_hash
    assert terms["representative"] == "张演示"
    assert artefact.is_whole(consent)


CHANGES = [
    {"max_uses": 9999},
    {"max_per_month": 99},
    {"item_codes": ["tax", "judicial", "customs"]},
    {"valid_until": date(2099, 12, 31)},
    {"purpose": "post_loan"},
    {"data_from": date(2001, 1, 1)},
    {"mode": "store"},
    {"data_life_days": 3000},
    {"signer_name": "别人"},
    {"artefact_hash": "0" * 64},
]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: next(iter(changes)))
def test_terms_edited_in_the_database_open_nothing(firm, bank, parties, changes):
    consent = parties.granted(firm, bank)
    database.session.execute(update(Consent).where(Consent.id == consent.id).values(**changes))
    assert R.ARTEFACT_BROKEN in refusals(
        consent, wish(bank, purpose=changes.get("purpose", "pre_loan"))
    )


def test_another_signature_or_none_at_all_opens_nothing(firm, bank, parties):
    first, second = parties.granted(firm, bank), parties.granted(firm, bank)
    swapped = {"signature": second.signature}
    database.session.execute(update(Consent).where(Consent.id == first.id).values(**swapped))
    assert R.ARTEFACT_BROKEN in refusals(first, wish(bank))
    database.session.execute(
        text(
            "update consent set artefact = null, artefact_hash = null, signature = null,"
            " signature_algorithm = null, signature_key_id = null where id = :id"
        ),
        {"id": second.id},
    )
    assert R.ARTEFACT_BROKEN in refusals(second, wish(bank))


def test_only_the_named_officer_may_look_and_leaving_suspends(firm, bank, parties):
    officer, other = (make.account(Role.BANK_OFFICER, bank) for _ in range(2))
    consent = parties.granted(firm, bank, officer_account_id=officer.id)
    assert officer.name in consent.notice_text
    service.require_cover(service.lock_for_use(consent.id), wish(bank, officer.id))
    assert refusals(consent, wish(bank, other.id)) == {R.OTHER_OFFICER}
    officer.status = AccountStatus.SUSPENDED
    assert service.state_of(consent) is S.SUSPENDED
    assert queries.active_for(firm.id, bank.id, "pre_loan") is None
    assert refusals(consent, wish(bank, officer.id)) == {R.OFFICER_LEFT}


def test_nobody_but_an_officer_of_that_bank_can_be_named(firm, bank, parties):
    stranger = make.account(Role.BANK_OFFICER, make.institution())
    manager = make.account(Role.BANK_PRODUCT_MANAGER, bank)
    for account in (stranger, manager):
        with pytest.raises(InvalidInput) as refused:
            parties.granted(firm, bank, officer_account_id=account.id)
        assert refused.value.fields.keys() == {"officer_account_id"}


def test_a_new_representative_suspends_until_the_firm_confirms(firm, bank, parties):
    consent = parties.granted(firm, bank)
    signed = consent.artefact_hash
    firm.legal_representative = "王新任"
    assert service.state_of(consent) is S.SUSPENDED
    assert refusals(consent, wish(bank)) == {R.REPRESENTATIVE_CHANGED}
    service.confirm_consent(parties.boss(firm.id), consent.id)
    assert service.state_of(consent) is S.ACTIVE
    assert consent.artefact_hash != signed
    assert artefact.is_whole(consent)
    service.require_cover(service.lock_for_use(consent.id), wish(bank))


def test_looks_beyond_the_frequency_wait_for_the_next_period(firm, bank, parties, at):
    with at("2026-05-09T10:00"):
        consent = parties.granted(firm, bank, max_uses=9, max_per_day=1, max_per_month=2)
        service.spend_use(service.lock_for_use(consent.id))
        assert refusals(consent, wish(bank)) == {R.TOO_OFTEN}
    with at("2026-05-10T00:00"):
        service.require_cover(service.lock_for_use(consent.id), wish(bank))
        service.spend_use(consent)
    with at("2026-05-31T23:59"):
        assert refusals(consent, wish(bank)) == {R.TOO_OFTEN}
    with at("2026-06-01T00:00"):
        service.require_cover(service.lock_for_use(consent.id), wish(bank))


def test_every_deed_is_kept_and_stands_in_the_evidence_log(firm, bank, parties):
    consent = service.request_consent(parties.officer(bank.id), parties.draft(firm, bank))
    boss = parties.boss(firm.id)
    service.grant_consent(boss, consent.id)
    service.suspend_consent(boss, consent.id, "先核对")
    service.resume_consent(boss, consent.id)
    service.revoke_consent(boss, consent.id, "不贷了")
    events = queries.events_of(consent.id)
    assert [e.action for e in events] == list(DEEDS)
    assert [e.reason for e in events][2:] == ["先核对", None, "不贷了"]
    entries = database.session.scalars(
        select(LedgerEntry.id).where(LedgerEntry.subject == "consent")
    )
    assert {e.id for e in events} <= set(entries)


def test_two_signers_means_two_persons(firm, bank, parties):
    boss = make.account(Role.ENTERPRISE_USER, firm)
    with pytest.raises(RuleBroken):
        service.set_two_signers(boss.as_actor(), wanted=True)
    second = make.account(Role.ENTERPRISE_USER, firm)
    service.set_two_signers(boss.as_actor(), wanted=True)
    [consent] = service.grant_directly(second.as_actor(), [parties.draft(firm, bank)])
    assert service.state_of(consent) is S.PENDING
    assert R.NOT_GRANTED in refusals(consent, wish(bank))
    with pytest.raises(RuleBroken, match="另一位"):
        service.grant_consent(second.as_actor(), consent.id)
    service.grant_consent(boss.as_actor(), consent.id)
    assert service.state_of(consent) is S.ACTIVE
    assert json.loads(consent.artefact)["first_signer"]["name"] == second.name


def test_an_agent_whose_mandate_is_over_signs_nothing(firm, bank, parties):
    from xinyidai.accounts.values import Position

    yesterday = clock.today() - timedelta(days=1)
    agent = make.account(
        Role.ENTERPRISE_USER, firm, position=Position.AGENT, mandate_until=yesterday
    )
    with pytest.raises(RuleBroken, match="授权委托"):
        service.grant_directly(agent.as_actor(), [parties.draft(firm, bank)])
    agent.mandate_until = clock.today()
    [consent] = service.grant_directly(agent.as_actor(), [parties.draft(firm, bank)])
    assert "经办人" in consent.signer_mandate


@pytest.mark.parametrize(
    "changes", [{"max_uses": 9}, {"item_codes": ["tax", "customs"]}, {"notice_text": "别的文本"}]
)
def test_a_request_edited_before_the_signature_cannot_be_signed(firm, bank, parties, changes):
    consent = service.request_consent(parties.officer(bank.id), parties.draft(firm, bank))
    database.session.execute(update(Consent).where(Consent.id == consent.id).values(**changes))
    with pytest.raises(RuleBroken, match="不一致"):
        service.grant_consent(parties.boss(firm.id), consent.id)
