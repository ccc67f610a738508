"""A person can be erased from the log; what happened stays provable."""

import pytest

from xinyidai.accounts.values import AccountStatus
from xinyidai.consents import queries as consents
from xinyidai.credit_records import queries as looks
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Forbidden, InvalidInput, RuleBroken
from xinyidai.ledger import service as ledger
from xinyidai.ledger.values import OpeningState
from xinyidai.oversight import service


@pytest.fixture
def look(db, desk):
    """A look by the officer, sealed."""
    snapshot = desk.look(desk.consent())
    ledger.seal()
    return snapshot.event_id


def test_a_stopped_person_is_forgotten_and_the_matter_stays_provable(look, desk):
    desk.officer.status = AccountStatus.SUSPENDED
    assert service.erase_person(SYSTEM, desk.officer.id, "离职满三年") >= 1
    event = looks.event_by_id(look)
    assert (event.account_id, event.client_address) == (None, None)
    assert desk.officer.name not in event.actor_name
    proof = ledger.proof_of(look)
    assert (proof.matter, proof.person) == (OpeningState.MATCHES, OpeningState.ERASED)
    assert consents.event_ids_of(desk.officer.id) == []


def test_somebody_at_work_is_not_forgotten(look, desk):
    with pytest.raises(RuleBroken, match="停用"):
        service.erase_person(SYSTEM, desk.officer.id, "本人申请")


def test_it_needs_a_reason_and_the_operator(look, desk):
    desk.officer.status = AccountStatus.SUSPENDED
    with pytest.raises(InvalidInput):
        service.erase_person(SYSTEM, desk.officer.id, "  ")
    with pytest.raises(Forbidden):
        service.erase_person(desk.auditor.as_actor(), desk.officer.id, "好奇")
    assert looks.event_by_id(look).actor_name == desk.officer.name
    assert database.session.is_active
