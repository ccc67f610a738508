"""Whose signature counts where the firm wants two."""

import pytest

from tests.factories import parties as make
from xinyidai.accounts import service as accounts
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.consents import queries, service
from xinyidai.consents.values import ConsentAction, ConsentState
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import Forbidden, RuleBroken


@pytest.fixture
def firm(db):
    return make.enterprise()


@pytest.fixture
def boss(firm):
    return make.boss_of(firm)


def agent(firm):
    return make.account(Role.ENTERPRISE_USER, firm, position=Position.AGENT)


@pytest.fixture
def pending(db, firm, boss, parties):
    bank = parties.bank()
    first, second = agent(firm), agent(firm)
    service.set_two_signers(boss, wanted=True)
    consent = service.request_consent(parties.officer(bank.id), parties.draft(firm, bank))
    return consent, first, second


def test_a_first_signature_counts_no_longer_once_its_account_is_stopped(pending, boss):
    consent, first, second = pending
    service.grant_consent(first.as_actor(), consent.id)
    accounts.stop_account(boss, first.id)

    service.grant_consent(second.as_actor(), consent.id)
    assert service.state_of(consent) is ConsentState.PENDING
    service.grant_consent(boss, consent.id)

    assert service.state_of(consent) is ConsentState.ACTIVE
    assert (consent.first_signed_by, consent.granted_by) == (second.id, boss.account_id)
    signed = [
        e.account_id for e in queries.events_of(consent.id) if e.action is ConsentAction.SIGN_FIRST
    ]
    assert signed == [first.id, second.id]


def test_a_stopped_account_signs_nothing(pending):
    consent, first, _ = pending
    first.status = AccountStatus.SUSPENDED
    with pytest.raises(Forbidden, match="停用"):
        service.grant_consent(first.as_actor(), consent.id)


def test_back_to_one_signature_the_first_signer_completes_it_alone(pending, boss):
    consent, _, _ = pending
    service.grant_consent(boss, consent.id)
    with pytest.raises(RuleBroken):
        service.grant_consent(boss, consent.id)
    service.set_two_signers(boss, wanted=False)

    service.grant_consent(boss, consent.id)

    assert service.state_of(consent) is ConsentState.ACTIVE
