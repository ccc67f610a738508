"""Seal what waits, 封存: leaves, nodes and a signed checkpoint, one sealer at a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, literal, select

from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict
from xinyidai.ledger import notes, queries
from xinyidai.ledger.merkle import Frontier, leaf_hash
from xinyidai.ledger.models import (
    LedgerCheckpoint,
    LedgerEntry,
    LedgerLeaf,
    LedgerNode,
    LedgerPending,
    LedgerSegment,
)
from xinyidai.ledger.rules import header_text, month_of, origin_of
from xinyidai.ledger.service.keys import LEDGER, current_pair, key_name
from xinyidai.ledger.values import Checkpoint, SealResult

SEAL_LOCK = 0x58594C31
NODE_BATCH = 5000


@dataclass(frozen=True)
class _Place:
    """Where the new leaves go."""

    month: str
    origin: str
    size: int


def seal() -> SealResult:
    """Move every waiting entry into the tree of the present month, under one new checkpoint.

    Entries stand in the order of their time and id. Costs what is new, whatever the month holds.

    Raises:
        Conflict: the clock stands before the last sealing; what waits must go on waiting.

    """
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(SEAL_LOCK))):
        return SealResult(is_busy=True)
    now, last = clock.now(), queries.newest_checkpoint()
    if last is not None and now <= last.sealed_at:
        raise Conflict(
            f"系统时间早于上次封存的时间（{clock.local(last.sealed_at):%Y-%m-%d %H:%M:%S}），"
            "暂停封存：请先校准服务器时间。",
            code="clock_back",
        )
    if not queries.something_waits(now):
        return SealResult()
    place = _place(now, last)
    sealed = _place_leaves(place, now)
    return _sign(place, _grow(place, place.size + sealed), sealed, now)


def hold_seal() -> None:
    """Keep everybody from sealing until this transaction ends, so that the log stands still."""
    db.session.execute(select(func.pg_advisory_xact_lock(SEAL_LOCK)))


def _place(now: datetime, last: LedgerCheckpoint | None) -> _Place:
    month = month_of(now)
    origin = origin_of(key_name(LEDGER), month)
    if last is not None and last.month == month:
        segment = db.session.get_one(LedgerSegment, month)
        return _Place(month, segment.origin, last.size)
    return _open(month, origin, now, last)


def _open(month: str, origin: str, now: datetime, last: LedgerCheckpoint | None) -> _Place:
    """Begin a month; its first leaf names the end of the month before."""
    previous = None
    if last is not None:
        before = db.session.get_one(LedgerSegment, last.month)
        previous = (before.origin, last.size, last.root)
    header = header_text(origin, previous)
    db.session.add(LedgerSegment(month=month, origin=origin, header=header, opened_at=now))
    db.session.flush()
    header_hash = leaf_hash(header.encode())
    db.session.add(LedgerLeaf(month=month, leaf_index=0, entry_id=None, leaf_hash=header_hash))
    db.session.flush()
    return _Place(month, origin, 1)


def _place_leaves(place: _Place, now: datetime) -> int:
    """Turn what waits into leaves, in one statement, and return how many."""
    taken = (
        delete(LedgerPending)
        .where(LedgerPending.entry_id == LedgerEntry.id, LedgerEntry.happened_at <= now)
        .returning(LedgerEntry.id, LedgerEntry.happened_at, LedgerEntry.leaf_hash)
        .cte("taken")
    )
    number = func.row_number().over(order_by=(taken.c.happened_at, taken.c.id))
    leaves = select(literal(place.month), place.size + number - 1, taken.c.id, taken.c.leaf_hash)
    columns = ["month", "leaf_index", "entry_id", "leaf_hash"]
    counted = insert(LedgerLeaf).from_select(columns, leaves).returning(LedgerLeaf.leaf_index)
    placed = select(func.count()).select_from(counted.cte("placed"))
    return db.session.scalar(placed) or 0


def _grow(place: _Place, size: int) -> bytes:
    """Add the new leaves to the tree, keep the nodes that became complete, return the root."""
    known = 0 if place.size == 1 else place.size
    tree = queries.tree(place.month, known).frontier() if known else Frontier()
    for leaf in queries.leaf_hashes(place.month, known, size):
        tree.append(leaf)
    if tree.size != size:
        raise RuntimeError("the new leaves are not all there")
    nodes = [
        {"month": place.month, "level": level, "node_index": index, "node_hash": node}
        for level, index, node in tree.completed
    ]
    for start in range(0, len(nodes), NODE_BATCH):
        db.session.execute(insert(LedgerNode), nodes[start : start + NODE_BATCH])
    return tree.root()


def _sign(place: _Place, root: bytes, sealed: int, now: datetime) -> SealResult:
    size = place.size + sealed
    text = notes.checkpoint_text(Checkpoint(place.origin, size, root, now))
    pair = current_pair(LEDGER)
    line = notes.SignatureLine(pair.public.name, pair.public.key_id, pair.sign(text.encode()))
    note = str(notes.Note(text, [line]))
    db.session.add(
        LedgerCheckpoint(month=place.month, size=size, root=root, sealed_at=now, note=note)
    )
    db.session.flush()
    return SealResult(sealed, place.month, size, root, now)
