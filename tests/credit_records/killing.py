"""Kill a collection with signal 9 at random points, start it again, and count what is there."""

import dataclasses
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from flask import Flask

from tests.gate.ground import own_city
from xinyidai.credit_records import service
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import BatchState
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db
from xinyidai.kernel.settings import Mode, child_environment, load_settings
from xinyidai.kernel.uscc import invented

FIRMS, EACH, BAD = 3000, 8, 7
BLOCK_ROWS = 1000
LONGEST_SECONDS = 60
KIND = "tax_payment"
HEAD = "统一社会信用代码,企业名称,所属月份,税种,实缴税额（元）\n"
COUNT = """
    select count(*) as rows, count(distinct (enterprise_id, natural_key)) as records,
        count(*) filter (where status <> 'in_force') as ended,
        coalesce(sum(amount_fen), 0) as fen
    from credit.credit_record where source = :source
"""


def collect_kill(times: int) -> int:
    """Kill so many collections on a server of our own; return how many did not end whole."""
    with own_city() as (app, _server, _name):
        faults = kill_often(app, times)
    for fault in faults:
        sys.stderr.write(f"collect_kill: {fault}\n")
    return len(faults)


def kill_often(app: Flask, times: int, seed: int = 20261122) -> list[str]:
    """Kill so many collections of one file, each of another source; return what went wrong."""
    dice = random.Random(seed)  # noqa: S311 - repeatable points to kill at
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        path = _file(Path(folder))
        started = time.monotonic()
        _finished(_child(app, path, "未中断"))
        whole = time.monotonic() - started
        faults += _faults("未中断")
        for number in range(times):
            source = f"中断{number}"
            _kill(_child(app, path, source), dice, whole)
            written = _count(source)["rows"]
            began = time.monotonic()
            _finished(_child(app, path, source))
            seconds = time.monotonic() - began
            found = _faults(source)
            if seconds > max(LONGEST_SECONDS, 3 * whole):  # a busy machine needs longer for both
                found.append(f"{source}: resumed in {seconds:.0f} s")
            faults += found
            sys.stderr.write(
                f"collect_kill: {number + 1}/{times}, killed with {written} rows committed,"
                f" whole again in {seconds:.1f} s, {len(found)} faults\n"
            )
    return faults


def _file(folder: Path) -> Path:
    path = folder / "纳税.csv"
    rows = [
        f"{invented(700_000 + firm)},鹰川第{firm}号演示公司,2024-{month + 1:02d},增值税,{firm}.{month}\n"
        for firm in range(FIRMS)
        for month in range(EACH)
    ]
    bad = ["1,坏行公司,2024-01,增值税,1\n"] * BAD
    path.write_text(HEAD + "".join(rows + bad), encoding="utf-8")
    return path


def _child(app: Flask, path: Path, source: str) -> "subprocess.Popen[bytes]":
    settings = dataclasses.replace(
        load_settings(),
        mode=Mode.DEMO,
        data=path.parent / "data",
        database_url=app.config["SQLALCHEMY_DATABASE_URI"],
        owner_database_url=app.config["OWNER_DATABASE_URI"],
        secret_key=app.config["SECRET_KEY"],
    )
    command = [sys.executable, "-m", "xinyidai", "collect", str(path), "--kind", KIND]
    command += ["--source", source, "--block-rows", str(BLOCK_ROWS), "--json"]
    return subprocess.Popen(  # noqa: S603 - our own command
        command,
        env=child_environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _kill(child: "subprocess.Popen[bytes]", dice: random.Random, whole: float) -> None:
    """Kill at any moment; three times out of four soon after a random block was committed."""
    awaited = dice.randrange(FIRMS * EACH // BLOCK_ROWS)
    is_written, seen = threading.Event(), 0

    def listen() -> None:
        nonlocal seen
        for line in child.stderr or ():
            seen += "已写入".encode() in line
            if seen > awaited:
                is_written.set()
        is_written.set()

    listener = threading.Thread(target=listen)
    listener.start()
    if dice.random() < 3 / 4:
        is_written.wait(LONGEST_SECONDS)
        time.sleep(dice.random() / 25)  # about as long as one block takes
    else:
        time.sleep(dice.random() * whole)
    child.send_signal(signal.SIGKILL)
    child.wait()
    listener.join()


def _finished(child: "subprocess.Popen[bytes]") -> None:
    _, told = child.communicate(timeout=600)
    if child.returncode != 3:  # some rows are rejected
        raise AssertionError(f"exit {child.returncode}: {told.decode()[-2000:]}")


def _faults(source: str) -> list[str]:
    total = FIRMS * EACH
    fen = sum(firm * 100 + month * 10 for firm in range(FIRMS) for month in range(EACH))
    wanted = {"rows": total, "records": total, "ended": 0, "fen": fen}
    counts = _count(source)
    batches = service.list_batches(source=source)
    faults = [] if counts == wanted else [f"{source}: {counts} instead of {wanted}"]
    if [batch.state for batch in batches] != [BatchState.FINISHED]:
        faults.append(f"{source}: batches {[batch.state.value for batch in batches]}")
    elif (batches[0].counts.accepted, batches[0].counts.rejected) != (total, BAD):
        faults.append(f"{source}: {batches[0].counts}")
    elif service.count_rejections(SYSTEM, batches[0].id) != BAD:
        faults.append(f"{source}: rejections are not kept once")
    db.session.rollback()
    return faults


def _count(source: str) -> dict[str, int]:
    [row] = door.read(Aperture(platform_run="proof"), COUNT, {"source": source})
    db.session.rollback()
    return {name: int(value) for name, value in row._mapping.items()}
