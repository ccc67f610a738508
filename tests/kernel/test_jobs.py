"""The queue with real workers: what is committed is done, whoever dies meanwhile."""

import contextlib
import dataclasses
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from tests.kernel import a_worker
from xinyidai.kernel import jobs, postgres
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.settings import child_environment

PATIENCE = 180  # seconds on a busy machine; a few on an idle one
CHECKOUT = Path(__file__).parents[2]
PROGRAM = [sys.executable, a_worker.__file__]


@pytest.fixture
def known(monkeypatch):
    """Let this process enqueue the jobs that only the test's worker can do."""
    for name in a_worker.NAMES:
        monkeypatch.setitem(jobs._registry, name, lambda: None)


@pytest.fixture
def start(live, settings, tmp_path, known):
    """Start a worker on the live database; it is killed after the test."""
    mine = dataclasses.replace(settings, database_url=live.config["SQLALCHEMY_DATABASE_URI"])
    begun = []

    def begin(*words: str) -> subprocess.Popen[str]:
        with (tmp_path / "log").open("a") as log:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [*PROGRAM, str(tmp_path), *words],
                env=child_environment(mine) | {"PYTHONPATH": str(CHECKOUT)},
                stderr=log,
                cwd=CHECKOUT,
            )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.wait()


@pytest.fixture
def notes(tmp_path):
    return lambda: (tmp_path / "notes").read_text().split() if (tmp_path / "notes").exists() else []


def wait_until(settled) -> None:
    deadline = time.monotonic() + PATIENCE
    while not settled():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def ask(question: str, **values: object) -> list[tuple]:
    """Ask in a transaction of its own, so that it sees what others committed."""
    with own_transaction() as session:
        return [tuple(row) for row in session.execute(text(question), values)]


def states() -> list[tuple]:
    return ask(
        "select task_name, status::text from procrastinate_jobs"
        " where task_name <> all(array['scoring.refresh_stale', 'test.minutely']) order by id"
    )


def at_work() -> bool:
    return bool(ask("select 1 from procrastinate_workers"))


def put(name: str, **more: object) -> None:
    with own_transaction():
        jobs.enqueue(name, **more)


def test_only_what_is_committed_is_done(start, notes):
    with contextlib.suppress(ZeroDivisionError), own_transaction():
        jobs.enqueue("test.note", word="taken-back")
        raise ZeroDivisionError
    put("test.note", word="kept")
    assert start("until-empty").wait(PATIENCE) == 0
    assert notes() == ["kept"]
    assert states() == [("test.note", "succeeded")]


def test_a_name_that_nobody_registered_is_refused(db):
    with pytest.raises(LookupError, match=r"test\.nobody"):
        jobs.enqueue("test.nobody")


def test_a_key_lets_one_job_wait_and_the_earlier_time_wins(live, known):
    later = "select now() + interval '1 hour'"
    [[moment]] = ask(later)
    put("test.note", once="k", at=moment, word="first")
    put("test.note", once="k", word="second")
    put("test.note", once="other", word="third")
    found = "select args->>'word', scheduled_at from procrastinate_jobs order by id"
    assert ask(found) == [("first", None), ("third", None)]


def test_two_transactions_at_once_leave_one_job_and_both_commit(live, known):
    done = []

    def second() -> None:
        with live.app_context(), own_transaction() as session:
            jobs.enqueue("test.note", once="k", word="second")
            done.append(session.execute(text("select 1")).scalar())

    other = threading.Thread(target=second)
    with own_transaction():
        jobs.enqueue("test.note", once="k", word="first")
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(PATIENCE)
    assert done == [1]
    assert ask("select args->>'word' from procrastinate_jobs") == [("first",)]


def test_a_waiting_job_does_not_start_before_the_second_caller_commits(live, known, pg):
    put("test.note", once="k", word="first")
    fetch = "select id from procrastinate_fetch_job_v2(array['xinyidai'], null)"
    url = postgres.libpq(live.config["SQLALCHEMY_DATABASE_URI"])
    with psycopg.connect(url, autocommit=True) as worker:
        with own_transaction():
            jobs.enqueue("test.note", once="k", word="second")
            assert worker.execute(fetch).fetchone() == (None,)
        assert worker.execute(fetch).fetchone() != (None,)


def test_a_job_that_raises_is_tried_four_times_and_fails(start, notes):
    put("test.fail", once="k")
    start()
    wait_until(lambda: states() == [("test.fail", "failed")])
    assert notes() == ["tried"] * 4


def test_a_retry_and_a_new_job_of_one_key_do_not_block_each_other(start, notes):
    put("test.fail", once="k")
    start()
    wait_until(notes)
    put("test.note", once="k", word="new")
    wait_until(lambda: states() == [("test.fail", "failed"), ("test.note", "succeeded")])


def test_the_job_of_a_killed_worker_is_done_by_another(start, notes):
    put("test.linger", once="k")
    victim = start()
    wait_until(lambda: notes() == ["begun"])
    start()
    victim.kill()
    put("test.note", once="k", word="newer")
    wait_until(lambda: {status for _, status in states()} == {"succeeded"})
    assert sorted(notes()) == ["begun", "begun", "done", "newer"]


def test_a_worker_outlives_its_database_and_goes_on(live, start, notes, pg):
    worker = start()
    wait_until(at_work)
    [[name]] = ask("select current_database()")
    database.session.remove()
    with psycopg.connect(postgres.libpq(pg.admin_url()), autocommit=True) as admin:
        admin.execute(f'alter database "{name}" allow_connections false')
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
        )
        time.sleep(1)
        admin.execute(f'alter database "{name}" allow_connections true')
    put("test.note", word="after")
    wait_until(lambda: notes() == ["after"])
    assert worker.poll() is None


def test_a_told_worker_ends_in_order_and_signs_off(start, tmp_path):
    worker = start()
    wait_until(at_work)
    wait_until((tmp_path / "minutely").exists)
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    assert not at_work()


@pytest.mark.parametrize(
    "broken",
    [
        "alter table procrastinate_workers rename to elsewhere",
        "alter function procrastinate_update_heartbeat_v1 rename to elsewhere",
    ],
    ids=["at the start", "beside the jobs"],
)
def test_a_worker_that_cannot_work_ends_and_says_why(live, start, pg, tmp_path, broken):
    url = postgres.libpq(live.config["OWNER_DATABASE_URI"])
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(broken)
    assert start().wait(PATIENCE) == 1
    assert "worker cannot go on" in (tmp_path / "log").read_text()


def test_the_shipped_command_does_what_waits_and_ends(live, settings):
    put("applications.deliver_submission", application_id="01890000-0000-7000-8000-000000000000")
    mine = dataclasses.replace(settings, database_url=live.config["SQLALCHEMY_DATABASE_URI"])
    command = [sys.executable, "-m", "xinyidai", "worker", "--until-empty"]
    done = subprocess.run(command, env=child_environment(mine), cwd=CHECKOUT, check=False)  # noqa: S603 - ours
    assert done.returncode == 0
    # What runs by the clock may have come due meanwhile; it is not waited for.
    assert ("applications.deliver_submission", "succeeded") in states()


@pytest.mark.parametrize(
    ("shanghai", "utc"),
    [("30 2 * * *", "30 18 * * *"), ("0 9 * * *", "0 1 * * *"), ("*/5 * * * *", "*/5 * * * *")],
)
def test_jobs_run_by_the_clock_of_shanghai(shanghai, utc):
    assert jobs.in_utc(shanghai) == utc


@pytest.mark.parametrize("cron", ["0 2 1 * *", "0 2-4 * * *", "0 2 * * 1"])
def test_times_that_would_shift_by_a_day_are_refused(cron):
    with pytest.raises(ValueError, match="names"):
        jobs.in_utc(cron)
