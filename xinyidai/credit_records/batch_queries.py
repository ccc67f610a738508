"""Statements on collection batches and the rows they got back, to be run through the door."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.credit_records.models import CollectionBatch, CollectionRejection
from xinyidai.credit_records.values import REGISTRATION, BatchState

LARGEST_LIST = 100


@dataclass(frozen=True)
class BatchFilter:
    """Which batches are meant; None means all."""

    source: str | None = None
    kind: str | None = None
    state: BatchState | None = None
    since: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions of a statement."""
        found: list[ColumnElement[bool]] = []
        if self.source is not None:
            found.append(CollectionBatch.source == self.source)
        if self.kind is not None:
            found.append(CollectionBatch.kind == self.kind)
        if self.state is not None:
            found.append(CollectionBatch.state == self.state)
        if self.since is not None:
            found.append(CollectionBatch.started_at >= self.since)
        return found


def batch_by_id(batch_id: UUID) -> Select[*tuple[Any, ...]]:
    """Select one collection batch."""
    return _all().where(CollectionBatch.id == batch_id)


def finished_batch(source: str, kind: str, digest: str) -> Select[*tuple[Any, ...]]:
    """Select the finished batch of the same file, if there is one."""
    return _all().where(
        CollectionBatch.source == source,
        CollectionBatch.kind == kind,
        CollectionBatch.sha256 == digest,
        CollectionBatch.state == BatchState.FINISHED,
    )


def begun_batch(source: str, kind: str, file_sha256: str) -> Select[*tuple[Any, ...]]:
    """Select the newest batch in which the same file was begun in blocks and not finished."""
    begun = _all().where(
        CollectionBatch.source == source,
        CollectionBatch.kind == kind,
        CollectionBatch.file_sha256 == file_sha256,
        CollectionBatch.state == BatchState.RUNNING,
    )
    return begun.order_by(CollectionBatch.started_at.desc()).limit(1)


def batches(
    wanted: BatchFilter, limit: int = LARGEST_LIST, offset: int = 0
) -> Select[*tuple[Any, ...]]:
    """Select collection batches, newest first."""
    ordered = _all().order_by(CollectionBatch.started_at.desc(), CollectionBatch.id.desc())
    return ordered.where(*wanted.conditions()).limit(limit).offset(offset)


def newest_finished() -> Select[*tuple[Any, ...]]:
    """Select for each source and kind the batch that was finished last."""
    return (
        _all()
        .where(CollectionBatch.state == BatchState.FINISHED)
        .ext(distinct_on(CollectionBatch.source, CollectionBatch.kind))
        .order_by(
            CollectionBatch.source,
            CollectionBatch.kind,
            CollectionBatch.started_at.desc(),
            CollectionBatch.id.desc(),
        )
    )


def count_batches(wanted: BatchFilter) -> Select[int]:
    """Count collection batches."""
    return select(func.count()).select_from(CollectionBatch).where(*wanted.conditions())


def last_collections(as_of: datetime) -> Select[str, datetime | None]:
    """Select for each kind the end of its last batch that brought or confirmed anything."""
    taken = CollectionBatch.rows_accepted + CollectionBatch.rows_unchanged
    return (
        select(CollectionBatch.kind, func.max(CollectionBatch.finished_at))
        .where(
            CollectionBatch.kind != REGISTRATION,
            CollectionBatch.state == BatchState.FINISHED,
            CollectionBatch.finished_at <= as_of,
            or_(taken > 0, CollectionBatch.rows_total == 0),
        )
        .group_by(CollectionBatch.kind)
    )


def rejections(batch_id: UUID, limit: int, offset: int) -> Select[*tuple[Any, ...]]:
    """Select the rejected rows of a batch in the order of the file."""
    return (
        select(
            CollectionRejection.batch_id,
            CollectionRejection.row_number,
            CollectionRejection.field,
            CollectionRejection.shown_value,
            CollectionRejection.rule,
            CollectionRejection.occurred_on,
        )
        .where(CollectionRejection.batch_id == batch_id)
        .order_by(CollectionRejection.row_number, CollectionRejection.id)
        .limit(limit)
        .offset(offset)
    )


def count_rejections(batch_id: UUID) -> Select[int]:
    """Count the broken rules of a batch: a row that broke two counts twice."""
    return (
        select(func.count())
        .select_from(CollectionRejection)
        .where(CollectionRejection.batch_id == batch_id)
    )


def _all() -> Select[*tuple[Any, ...]]:
    return select(*CollectionBatch.__table__.columns)
