"""A past day: what was known then, nothing newer, and nothing that must not be used any more."""

import random
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.service import Knowledge, write
from xinyidai.credit_records.values import BatchCounts, RecordStatus
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import Forbidden, InvalidInput, RuleBroken
from xinyidai.profiles import service
from xinyidai.profiles.models import ProfileSnapshot

BEGIN = datetime(2025, 3, 1, 9, tzinfo=clock.TZ)
PENALTY = "administrative_penalty"
ENDED = (RecordStatus.REPAIRED, RecordStatus.CORRECTED, RecordStatus.WITHDRAWN)


def moment(days):
    return BEGIN + timedelta(days=days)


def day(days):
    return moment(days).date()


@pytest.fixture
def begun(city):
    """The penalties' source has delivered before, on day 0."""
    with clock.at(BEGIN):
        city.has_collected(PENALTY)
    return city


def deliver(city, firm, collected, happened, *, amount=100, key="one", **changes):
    with clock.at(moment(collected)):
        city.record(firm, PENALTY, day(happened), natural_key=key, amount_fen=amount, **changes)


def retire(firm, when, status=RecordStatus.REPAIRED, key="one"):
    with clock.at(moment(when)):
        with credit_records.platform_run("indicators", "t", enterprise_ids=[firm]) as run:
            [fact] = [fact for fact in run.facts(firm) if fact.natural_key == key]
        write.retire_record(SYSTEM, firm, fact.id, status, "测试")


def usable(firm, days, **options):
    """Return number and sum of penalties in the profile that is stored for a past day."""
    return _figures(service.facts_of(service.build_profile(SYSTEM, firm, day(days), **options)))


def replayed(firm, days):
    """Return number and sum of penalties exactly as they were known."""
    return _figures(service.replay_profile(firm, day(days)))


def _figures(facts):
    return tuple(facts.values[code].value for code in ("penalties_24m", "penalty_amount_24m"))


def test_a_record_delivered_after_the_day_is_unknown_on_it(begun):
    firm = begun.firm()
    deliver(begun, firm, collected=30, happened=5)
    assert usable(firm, 10) == replayed(firm, 10) == (0, 0)
    assert usable(firm, 29) == (0, 0)
    assert usable(firm, 30) == replayed(firm, 30) == (1, 100)


def test_what_a_source_delivers_on_its_first_day_counts_from_when_it_happened(city):
    firm = city.firm()
    deliver(city, firm, collected=30, happened=5)
    assert usable(firm, 4) == (0, 0)
    assert usable(firm, 10) == (1, 100)


def test_a_later_moment_of_knowledge_brings_late_deliveries_in(begun):
    firm = begun.firm()
    deliver(begun, firm, collected=30, happened=5)
    assert usable(firm, 10, known_at=clock.now()) == (1, 100)
    assert usable(firm, 10, known_at=moment(29)) == (0, 0)
    with pytest.raises(InvalidInput):
        usable(firm, 10, known_at=moment(8))


def test_a_replaced_version_counts_until_its_successor_came(begun):
    firm = begun.firm()
    deliver(begun, firm, collected=6, happened=5, amount=100)
    deliver(begun, firm, collected=20, happened=5, amount=300)
    assert usable(firm, 10) == replayed(firm, 10) == (1, 100)
    assert usable(firm, 20) == replayed(firm, 20) == (1, 300)


def test_an_end_delivered_later_was_not_known_before(begun):
    firm = begun.firm()
    deliver(begun, firm, collected=6, happened=5)
    deliver(begun, firm, collected=20, happened=5, valid_until=day(8))
    assert usable(firm, 10) == (1, 100)
    assert usable(firm, 25) == (0, 0)


@pytest.mark.parametrize("status", ENDED)
def test_what_was_ended_since_is_in_the_replay_alone(begun, status):
    firm = begun.firm()
    deliver(begun, firm, collected=6, happened=5)
    retire(firm, 20, status)
    assert usable(firm, 10) == (0, 0)
    assert replayed(firm, 10) == (1, 100)
    assert usable(firm, 20) == replayed(firm, 20) == (0, 0)


def test_an_older_version_is_no_way_around_a_repair(begun):
    firm = begun.firm()
    deliver(begun, firm, collected=6, happened=5, amount=100)
    deliver(begun, firm, collected=12, happened=5, amount=300)
    retire(firm, 20)
    assert usable(firm, 8) == usable(firm, 15) == (0, 0)
    assert (replayed(firm, 8), replayed(firm, 15)) == ((1, 100), (1, 300))


def test_random_histories_are_read_as_a_diary_of_them_tells(begun):
    firm, dice = begun.firm(), random.Random(5)  # noqa: S311 - test data
    diary = []
    for at in range(1, 60):
        key = f"k{dice.randrange(6)}"
        alive = [entry for entry in diary if entry["key"] == key and entry["until"] is None]
        gone = any(entry["key"] == key and entry["ended"] for entry in diary)
        if alive and dice.random() < 0.3:
            retire(firm, at, dice.choice(ENDED), key)
            alive[0] |= {"until": at, "ended": True}
        elif not gone:
            deliver(begun, firm, at, dice.randrange(at), amount=at, key=key)
            for entry in alive:
                entry["until"] = at
            found = {"key": key, "from": at, "until": None, "ended": False, "amount": at}
            diary.append(found)
    with credit_records.platform_run("indicators", "t", enterprise_ids=[firm]) as run:
        happened = dict(run.execute("select amount_fen, occurred_on from credit.credit_record"))
    assert sum(entry["ended"] for entry in diary) >= 4
    for on in range(0, 60, 7):
        known = [
            entry
            for entry in diary
            if entry["from"] <= on
            and (entry["until"] is None or entry["until"] > on)
            and happened[entry["amount"]] <= day(on)
        ]
        ended = {entry["key"] for entry in diary if entry["ended"]}
        allowed = [entry for entry in known if entry["key"] not in ended]
        assert replayed(firm, on) == (len(known), sum(e["amount"] for e in known)), on
        assert usable(firm, on) == (len(allowed), sum(e["amount"] for e in allowed)), on


def test_the_batch_stores_for_a_past_day_what_the_single_build_would(begun, db):
    firms = [begun.firm() for _ in range(3)]
    for number, firm in enumerate(firms):
        deliver(begun, firm, collected=6 + 10 * number, happened=5, amount=100 * number)
    retire(firms[0], 40)
    assert service.build_all(day(20)) == 3
    stored = db.scalar(select(func.count()).select_from(ProfileSnapshot))
    assert [usable(firm, 20) for firm in firms] == [(0, 0), (1, 100), (0, 0)]
    assert db.scalar(select(func.count()).select_from(ProfileSnapshot)) == stored == 3


def test_no_other_purpose_and_nobody_else_gets_ended_records_back(begun):
    firm, then = begun.firm(), Knowledge(moment(10), with_ended=True)
    for purpose in ("indicators", "scoring", "percentiles", "matching"):
        with (
            pytest.raises(RuleBroken),
            credit_records.platform_run(purpose, "t", enterprise_ids=[firm], known=then),
        ):
            pass
    with pytest.raises(Forbidden):
        service.replay_profile(
            firm, day(10), actor=Actor(None, Role.BANK_OFFICER, uuid4(), "李经理")
        )


def test_a_replay_is_logged_for_what_it_is_and_stores_nothing(begun, db):
    firm = begun.firm()
    replayed(firm, 10)
    [event] = db.scalars(select(QueryEvent).filter_by(enterprise_id=firm)).all()
    assert (event.purpose, event.kind) == ("replay", "platform")
    assert db.scalar(select(func.count()).select_from(ProfileSnapshot)) == 0


def test_the_register_of_a_past_day_is_what_records_known_then_say(begun, db):
    firm = begun.firm(registered_capital_fen=100, employees=7, established_on=day(-400))
    with clock.at(moment(1)):
        begun.record(firm, "business_registration", day(-400), amount_fen=90, quantity=None)
    assert _capital(firm, 10) == (100, 7)
    for days in (1, 30):
        with clock.at(moment(days)):
            batch = write.open_batch(
                SYSTEM, source="r", kind="registration", file_name="r", sha256=f"{days:064d}"
            )
            write.close_batch(SYSTEM, batch.id, BatchCounts(1, 1, 0, 0))
    db.get(Enterprise, firm).registered_capital_fen = 500
    values = service.replay_profile(firm, day(10)).values
    assert values["registered_capital"].value == 90
    assert values["employees_reported"].value.cause == "no_record"
    assert values["years_established"].value > 1
    assert _capital(firm, 40) == (500, 7)


def _capital(firm, days):
    values = service.replay_profile(firm, day(days)).values
    return values["registered_capital"].value, values["employees_reported"].value


def test_a_firm_founded_later_has_no_age(begun):
    firm = begun.firm(established_on=day(50))
    assert service.replay_profile(firm, day(10)).values["years_established"].value.cause == (
        "no_record"
    )
