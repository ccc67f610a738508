"""Two benches of the evidence log, called by `tests/bench.py`.

`ledger_verify_1m_s`: the stand-alone verifier, as a process, over an export of 1,000,000 entries.
`ledger_writers`: 64 writers and a sealer at once on a real server; forks and gaps must be 0.
"""

import dataclasses
import secrets
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from xinyidai.app import create_app
from xinyidai.kernel import clock, postgres
from xinyidai.kernel.clock import TZ
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.settings import DEMO_SECRET, Mode, load_settings
from xinyidai.kernel.signing import Algorithm, KeyType, PublicKey, SigningKeyPair, generate
from xinyidai.ledger import lines, merkle, notes, service
from xinyidai.ledger.lines import ExportedOpening
from xinyidai.ledger.rules import canonical, commitment, entry_text, header_text
from xinyidai.ledger.values import Checkpoint

Row = dict[str, object]

ENTRIES = 1_000_000
INTERVAL = 5000
GOAL_SECONDS = 10
RUNS = 3
BASE = "bench.example/ledger"
MONTH = "2025-03"
BEGIN = datetime(2025, 3, 1, 9, 0, tzinfo=TZ)
WRITERS = 64
EVENTS = 20_480


def ledger_verify_1m_s() -> Row:
    """Seconds to verify a million entries: texts, commitments, tree, checkpoints, cosignatures."""
    folder = load_settings().bench_dir / "ledger-1m"
    if not (folder / "done").exists():
        _build(folder)
    tool = folder / "verify_ledger.py"
    tool.write_text(service.tool(tool.name), encoding="utf-8")
    key, witness = (folder / "keys").read_text(encoding="utf-8").split()
    command = [sys.executable, "-I", str(tool), str(folder / "export"), "--key", key]
    command += ["--witness", witness, "--require-witnesses", "1"]
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        times.append(time.perf_counter() - started)
        if done.returncode:
            raise RuntimeError(f"the export does not verify: {done.stdout}{done.stderr}")
    value = statistics.median(times)
    return {
        "bench": "ledger_verify_1m_s",
        "value": round(value, 2),
        "unit": "s",
        "baseline": GOAL_SECONDS,
        "ratio": round(GOAL_SECONDS / value, 2),
        "better": "lower",
        "n": ENTRIES,
        "runs": RUNS,
        "min": round(min(times), 2),
        "max": round(max(times), 2),
    }


def _build(folder: Path) -> None:
    """Write an export as `service.export` does, with real salts and signatures."""
    export = folder / "export"
    export.mkdir(parents=True, exist_ok=True)
    log, witness = (generate(name, Algorithm.ED25519) for name in (BASE, "bank.example/w"))
    cosigner = PublicKey(witness.public.name, KeyType.COSIGNATURE, witness.public.raw)
    tree, nothing, moment = merkle.Frontier(), ExportedOpening(), BEGIN
    header = header_text(f"{BASE}/{MONTH}", None)
    tree.append(merkle.leaf_hash(header.encode()))
    with (
        (export / lines.entries_name(MONTH)).open("w", encoding="utf-8") as entries,
        (export / lines.checkpoints_name(MONTH)).open("w", encoding="utf-8") as checkpoints,
    ):
        first = merkle.leaf_hash(header.encode())
        entries.write(lines.entry_line(0, first, header, nothing, nothing))
        for index in range(1, ENTRIES + 1):
            moment += timedelta(seconds=1)
            leaf, line = _entry(index, moment)
            tree.append(leaf)
            entries.write(line)
            if index % INTERVAL == 0:
                note = _note(tree, moment, log, (witness, cosigner))
                checkpoints.write(note + lines.END_OF_NOTE)
    (folder / "keys").write_text(f"{log.public.verifier} {cosigner.verifier}", encoding="utf-8")
    (folder / "done").touch()


def _entry(index: int, moment: datetime) -> tuple[bytes, str]:
    matter = canonical(
        {
            "v": 1,
            "kind": "disclosure",
            "outcome": "allowed",
            "reasons": [],
            "batch": None,
            **{name: uuid4() for name in ("party", "enterprise", "consent", "snapshot")},
            "purpose": "pre_loan",
            "items": ["registration", "tax"],
            "records": index % 40,
            "result": secrets.token_hex(32),
            "rules": "2026.1",
        }
    )
    person = canonical({"account": uuid4(), "name": "张演示", "address": "10.0.0.1"})
    matter_salt, person_salt = secrets.token_bytes(32), secrets.token_bytes(32)
    hashes = commitment(matter_salt, matter), commitment(person_salt, person)
    line = entry_text(uuid4(), moment, "query", *hashes)
    leaf = merkle.leaf_hash(line.encode())
    openings = ExportedOpening(matter_salt, matter), ExportedOpening(person_salt, person)
    return leaf, lines.entry_line(index, leaf, line, *openings)


def _note(
    tree: merkle.Frontier,
    moment: datetime,
    log: SigningKeyPair,
    witness: tuple[SigningKeyPair, PublicKey],
) -> str:
    sealed_at = moment + timedelta(milliseconds=500)
    said = notes.checkpoint_text(Checkpoint(f"{BASE}/{MONTH}", tree.size, tree.root(), sealed_at))
    pair, cosigner = witness
    seconds = int(sealed_at.timestamp()) + 1
    signed = [
        notes.SignatureLine(log.public.name, log.public.key_id, log.sign(said.encode())),
        notes.cosignature_line(cosigner, seconds, pair.sign(notes.cosigned_message(said, seconds))),
    ]
    return str(notes.Note(said, signed))


def ledger_writers() -> Row:
    """Forks and gaps after 64 writers on connections of their own, while a sealer runs."""
    with _database() as app:
        written, seconds = _write_at_once(app)
        faults = _faults(app, written)
    if len(written) < EVENTS:
        raise RuntimeError(f"only {len(written)} events were written")
    return {
        "bench": "ledger_writers",
        "value": faults,
        "unit": "forks and gaps",
        "baseline": 0,
        "ratio": 1.0 if not faults else 0.0,
        "better": "lower",
        "n": len(written),
        "runs": WRITERS,
        "min": faults,
        "max": faults,
        "events_per_s": round(len(written) / seconds),
    }


@contextmanager
def _database() -> Iterator[Flask]:
    """A fresh database on a server of the bench's own."""
    folder = load_settings().bench_dir / "ledger-writers"
    server = postgres.ensure(folder / "pg")
    name = f"writers_{secrets.token_hex(4)}"
    postgres.create_database(server, name)
    settings = dataclasses.replace(
        load_settings(),
        mode=Mode.DEMO,
        data=folder,
        own_keys=folder / "keys" / name,
        database_url=server.app_url(name),
        owner_database_url=server.owner_url(name),
        secret_key=DEMO_SECRET,
    )
    try:
        app = create_app(settings, guard=False)
        with app.app_context():
            upgrade()
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()
    finally:
        postgres.drop_database(server, name)
        server.release()


def _write_at_once(app: Flask) -> tuple[list[UUID], float]:
    stop = threading.Event()
    sealer = threading.Thread(target=_seal_until, args=(app, stop))
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    started = time.perf_counter()
    sealer.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        shares = pool.map(_write, [url] * WRITERS)
        written = [entry_id for share in shares for entry_id in share]
    seconds = time.perf_counter() - started
    stop.set()
    sealer.join()
    with own_transaction():
        service.seal()
    return written, seconds


def _write(url: str) -> list[UUID]:
    """Write one writer's share, an event a transaction."""
    engine, ids = create_engine(url, poolclass=NullPool), []
    with engine.connect() as connection:
        for number in range(EVENTS // WRITERS):
            entry_id = uuid4()
            with Session(connection) as session:
                session.add_all(
                    service.rows_of(
                        "query", entry_id, clock.now(), matter={"n": number}, person={"name": "张"}
                    )
                )
                session.commit()
            ids.append(entry_id)
    return ids


def _seal_until(app: Flask, stop: threading.Event) -> None:
    with app.app_context():
        while not stop.is_set():
            with own_transaction():
                service.seal()
            stop.wait(0.05)


def _faults(app: Flask, written: list[UUID]) -> int:
    """Count twins, missing and foreign entries, indices out of the row, and wrong checkpoints."""
    with own_transaction() as session:
        months = session.execute(text("select month from ledger_segment order by month"))
        faults, placed = 0, []
        for (month,) in months.all():
            leaves = session.execute(
                text(
                    "select leaf_index, entry_id, leaf_hash from ledger_leaf"
                    " where month = :month order by leaf_index"
                ),
                {"month": month},
            ).all()
            faults += sum(row[0] != place for place, row in enumerate(leaves))
            placed += [row[1] for row in leaves[1:]]
            faults += _wrong_checkpoints(session, month, [row[2] for row in leaves])
    return faults + len(placed) - len(set(placed)) + len(set(placed) ^ set(written))


def _wrong_checkpoints(session: Session, month: str, leaves: list[bytes]) -> int:
    sealed = session.execute(
        text("select size, root from ledger_checkpoint where month = :month order by size"),
        {"month": month},
    ).all()
    wrong, tree = 0, merkle.Frontier()
    for size, root in sealed:
        for leaf in leaves[tree.size : size]:
            tree.append(leaf)
        wrong += tree.size != size or tree.root() != root
    return wrong + (tree.size != len(leaves))
