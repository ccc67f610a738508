"""Rate limits: one count for every process, whatever becomes of the request."""

import contextlib
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from xinyidai.kernel import clock, rate
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import TooMany

LONG = 400_000_000  # seconds; no test meets the end of such a window


@pytest.fixture
def key():
    return f"测试:{uuid4()}"


def hits(key: str) -> int:
    with own_transaction() as session:
        found = session.execute(text("select hits from rate_window where key = :key"), {"key": key})
        return found.scalar_one()


def test_the_limit_itself_is_allowed_and_one_more_is_not(live, key):
    for _ in range(3):
        rate.count(key, limit=3, seconds=LONG)
    with pytest.raises(TooMany) as refused:
        rate.count(key, limit=3, seconds=LONG)
    assert 0 < refused.value.retry_after <= LONG
    rate.count(key + "另一个", limit=3, seconds=LONG)


def test_a_request_that_is_rolled_back_counts_too(live, key):
    for _ in range(2):
        with contextlib.suppress(ZeroDivisionError), own_transaction():
            rate.count(key, limit=9, seconds=LONG)
            raise ZeroDivisionError
    assert hits(key) == 2


def test_connections_at_once_lose_no_hit_and_pass_the_limit_together(live, key):
    passed = []

    def knock() -> None:
        with live.app_context():
            for _ in range(5):
                with contextlib.suppress(TooMany):
                    rate.count(key, limit=12, seconds=LONG)
                    passed.append(1)

    knocking = [threading.Thread(target=knock) for _ in range(6)]
    for each in knocking:
        each.start()
    for each in knocking:
        each.join()
    assert (hits(key), len(passed)) == (30, 12)


def test_after_the_named_time_the_door_is_open_again(live, key):
    begun = clock.now()
    with clock.at(begun):
        rate.count(key, limit=1, seconds=60)
        with pytest.raises(TooMany) as refused:
            rate.count(key, limit=1, seconds=60)
    wait = timedelta(seconds=refused.value.retry_after)
    with clock.at(begun + wait):
        rate.count(key, limit=1, seconds=60)


def test_counting_ends_no_transaction_of_the_caller(live, key):
    with own_transaction() as session:
        before = session.execute(text("select pg_current_xact_id()::text")).scalar_one()
        rate.count(key, limit=9, seconds=LONG)
        after = session.execute(text("select pg_current_xact_id()::text")).scalar_one()
    assert before == after
    assert not database.session().in_transaction()
