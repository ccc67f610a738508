"""Reading the log."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, exists, func, select

from xinyidai.kernel.db import db
from xinyidai.ledger.merkle import StoredTree
from xinyidai.ledger.models import (
    LedgerCheckpoint,
    LedgerCosignature,
    LedgerEntry,
    LedgerLeaf,
    LedgerNode,
    LedgerPending,
    LedgerSegment,
    LedgerWitness,
    SigningKey,
)

BATCH = 2000

ExportRow = tuple[int, bytes, LedgerEntry | None, UUID | None]


def newest_key(name: str) -> SigningKey | None:
    """Return the key registered last under a name."""
    mine = select(SigningKey).where(SigningKey.name == name)
    return db.session.scalar(mine.order_by(SigningKey.created_at.desc(), SigningKey.id.desc()))


def keys_by_id(key_ids: Collection[str]) -> Sequence[SigningKey]:
    """Return the registered keys with these ids."""
    return db.session.scalars(select(SigningKey).where(SigningKey.key_id.in_(key_ids))).all()


def all_keys() -> Sequence[SigningKey]:
    """Return every registered key, oldest first."""
    return db.session.scalars(select(SigningKey).order_by(SigningKey.created_at)).all()


def something_waits(until: datetime) -> bool:
    """Tell whether an entry from before `until` waits to be sealed."""
    waiting = (
        select(LedgerPending.entry_id)
        .join(LedgerEntry, LedgerEntry.id == LedgerPending.entry_id)
        .where(LedgerEntry.happened_at <= until)
    )
    return bool(db.session.scalar(select(exists(waiting))))


def waiting_count(before: datetime | None = None) -> int:
    """Return how many entries wait to be sealed, optionally only those older than a moment."""
    waiting = select(func.count()).select_from(LedgerPending)
    if before is not None:
        waiting = waiting.join(LedgerEntry, LedgerEntry.id == LedgerPending.entry_id)
        waiting = waiting.where(LedgerEntry.happened_at < before)
    return db.session.scalar(waiting) or 0


def lost_entries(limit: int) -> Sequence[UUID]:
    """Return entries that neither wait nor stand in a tree: somebody took them out."""
    waits = exists().where(LedgerPending.entry_id == LedgerEntry.id)
    stands = exists().where(LedgerLeaf.entry_id == LedgerEntry.id)
    return db.session.scalars(select(LedgerEntry.id).where(~waits, ~stands).limit(limit)).all()


def first_entry_at(subject: str) -> datetime | None:
    """Return when the first entry of a subject happened."""
    mine = select(func.min(LedgerEntry.happened_at)).where(LedgerEntry.subject == subject)
    return db.session.scalar(mine)


def known_entries(subject: str, ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the ids that have an entry of the subject."""
    mine = select(LedgerEntry.id).where(LedgerEntry.subject == subject, LedgerEntry.id.in_(ids))
    return set(db.session.scalars(mine))


def segments() -> Sequence[LedgerSegment]:
    """Return the months, oldest first."""
    return db.session.scalars(select(LedgerSegment).order_by(LedgerSegment.month)).all()


def segment_by_origin(origin: str) -> LedgerSegment | None:
    """Return the month with this origin line."""
    return db.session.scalar(select(LedgerSegment).where(LedgerSegment.origin == origin))


def newest_checkpoint(month: str | None = None) -> LedgerCheckpoint | None:
    """Return the newest checkpoint, of a month or of all."""
    statement = select(LedgerCheckpoint)
    if month is not None:
        statement = statement.where(LedgerCheckpoint.month == month)
    newest = (LedgerCheckpoint.month.desc(), LedgerCheckpoint.size.desc())
    return db.session.scalar(statement.order_by(*newest).limit(1))


def checkpoint(month: str, size: int) -> LedgerCheckpoint | None:
    """Return the checkpoint of this size."""
    return db.session.get(LedgerCheckpoint, (month, size))


def newest_cosigned(month: str, index: int) -> LedgerCheckpoint | None:
    """Return the newest checkpoint of a month over a leaf that a witness signed."""
    signed = exists().where(
        LedgerCosignature.month == LedgerCheckpoint.month,
        LedgerCosignature.size == LedgerCheckpoint.size,
    )
    over = select(LedgerCheckpoint).where(
        LedgerCheckpoint.month == month, LedgerCheckpoint.size > index, signed
    )
    return db.session.scalar(over.order_by(LedgerCheckpoint.size.desc()).limit(1))


def cosignatures(month: str, size: int) -> Sequence[Row[str, str]]:
    """Return name of the witness and signature line, in the order of arrival."""
    statement = (
        select(LedgerWitness.name, LedgerCosignature.line)
        .join(LedgerWitness, LedgerWitness.id == LedgerCosignature.witness_id)
        .where(LedgerCosignature.month == month, LedgerCosignature.size == size)
        .order_by(LedgerCosignature.received_at, LedgerWitness.name)
    )
    return db.session.execute(statement).all()


def checkpoints(month: str) -> Iterator[LedgerCheckpoint]:
    """Yield a month's checkpoints, oldest first."""
    mine = select(LedgerCheckpoint).where(LedgerCheckpoint.month == month)
    ordered = mine.order_by(LedgerCheckpoint.size).execution_options(yield_per=BATCH)
    yield from db.session.scalars(ordered)


def cosignature_lines(month: str) -> dict[int, list[str]]:
    """Return the witnesses' lines under each size of a month."""
    mine = select(LedgerCosignature.size, LedgerCosignature.line)
    mine = mine.where(LedgerCosignature.month == month).order_by(LedgerCosignature.received_at)
    found: dict[int, list[str]] = {}
    for size, line in db.session.execute(mine):
        found.setdefault(size, []).append(line)
    return found


def leaf_of(entry_id: UUID) -> LedgerLeaf | None:
    """Return the place of an entry, or None where it is not sealed."""
    return db.session.scalar(select(LedgerLeaf).where(LedgerLeaf.entry_id == entry_id))


def leaf_hashes(month: str, start: int, end: int) -> Iterator[bytes]:
    """Yield the leaf hashes [start, end) of a month that are there, in their order."""
    stretch = select(LedgerLeaf.leaf_hash).where(
        LedgerLeaf.month == month, LedgerLeaf.leaf_index >= start, LedgerLeaf.leaf_index < end
    )
    ordered = stretch.order_by(LedgerLeaf.leaf_index).execution_options(yield_per=10_000)
    yield from db.session.scalars(ordered)


def tree(month: str, size: int) -> StoredTree:
    """Return the tree of a month's first `size` leaves."""

    def fetch(level: int, start: int, end: int) -> Sequence[bytes]:
        if level == 0:
            return list(leaf_hashes(month, start, end))
        stretch = select(LedgerNode.node_hash).where(
            LedgerNode.month == month,
            LedgerNode.level == level,
            LedgerNode.node_index >= start,
            LedgerNode.node_index < end,
        )
        return db.session.scalars(stretch.order_by(LedgerNode.node_index)).all()

    return StoredTree(fetch, size)


def export_rows(month: str) -> Iterator[Sequence[ExportRow]]:
    """Yield a month's leaves in batches, each with its entry where there is one."""
    statement = (
        select(LedgerLeaf.leaf_index, LedgerLeaf.leaf_hash, LedgerEntry, LedgerLeaf.entry_id)
        .outerjoin(LedgerEntry, LedgerEntry.id == LedgerLeaf.entry_id)
        .where(LedgerLeaf.month == month)
        .order_by(LedgerLeaf.leaf_index)
        .execution_options(yield_per=BATCH)
    )
    for rows in db.session.execute(statement).partitions():
        yield [(index, leaf, entry, entry_id) for index, leaf, entry, entry_id in rows]


def active_witnesses() -> Sequence[LedgerWitness]:
    """Return the witnesses whose signatures are taken."""
    mine = select(LedgerWitness).where(LedgerWitness.retired_at.is_(None))
    return db.session.scalars(mine.order_by(LedgerWitness.added_at)).all()


def all_witnesses() -> Sequence[LedgerWitness]:
    """Return every witness there ever was."""
    return db.session.scalars(select(LedgerWitness).order_by(LedgerWitness.added_at)).all()


def witness_named(name: str) -> LedgerWitness | None:
    """Return the witness of this name."""
    return db.session.scalar(select(LedgerWitness).where(LedgerWitness.name == name))
