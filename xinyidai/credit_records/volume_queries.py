"""How much was collected, 归集总量: read from the batches' own counts, never from the records."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Select, cast, func, select

from xinyidai.credit_records.models import CollectionBatch
from xinyidai.credit_records.values import BatchState
from xinyidai.kernel.clock import TZ


def taken_by_month() -> Select[str, str, date, int, int, datetime | None]:
    """Select for each kind, source and month the rows taken, the batches and the last delivery."""
    there = func.timezone(TZ.key, CollectionBatch.finished_at)
    month = cast(func.date_trunc("month", there), Date)
    return (
        select(
            CollectionBatch.kind,
            CollectionBatch.source,
            month.label("month"),
            func.sum(CollectionBatch.rows_accepted),
            func.count(),
            func.max(CollectionBatch.finished_at),
        )
        .where(CollectionBatch.state == BatchState.FINISHED)
        .group_by(CollectionBatch.kind, CollectionBatch.source, month)
    )


def batches_of(kind: str, limit: int, offset: int) -> Select[*tuple[Any, ...]]:
    """Select the finished batches of a kind, the newest first."""
    return (
        select(*CollectionBatch.__table__.columns)
        .where(CollectionBatch.kind == kind, CollectionBatch.state == BatchState.FINISHED)
        .order_by(CollectionBatch.finished_at.desc(), CollectionBatch.id)
        .limit(limit)
        .offset(offset)
    )
