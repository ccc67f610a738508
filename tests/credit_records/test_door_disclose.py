import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from xinyidai.consents import service as consents
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import ConsentMode, ConsentState
from xinyidai.credit_records import queries, service
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.service import door, write
from xinyidai.credit_records.values import (
    DisclosureSubject,
    QueryKind,
    QueryOutcome,
    RecordStatus,
)
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import Conflict, NotFound


def show(look):
    return {"facts": [[fact.kind, fact.natural_key] for fact in look.facts()]}


@pytest.fixture
def firm(db, world, long_ago):
    firm = world.firm()
    world.collect([world.record(firm, "tax_grade", "A")])
    world.collect([world.record(firm, "administrative_penalty", "P")])
    world.collect([world.record(firm, "tax_payment", "old", occurred_on=long_ago)])
    return firm


@pytest.fixture
def bank(db, world):
    return world.bank()


def last_event(db):
    return db.scalars(select(QueryEvent).order_by(QueryEvent.id.desc()).limit(1)).one()


def test_a_look_shows_allowed_kinds_of_the_allowed_period_only(firm, bank, world):
    consent = world.consent(firm, bank)
    snapshot = service.disclose(world.officer(bank), world.request(consent), show)
    assert snapshot.content == {"facts": [["tax_grade", "A"]]}
    assert snapshot.facts_version == 3


def test_what_departments_share_among_themselves_is_not_shown(firm, bank, world):
    world.collect([world.record(firm, "contract_performance", "C")])
    world.collect([world.record(firm, "bid_won", "B")])
    consent = world.consent(firm, bank, item_codes=["procurement"])
    snapshot = service.disclose(world.officer(bank), world.request(consent), show)
    assert snapshot.content == {"facts": [["bid_won", "B"]]}


def test_a_fact_still_valid_in_the_period_belongs_to_it(firm, bank, world, long_ago):
    kept = world.record(
        firm, "tax_arrears", "kept", occurred_on=long_ago, valid_until=clock.today()
    )
    world.collect([kept])
    snapshot = service.disclose(world.officer(bank), world.request(world.consent(firm, bank)), show)
    assert ["tax_arrears", "kept"] in snapshot.content["facts"]


def test_a_builder_may_run_sql_that_row_security_narrows(firm, bank, world):
    consent = world.consent(firm, bank, item_codes=["judicial"])
    count = "select count(*) from credit.credit_record where 'a%' like 'a%'"
    snapshot = service.disclose(
        world.officer(bank),
        world.request(consent),
        lambda look: {"n": look.execute(count)[0][0]},
    )
    assert snapshot.content == {"n": 0}


def test_a_look_spends_one_use_and_is_logged_with_its_digest(db, firm, bank, world):
    consent = world.consent(firm, bank)
    snapshot = service.disclose(world.officer(bank), world.request(consent), show)
    event = last_event(db)
    assert consent.uses_left == 2
    assert (event.outcome, event.kind) == (QueryOutcome.ALLOWED, QueryKind.DISCLOSURE)
    assert (event.result_hash, event.snapshot_id) == (snapshot.content_hash, snapshot.id)
    assert (event.consent_hash, event.record_count) == (consent.artefact_hash, 1)


def test_reading_a_snapshot_again_spends_and_writes_nothing(db, firm, bank, world):
    consent = world.consent(firm, bank, max_uses=1)
    officer = world.officer(bank)
    made = service.disclose(officer, world.request(consent), show)
    events = len(queries.latest_events())
    assert consents.state_of(consent) is ConsentState.USED_UP
    assert service.read_snapshot(officer, made.id) == made
    assert not db.dirty
    assert not db.new
    assert (len(queries.latest_events()), consent.use_count) == (events, 1)


def test_a_snapshot_belongs_to_its_institution_alone(firm, bank, world):
    made = service.disclose(world.officer(bank), world.request(world.consent(firm, bank)), show)
    for actor in (world.officer(world.bank()), world.boss(firm), SYSTEM):
        with pytest.raises(NotFound):
            service.read_snapshot(actor, made.id)
    with pytest.raises(NotFound):
        service.read_snapshot(world.officer(bank), uuid4())


def test_a_snapshot_dies_with_its_consent_and_with_its_data_life(firm, bank, world):
    consent = world.consent(firm, bank)
    officer = world.officer(bank)
    made = service.disclose(officer, world.request(consent), show)
    with clock.at(clock.now() + timedelta(days=31)), pytest.raises(Conflict, match="留存期限"):
        service.read_snapshot(officer, made.id)
    consents.revoke_consent(world.boss(firm), consent.id)
    with pytest.raises(ConsentRefused, match="撤回"):
        service.read_snapshot(officer, made.id)


def test_a_repaired_record_is_gone_from_the_snapshot_at_once(firm, bank, world):
    consent = world.consent(firm, bank, item_codes=["administration"])
    officer = world.officer(bank)
    made = service.disclose(officer, world.request(consent), show)
    [penalty] = [f for f in service.read_own(world.boss(firm), firm) if f.natural_key == "P"]
    write.retire_record(SYSTEM, firm, penalty.id, RecordStatus.REPAIRED, "已修复")
    with pytest.raises(Conflict, match="信用修复"):
        service.read_snapshot(officer, made.id)
    again = service.disclose(officer, world.request(consent), show)
    assert again.content == {"facts": []}


def test_data_whose_life_is_over_is_forgotten_but_its_digest_stays(firm, bank, world):
    made = service.disclose(world.officer(bank), world.request(world.consent(firm, bank)), show)
    with clock.at(clock.now() + timedelta(days=31)):
        assert service.forget_expired_snapshots() == 1
        assert service.forget_expired_snapshots() == 0
    [row] = door.read(door.Aperture(firm), queries.snapshot_by_id(made.id))
    assert (row.content, row.content_hash) == ({}, made.content_hash)


REFUSALS = [
    ("other_purpose", {"purpose": "guarantee"}),
    ("item_not_covered", {"items": ["customs"]}),
    ("item_not_covered", {"items": []}),
]


@pytest.mark.parametrize("case", REFUSALS)
def test_what_was_not_granted_is_refused_and_logged(db, firm, bank, world, case):
    reason, changes = case
    consent = world.consent(firm, bank)
    with pytest.raises(ConsentRefused) as refused:
        service.disclose(world.officer(bank), world.request(consent, **changes), show)
    event = last_event(db)
    assert refused.value.details == {"reasons": [reason]}
    assert (event.outcome, event.reasons) == (QueryOutcome.REFUSED, [reason])
    assert consent.use_count == 0


def test_a_result_only_consent_shows_results_only(firm, bank, world):
    consent = world.consent(firm, bank, mode=ConsentMode.RESULT)
    with pytest.raises(ConsentRefused, match="评价结果"):
        service.disclose(world.officer(bank), world.request(consent), show)
    result = world.request(consent, subject=DisclosureSubject.SCORE)
    made = service.disclose(world.officer(bank), result, lambda _: {"grade": "B"})
    assert made.content == {"grade": "B"}


def test_a_suspended_bank_is_refused(db, firm, bank, world):
    consent = world.consent(firm, bank)
    db.get_one(Institution, bank).status = InstitutionStatus.SUSPENDED
    with pytest.raises(ConsentRefused, match="暂停"):
        service.disclose(world.officer(bank), world.request(consent), show)


def test_a_foreign_or_absent_consent_is_not_found_and_logged(db, firm, bank, world):
    consent = world.consent(firm, bank)
    with pytest.raises(NotFound):
        service.disclose(world.officer(world.bank()), world.request(consent), show)
    assert last_event(db).reasons == ["other_institution"]
    request = world.request(consent, enterprise_id=world.firm())
    with pytest.raises(NotFound):
        service.disclose(world.officer(bank), request, show)
    assert last_event(db).reasons == ["other_enterprise"]
    with pytest.raises(NotFound):
        service.disclose(world.officer(bank), world.request(consent, consent_id=uuid4()), show)
    assert last_event(db).reasons == ["no_consent"]


@pytest.mark.parametrize("role", [Role.BANK_PRODUCT_MANAGER, Role.AUDITOR, Role.OPERATOR])
def test_other_roles_are_refused_and_logged(db, firm, bank, world, role):
    consent = world.consent(firm, bank)
    with pytest.raises(ConsentRefused):
        service.disclose(Actor(None, role, bank, "某人"), world.request(consent), show)
    assert last_event(db).reasons == ["role_not_allowed"]


def test_what_is_not_json_is_not_shown(firm, bank, world):
    consent = world.consent(firm, bank)
    with pytest.raises(TypeError):
        service.disclose(world.officer(bank), world.request(consent), lambda _: {"x": object()})
    assert consent.use_count == 0


def test_the_firm_sees_all_of_its_own_and_nobody_elses(firm, world):
    seen = service.read_own(world.boss(firm), firm)
    assert [fact.natural_key for fact in seen] == ["P", "A", "old"]
    with pytest.raises(NotFound):
        service.read_own(world.boss(world.firm()), firm)


def test_the_firm_sees_refused_looks_too(firm, bank, world):
    consent = world.consent(firm, bank)
    service.disclose(world.officer(bank), world.request(consent), show)
    with pytest.raises(ConsentRefused):
        service.disclose(world.officer(bank), world.request(consent, items=["customs"]), show)
    seen = queries.looks_at_enterprise(firm)
    assert [event.outcome for event in seen] == [QueryOutcome.REFUSED, QueryOutcome.ALLOWED]
    assert json.dumps([event.items for event in seen]) == '[["customs"], ["judicial", "tax"]]'
