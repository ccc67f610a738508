"""Collection batches, 归集批次: opened before the first row, closed with what became of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row, insert, update

from xinyidai.audit import service as audit
from xinyidai.catalogue.kinds import get_kind
from xinyidai.credit_records import batch_queries, policies
from xinyidai.credit_records.models import CollectionBatch
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import (
    REGISTRATION,
    BatchCounts,
    BatchProgress,
    BatchState,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import new_id
from xinyidai.kernel.errors import Conflict, NotFound

COLLECTION = Aperture(platform_run="collection")


@dataclass(frozen=True)
class Batch:
    """A collection batch as it stands; `is_done` means the same file was taken in before."""

    id: UUID
    source: str
    kind: str
    file_name: str
    sha256: str
    state: BatchState
    counts: BatchCounts
    started_at: datetime
    finished_at: datetime | None
    account_id: UUID | None
    actor_name: str
    progress: BatchProgress

    @property
    def is_done(self) -> bool:
        """Tell whether the batch is finished, so that nothing is left to do."""
        return self.state is BatchState.FINISHED


def open_batch(actor: Actor, *, source: str, kind: str, file_name: str, sha256: str) -> Batch:
    """Begin a batch, or return the finished one of the same source, kind and content.

    A register extract is a batch of the kind `registration`.

    Raises:
        Forbidden: the actor may not deliver records.
        UnknownKind: the catalogue does not list the kind.

    """
    policies.require_collecting(actor)
    if kind != REGISTRATION:
        get_kind(kind)
    rows = door.read(COLLECTION, batch_queries.finished_batch(source, kind, sha256))
    if rows:
        return _batch(rows[0])
    batch_id = new_id()
    values = {
        "id": batch_id,
        "source": source,
        "kind": kind,
        "file_name": file_name,
        "sha256": sha256,
        "state": BatchState.RUNNING,
        "started_at": clock.now(),
        "account_id": actor.account_id,
        "actor_name": actor.name,
    }
    change(insert(CollectionBatch).values(**values))
    return get_batch(batch_id)


def has_batches(source: str, kind: str) -> bool:
    """Tell whether this source ever began to deliver this kind, so that records of it may exist."""
    wanted = batch_queries.BatchFilter(source, kind)
    return bool(door.read(COLLECTION, batch_queries.batches(wanted, 1)))


def begun_batch(source: str, kind: str, file_sha256: str) -> Batch | None:
    """Return the batch in which the same file was begun, and not finished, in blocks."""
    rows = door.read(COLLECTION, batch_queries.begun_batch(source, kind, file_sha256))
    return _batch(rows[0]) if rows else None


def begin_blocks(batch_id: UUID, file_sha256: str, rows_due: int) -> None:
    """Note that so many rows of a file will be written in blocks, after what was before."""
    change(
        update(CollectionBatch)
        .where(CollectionBatch.id == batch_id)
        .values(
            file_sha256=file_sha256,
            rows_due=CollectionBatch.rows_written + rows_due,
            heartbeat_at=clock.now(),
        )
    )


def close_batch(
    actor: Actor, batch_id: UUID, counts: BatchCounts, state: BatchState = BatchState.FINISHED
) -> Batch:
    """Finish a running batch with what became of its rows, and note it in the audit trail.

    Raises:
        NotFound: no such batch.
        Conflict: it was closed before.

    """
    policies.require_collecting(actor)
    batch = get_batch(batch_id)
    if batch.state is not BatchState.RUNNING or state is BatchState.RUNNING:
        raise Conflict("这个归集批次已经结束。", code="batch_closed")
    change(
        update(CollectionBatch)
        .where(CollectionBatch.id == batch_id)
        .values(
            state=state,
            rows_total=counts.total,
            rows_accepted=counts.accepted,
            rows_rejected=counts.rejected,
            rows_unchanged=counts.unchanged,
            finished_at=clock.now(),
        )
    )
    audit.record(actor, f"collection_batch:{state}", "collection_batch", batch_id, vars(counts))
    return get_batch(batch_id)


def get_batch(batch_id: UUID) -> Batch:
    """Return a batch, or raise `NotFound`."""
    rows = door.read(COLLECTION, batch_queries.batch_by_id(batch_id))
    if not rows:
        raise NotFound("没有找到这个归集批次。")
    return _batch(rows[0])


def list_batches(  # noqa: PLR0913 - a page, and what narrows it
    limit: int = batch_queries.LARGEST_LIST,
    offset: int = 0,
    *,
    source: str | None = None,
    kind: str | None = None,
    state: BatchState | None = None,
    since: datetime | None = None,
) -> list[Batch]:
    """Return the batches that fit, newest first; `since` bounds the moment they began."""
    wanted = batch_queries.BatchFilter(source, kind, state, since)
    statement = batch_queries.batches(wanted, limit, offset)
    return batches_of(door.read(COLLECTION, statement))


def newest_batches() -> list[Batch]:
    """Return for each source and kind the batch that was finished last."""
    return batches_of(door.read(COLLECTION, batch_queries.newest_finished()))


def batches_of(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Batch]:
    """Return rows of the table of batches as values."""
    return [_batch(row) for row in rows]


def count_batches(
    *,
    source: str | None = None,
    kind: str | None = None,
    state: BatchState | None = None,
    since: datetime | None = None,
) -> int:
    """Count the batches that `list_batches` would page through."""
    wanted = batch_queries.BatchFilter(source, kind, state, since)
    [[number]] = door.read(COLLECTION, batch_queries.count_batches(wanted))
    return int(number)


def change(statement: Executable, aperture: Aperture = COLLECTION) -> int:
    """Run one writing statement through the door; return how many rows it changed."""
    with door.with_door(aperture) as connection:
        rows: int = connection.execute(statement).rowcount
        return rows


def _batch(row: Row[*tuple[Any, ...]]) -> Batch:
    return Batch(
        id=row.id,
        source=row.source,
        kind=row.kind,
        file_name=row.file_name,
        sha256=row.sha256,
        state=row.state,
        counts=BatchCounts(
            total=row.rows_total,
            accepted=row.rows_accepted,
            rejected=row.rows_rejected,
            unchanged=row.rows_unchanged,
        ),
        started_at=row.started_at,
        finished_at=row.finished_at,
        account_id=row.account_id,
        actor_name=row.actor_name,
        progress=BatchProgress(
            rows_due=row.rows_due,
            rows_written=row.rows_written,
            rows_superseded=row.rows_superseded,
            blocks_done=row.blocks_done,
            heartbeat_at=row.heartbeat_at,
        ),
    )
