"""How fast deliveries come in, against the ORM and against a bare COPY, and in how much memory."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask, current_app
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from tests.credit_records import bench_ground as ground
from xinyidai.credit_records import queries, service
from xinyidai.credit_records.collecting import Collection, collect_in_blocks
from xinyidai.credit_records.models import CreditRecord
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.service.loading import LOADED
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.postgres_roles import libpq
from xinyidai.kernel.settings import child_environment

Row = dict[str, object]

ROWS = 1_000_000
RUNS = 3
ORM_ROWS = 20_000
PEAK_ROWS = 10_000_000
PEAK_GOAL_MIB = 1024
PAGE_ROWS = 20_000_000
PAGE_FIRMS = 100_000
PAGE_GOAL_MS = 50
PAGE_SIZE = 50
LOOKS = 400
CHUNK = 1 << 20


def collect_vs_orm() -> Row:
    """A million rows of CSV checked and taken in, against ORM `add_all` of the same rows.

    The baseline loads a part of the rows and checks none of them; both count by row.
    """
    with ground.city():
        path = ground.file_of(ROWS)
        mine, theirs = [], []
        for _ in range(RUNS):
            ground.clear()
            mine.append(_seconds(lambda: _collect(path)) / ROWS)
            rows = _some_rows(ORM_ROWS)
            ground.clear()
            theirs.append(_seconds(partial(_add_all, rows)) / ORM_ROWS)
    return _versus("collect_vs_orm", mine, theirs, {"baseline_rows": ORM_ROWS})


def collect_vs_copy() -> Row:
    """A million rows of CSV checked and taken in, against a bare COPY of the very records.

    The COPY is the superuser's, who is bound by no row security, into the same table, emptied, with
    the same indexes; its file is ready and sorted as ours is.
    """
    with ground.city() as app:
        path = ground.file_of(ROWS)
        mine, theirs = [], []
        for _ in range(RUNS):
            ground.clear()
            mine.append(_seconds(lambda: _collect(path)))
            ready = _written_out(app)
            ground.clear()
            theirs.append(_seconds(partial(_copy_in, app, ready)))
            _require_rows(app, ROWS)
    return _versus("collect_vs_copy", mine, theirs, {})


def collect_again() -> Row:
    """The same rows in another order and file, one in a thousand changed, against the first time."""
    with ground.city():
        path, again = ground.file_of(ROWS), ground.file_of(ROWS, order=1, changed=1)
        firsts, agains = [], []
        for _ in range(RUNS):
            ground.clear()
            firsts.append(_seconds(lambda: _collect(path)))
            agains.append(_seconds(lambda: _expect(_collect(again), ROWS // 1000)))
    return _versus("collect_again", agains, firsts, {})


def collect_peak_mib() -> Row:
    """The most memory of the process that collects ten million rows, server not counted."""
    with ground.city():
        path = ground.file_of(PEAK_ROWS)
        ground.clear()
        command = [sys.executable, "-m", "xinyidai", "collect", str(path)]
        command += ["--kind", ground.KIND, "--source", ground.SOURCE, "--json"]
        settings = ground.server_settings(current_app)
        began = time.monotonic()
        child = subprocess.Popen(  # noqa: S603 - our own command
            command, env=child_environment(settings), stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
        if os.waitstatus_to_exitcode(status):
            raise RuntimeError(f"the collection ended with {os.waitstatus_to_exitcode(status)}")
        peak = used.ru_maxrss / 1024
        ground.clear()
    return {
        "bench": "collect_peak_mib",
        "value": round(peak),
        "unit": "MiB",
        "baseline": PEAK_GOAL_MIB,
        "ratio": round(PEAK_GOAL_MIB / peak, 2),
        "better": "lower",
        "n": PEAK_ROWS,
        "runs": 1,
        "min": round(peak),
        "max": round(peak),
        "seconds": round(seconds),
    }


def records_page_p95_ms() -> Row:
    """One page of a firm's records, counted and chosen by the index alone, among twenty million."""
    with ground.city(PAGE_FIRMS, folder="records") as app:
        ground.fill_records(app, PAGE_ROWS)
        firms = list(
            db.session.scalars(select(Enterprise.id).order_by(Enterprise.uscc).limit(5000))
        )
        _explain(firms[0])
        times = [_page(firms[number * 7 % len(firms)]) for number in range(LOOKS + 20)][20:]
    value = statistics.quantiles(times, n=20)[-1]
    return {
        "bench": "records_page_p95_ms",
        "value": round(value, 2),
        "unit": "ms",
        "baseline": PAGE_GOAL_MS,
        "ratio": round(PAGE_GOAL_MS / value, 2),
        "better": "lower",
        "n": PAGE_ROWS,
        "runs": LOOKS,
        "min": round(min(times), 2),
        "max": round(max(times), 2),
        "median": round(statistics.median(times), 2),
    }


def _page(firm: UUID) -> float:
    owner = Actor(None, Role.ENTERPRISE_USER, firm, "测试")
    started = time.perf_counter()
    with own_transaction():
        page = service.read_own_page(owner, firm, limit=PAGE_SIZE, offset=PAGE_SIZE)
    milliseconds = (time.perf_counter() - started) * 1000
    if page.total != PAGE_ROWS // PAGE_FIRMS or len(page.facts) != PAGE_SIZE:
        raise RuntimeError(f"{page.total} records, {len(page.facts)} on the page")
    return milliseconds


def _explain(firm: UUID) -> None:
    """Show how the page is counted and chosen; refuse a plan that looks at rows to choose."""
    statements = {
        "count": queries.count_in_force(firm, None),
        "page": queries.page_in_force(firm, None, PAGE_SIZE, PAGE_SIZE),
    }
    for name, statement in statements.items():
        bound = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
        rows = door.read(Aperture(firm), f"explain (analyze, buffers) {bound}")
        plan = "\n".join(row[0] for row in rows)
        ground.tell(f"EXPLAIN of the {name}:\n{plan}")
        if "Index Only Scan" not in plan:
            raise RuntimeError(f"the {name} is not found by the index alone")
    db.session.rollback()


def _collect(path: Path) -> Collection:
    done = collect_in_blocks(SYSTEM, ground.request_of(path), ground.tell)
    if done.rows != ROWS or done.rejected:
        raise RuntimeError(f"{done.rows} rows, {done.rejected} rejected")
    return done


def _expect(done: Collection, changed: int) -> None:
    if (done.accepted, done.superseded, done.unchanged) != (changed, changed, ROWS - changed):
        raise RuntimeError(f"{done.accepted} changed, {done.unchanged} unchanged")


def _some_rows(count: int) -> list[dict[str, Any]]:
    columns = [name.strip() for name in LOADED.split(",")]
    with ground.owner() as connection:
        found = connection.execute(
            text(f"select {LOADED} from credit.credit_record limit {count}")  # noqa: S608 - constants
        ).all()
    return [dict(zip(columns, row, strict=True)) for row in found]


def _add_all(rows: list[dict[str, Any]]) -> None:
    engine = create_engine(current_app.config["OWNER_DATABASE_URI"])
    with Session(engine) as session:
        session.execute(text("set local xinyidai.platform_run = 'bench'"))
        session.add_all([CreditRecord(**row) for row in rows])
        session.commit()
    engine.dispose()


def _superuser(app: Flask) -> "psycopg.Connection[Any]":
    server = app.extensions["xinyidai.postgres"]
    return psycopg.connect(libpq(server.admin_url("xinyidai")))


def _written_out(app: Flask) -> Path:
    path = ground.bench_settings().data / "records.csv"
    query = (
        f"copy (select {LOADED} from credit.credit_record order by enterprise_id, id) to stdout csv"  # noqa: S608 - constants
    )
    with (
        _superuser(app) as connection,
        connection.cursor().copy(query.encode()) as copy,
        path.open("wb") as out,
    ):
        out.writelines(copy)
    return path


def _copy_in(app: Flask, path: Path) -> None:
    query = f"copy credit.credit_record ({LOADED}) from stdin csv"
    with (
        _superuser(app) as connection,
        path.open("rb") as stream,
        connection.cursor().copy(query.encode()) as copy,
    ):
        while piece := stream.read(CHUNK):
            copy.write(piece)


def _require_rows(app: Flask, wanted: int) -> None:
    with _superuser(app) as connection:
        row = connection.execute("select count(*) from credit.credit_record").fetchone()
    if row != (wanted,):
        raise RuntimeError(f"COPY brought {row} records instead of {wanted}")


def _seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def _versus(name: str, mine: list[float], theirs: list[float], more: Row) -> Row:
    """Give medians in rows a second, ours and the baseline's taken in turns."""
    scale = 1 if max(mine) < 1 else ROWS
    ours = [scale / seconds for seconds in mine]
    others = [scale / seconds for seconds in theirs]
    value, other = statistics.median(ours), statistics.median(others)
    return {
        "bench": name,
        "value": round(value),
        "unit": "rows/s",
        "baseline": round(other),
        "ratio": round(value / other, 2),
        "better": "higher",
        "n": ROWS,
        "runs": RUNS,
        "min": round(min(ours)),
        "max": round(max(ours)),
        **more,
    }
