"""Search the log of queries, 查询台账; it stands outside the schema `credit` and is read directly.

The table is taken from the metadata, because the classes of credit records stay behind their door.
The log grows by millions, so nothing here counts further than `MOST_COUNTED`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, Table, func, or_, select

from xinyidai.consents.models import Consent
from xinyidai.credit_records.values import QueryKind, QueryOutcome
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.kernel.uscc import compact

MOST_COUNTED = 10_000
REFUSED_DAYS = 30

LogRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class LedgerFilter:
    """What is looked for; both days are inclusive, None and empty mean anything.

    `firm` is a code or part of a name, `officer` part of a person's name.
    """

    firm: str = ""
    institution_id: UUID | None = None
    officer: str = ""
    purpose: str = ""
    consent_no: str = ""
    outcome: QueryOutcome | None = None
    kind: QueryKind | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Counted:
    """A number that was not counted further than `MOST_COUNTED`."""

    number: int

    @property
    def is_capped(self) -> bool:
        """Tell whether there are more than were counted."""
        return self.number > MOST_COUNTED

    @property
    def shown(self) -> int:
        """Return how many of them a list leads to."""
        return min(self.number, MOST_COUNTED)

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return self.number > 0

    def __str__(self) -> str:
        """Return the number in words: 1,234, or 10,000+."""
        return format(self, ",")

    def __format__(self, spec: str) -> str:
        """Return the number as a whole number is formatted, with a plus when there are more."""
        return format(self.shown, spec) + ("+" if self.is_capped else "")


@dataclass(frozen=True)
class LedgerCounts:
    """How much the log holds, how much of it is of today, and how much was refused in 30 days."""

    total: Counted
    today: Counted
    refused_today: Counted
    refused: Counted
    since: datetime | None
    refused_since: date


def search(wanted: LedgerFilter, page: Page) -> tuple[Sequence[LogRow], Counted]:
    """Return entries with the names of firm and institution, newest first, and how many.

    Beyond the first `MOST_COUNTED` the list ends: who looks for something narrows it.
    """
    log = _log()
    conditions = _conditions(log, wanted)
    size = max(0, min(page.size, MOST_COUNTED - page.offset))
    rows = db.session.execute(
        _newest(log).where(*conditions).offset(min(page.offset, MOST_COUNTED)).limit(size)
    ).all()
    return rows, _counted(log, *conditions)


def first_rows(wanted: LedgerFilter, most: int) -> Sequence[LogRow]:
    """Return the newest entries of a search, for an export."""
    log = _log()
    statement = _newest(log).where(*_conditions(log, wanted)).limit(most)
    return db.session.execute(statement).all()


def by_ids(ids: Sequence[UUID]) -> Sequence[LogRow]:
    """Return these entries, newest first."""
    log = _log()
    return db.session.execute(_newest(log).where(log.c.id.in_(ids))).all()


def counts() -> LedgerCounts:
    """Return the counts of the whole log, by its index of times."""
    log = _log()
    refused = log.c.outcome == QueryOutcome.REFUSED
    today = log.c.happened_at >= start_of(clock.today())
    since = clock.today() - timedelta(days=REFUSED_DAYS - 1)
    statement = select(
        _up_to_most(log),
        _up_to_most(log, today),
        _up_to_most(log, today, refused),
        _up_to_most(log, log.c.happened_at >= start_of(since), refused),
        select(func.min(log.c.happened_at)).scalar_subquery(),
    )
    row = db.session.execute(statement).one()
    total, of_today, of_today_refused, of_refused = map(Counted, row[:-1])
    return LedgerCounts(
        total=total,
        today=of_today,
        refused_today=of_today_refused,
        refused=of_refused,
        since=row[-1],
        refused_since=since,
    )


def start_of(day: date) -> datetime:
    """Return the first moment of a day in Asia/Shanghai."""
    return datetime.combine(day, time.min, clock.TZ)


def _log() -> Table:
    return db.metadata.tables["query_event"]


def _newest(log: Table) -> Select[*tuple[Any, ...]]:
    return (
        select(
            log,
            Enterprise.name.label("enterprise_name"),
            Enterprise.uscc.label("uscc"),
            Institution.name.label("institution_name"),
            Consent.consent_no.label("consent_no"),
        )
        .outerjoin(Enterprise, Enterprise.id == log.c.enterprise_id)
        .outerjoin(Institution, Institution.id == log.c.institution_id)
        .outerjoin(Consent, Consent.id == log.c.consent_id)
        .order_by(log.c.happened_at.desc(), log.c.id.desc())
    )


def _counted(log: Table, *conditions: ColumnElement[bool]) -> Counted:
    return Counted(int(db.session.execute(select(_up_to_most(log, *conditions))).scalar_one()))


def _up_to_most(log: Table, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(log.c.id).where(*conditions).limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _conditions(log: Table, wanted: LedgerFilter) -> list[ColumnElement[bool]]:
    exact: list[tuple[ColumnElement[Any], object]] = [
        (log.c.institution_id, wanted.institution_id),
        (log.c.outcome, wanted.outcome),
        (log.c.kind, wanted.kind),
        (log.c.purpose, wanted.purpose or None),
    ]
    found = [column == value for column, value in exact if value is not None]
    if wanted.firm:
        found.append(log.c.enterprise_id.in_(_firms(wanted.firm)))
    if wanted.consent_no:
        number = wanted.consent_no.upper()
        found.append(log.c.consent_id.in_(select(Consent.id).where(Consent.consent_no == number)))
    if wanted.officer:
        found.append(log.c.actor_name.contains(wanted.officer, autoescape=True))
    if wanted.first_day is not None:
        found.append(log.c.happened_at >= start_of(wanted.first_day))
    if wanted.last_day is not None:
        found.append(log.c.happened_at < start_of(wanted.last_day + timedelta(days=1)))
    return found


def _firms(text: str) -> Select[UUID]:
    named = Enterprise.name.contains(text, autoescape=True)
    return select(Enterprise.id).where(or_(Enterprise.uscc == compact(text), named))
