"""Read objections: of a firm, of a source, of the city; marks; what is late."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, select

from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Department
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.objections.models import Objection, ObjectionStep
from xinyidai.objections.values import (
    ANSWERED_STATES,
    MARKED_STATES,
    OPEN_STATES,
    Marks,
    ObjectionState,
)

WAITING_AT_OFFICE = (ObjectionState.SUBMITTED,)


@dataclass(frozen=True)
class ObjectionRow:
    """An objection with the names of firm and source; `source` None is the credit office."""

    objection: Objection
    enterprise: Enterprise
    source: str | None


@dataclass(frozen=True)
class OnTime:
    """How many objections were answered within the term, of how many answered, 按期办结率."""

    in_time: int
    answered: int


def find(objection_id: UUID, *, for_update: bool = False) -> Objection | None:
    """Return an objection, or None; `for_update` locks it."""
    statement = select(Objection).where(Objection.id == objection_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def get_row(objection_id: UUID) -> ObjectionRow:
    """Return one objection with names; the caller has checked that it may be seen."""
    return ObjectionRow(*db.session.execute(_rows().where(Objection.id == objection_id)).one())


def of_enterprise(enterprise_id: UUID, page: Page) -> tuple[Sequence[ObjectionRow], int]:
    """Return a firm's objections, newest first, and how many there are."""
    statement = _rows().where(Objection.enterprise_id == enterprise_id)
    return _paged(statement.order_by(Objection.opened_at.desc()), page)


def of_department(
    department_id: UUID, page: Page, *, states: Collection[ObjectionState]
) -> tuple[Sequence[ObjectionRow], int]:
    """Return what was routed to a source, the earliest due first, and how many there are."""
    statement = _rows().where(Objection.department_id == department_id, Objection.state.in_(states))
    return _paged(statement.order_by(Objection.due_on), page)


def of_city(
    page: Page, *, states: Collection[ObjectionState], overdue_on: date | None = None
) -> tuple[Sequence[ObjectionRow], int]:
    """Return objections of the city, the earliest due first, and how many there are."""
    statement = _rows().where(Objection.state.in_(states))
    if overdue_on is not None:
        statement = statement.where(*_late(overdue_on))
    return _paged(statement.order_by(Objection.due_on), page)


def steps_of(objection_id: UUID) -> Sequence[ObjectionStep]:
    """Return the steps of an objection, oldest first."""
    return db.session.scalars(
        select(ObjectionStep)
        .where(ObjectionStep.objection_id == objection_id)
        .order_by(ObjectionStep.taken_at, ObjectionStep.id)
    ).all()


def marks_of(enterprise_id: UUID) -> Marks:
    """Return which records of a firm are under objection now."""
    statement = select(Objection.record_key, Objection.item).where(
        Objection.enterprise_id == enterprise_id,
        Objection.subject == ObjectionSubject.RECORD,
        Objection.state.in_(MARKED_STATES),
    )
    rows = db.session.execute(statement).all()
    return Marks(
        frozenset(row.record_key for row in rows if row.record_key),
        frozenset(row.item for row in rows),
    )


def open_about(enterprise_id: UUID, subject: ObjectionSubject, what: str) -> UUID | None:
    """Return the open objection to one thing: a record's key, a look's id, or an item."""
    statement = select(Objection.id).where(
        Objection.enterprise_id == enterprise_id,
        Objection.subject == subject,
        Objection.state.in_(OPEN_STATES),
        func.coalesce(Objection.record_key, cast(Objection.event_id, Text), Objection.item) == what,
    )
    return db.session.scalar(statement)


def late_ones(today: date) -> Sequence[Objection]:
    """Return objections whose term is over without an answer, and whose clock runs."""
    return _locked(Objection.state.in_(OPEN_STATES), *_late(today))


def due_soon(today: date, until: date) -> Sequence[Objection]:
    """Return what the office must check or a source answer until a day, and whose clock runs."""
    return _locked(
        Objection.state.in_(OPEN_STATES),
        Objection.waiting_since.is_(None),
        Objection.due_on.between(today, until),
    )


def unsupplied(asked_before: datetime) -> Sequence[Objection]:
    """Return objections that have waited for the firm since before a moment."""
    return _locked(Objection.state.in_(OPEN_STATES), Objection.waiting_since < asked_before)


def unclosed(answered_before: datetime) -> Sequence[Objection]:
    """Return objections answered before a moment that nobody has acknowledged."""
    return _locked(Objection.state.in_(ANSWERED_STATES), Objection.answered_at < answered_before)


def waiting_at_office() -> tuple[int, datetime | None]:
    """Return how many objections wait for the formal check, and since when the first."""
    statement = select(func.count(), func.min(Objection.opened_at)).where(
        Objection.state.in_(WAITING_AT_OFFICE), Objection.waiting_since.is_(None)
    )
    number, since = db.session.execute(statement).one()
    return number, since


def count_late(today: date) -> int:
    """Count objections whose term is over without an answer."""
    statement = select(func.count()).select_from(Objection)
    return db.session.scalar(statement.where(*_late(today))) or 0


def count_at_source(department_id: UUID) -> int:
    """Count what a source has to answer."""
    statement = select(func.count()).where(
        Objection.department_id == department_id, Objection.state == ObjectionState.AT_SOURCE
    )
    return db.session.scalar(statement) or 0


def on_time() -> OnTime:
    """Return how many of the answered objections were answered within their term."""
    day = func.date(func.timezone(str(clock.TZ), Objection.answered_at))
    statement = select(func.count().filter(day <= Objection.due_on), func.count()).where(
        Objection.answered_at.is_not(None)
    )
    return OnTime(*db.session.execute(statement).one())


def _late(today: date) -> list[ColumnElement[bool]]:
    return [
        Objection.state.in_(OPEN_STATES),
        Objection.waiting_since.is_(None),
        Objection.due_on < today,
    ]


def _locked(*conditions: ColumnElement[bool]) -> Sequence[Objection]:
    statement = select(Objection).where(*conditions).order_by(Objection.id)
    statement = statement.with_for_update(skip_locked=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def _rows() -> Select[Objection, Enterprise, str | None]:
    return (
        select(Objection, Enterprise, Department.name)
        .join(Enterprise, Enterprise.id == Objection.enterprise_id)
        .outerjoin(Department, Department.id == Objection.department_id)
    )


def _paged(
    statement: Select[Objection, Enterprise, str | None], page: Page
) -> tuple[Sequence[ObjectionRow], int]:
    counted = statement.order_by(None).with_only_columns(func.count())
    rows = db.session.execute(statement.order_by(Objection.id).offset(page.offset).limit(page.size))
    return [ObjectionRow(*row) for row in rows], db.session.scalar(counted) or 0
