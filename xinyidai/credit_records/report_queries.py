"""Statements for public pages and reports: when which source last delivered what."""

from datetime import datetime

from sqlalchemy import Select, func, or_, select

from xinyidai.credit_records.models import CollectionBatch
from xinyidai.credit_records.values import BatchState


def last_collections_by_source(as_of: datetime) -> Select[str, str, datetime | None]:
    """Select for each kind and source the end of its last batch that brought anything."""
    taken = CollectionBatch.rows_accepted + CollectionBatch.rows_unchanged
    return (
        select(CollectionBatch.kind, CollectionBatch.source, func.max(CollectionBatch.finished_at))
        .where(
            CollectionBatch.state == BatchState.FINISHED,
            CollectionBatch.finished_at <= as_of,
            or_(taken > 0, CollectionBatch.rows_total == 0),
        )
        .group_by(CollectionBatch.kind, CollectionBatch.source)
    )
