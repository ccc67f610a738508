"""Write blocks of changed records, 分块写入: lock their firms, supersede, copy in, raise versions.

Whoever collects has found out what changes (`pull_existing`) before the block is written. Nothing
is locked in between, so a block is written only after its firms were locked and found to be as
they were; what was changed meanwhile is judged again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from psycopg.sql import SQL, Literal
from sqlalchemy import Connection, text, update

from xinyidai.credit_records.models import CollectionBatch
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.batches import COLLECTION, Batch, change
from xinyidai.credit_records.values import WriteCounts
from xinyidai.kernel import clock
from xinyidai.kernel.db import copy_out, db
from xinyidai.kernel.errors import InvalidInput

LOADED = (
    "enterprise_id, kind, source, natural_key, occurred_on, valid_until, amount_fen, quantity,"
    " level, content, row_hash, batch_id, collected_at"
)
IN_CSV = "(format csv, null '\\N')"
CREATE_FIRMS = text(
    "create temp table block_firm (id uuid not null, version bigint) on commit drop"
)
COPY_FIRMS = f"copy block_firm (id, version) from stdin {IN_CSV}"
DROP_FIRMS = text("drop table block_firm")
ANALYZE_FIRMS = text("analyze block_firm")
GRANT_FIRMS = text("grant select on block_firm to xinyidai_door")
VERSIONS = (
    b"copy (select e.id, e.facts_version from enterprise e"
    b" where e.id in (select id from block_firm)) to stdout (format csv)"
)
# Rows out of force count too: what was repaired, corrected or withdrawn may not come back.
EXISTING = SQL(
    "copy (select r.enterprise_id, r.natural_key, encode(r.row_hash, 'hex'), r.status"
    " from block_firm f join credit.credit_record r on r.enterprise_id = f.id"
    " where r.kind = {} and r.source = {} and r.status <> 'superseded') to stdout (format csv)"
)
# In the order of their ids, or two batches could wait for each other.
LOCK_FIRMS = text(
    """
    with locked as (
        select id, facts_version from enterprise
        where id in (select id from block_firm) order by id for no key update)
    select f.id, l.id is null as is_gone from block_firm f left join locked l using (id)
    where l.id is null or l.facts_version <> f.version
    """
)
CREATE_OLD = text(
    """
    create temp table block_old (enterprise_id uuid not null, natural_key text not null)
    on commit drop
    """
)
COPY_OLD = f"copy block_old (enterprise_id, natural_key) from stdin {IN_CSV}"
DROP_OLD = text("drop table block_old")
ANALYZE_OLD = text("analyze block_old")
GRANT_OLD = text("grant select on block_old to xinyidai_door")
SUPERSEDE = text(
    """
    update credit.credit_record r
    set status = 'superseded', status_changed_at = :now, status_changed_by = :who,
        status_reason = :why
    from block_old o
    where r.enterprise_id = o.enterprise_id and r.kind = :kind and r.source = :source
        and r.natural_key = o.natural_key and r.status = 'in_force'
    """
)
RAISE_VERSIONS = text(
    """
    update enterprise e set facts_version = facts_version + 1
    from block_firm f where e.id = f.id
    """
)
COPY_ROWS = f"copy credit.credit_record ({LOADED}) from stdin {IN_CSV}"
CREATE_ROWS = text(
    """
    create temp table block_row (
        enterprise_id uuid, kind text, source text, natural_key text, occurred_on date,
        valid_until date, amount_fen bigint, quantity numeric, level text, content text,
        row_hash bytea, batch_id uuid, collected_at timestamptz) on commit drop
    """
)
COPY_ASIDE = f"copy block_row ({LOADED}) from stdin {IN_CSV}"
GRANT_ROWS = text("grant select on block_row to xinyidai_door")
INSERT_ROWS = text(
    f"""
    insert into credit.credit_record ({LOADED})
    select {LOADED.replace("content", "content::jsonb")} from block_row
    """  # noqa: S608 - a constant list of columns
)
DROP_ROWS = text("drop table block_row")
FRESHEN = text("select credit.freshen_statistics()")


class Block(Protocol):
    """Changed rows of whole firms, as CSV in which a bare backslash and N stand for nothing."""

    def firms(self) -> Iterable[bytes]:
        """Return id and known version of each firm of which something changes."""

    def replaced(self) -> Iterable[bytes]:
        """Return firm and natural key of each record in force that a row takes the place of."""

    def rows(self, batch_id: UUID, now: datetime) -> Iterable[bytes]:
        """Return the rows with the columns `LOADED`."""

    def judge_again(self, firms: Iterable[UUID]) -> None:
        """Find out anew what changes for these firms, which are locked now."""


@dataclass(frozen=True)
class Existing:
    """What the platform holds of a delivery's firms: their versions, and records as CSV."""

    versions: Iterable[bytes]
    records: Iterable[bytes]


@contextmanager
def existing_of(batch: "Origin", firms: Iterable[bytes], *, is_first: bool) -> Iterator[Existing]:
    """Give the versions of firms, and then their records of one kind and source.

    The versions are read first, so that a later change of a record shows in them. `is_first`:
    nothing of this kind and source was ever taken in, and nothing needs to be looked for.
    """
    connection = db.session.connection()
    connection.execute(door.PATIENCE)
    _fill_firms(connection, firms)
    connection.execute(GRANT_FIRMS)
    yield Existing(copy_out(connection, VERSIONS), () if is_first else _records(connection, batch))
    connection.execute(DROP_FIRMS)


@dataclass(frozen=True)
class Origin:
    """Kind and source of a delivery."""

    kind: str
    source: str


def freshen_statistics() -> None:
    """See that the planner knows how large the table of records has become."""
    db.session.execute(door.PATIENCE)
    change(FRESHEN)


def write_block(batch: Batch, block: Block) -> WriteCounts:
    """Write one block in the present transaction, and note the progress in its batch.

    Raises:
        InvalidInput: a firm of the block does not exist any more.

    """
    connection = db.session.connection()
    connection.execute(door.PATIENCE)
    _lock(connection, block)
    now = clock.now()
    superseded = _supersede(connection, batch, block, now)
    written = _load(connection, block.rows(batch.id, now))
    firms = connection.execute(RAISE_VERSIONS).rowcount
    connection.execute(DROP_FIRMS)
    _note_progress(batch.id, written, superseded)
    return WriteCounts(written - superseded, superseded, 0, firms)


def superseding(batch: Batch) -> dict[str, Any]:
    """Return who ended a record and why, when a batch brought another in its place."""
    return {"who": batch.actor_name, "why": f"来源报送了新的内容（归集批次 {batch.id}）"}


def _lock(connection: Connection, block: Block) -> None:
    _fill_firms(connection, block.firms())
    stale = connection.execute(LOCK_FIRMS).all()
    gone = sum(row.is_gone for row in stale)
    if gone:
        raise InvalidInput(f"有 {gone} 家企业已不存在。", code="unknown_firms")
    if stale:
        connection.execute(DROP_FIRMS)
        block.judge_again([row.id for row in stale])
        _fill_firms(connection, block.firms())


def _fill_firms(connection: Connection, firms: Iterable[bytes]) -> None:
    connection.execute(CREATE_FIRMS)
    _copy(connection, COPY_FIRMS, firms)
    connection.execute(ANALYZE_FIRMS)


def _supersede(connection: Connection, batch: Batch, block: Block, now: datetime) -> int:
    connection.execute(CREATE_OLD)
    replaced = _copy(connection, COPY_OLD, block.replaced())
    if replaced:
        connection.execute(ANALYZE_OLD)
        connection.execute(GRANT_OLD)
        bounds = {"now": now, "kind": batch.kind, "source": batch.source, **superseding(batch)}
        with door.with_door(COLLECTION) as opened:
            replaced = opened.execute(SUPERSEDE, bounds).rowcount
    connection.execute(DROP_OLD)
    return replaced


def _load(connection: Connection, rows: Iterable[bytes]) -> int:
    """Copy rows in as the role that only adds; where it is missing, through the door."""
    if door.may_only_add(connection):
        with door.adding(connection):
            return _copy(connection, COPY_ROWS, rows)
    connection.execute(CREATE_ROWS)
    _copy(connection, COPY_ASIDE, rows)
    connection.execute(GRANT_ROWS)
    written = change(INSERT_ROWS)
    connection.execute(DROP_ROWS)
    return written


def _note_progress(batch_id: UUID, written: int, superseded: int) -> None:
    change(
        update(CollectionBatch)
        .where(CollectionBatch.id == batch_id)
        .values(
            rows_written=CollectionBatch.rows_written + written,
            rows_superseded=CollectionBatch.rows_superseded + superseded,
            blocks_done=CollectionBatch.blocks_done + 1,
            heartbeat_at=clock.now(),
        )
    )


def _copy(connection: Connection, statement: str, data: Iterable[bytes]) -> int:
    with door.driver(connection).cursor() as cursor:
        with cursor.copy(statement.encode()) as copy:
            for piece in data:
                copy.write(piece)
        return cursor.rowcount


def _records(connection: Connection, batch: Origin) -> Iterator[bytes]:
    statement = EXISTING.format(Literal(batch.kind), Literal(batch.source))
    with door.with_door(COLLECTION):
        yield from copy_out(connection, statement.as_bytes(door.driver(connection)))
