"""Check the whole log from inside: the stand-alone verifier, and whether anything is left out."""

import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from xinyidai.kernel import clock
from xinyidai.ledger import notes, openings, queries
from xinyidai.ledger.models import LedgerCheckpoint
from xinyidai.ledger.service.exporting import export
from xinyidai.ledger.service.keys import LEDGER
from xinyidai.ledger.standalone import signatures, verifying
from xinyidai.ledger.standalone.verify_ledger import in_words
from xinyidai.ledger.values import Verification

LONGEST_WAIT = timedelta(minutes=10)
BATCH = 5000


def verify(processes: int = 1) -> Verification:
    """Export the whole log to a temporary folder and verify it; then look for what is left out.

    Our own keys and rows vouch here for our own log, so this finds faults and intruders; only
    outsiders with their own keys and checkpoints can tell that the operator was honest.
    """
    with tempfile.TemporaryDirectory(prefix="xinyidai-ledger-") as name:
        folder = Path(name) / "export"
        leaves = export(folder)
        report = verifying.verify(folder, _given(processes)) if leaves else {"problems": []}
    problems = [in_words(problem) for problem in report["problems"]]
    problems += [*_left_out(), *_unlike_their_notes()]
    return Verification(not problems, report.get("entries", 0), problems, report)


def _given(processes: int) -> verifying.Given:
    ours = [key.verifier for key in queries.all_keys() if key.name == LEDGER]
    theirs = [witness.verifier for witness in queries.all_witnesses()]
    return verifying.Given(
        keys=[signatures.parse_key(text) for text in ours],
        witnesses=[signatures.parse_key(text) for text in theirs],
        since=_first_month(),
        processes=processes,
    )


def _first_month() -> str | None:
    """Return the first month still kept; those before it may have been dropped as a whole."""
    months = queries.segments()
    return months[0].month if months else None


def _left_out() -> Iterator[str]:
    for entry_id in queries.lost_entries(1):
        yield f"存证 {entry_id} 既没有封存，也不在待封存之列：有人把它取出。"
    late = queries.waiting_count(clock.now() - LONGEST_WAIT)
    if late:
        yield f"{late} 条存证超过 10 分钟没有封存：请检查后台任务是否运行。"
    for subject in sorted(openings.subjects()):
        yield from _events_without_entry(subject)


def _events_without_entry(subject: str) -> Iterator[str]:
    since = queries.first_entry_at(subject)
    if since is None:
        return
    # Read to the end even after a find, or the database would keep the cursor open.
    lost: list[UUID] = []
    for ids in _batches(openings.source_of(subject).ids_since(since)):
        known = queries.known_entries(subject, ids)
        lost += [each for each in ids if each not in known][:1]
    if lost:
        yield f"{subject} 的记录 {lost[0]} 没有存证。"


def _batches(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _unlike_their_notes() -> Iterator[str]:
    for segment in queries.segments():
        sealed = queries.checkpoints(segment.month)
        wrong = [each.size for each in sealed if _columns(each) != _note(each)]
        if wrong:
            yield f"检查点 {segment.month}/{wrong[0]} 与其签名文本不一致。"


def _columns(row: LedgerCheckpoint) -> tuple[Any, ...]:
    return row.size, row.root, row.sealed_at


def _note(row: LedgerCheckpoint) -> tuple[Any, ...] | None:
    try:
        said = notes.parse_checkpoint(notes.parse_note(row.note).text)
    except ValueError:
        return None
    return said.size, said.root, said.sealed_at
