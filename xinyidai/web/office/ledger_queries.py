"""Search the log of queries, 查询台账; it stands outside the schema `credit` and is read directly.

The table is taken from the metadata, because the classes of credit records stay behind their door.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, func, select

from xinyidai.credit_records.values import QueryKind, QueryOutcome
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.kernel.uscc import compact


@dataclass(frozen=True)
class LedgerFilter:
    """What is looked for; both days are inclusive, None and empty mean anything."""

    uscc: str = ""
    institution_id: UUID | None = None
    outcome: QueryOutcome | None = None
    kind: QueryKind | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class LedgerCounts:
    """How much the log holds, and how much of it is of today."""

    total: int
    today: int
    refused_today: int
    refused: int
    since: datetime | None


def search(wanted: LedgerFilter, page: Page) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """Return entries with the names of firm and institution, newest first, and how many."""
    log = _log()
    conditions = _conditions(log, wanted)
    statement = (
        select(
            log,
            Enterprise.name.label("enterprise_name"),
            Enterprise.uscc.label("uscc"),
            Institution.name.label("institution_name"),
        )
        .outerjoin(Enterprise, Enterprise.id == log.c.enterprise_id)
        .outerjoin(Institution, Institution.id == log.c.institution_id)
        .where(*conditions)
        .order_by(log.c.happened_at.desc(), log.c.id.desc())
    )
    counted = (
        select(func.count())
        .select_from(log)
        .outerjoin(Enterprise, Enterprise.id == log.c.enterprise_id)
        .where(*conditions)
    )
    rows = db.session.execute(statement.offset(page.offset).limit(page.size)).all()
    return rows, db.session.scalar(counted) or 0


def counts() -> LedgerCounts:
    """Return the counts of the whole log."""
    log = _log()
    refused = log.c.outcome == QueryOutcome.REFUSED
    today = log.c.happened_at >= start_of(clock.today())
    row = db.session.execute(
        select(
            func.count(),
            func.count().filter(today),
            func.count().filter(today & refused),
            func.count().filter(refused),
            func.min(log.c.happened_at),
        ).select_from(log)
    ).one()
    return LedgerCounts(*row)


def start_of(day: date) -> datetime:
    """Return the first moment of a day in Asia/Shanghai."""
    return datetime.combine(day, time.min, clock.TZ)


def _log() -> Table:
    return db.metadata.tables["query_event"]


def _conditions(log: Table, wanted: LedgerFilter) -> list[ColumnElement[bool]]:
    exact: list[tuple[ColumnElement[Any], object]] = [
        (log.c.institution_id, wanted.institution_id),
        (log.c.outcome, wanted.outcome),
        (log.c.kind, wanted.kind),
        (Enterprise.uscc.expression, compact(wanted.uscc) or None),
    ]
    found = [column == value for column, value in exact if value is not None]
    if wanted.first_day is not None:
        found.append(log.c.happened_at >= start_of(wanted.first_day))
    if wanted.last_day is not None:
        found.append(log.c.happened_at < start_of(wanted.last_day + timedelta(days=1)))
    return found
