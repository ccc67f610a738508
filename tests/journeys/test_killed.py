"""Web and worker killed with -9 at random moments: everything or nothing, and never twice."""

import contextlib
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from tests.applications.conftest import Market, make_market
from tests.factories.ports import free_port
from xinyidai.accounts import service as accounts
from xinyidai.accounts.models import Account
from xinyidai.accounts.session import COOKIE
from xinyidai.applications import service
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.settings import Settings, child_environment

WEB_ROUNDS = 8
WORKER_ROUNDS = 3
CLICKS = 5  # the last waits for all before it, and for a lock no longer than five seconds
PATIENCE = 180  # seconds on a busy machine
CHECKOUT = Path(__file__).parents[2]
FORM = "application/x-www-form-urlencoded"

NOTHING = ("draft", 0, 0, 0)
EVERYTHING = ("submitted", 1, 1, 1)
TRACES = """
    select state,
        (select count(*) from audit_entry where subject_id = cast(:id as text)
            and action = 'application:submit'),
        (select count(*) from application_step where application_id = cast(:id as uuid)),
        (select count(*) from procrastinate_jobs where args->>'application_id' = cast(:id as text))
    from loan_application where id = cast(:id as uuid)
"""
DELIVERED = """
    select delivered_at is not null, (select count(*) from audit_entry
        where subject_id = cast(:id as text) and action = 'application:deliver')
    from loan_application where id = cast(:id as uuid)
"""
OTHERS = (
    "select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
)

AT_THE_LOCK = """
    select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
"""
# A worker counts as dead after a minute of silence: let that minute be over.
SILENT = "update procrastinate_workers set last_heartbeat = now() - interval '1 hour' returning 1"

Start = Callable[..., int]
Serve = Callable[[], tuple[int, int]]


@dataclass
class Browser:
    """A signed-in person at a browser."""

    port: int
    cookies: dict[str, str]
    token: str = ""

    def look(self, path: str) -> None:
        """Open a page and keep its form's token."""
        status, page = self._ask("GET", path)
        assert status == http.client.OK, page[-500:]
        self.token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def send(self, path: str, **answers: str) -> int:
        """Send the form; return the status."""
        return self._ask("POST", path, urlencode({"csrf_token": self.token, **answers}))[0]

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Content-Type": FORM}
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or ():
                name, value = line.split(";")[0].split("=", 1)
                self.cookies[name] = value
            return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def launcher(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A process that forks web servers and workers; all of them end with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.launcher"],
        env=child_environment(settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    yield process
    process.stdin.close()
    assert process.wait(PATIENCE) == 0
    process.stdout.close()


@pytest.fixture
def start(launcher: subprocess.Popen[str], live: Flask, tmp_path: Path) -> Iterator[Start]:
    """Start `xinyidai <args>` on the live database; return the process's number."""
    begun = []

    def begin(*args: str) -> int:
        url = live.config["SQLALCHEMY_DATABASE_URI"]
        environment = {"XINYIDAI_DATABASE_URL": url}
        order = {"args": args, "environment": environment, "log": str(tmp_path / "log")}
        launcher.stdin.write(json.dumps(order) + "\n")
        launcher.stdin.flush()
        begun.append(int(launcher.stdout.readline()))
        return begun[-1]

    yield begin
    for process in begun:
        kill(process)


@pytest.fixture
def serve(start: Start, tmp_path: Path) -> Serve:
    """Start the web server; return its process and its port once it answers."""

    def begin() -> tuple[int, int]:
        port = free_port()
        process = start("serve", "--port", str(port), "--processes", "1")
        wait_until(lambda: listens(port), lambda: (tmp_path / "log").read_text()[-2000:])
        return process, port

    return begin


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def lives(process: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def wait_until(settled: Callable[[], object], why: Callable[[], str] = lambda: "never") -> None:
    deadline = time.monotonic() + PATIENCE
    while not settled():
        assert time.monotonic() < deadline, why()
        time.sleep(0.01)


def ask(question: str, **values: object) -> list[tuple]:
    with own_transaction() as session:
        return [tuple(row) for row in session.execute(text(question), values)]


def traces(application: UUID) -> tuple:
    [found] = ask(TRACES, id=str(application))
    return found


def signed_in(market: Market) -> dict[str, str]:
    account = database.session.get_one(Account, market.boss.account_id)
    account.phone = "13800000000"
    return {COOKIE: accounts.open_session(account, "测试")}


@dataclass
class Case:
    """One firm's application, ready to be submitted, and who submits it."""

    application: UUID
    boss: Actor
    browser: Browser

    def path(self, page: str) -> str:
        """Return the address of a page of the application."""
        return f"/enterprise/applications/{self.application}/{page}"


def ready_case() -> Case:
    with own_transaction():
        market = make_market()
        market.consent()
        return Case(market.draft().id, market.boss, Browser(0, signed_in(market)))


def submit_and_kill(case: Case, serve: Serve, delay: float) -> float:
    """Submit to a new server, killed after `delay` or at the answer; return the seconds it took."""
    process, case.browser.port = serve()
    case.browser.look(case.path("check"))
    killer = threading.Timer(delay, kill, [process])
    begun = time.monotonic()
    killer.start()
    with contextlib.suppress(OSError, http.client.HTTPException):
        assert case.browser.send(case.path("submit")) == http.client.SEE_OTHER
    lasted = time.monotonic() - begun
    killer.cancel()
    kill(process)
    wait_until(lambda: not ask(OTHERS))
    return lasted


def test_a_submission_cut_off_is_whole_or_absent_and_can_be_sent_again(live, serve):
    first, *cases = [ready_case() for _ in range(WEB_ROUNDS + 1)]
    usual = submit_and_kill(first, serve, PATIENCE)
    assert traces(first.application) == EVERYTHING
    moments = random.Random(1)  # noqa: S311 - a repeatable spread, no secret
    for case in cases:
        submit_and_kill(case, serve, moments.uniform(0, 1.3 * usual))
        assert traces(case.application) in {NOTHING, EVERYTHING}
    _, port = serve()
    for case in cases:
        case.browser.port = port
        assert case.browser.send(case.path("submit")) == http.client.SEE_OTHER
        assert traces(case.application) == EVERYTHING


def test_a_killed_worker_leaves_nothing_undone_and_nothing_done_twice(live, start):
    moments = random.Random(2)  # noqa: S311 - a repeatable spread, no secret
    cases = []
    for _ in range(WORKER_ROUNDS):
        fresh = [submitted_case() for _ in range(4)]
        with held(live, moments.choice(fresh)):
            victim = start("worker")
            wait_until(lambda: ask(AT_THE_LOCK))
            time.sleep(moments.uniform(0, 0.1))
            kill(victim)
        wait_until(lambda: not ask(OTHERS))
        ask(SILENT)
        cases += fresh
    start("worker")
    wait_until(lambda: {delivered(case) for case in cases} == {(True, 1)})


def submitted_case() -> Case:
    case = ready_case()
    with own_transaction():
        service.submit_application(case.boss, case.application)
    return case


def delivered(case: Case) -> tuple:
    [found] = ask(DELIVERED, id=str(case.application))
    return found


@contextlib.contextmanager
def held(live: Flask, case: Case) -> Iterator[None]:
    """Keep the application locked, so that the worker stands still in the middle of its job."""
    engine = create_engine(live.config["OWNER_DATABASE_URI"])
    with engine.begin() as connection:
        question = text("select 1 from loan_application where id = :id for update")
        connection.execute(question, {"id": case.application})
        yield
    engine.dispose()


def test_many_clicks_at_once_submit_once(live, serve):
    case = ready_case()
    _, case.browser.port = serve()
    case.browser.look(case.path("check"))
    found = at_once(lambda: case.browser.send(case.path("submit")))
    assert found == {http.client.SEE_OTHER}
    assert traces(case.application) == EVERYTHING


def test_many_starts_with_one_key_make_one_draft(live, serve):
    with own_transaction():
        market = make_market()
        product = str(market.version.product_id)
        cookies = signed_in(market)
    _, port = serve()
    browser = Browser(port, cookies)
    browser.look(f"/enterprise/applications/new?product={product}")
    answers = {
        "product": product, "request_key": str(uuid4()), "amount": "50", "term_months": "12",
        "loan_purpose": "采购钢材",
    }  # fmt: skip
    found = at_once(lambda: browser.send("/enterprise/applications/new", **answers))
    assert http.client.SEE_OTHER in found
    assert found <= {http.client.SEE_OTHER, http.client.CONFLICT}
    assert ask("select count(*), min(state) from loan_application") == [(1, "draft")]
    assert browser.send("/enterprise/applications/new", **answers) == http.client.SEE_OTHER


def at_once(click: Callable[[], int]) -> set[int]:
    """Click in several threads together; return the statuses."""
    ready = threading.Barrier(CLICKS)
    found = []

    def one() -> None:
        ready.wait()
        found.append(click())

    clicking = [threading.Thread(target=one) for _ in range(CLICKS)]
    for each in clicking:
        each.start()
    for each in clicking:
        each.join()
    assert len(found) == CLICKS
    return set(found)
