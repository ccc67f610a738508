"""A real log in a database of its own, with a witness, and an intruder who owns the database."""

import base64
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask

from xinyidai.kernel import clock, signing
from xinyidai.kernel.clock import TZ
from xinyidai.kernel.db import db, new_id, own_transaction
from xinyidai.kernel.postgres_roles import libpq
from xinyidai.kernel.signing import SigningKeyPair
from xinyidai.ledger import merkle, notes, queries, service
from xinyidai.ledger.openings import Opening, Source
from xinyidai.ledger.service.keys import current_pair
from xinyidai.ledger.service.tools import tool
from xinyidai.ledger.standalone import witness
from xinyidai.ledger.values import Checkpoint

SUBJECT = "trial"
MONTH = "2025-03"
BEGIN = datetime(2025, 3, 10, 9, 0, tzinfo=TZ)
EACH = 5  # entries of a round, so that intervals are [0, 6), [6, 11), [11, 16)


def run_tool(path: Path, *arguments: object) -> tuple[int, str]:
    """Run a stand-alone tool as an outsider would: isolated from the product."""
    done = subprocess.run(  # noqa: S603 - our own tools
        [sys.executable, "-I", str(path), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=path.parent,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@dataclass
class Witness:
    """A witness with its own key and state, outside of the platform."""

    folder: Path
    name: str = "bank.example/witness"
    verifier: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        code, said = self.run("keygen", self.name, "--out", self.folder / "key")
        assert code == 0
        self.verifier = said.strip()

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def run(self, *arguments: object) -> tuple[int, str]:
        """Run the tool in this process, which is faster; `test_witness` runs the one file."""
        said = io.StringIO()
        with redirect_stdout(said):
            code = witness.main([str(argument) for argument in arguments])
        return code, said.getvalue()

    def sign(self, steps: Sequence[dict[str, Any]], log_key: str) -> tuple[int, str, list[str]]:
        given, out = self.folder / "steps.json", self.folder / "out"
        out.unlink(missing_ok=True)
        given.write_text(json.dumps({"steps": list(steps)}), encoding="utf-8")
        key = ("--key", self.folder / "key", "--log-key", log_key)
        code, said = self.run("cosign", *key, "--state", self.state, "--steps", given, "--out", out)
        text = out.read_text(encoding="utf-8") if out.exists() else ""
        return code, said, [note for note in text.split("====\n") if note]


@dataclass
class Log:
    """The platform's log, and what its pages show (`rows`)."""

    app: Flask
    folder: Path
    witness: Witness
    rows: dict[UUID, Opening] = field(default_factory=dict)
    now: datetime = BEGIN
    exports: int = 0

    def source(self) -> Source:
        return Source(
            lambda ids: {each: self.rows[each] for each in ids if each in self.rows},
            self._ids_since,
        )

    def _ids_since(self, moment: datetime) -> Iterator[UUID]:
        return iter([each for each, row in self.rows.items() if row.happened_at >= moment])

    def write(self, count: int = EACH, *, late_by: timedelta = timedelta()) -> list[UUID]:
        """Let events happen, one a second, and commit them with their entries."""
        ids = []
        with own_transaction():
            for number in range(count):
                self.now += timedelta(seconds=1)
                with clock.at(self.now):
                    ids.append(new_id())
                matter = {"institution": f"bank-{number}", "amount": number, "items": ["税务"]}
                row = Opening(self.now - late_by, matter, {"name": f"张{number}", "from": None})
                self.rows[ids[-1]] = row
                service.append(SUBJECT, ids[-1], row.happened_at, matter=matter, person=row.person)
        return ids

    def seal(self, after: timedelta = timedelta(minutes=1)) -> None:
        self.now += after
        with clock.at(self.now), own_transaction():
            service.seal()

    def round(self) -> None:
        """Write, seal, and have the checkpoint co-signed."""
        self.write()
        self.seal()
        self.cosign()

    def cosign(self) -> None:
        code, said, signed = self.witness.sign(self.steps(), self.key)
        assert code == 0, said
        with own_transaction():
            for note in signed:
                assert service.accept_cosignature(note) == ["见证银行"]

    def steps(self) -> list[dict[str, Any]]:
        last = self.kept()[-1] if self.kept() else None
        body = notes.parse_checkpoint(notes.parse_note(last).text) if last else None
        known = (body.origin, body.size) if body else ()
        return [step.as_document() for step in service.steps_for_witness(*known)]

    def kept(self) -> list[str]:
        state = self.witness.state
        text = state.read_text(encoding="utf-8") if state.exists() else ""
        return [note for note in text.split("====\n") if note]

    @property
    def key(self) -> str:
        """The log's public key, as auditors got it in person."""
        found = queries.newest_key("ledger")
        assert found is not None
        return found.verifier

    @property
    def pair(self) -> SigningKeyPair:
        return current_pair("ledger")

    def export(self) -> Path:
        self.exports += 1
        target = self.folder / f"export-{self.exports}"
        with own_transaction():
            service.export(target)
        return target

    def verify(
        self, *more: object, key: str | None = None, own: bool = True, export: Path | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Verify as an auditor does who has the keys and, unless not `own`, the witness's file."""
        arguments: list[object] = [export or self.export(), "--key", key or self.key, "--json"]
        arguments += ["--witness", self.witness.verifier]
        if own and self.witness.state.exists():
            arguments += ["--witness-checkpoint", self.witness.state]
        verifier = self.folder / "verify_ledger.py"
        verifier.write_text(tool(verifier.name), encoding="utf-8")
        code, said = run_tool(verifier, *arguments, *more)
        return code, json.loads(said)

    def finds(self, kind: str, start: int, end: int | None = None, **more: Any) -> dict[str, Any]:
        """Assert that the verifier refuses, and names this first."""
        code, report = self.verify(**more)
        first = report["first"]
        assert code == 1
        assert (first["kind"], first["start"]) == (kind, start), report["problems"]
        assert end is None or first["end"] == end
        return first

    def at(self, index: int, month: str = MONTH) -> UUID:
        """The entry at a place of the tree."""
        return self.sql(
            "select entry_id from ledger_leaf where month = %s and leaf_index = %s", month, index
        )[0][0]

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Do something as the database's owner, whom no grant holds back."""
        db.session.remove()
        with psycopg.connect(libpq(self.app.config["OWNER_DATABASE_URI"])) as connection:
            done = connection.execute(statement, values)  # type: ignore[arg-type] # tests' own text
            return done.fetchall() if done.description else []

    def rewrite(self, pair: SigningKeyPair | None = None, month: str = MONTH) -> None:
        """Make the whole month fit what its entries say now, signed anew with the log's key."""
        pair = pair or self.pair
        rows = self.sql(
            "select leaf_hash from ledger_leaf where month = %s order by leaf_index", month
        )
        leaves = [row[0] for row in rows]
        seals = self.sql(
            "select size, sealed_at from ledger_checkpoint where month = %s order by size", month
        )
        for size, sealed_at in seals:
            self.forge(size, merkle.root_of(leaves[:size]), sealed_at, pair, month)

    def forge(
        self, size: int, root: bytes, sealed_at: datetime, pair: SigningKeyPair, month: str = MONTH
    ) -> str:
        """Put another signed checkpoint in the place of the one of this size."""
        note = signed(size, root, sealed_at, pair, month)
        self.sql(
            "update ledger_checkpoint set root = %s, sealed_at = %s, note = %s"
            " where month = %s and size = %s",
            *(root, sealed_at, note, month, size),
        )
        self.sql("delete from ledger_cosignature where month = %s and size = %s", month, size)
        return note

    def recommit(self, entry_id: UUID) -> None:
        """Let an entry commit to what the pages show now, as if it always had."""
        from xinyidai.ledger.service.entries import rows_of

        row = self.rows[entry_id]
        entry = rows_of(SUBJECT, entry_id, row.happened_at, matter=row.matter, person=row.person)[0]
        hashes = (entry.matter_hash, entry.matter_salt, entry.person_hash, entry.person_salt)
        self.sql(
            "update ledger_entry set matter_hash = %s, matter_salt = %s, person_hash = %s,"
            " person_salt = %s, leaf_hash = %s where id = %s",
            *(*hashes, entry.leaf_hash, entry_id),
        )
        self.sql(
            "update ledger_leaf set leaf_hash = %s where entry_id = %s", entry.leaf_hash, entry_id
        )


def signed(
    size: int, root: bytes, sealed_at: datetime, pair: SigningKeyPair, month: str = MONTH
) -> str:
    origin = f"{signing.current_settings().ledger_origin}/{month}"
    text = notes.checkpoint_text(Checkpoint(origin, size, root, sealed_at))
    line = notes.SignatureLine(pair.public.name, pair.public.key_id, pair.sign(text.encode()))
    return str(notes.Note(text, [line]))


def step_of(note: str, **more: object) -> dict[str, Any]:
    """Return a step for a witness that says what it is told to say."""
    return {"checkpoint": note, "old": 0, "proof": [], "header": None, "header_proof": [], **more}


def base64_of(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in hashes]
