"""Statements on credit records, to be run through the door; and the log of queries.

The statements are built here and run by the service inside `with_door`; the log stands outside
the schema `credit` and is read directly.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from xinyidai.credit_records.models import (
    CollectionBatch,
    CreditRecord,
    DisclosureSnapshot,
    QueryEvent,
)
from xinyidai.credit_records.values import BatchState, Fact, QueryKind, QueryOutcome, RecordStatus
from xinyidai.kernel.db import db

REMOVED = (RecordStatus.CORRECTED, RecordStatus.WITHDRAWN, RecordStatus.REPAIRED)
LARGEST_LIST = 100


def facts_in_force(enterprise_id: UUID, kinds: Collection[str] | None) -> Select[*tuple[Any, ...]]:
    """Select a firm's records in force, by kind and day; `kinds` None means all let through."""
    statement = select(
        CreditRecord.id,
        CreditRecord.kind,
        CreditRecord.source,
        CreditRecord.natural_key,
        CreditRecord.occurred_on,
        CreditRecord.valid_until,
        CreditRecord.amount_fen,
        CreditRecord.quantity,
        CreditRecord.level,
        CreditRecord.content,
        CreditRecord.collected_at,
    ).where(*_in_force(enterprise_id, kinds))
    return statement.order_by(CreditRecord.kind, CreditRecord.occurred_on, CreditRecord.id)


def count_in_force(enterprise_id: UUID, kinds: Collection[str] | None) -> Select[int]:
    """Count a firm's records in force."""
    return select(func.count()).select_from(CreditRecord).where(*_in_force(enterprise_id, kinds))


def count_removed_since(
    enterprise_id: UUID, kinds: Collection[str], moment: datetime
) -> Select[int]:
    """Count records corrected, withdrawn or repaired after the moment."""
    return (
        select(func.count())
        .select_from(CreditRecord)
        .where(
            CreditRecord.enterprise_id == enterprise_id,
            CreditRecord.kind.in_(kinds),
            CreditRecord.status.in_(REMOVED),
            CreditRecord.status_changed_at > moment,
        )
    )


def last_collections(as_of: datetime) -> Select[str, datetime | None]:
    """Select for each kind the end of its last batch that brought or confirmed anything."""
    taken = CollectionBatch.rows_accepted + CollectionBatch.rows_unchanged
    return (
        select(CollectionBatch.kind, func.max(CollectionBatch.finished_at))
        .where(
            CollectionBatch.state == BatchState.FINISHED,
            CollectionBatch.finished_at <= as_of,
            or_(taken > 0, CollectionBatch.rows_total == 0),
        )
        .group_by(CollectionBatch.kind)
    )


def batch_by_id(batch_id: UUID) -> Select[*tuple[Any, ...]]:
    """Select one collection batch."""
    return _batches().where(CollectionBatch.id == batch_id)


def finished_batch(source: str, kind: str, digest: str) -> Select[*tuple[Any, ...]]:
    """Select the finished batch of the same file, if there is one."""
    return _batches().where(
        CollectionBatch.source == source,
        CollectionBatch.kind == kind,
        CollectionBatch.sha256 == digest,
        CollectionBatch.state == BatchState.FINISHED,
    )


def latest_batches(limit: int = LARGEST_LIST) -> Select[*tuple[Any, ...]]:
    """Select the newest collection batches."""
    return _batches().order_by(CollectionBatch.started_at.desc()).limit(limit)


def snapshot_by_id(snapshot_id: UUID) -> Select[*tuple[Any, ...]]:
    """Select one snapshot."""
    columns = DisclosureSnapshot.__table__.columns
    return select(*columns).where(DisclosureSnapshot.id == snapshot_id)


def event_of_snapshot(snapshot_id: UUID) -> QueryEvent | None:
    """Return the look that made a snapshot."""
    statement = select(QueryEvent).where(QueryEvent.snapshot_id == snapshot_id)
    return db.session.scalars(statement).one_or_none()


def looks_at_enterprise(
    enterprise_id: UUID,
    *,
    kinds: Collection[QueryKind] = (QueryKind.DISCLOSURE,),
    limit: int = LARGEST_LIST,
    offset: int = 0,
) -> Sequence[QueryEvent]:
    """Return who looked at a firm's data, or tried to, newest first; `kinds` widens it."""
    return _page(
        select(QueryEvent).where(
            QueryEvent.enterprise_id == enterprise_id, QueryEvent.kind.in_(kinds)
        ),
        limit,
        offset,
    )


def looks_under_consent(consent_id: UUID) -> Sequence[QueryEvent]:
    """Return every look under one consent, refused ones too, newest first."""
    return _page(select(QueryEvent).where(QueryEvent.consent_id == consent_id), LARGEST_LIST, 0)


def latest_events(limit: int = LARGEST_LIST, offset: int = 0) -> Sequence[QueryEvent]:
    """Return the newest entries of the whole log, for oversight."""
    return _page(select(QueryEvent), limit, offset)


def refused_counts(since: datetime) -> Sequence[Row[UUID | None, int]]:
    """Count refused looks by institution since a moment, for oversight."""
    statement = (
        select(QueryEvent.institution_id, func.count())
        .where(QueryEvent.outcome == QueryOutcome.REFUSED, QueryEvent.happened_at >= since)
        .group_by(QueryEvent.institution_id)
    )
    return db.session.execute(statement).all()


def as_facts(rows: Sequence[Row[*tuple[Any, ...]]]) -> tuple[Fact, ...]:
    """Return the rows of `facts_in_force` as values."""
    return tuple(Fact(*row) for row in rows)


def _batches() -> Select[*tuple[Any, ...]]:
    return select(*CollectionBatch.__table__.columns)


def _in_force(enterprise_id: UUID, kinds: Collection[str] | None) -> list[ColumnElement[bool]]:
    conditions = [
        CreditRecord.enterprise_id == enterprise_id,
        CreditRecord.status == RecordStatus.IN_FORCE,
    ]
    return conditions if kinds is None else [*conditions, CreditRecord.kind.in_(kinds)]


def _page(statement: Select[QueryEvent], limit: int, offset: int) -> Sequence[QueryEvent]:
    ordered = statement.order_by(QueryEvent.happened_at.desc(), QueryEvent.id.desc())
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()
