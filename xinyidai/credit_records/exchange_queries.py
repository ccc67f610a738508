"""Statements on records that go to another node: what was written since a horizon, what ended.

`xmin`, the number of the transaction that wrote a row version, has 32 bits; it stands for the
number with those bits that lies nearest to the present one.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, literal_column, select
from sqlalchemy.orm import aliased

from xinyidai.credit_records.models import CreditRecord
from xinyidai.credit_records.values import RecordStatus

ENDED = (RecordStatus.CORRECTED, RecordStatus.WITHDRAWN, RecordStatus.REPAIRED)
HORIZON = """
    select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as lower,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint as upper,
           coalesce((select max(id) from credit.credit_record), 0) as record_id
"""
NOW = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
APART = f"((credit.credit_record.xmin::text::bigint) - ({NOW} & 4294967295))"
WRITTEN_BY: ColumnElement[int] = literal_column(
    f"({NOW} + {APART} + case when {APART} > 2147483648 then -4294967296"
    f" when {APART} < -2147483648 then 4294967296 else 0 end)",
    BigInteger,
)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Which records are wanted: of a kind, written at or above `since`, numbers after … until.

    Records that came from the node `but_from` are left out: it has them.
    """

    kind: str
    since: int
    after: int
    until: int
    but_from: str


def in_force_since(stretch: Stretch, limit: int) -> Select[*tuple[Any, ...]]:
    """Select the records in force of a stretch, by number."""
    return (
        select(*_columns(), CreditRecord.content)
        .where(
            *_written(stretch),
            CreditRecord.status == RecordStatus.IN_FORCE,
        )
        .order_by(CreditRecord.id)
        .limit(limit)
    )


def ended_since(stretch: Stretch, limit: int) -> Select[*tuple[Any, ...]]:
    """Select what names each record of a stretch that ended and has no successor, by number."""
    other = aliased(CreditRecord)
    successor = select(other.id).where(
        other.enterprise_id == CreditRecord.enterprise_id,
        other.kind == CreditRecord.kind,
        other.source == CreditRecord.source,
        other.natural_key == CreditRecord.natural_key,
        other.status == RecordStatus.IN_FORCE,
    )
    return (
        select(*_columns())
        .where(
            *_written(stretch),
            CreditRecord.status.in_(ENDED),
            ~successor.exists(),
        )
        .order_by(CreditRecord.id)
        .limit(limit)
    )


def named(
    enterprise_id: UUID, kind: str, source: str, natural_key: str
) -> Select[*tuple[Any, ...]]:
    """Select the record in force under a name."""
    return select(CreditRecord.id).where(
        CreditRecord.enterprise_id == enterprise_id,
        CreditRecord.kind == kind,
        CreditRecord.source == source,
        CreditRecord.natural_key == natural_key,
        CreditRecord.status == RecordStatus.IN_FORCE,
    )


def _columns() -> tuple[Any, ...]:
    return (
        CreditRecord.id,
        CreditRecord.enterprise_id,
        CreditRecord.kind,
        CreditRecord.source,
        CreditRecord.natural_key,
        CreditRecord.occurred_on,
        CreditRecord.status,
    )


def _written(stretch: Stretch) -> tuple[ColumnElement[bool], ...]:
    return (
        CreditRecord.kind == stretch.kind,
        CreditRecord.id > stretch.after,
        CreditRecord.id <= stretch.until,
        stretch.since <= WRITTEN_BY,
        ~CreditRecord.source.contains(f"{stretch.but_from}:", autoescape=True),
    )
