"""What only several real connections can show."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest
from sqlalchemy import select

from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.service import ConsentRefused
from xinyidai.credit_records import queries, service
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.values import QueryOutcome, RecordStatus
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict


def show(look):
    return {"facts": len(look.facts())}


@pytest.fixture
def scene(live, world):
    bank = world.bank()
    firms = [world.firm() for _ in range(3)]
    found = [world.consent(firm, bank, max_uses=1) for firm in firms]
    world.collect([world.record(firm, "tax_grade", "A") for firm in firms])
    requests = [world.request(consent) for consent in found]
    database.session.commit()
    return world.officer(bank), requests


def in_another_connection(app, deed, *args):
    def run():
        with app.app_context(), own_transaction():
            deed(*args)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def test_a_revoke_between_two_rows_refuses_the_next_row(live, scene, world):
    officer, requests = scene
    rows = service.disclose_many(officer, requests, show)
    first = next(rows)
    boss = world.boss(requests[1].enterprise_id)
    in_another_connection(live, consents.revoke_consent, boss, requests[1].consent_id)
    second, third = rows
    assert first.snapshot is not None
    assert isinstance(second.refusal, ConsentRefused)
    assert third.snapshot is not None


def test_a_consent_already_read_in_this_session_is_checked_afresh(live, scene, world):
    officer, requests = scene
    stale = database.session.get_one(Consent, requests[0].consent_id)
    assert stale.revoked_at is None
    boss = world.boss(requests[0].enterprise_id)
    in_another_connection(live, consents.revoke_consent, boss, requests[0].consent_id)
    with pytest.raises(ConsentRefused, match="撤回"):
        service.disclose(officer, requests[0], show)


def test_exactly_one_of_two_racers_gets_the_last_use(live, scene):
    officer, requests = scene
    start = Barrier(2)

    def race(_):
        with live.app_context():
            start.wait()
            try:
                with own_transaction():
                    service.disclose(officer, requests[0], show)
            except ConsentRefused:
                return "refused"
            return "shown"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(race, range(2))) == ["refused", "shown"]
    database.session.rollback()
    assert database.session.get_one(Consent, requests[0].consent_id).use_count == 1
    assert len(queries.looks_under_consent(requests[0].consent_id)) == 2


def test_a_refused_look_outlives_its_request(live, scene, world):
    officer, requests = scene
    refused = world.request(
        database.session.get_one(Consent, requests[0].consent_id), items=["customs"]
    )
    with pytest.raises(ConsentRefused), own_transaction():
        service.disclose(officer, refused, show)
    database.session.rollback()
    [event] = database.session.scalars(select(QueryEvent)).all()
    assert (event.outcome, event.reasons) == (QueryOutcome.REFUSED, ["item_not_covered"])


def test_a_failed_look_shows_and_spends_nothing(live, scene):
    officer, requests = scene

    def fail(look):
        raise RuntimeError("builder broke")

    with pytest.raises(RuntimeError), own_transaction():
        service.disclose(officer, requests[0], fail)
    assert database.session.get_one(Consent, requests[0].consent_id).use_count == 0
    assert queries.looks_under_consent(requests[0].consent_id) == []


def test_a_repair_during_a_look_waits_and_closes_its_snapshot(live, scene):
    officer, requests = scene
    begun = Barrier(2)

    def slow(look):
        [fact] = look.facts()
        begun.wait()
        sleep(0.3)  # the repair asks for its lock meanwhile
        return {"fact": fact.id}

    def repair():
        begun.wait()
        with live.app_context(), own_transaction():
            firm = requests[0].enterprise_id
            [record_id] = platform_records(firm)
            service.write.retire_record(SYSTEM, firm, record_id, RecordStatus.REPAIRED, "已修复")

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(repair)
        with own_transaction():
            snapshot = service.disclose(officer, requests[0], slow)
        done.result()
    with pytest.raises(Conflict, match="信用修复"):
        service.read_snapshot(officer, snapshot.id)


def platform_records(firm):
    with service.platform_run("indicators", "test", enterprise_ids=[firm]) as run:
        return [fact.id for fact in run.facts(firm)]
