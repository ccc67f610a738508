"""The firm revokes while web, API, worker and export read: nothing may commit after the revoke.

Order is decided by the database's own commit times (`track_commit_timestamp`), not by clocks of
ours: an allowed event, or a reading again, whose transaction committed later than the one that
revoked is a fault. So is whatever is shown to somebody who began after the revoke had returned.

One round is one authorization, one revoke and four readers on connections of their own: four
races. Rounds run in as many processes as there are cores.
"""

import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.factories import parties
from tests.gate.ground import pooled
from tests.gate.stage import PURPOSE
from xinyidai.accounts.models import Account, ApiToken
from xinyidai.accounts.service import open_client, open_session, token_hash
from xinyidai.accounts.session import COOKIE
from xinyidai.consents import service as consents
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import ConsentDraft, ConsentMode
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import DisclosureRequest, DisclosureSubject
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock, jobs
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db, new_id, own_transaction
from xinyidai.scoring.models import LookBatch, LookBatchRow
from xinyidai.scoring.service import batch_looks
from xinyidai.scoring.service.looks import LookOrder, look
from xinyidai.scoring.values import BatchLookState

ROADS = ("web", "api", "worker", "export")
PROCESSES = 2
CHUNK = 20  # rounds prepared in one transaction
OVERTIME = 20  # times the share, at most, until each road has both lost and won
ENDS = ("shown", "refused")
TOKEN_LIFE = timedelta(days=1)

# Allowed events and the revokes of their authorizations, by the times at which they committed.
LATE_EVENTS = text(
    """
    select count(*) from query_event q
    join consent_event e on e.consent_id = q.consent_id and e.action = 'revoke'
    where q.outcome = 'allowed' and pg_xact_commit_timestamp(q.xmin) is not null
      and pg_xact_commit_timestamp(q.xmin) > pg_xact_commit_timestamp(e.xmin)
    """
)
LATE_READINGS = text(
    """
    select count(*) from unnest(cast(:consents as uuid[]), cast(:readers as text[])) r(consent, xid)
    join consent_event e on e.consent_id = r.consent and e.action = 'revoke'
    where pg_xact_commit_timestamp(cast(cast(r.xid as xid8) as xid))
        > pg_xact_commit_timestamp(e.xmin)
    """
)
OWN_TRANSACTION = text("select cast(pg_current_xact_id() as text)")


@dataclass
class Cast:
    """Who takes part; the same people in every round."""

    firm: Enterprise
    boss: Account
    officer: Account
    cookie: str
    token: str
    firm_id: UUID
    uscc: str
    bank_id: UUID


@dataclass
class Round:
    """One authorization with a snapshot already made, and two batches: one waits, one is done."""

    consent_id: UUID
    snapshot_id: UUID
    waiting: UUID
    done: UUID


@dataclass
class Result:
    """What came of the races."""

    races: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    late: int = 0
    faults: list[str] = field(default_factory=list)
    readers: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: "Result") -> None:
        self.races += other.races
        self.outcomes += other.outcomes
        self.late += other.late
        self.faults += other.faults
        self.readers += other.readers


def run(app: Flask, races: int, *, processes: int = PROCESSES, seed: int = 1) -> Result:
    """Run this many races and ask the database which reads came too late."""
    db.session.remove()
    db.engine.dispose()
    share = -(-races // (len(ROADS) * processes))
    context = multiprocessing.get_context("fork")
    total = Result()
    with context.Pool(processes, _take_app, (app,)) as pool:
        for part in pool.imap_unordered(_rounds, [(share, seed + n) for n in range(processes)]):
            total.add(part)
    total.late += _late(total)
    return total


def _late(total: Result) -> int:
    late = db.session.scalar(LATE_EVENTS) or 0
    found, readers = [pair[0] for pair in total.readers], [pair[1] for pair in total.readers]
    late += db.session.scalar(LATE_READINGS, {"consents": found, "readers": readers}) or 0
    revoked = db.session.scalar(text("select count(*) from consent_event where action = 'revoke'"))
    if not revoked or not db.session.scalar(
        text("select current_setting('track_commit_timestamp')::bool")
    ):
        total.faults.append("the database keeps no commit times, so nothing is proved")
    return late


_app: list[Flask] = []


def _take_app(app: Flask) -> None:
    _app[:] = [app]


def _rounds(share_and_seed: tuple[int, int]) -> Result:
    """Run the rounds of one process."""
    share, seed = share_and_seed
    [app] = _app
    result = Result()
    with pooled(app), app.app_context():
        cast = _cast()
        racers = _Racers(app, cast, random.Random(seed))  # noqa: S311 - a repeatable choice
        with ThreadPoolExecutor(len(ROADS) + 1) as threads:
            done = 0
            while done < share or (_one_sided(result) and done < share * OVERTIME):
                for each in _prepare(cast, min(CHUNK, max(share - done, 5))):
                    result.add(racers.race(each, threads))
                    done += 1
                _tell(done, share)
    return result


def _one_sided(result: Result) -> list[str]:
    """Return the roads that have always won or always lost so far: those were not raced."""
    return [road for road in ROADS if not all(result.outcomes[f"{road} {end}"] for end in ENDS)]


def _tell(done: int, share: int) -> None:
    if done % (CHUNK * 25) == 0 or done == share:
        sys.stderr.write(f"revoke_races: {done * len(ROADS)}/{share * len(ROADS)}\n")


@contextmanager
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()


@dataclass
class _Racers:
    """The four readers and the one who revokes."""

    app: Flask
    cast: Cast
    dice: random.Random
    # Longest pauses in seconds before the revoke and before each reader, kept so that each road
    # wins about every second race: on any machine, and under any load.
    spread: float = 0.02
    reach: dict[str, float] = field(default_factory=lambda: dict.fromkeys(ROADS, 0.01))

    def race(self, each: Round, threads: ThreadPoolExecutor) -> Result:
        """Let all start at the same moment, each after a random pause of its own."""
        start = Barrier(len(ROADS) + 1)
        pauses = {road: self.dice.uniform(0, self.reach[road]) for road in ROADS}
        revoking = threads.submit(self._revoke, each, start, self.dice.uniform(0, self.spread))
        reading = {
            road: threads.submit(self._read, road, each, start, pauses[road]) for road in ROADS
        }
        result = Result(races=len(ROADS))
        for road, future in reading.items():
            outcome, reader = future.result()
            result.outcomes[f"{road} {outcome}"] += 1
            if reader is not None:
                result.readers.append((str(each.consent_id), reader))
            if outcome not in {"shown", "refused"}:
                result.faults.append(f"{road}: {outcome}")
        result.late += revoking.result()
        self._keep_close(result)
        return result

    def _keep_close(self, result: Result) -> None:
        for road in ROADS:
            factor = 1.4 if result.outcomes[f"{road} shown"] else 0.72
            self.reach[road] = min(1.0, max(0.001, self.reach[road] * factor))
        behind = min(self.reach.values()) <= 0.0011
        self.spread = min(1.0, max(0.002, self.spread * (1.25 if behind else 0.95)))

    def _revoke(self, each: Round, start: Barrier, pause: float) -> int:
        """Revoke, and once it has returned try everything again; return what was still shown."""
        start.wait()
        time.sleep(pause)
        with _context(self.app):
            with own_transaction():
                consents.revoke_consent(self.cast.boss.as_actor(), each.consent_id)
            return self._try_after(each)

    def _try_after(self, each: Round) -> int:
        road = self.dice.choice(AFTER)
        return int(road(self, each) != "refused")

    def _read(self, road: str, each: Round, start: Barrier, pause: float) -> tuple[str, str | None]:
        start.wait()
        time.sleep(pause)
        with _context(self.app):
            return READERS[road](self, each)

    # Readers: what came of it, and the transaction where no event tells

    def web(self, each: Round) -> tuple[str, str | None]:
        form = {"consent_id": str(each.consent_id), "key": uuid4().hex}
        return _of_status(self._page().post("/queries", data=form).status_code), None

    def api(self, each: Round) -> tuple[str, str | None]:
        body = {"consent_id": str(each.consent_id), "uscc": self.cast.uscc, "purpose": PURPOSE}
        answer = self.app.test_client().post("/api/v1/queries", json=body, headers=self._bearer())
        return _of_status(answer.status_code), None

    def worker(self, each: Round) -> tuple[str, str | None]:
        jobs.run_job(self.app, batch_looks.JOB, {"batch_id": str(each.waiting)})
        [line] = batch_looks.lines_of(self.cast.officer.as_actor(), each.waiting)
        return "shown" if line.row.snapshot_id else "refused", None

    def export(self, each: Round) -> tuple[str, str | None]:
        with own_transaction() as session:
            lines = list(batch_looks.export_lines(self.cast.officer.as_actor(), each.done))
            reader = session.scalar(OWN_TRANSACTION)
        return ("shown", reader) if lines[0].snapshot else ("refused", None)

    # The same again, and what is kept of earlier looks, after the revoke

    def web_after(self, each: Round) -> str:
        return self.web(each)[0]

    def api_after(self, each: Round) -> str:
        return self.api(each)[0]

    def export_after(self, each: Round) -> str:
        return self.export(each)[0]

    def page_after(self, each: Round) -> str:
        return _of_status(self._page().get(f"/queries/{each.snapshot_id}").status_code)

    def api_page_after(self, each: Round) -> str:
        path = f"/api/v1/queries/{each.snapshot_id}"
        return _of_status(self.app.test_client().get(path, headers=self._bearer()).status_code)

    def service_after(self, each: Round) -> str:
        order = LookOrder(each.consent_id, self.cast.firm_id, PURPOSE)
        try:
            with own_transaction():
                look(self.cast.officer.as_actor(), order)
        except ConsentRefused:
            return "refused"
        return "shown"

    def _page(self) -> FlaskClient:
        client = self.app.test_client()
        client.set_cookie(COOKIE, self.cast.cookie)
        return client

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.cast.token}"}


READERS: dict[str, Callable[[_Racers, Round], tuple[str, str | None]]] = {
    "web": _Racers.web,
    "api": _Racers.api,
    "worker": _Racers.worker,
    "export": _Racers.export,
}
AFTER = (
    _Racers.web_after,
    _Racers.api_after,
    _Racers.export_after,
    _Racers.page_after,
    _Racers.api_page_after,
    _Racers.service_after,
)


def _of_status(status: int) -> str:
    if status in {200, 201, 303}:
        return "shown"
    return "refused" if status == 403 else f"status {status}"


def _cast() -> Cast:
    """Add the people of one process."""
    with own_transaction() as session:
        firm = parties.enterprise(uscc=_free_code())
        bank = parties.institution(code=f"RACE{uuid4().hex[:8]}")
        boss = parties.account(Role.ENTERPRISE_USER, firm, login=f"boss{uuid4().hex[:12]}")
        officer = parties.account(Role.BANK_OFFICER, bank, login=f"lend{uuid4().hex[:12]}")
        cookie = open_session(officer, "races")
        client, _ = open_client(SYSTEM, bank.id, "信贷系统", scope="queries")
        token = uuid4().hex
        expires = clock.now() + TOKEN_LIFE
        session.add(
            ApiToken(
                api_client_id=client.id,
                token_hash=token_hash(token),
                scope="queries",
                expires_at=expires,
            )
        )
    for row in (firm, boss, officer):
        db.session.refresh(row)
        db.session.expunge(row)
    return Cast(firm, boss, officer, cookie, token, firm.id, firm.uscc, officer.institution_id)


def _free_code() -> str:
    from xinyidai.kernel.uscc import invented

    return invented(random.SystemRandom().randrange(10**6, 10**8))


def _prepare(cast: Cast, count: int) -> list[Round]:
    """Authorize, look once and set up two batches, for several rounds in one transaction."""
    today = clock.today()
    with own_transaction() as session:
        found = []
        for _ in range(count):
            draft = ConsentDraft(
                enterprise_id=cast.firm_id,
                institution_id=cast.bank_id,
                purpose=PURPOSE,
                item_codes=["judicial", "tax"],
                valid_until=today + timedelta(days=60),
                data_from=today - timedelta(days=365),
                data_life_days=30,
                mode=ConsentMode.STORE,
                max_uses=10,
            )
            [consent] = consents.grant_directly(cast.boss.as_actor(), [draft])
            request = DisclosureRequest(
                consent.id, cast.firm_id, PURPOSE, DisclosureSubject.PROFILE, "races"
            )
            officer = cast.officer.as_actor()
            snapshot = credit_records.disclose(officer, request, _nothing_much)
            each = Round(consent.id, snapshot.id, new_id(), new_id())
            session.add_all(_batches(cast, each))
            found.append(each)
            session.flush()
    return found


def _nothing_much(look: credit_records.Look) -> dict[str, Any]:
    return {"as_of": look.as_of.isoformat(), "score": None, "indicators": {}}


def _batches(cast: Cast, each: Round) -> list[Any]:
    common = {"institution_id": cast.bank_id, "account_id": cast.officer.id, "row_count": 1}
    finished = {"snapshot_id": each.snapshot_id, "done_at": clock.now()}
    return [
        LookBatch(id=each.waiting, state=BatchLookState.QUEUED, **common),
        LookBatch(id=each.done, state=BatchLookState.FINISHED, **common),
        LookBatchRow(batch_id=each.waiting, position=1, consent_id=each.consent_id, reasons=[]),
        LookBatchRow(
            batch_id=each.done, position=1, consent_id=each.consent_id, reasons=[], **finished
        ),
    ]
