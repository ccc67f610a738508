"""Every difference is provoked once and found; a healthy log has none."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from tests.oversight.conftest import Desk
from xinyidai.audit import queries as audit
from xinyidai.consents import service as consents
from xinyidai.consents.models import ConsentEvent
from xinyidai.consents.service import ConsentRefused
from xinyidai.credit_records import service as records
from xinyidai.credit_records.models import QueryEvent
from xinyidai.kernel import clock
from xinyidai.kernel.db import db as database
from xinyidai.ledger import service as ledger
from xinyidai.oversight import jobs, service
from xinyidai.oversight.commands import oversight
from xinyidai.oversight.models import Reconciliation
from xinyidai.oversight.values import Difference

Owner = Callable[..., None]
LATER = timedelta(minutes=10)


class City:
    """A log with looks of every kind, sealed; and the comparison ten minutes later."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.consent = desk.consent()
        self.snapshot = desk.look(self.consent)
        self.event = self.snapshot.event_id
        records.read_own(desk.world.boss(desk.firm.id), desk.firm.id)
        with pytest.raises(ConsentRefused):
            records.disclose(
                desk.officer.as_actor(),
                desk.world.request(self.consent, purpose="post_loan"),
                lambda _: {},
            )
        database.session.commit()
        ledger.seal()
        database.session.commit()

    def reconcile(self) -> Reconciliation:
        with clock.at(clock.now() + LATER):
            row = service.reconcile()
        database.session.commit()
        return row

    def differences(self) -> dict[str, list[str]]:
        return {name: found["ids"] for name, found in self.reconcile().differences.items()}


@pytest.fixture
def city(live_desk: Desk) -> Iterator[City]:
    desk = live_desk
    desk.world.collect([desk.world.record(desk.firm.id, "tax_grade", "A")])
    return City(desk)


def only(difference: Difference, one: UUID) -> dict[str, list[str]]:
    return {difference.value: [str(one)]}


def test_a_healthy_log_has_no_difference_and_says_what_was_compared(city: City) -> None:
    row = city.reconcile()
    assert (row.total, row.differences) == (0, {})
    assert row.compared["readings"] == row.compared["events"] == 2
    assert (row.compared["snapshots"], row.compared["consents"]) == (1, 1)
    assert row.compared["rows"] == row.compared["entries"] == 5
    [entry] = audit.list_of_subject("reconciliation", row.id)
    assert entry.details == {"total": 0, "differences": {}}


def test_a_second_night_compares_its_own_reading_too(city: City) -> None:
    city.reconcile()
    ledger.seal()
    with clock.at(clock.now() + LATER):
        ledger.seal()
    row = city.reconcile()
    assert row.total == 0
    assert row.compared["events"] >= 2


def test_a_reading_without_event(city: City, by_owner: Owner) -> None:
    by_owner("delete from query_event where id = :id", id=city.event)
    found = city.differences()
    assert found[Difference.READING_WITHOUT_EVENT] == [str(city.event)]
    assert found[Difference.LEDGER_WITHOUT_EVENT] == [str(city.event)]
    assert found[Difference.SNAPSHOT_WITHOUT_EVENT] == [str(city.snapshot.id)]
    assert found[Difference.USES_MISCOUNTED] == [str(city.consent.id)]


def test_a_reading_for_a_refused_event(city: City, by_owner: Owner) -> None:
    refused = database.session.scalars(
        select(QueryEvent.id).where(QueryEvent.outcome == "refused")
    ).one()
    by_owner(
        "insert into credit.door_reading (event_id, enterprise_id, opened_at)"
        " values (:id, :firm, now())",
        id=refused,
        firm=city.desk.firm.id,
    )
    assert city.differences() == only(Difference.READING_WITHOUT_EVENT, refused)


def test_an_event_without_reading(city: City, by_owner: Owner) -> None:
    by_owner("delete from credit.door_reading where event_id = :id", id=city.event)
    assert city.differences() == only(Difference.EVENT_WITHOUT_READING, city.event)


def test_an_event_without_snapshot(city: City, by_owner: Owner) -> None:
    by_owner("delete from credit.disclosure_snapshot where event_id = :id", id=city.event)
    assert city.differences() == only(Difference.EVENT_WITHOUT_SNAPSHOT, city.event)


def test_a_snapshot_without_event(city: City, by_owner: Owner) -> None:
    by_owner(
        "insert into credit.disclosure_snapshot select gen_random_uuid(), enterprise_id,"
        " institution_id, consent_id, gen_random_uuid(), subject, content, content_hash,"
        " facts_version, made_at, expires_at from credit.disclosure_snapshot"
    )
    found = city.reconcile().differences
    assert {name: one["total"] for name, one in found.items()} == {"snapshot_without_event": 1}


def test_a_changed_snapshot(city: City, by_owner: Owner) -> None:
    by_owner("update credit.disclosure_snapshot set content = '{\"facts\": []}'")
    assert city.differences() == only(Difference.RESULT_CHANGED, city.snapshot.id)


def test_a_snapshot_emptied_before_its_time_is_changed_but_a_forgotten_one_is_not(
    city: City, by_owner: Owner
) -> None:
    by_owner("update credit.disclosure_snapshot set content = '{}'")
    assert city.differences() == only(Difference.RESULT_CHANGED, city.snapshot.id)
    by_owner("update credit.disclosure_snapshot set expires_at = now()")
    assert city.differences() == {}


def test_miscounted_uses(city: City, by_owner: Owner) -> None:
    by_owner("update consent set use_count = 0")
    assert city.differences() == only(Difference.USES_MISCOUNTED, city.consent.id)


@pytest.mark.parametrize("model", [QueryEvent, ConsentEvent])
def test_a_row_without_entry(city: City, by_owner: Owner, model: type) -> None:
    one = database.session.scalars(select(model.id)).first()
    by_owner("delete from ledger_entry where id = :id", id=one)
    assert city.differences() == only(Difference.EVENT_NOT_IN_LEDGER, one)


def test_an_entry_without_its_deed(city: City, by_owner: Owner) -> None:
    deed = database.session.scalars(select(ConsentEvent.id)).first()
    by_owner("delete from consent_event where id = :id", id=deed)
    assert city.differences() == only(Difference.LEDGER_WITHOUT_EVENT, deed)


@pytest.mark.parametrize(
    "change",
    [
        "purpose = 'post_loan'",
        "actor_name = '别人'",
        "client_address = '203.0.113.7'",
        "happened_at = happened_at - interval '1 second'",
    ],
)
def test_an_event_that_says_something_else(city: City, by_owner: Owner, change: str) -> None:
    by_owner(f"update query_event set {change} where id = :id", id=city.event)  # noqa: S608 - ours
    assert city.differences() == only(Difference.COMMITMENT_BROKEN, city.event)


def test_a_deed_that_says_something_else(city: City, by_owner: Owner) -> None:
    deed = database.session.scalars(select(ConsentEvent.id)).first()
    by_owner("update consent_event set role = 'system' where id = :id", id=deed)
    assert city.differences() == only(Difference.COMMITMENT_BROKEN, deed)


def test_erased_persons_are_fine_but_a_name_in_their_place_is_not(
    city: City, by_owner: Owner
) -> None:
    deed = database.session.scalars(select(ConsentEvent.id)).first()
    ledger.forget_person(city.event)
    ledger.forget_person(deed)
    database.session.commit()
    assert city.differences() == {}
    by_owner("update query_event set actor_name = '别人' where id = :id", id=city.event)
    assert city.differences() == only(Difference.COMMITMENT_BROKEN, city.event)


def test_an_entry_that_nobody_sealed(city: City) -> None:
    consents.revoke_consent(city.desk.world.boss(city.desk.firm.id), city.consent.id)
    database.session.commit()
    deed = database.session.scalars(
        select(ConsentEvent.id).order_by(ConsentEvent.happened_at.desc())
    ).first()
    assert city.differences() == only(Difference.NOT_SEALED, deed)


def test_a_difference_is_logged_as_an_error(
    city: City, by_owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    by_owner("update consent set use_count = 2")
    with caplog.at_level(logging.ERROR):
        row = city.reconcile()
    assert "reconciliation found differences" in caplog.text
    [entry] = audit.list_of_subject("reconciliation", row.id)
    assert entry.details["differences"] == {"uses_miscounted": 1}


def test_the_command_says_the_counts_and_fails_on_differences(city: City, by_owner: Owner) -> None:
    today = clock.today().isoformat()
    fine = CliRunner().invoke(oversight, ["reconcile", "--since", today])
    assert (fine.exit_code, json.loads(fine.output)["total"]) == (0, 0)
    by_owner("update consent set use_count = 2")
    bad = CliRunner().invoke(oversight, ["reconcile"])
    assert (bad.exit_code, json.loads(bad.output)["total"]) == (3, 1)


def test_a_window_begins_a_day_before_the_last_one_ended(city: City) -> None:
    first = city.reconcile()
    second = city.reconcile()
    began = datetime.fromisoformat(second.covered_from.isoformat())
    assert began == max(first.covered_until - timedelta(days=1), first.covered_from)


def test_the_nightly_job_reconciles(city: City) -> None:
    jobs.reconcile()
    assert database.session.scalars(select(Reconciliation)).one().total == 0
