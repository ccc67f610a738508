"""Read checks: of an office, of a firm, of the city; counts; what is late."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from xinyidai.credit_lists.models import ListEntry
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Department
from xinyidai.joint_checks.models import BatchRow, CheckBatch, CheckHit, CheckStep, JointCheck
from xinyidai.joint_checks.values import (
    OPEN_STATES,
    CheckAction,
    CheckOutcome,
    CheckState,
    HandlingDecision,
    RowShelf,
)
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page


@dataclass(frozen=True, kw_only=True)
class CheckFilter:
    """What a list of checks is narrowed to; everything given must hold."""

    department_id: UUID | None = None
    enterprise_id: UUID | None = None
    occasion: str | None = None
    outcomes: frozenset[CheckOutcome] = field(default_factory=frozenset)
    states: frozenset[CheckState] = field(default_factory=frozenset)
    taken: str | None = None
    late_on: date | None = None


@dataclass(frozen=True)
class CheckRow:
    """A check with the names of firm and office; None: unknown firm, or the platform itself."""

    check: JointCheck
    firm: str | None
    uscc: str | None
    department: str | None


@dataclass(frozen=True)
class CountRow:
    """How many checks an office made on one occasion, and what became of them."""

    department_id: UUID | None
    department: str | None
    occasion: str
    checks: int
    serious: int
    due: int
    closed: int


@dataclass(frozen=True)
class HitRow:
    """One hit with its entry."""

    hit: CheckHit
    entry: ListEntry


def find(check_id: UUID, *, for_update: bool = False) -> JointCheck | None:
    """Return a check, or None; `for_update` locks it."""
    statement = select(JointCheck).where(JointCheck.id == check_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def find_by_key(department_id: UUID, key: str) -> JointCheck | None:
    """Return the check that an office ordered under a key, or None."""
    statement = select(JointCheck).where(
        JointCheck.department_id == department_id, JointCheck.request_key == key
    )
    return db.session.scalars(statement).one_or_none()


def find_batch(batch_id: UUID) -> CheckBatch | None:
    """Return a batch, or None."""
    return db.session.get(CheckBatch, batch_id)


def find_batch_by_key(department_id: UUID, key: str) -> CheckBatch | None:
    """Return the batch that an office ordered under a key, or None."""
    statement = select(CheckBatch).where(
        CheckBatch.department_id == department_id, CheckBatch.request_key == key
    )
    return db.session.scalars(statement).one_or_none()


def find_by_event(enterprise_id: UUID, event_id: UUID) -> JointCheck | None:
    """Return a firm's check behind an entry of the log, or None."""
    statement = select(JointCheck).where(
        JointCheck.enterprise_id == enterprise_id, JointCheck.event_id == event_id
    )
    return db.session.scalars(statement).one_or_none()


def get_row(check_id: UUID) -> CheckRow:
    """Return one check with names; the caller has checked that it may be seen."""
    return CheckRow(*db.session.execute(_rows().where(JointCheck.id == check_id)).one())


def list_checks(wanted: CheckFilter, page: Page) -> tuple[Sequence[CheckRow], int]:
    """Return one page of checks, newest first, and how many there are."""
    conditions = _conditions(wanted)
    total = db.session.scalar(select(func.count()).select_from(JointCheck).where(*conditions))
    ordered = _rows().where(*conditions).order_by(JointCheck.asked_at.desc(), JointCheck.id.desc())
    rows = db.session.execute(ordered.limit(page.size).offset(page.offset))
    return [CheckRow(*row) for row in rows], total or 0


def count(wanted: CheckFilter) -> int:
    """Count checks, from an index alone where no measure is asked for."""
    statement = select(func.count()).select_from(JointCheck).where(*_conditions(wanted))
    return db.session.scalar(statement) or 0


def counts() -> Sequence[CountRow]:
    """Count the checks of the city by office and occasion, from one index."""
    is_due = JointCheck.outcome != CheckOutcome.NONE
    inner = (
        select(
            JointCheck.department_id,
            JointCheck.occasion,
            func.count().label("checks"),
            func.count().filter(JointCheck.outcome == CheckOutcome.SERIOUS).label("serious"),
            func.count().filter(is_due).label("due"),
            func.count().filter(is_due, JointCheck.state == CheckState.CLOSED).label("closed"),
        )
        .group_by(JointCheck.department_id, JointCheck.occasion)
        .subquery()
    )
    statement = (
        select(
            inner.c.department_id,
            Department.name,
            inner.c.occasion,
            inner.c.checks,
            inner.c.serious,
            inner.c.due,
            inner.c.closed,
        )
        .outerjoin(Department, Department.id == inner.c.department_id)
        .order_by(inner.c.checks.desc(), Department.code, inner.c.occasion)
    )
    return [CountRow(*row) for row in db.session.execute(statement)]


def taken_counts() -> dict[str, int]:
    """Count how often each measure or incentive was used."""
    code = func.unnest(JointCheck.taken).label("code")
    inner = select(code).where(JointCheck.decision == HandlingDecision.APPLIED).subquery()
    statement = select(inner.c.code, func.count()).group_by(inner.c.code)
    return {found: int(number) for found, number in db.session.execute(statement)}


def hits_of(check_ids: Collection[UUID]) -> Sequence[HitRow]:
    """Return the hits of checks with their entries, the oldest first."""
    statement = (
        select(CheckHit, ListEntry)
        .join(ListEntry, ListEntry.id == CheckHit.entry_id)
        .where(CheckHit.check_id.in_(check_ids))
        .order_by(CheckHit.check_id, ListEntry.in_on, ListEntry.id)
    )
    return [HitRow(hit, entry) for hit, entry in db.session.execute(statement)]


def steps_of(check_id: UUID) -> Sequence[CheckStep]:
    """Return the steps of a check in their order; the platform answers within the moment."""
    found = db.session.scalars(select(CheckStep).where(CheckStep.check_id == check_id))
    order = list(CheckAction)
    return sorted(found, key=lambda step: order.index(step.action))


def list_batches(department_id: UUID, page: Page) -> tuple[Sequence[CheckBatch], int]:
    """Return the batches of an office, newest first, and how many there are."""
    own = CheckBatch.department_id == department_id
    total = db.session.scalar(select(func.count()).select_from(CheckBatch).where(own)) or 0
    ordered = select(CheckBatch).where(own).order_by(CheckBatch.asked_at.desc(), CheckBatch.id)
    return db.session.scalars(ordered.limit(page.size).offset(page.offset)).all(), total


def batch_rows(
    batch_id: UUID, page: Page | None = None, shelf: RowShelf | None = None
) -> Sequence[tuple[BatchRow, JointCheck | None, str | None]]:
    """Return the rows of a batch in the file's order, each with its check and the firm's name.

    `shelf` keeps those of which one thing became.
    """
    statement = (
        select(BatchRow, JointCheck, Enterprise.name)
        .outerjoin(JointCheck, JointCheck.id == BatchRow.check_id)
        .outerjoin(Enterprise, Enterprise.id == JointCheck.enterprise_id)
        .where(BatchRow.batch_id == batch_id)
        .order_by(BatchRow.number)
    )
    if shelf is RowShelf.UNCHECKED:
        statement = statement.where(BatchRow.check_id.is_(None))
    elif shelf is not None:
        statement = statement.where(JointCheck.outcome == CheckOutcome(shelf))
    if page is not None:
        statement = statement.limit(page.size).offset(page.offset)
    return [(row, check, name) for row, check, name in db.session.execute(statement)]


def batch_outcomes(batch_id: UUID) -> dict[CheckOutcome, int]:
    """Count the checks of a batch by outcome."""
    statement = (
        select(JointCheck.outcome, func.count())
        .where(JointCheck.batch_id == batch_id)
        .group_by(JointCheck.outcome)
    )
    return {outcome: int(number) for outcome, number in db.session.execute(statement)}


def open_due(until: date, since: date | None = None) -> Sequence[JointCheck]:
    """Return the open checks that are due by a day, and after another one."""
    conditions: list[ColumnElement[bool]] = [
        JointCheck.state.in_(OPEN_STATES),
        JointCheck.due_on <= until,
    ]
    if since is not None:
        conditions.append(JointCheck.due_on >= since)
    return db.session.scalars(
        select(JointCheck).where(*conditions).order_by(JointCheck.due_on, JointCheck.id)
    ).all()


def measures_to_lift(since: datetime) -> Sequence[tuple[JointCheck, str]]:
    """Return the checks with measures whose entry went off its list lately, and which list."""
    statement = (
        select(JointCheck, ListEntry.list_type)
        .join(CheckHit, CheckHit.check_id == JointCheck.id)
        .join(ListEntry, ListEntry.id == CheckHit.entry_id)
        .where(
            JointCheck.decision == HandlingDecision.APPLIED,
            JointCheck.department_id.is_not(None),
            ListEntry.out_at >= since,
        )
        .order_by(JointCheck.id)
    )
    return [(check, code) for check, code in db.session.execute(statement)]


def firms_by_codes(codes: Collection[str]) -> dict[str, tuple[UUID, str]]:
    """Return id and name of the firms with these codes."""
    statement = select(Enterprise.uscc, Enterprise.id, Enterprise.name).where(
        Enterprise.uscc.in_(codes)
    )
    return {uscc: (firm, name) for uscc, firm, name in db.session.execute(statement)}


def _conditions(wanted: CheckFilter) -> list[ColumnElement[bool]]:
    conditions = [
        column == value
        for column, value in (
            (JointCheck.department_id, wanted.department_id),
            (JointCheck.enterprise_id, wanted.enterprise_id),
            (JointCheck.occasion, wanted.occasion),
        )
        if value is not None
    ]
    if wanted.outcomes:
        conditions.append(JointCheck.outcome.in_(wanted.outcomes))
    if wanted.states:
        conditions.append(JointCheck.state.in_(wanted.states))
    if wanted.taken is not None:
        conditions.append(JointCheck.taken.contains([wanted.taken]))
    if wanted.late_on is not None:
        conditions += [JointCheck.state.in_(OPEN_STATES), JointCheck.due_on < wanted.late_on]
    return conditions


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(JointCheck, Enterprise.name, Enterprise.uscc, Department.name)
        .outerjoin(Enterprise, Enterprise.id == JointCheck.enterprise_id)
        .outerjoin(Department, Department.id == JointCheck.department_id)
    )
