"""Read applications for repair: of a firm, of the city, and their steps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.repairs.models import Repair, RepairStep
from xinyidai.repairs.values import OPEN_STATES, RepairState

AT_OFFICE = frozenset({RepairState.SUBMITTED, RepairState.CHECKED, RepairState.HANDED_OVER})


@dataclass(frozen=True)
class RepairRow:
    """An application with the firm's name."""

    repair: Repair
    enterprise: Enterprise


def find(repair_id: UUID, *, for_update: bool = False) -> Repair | None:
    """Return an application, or None; `for_update` locks it."""
    statement = select(Repair).where(Repair.id == repair_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def get_row(repair_id: UUID) -> RepairRow:
    """Return one application with names; the caller has checked that it may be seen."""
    return RepairRow(*db.session.execute(_rows().where(Repair.id == repair_id)).one())


def of_enterprise(enterprise_id: UUID, page: Page) -> tuple[Sequence[RepairRow], int]:
    """Return a firm's applications, newest first, and how many there are."""
    statement = _rows().where(Repair.enterprise_id == enterprise_id)
    return _paged(statement.order_by(Repair.opened_at.desc()), page)


def of_city(page: Page, *, states: Collection[RepairState]) -> tuple[Sequence[RepairRow], int]:
    """Return applications of the city, the longest waiting first, and how many there are."""
    return _paged(_rows().where(Repair.state.in_(states)).order_by(Repair.opened_at), page)


def steps_of(repair_id: UUID) -> Sequence[RepairStep]:
    """Return the steps of an application, oldest first."""
    return db.session.scalars(
        select(RepairStep)
        .where(RepairStep.repair_id == repair_id)
        .order_by(RepairStep.taken_at, RepairStep.id)
    ).all()


def open_keys(enterprise_id: UUID) -> frozenset[str]:
    """Return the names of the firm's records for which an application is under way."""
    statement = select(Repair.record_key).where(
        Repair.enterprise_id == enterprise_id, Repair.state.in_(OPEN_STATES)
    )
    return frozenset(db.session.scalars(statement))


def open_keys_of_city(kind: str) -> frozenset[str]:
    """Return the names of all records of a kind for which an application is under way."""
    statement = select(Repair.record_key).where(Repair.kind == kind, Repair.state.in_(OPEN_STATES))
    return frozenset(db.session.scalars(statement))


def waiting_at_office() -> tuple[int, datetime | None]:
    """Return how many applications wait for the office, and since when the first."""
    statement = select(func.count(), func.min(Repair.opened_at)).where(Repair.state.in_(AT_OFFICE))
    number, since = db.session.execute(statement).one()
    return number, since


def _rows() -> Select[Repair, Enterprise]:
    return select(Repair, Enterprise).join(Enterprise, Enterprise.id == Repair.enterprise_id)


def _paged(statement: Select[Repair, Enterprise], page: Page) -> tuple[Sequence[RepairRow], int]:
    counted = statement.order_by(None).with_only_columns(func.count())
    rows = db.session.execute(statement.order_by(Repair.id).offset(page.offset).limit(page.size))
    return [RepairRow(*row) for row in rows], db.session.scalar(counted) or 0
