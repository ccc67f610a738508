"""Read data quality: runs and figures, the rows behind them, cases, coverage, bulletins, scores."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, any_, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.data_quality.models import (
    ConcealmentSuspect,
    CorrectionTicket,
    CoverageCell,
    FirmCoverage,
    LateRecord,
    MissedDelivery,
    QualityBulletin,
    QualityRun,
    QualityScore,
    SourceFreshness,
    SuspectStep,
    TicketStep,
)
from xinyidai.data_quality.values import (
    OPEN_SUSPECTS,
    UNCLOSED_TICKETS,
    CoverageState,
    Period,
    SuspectOutcome,
    SuspectState,
    TicketState,
)
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.db import Base, db
from xinyidai.kernel.http import Page

M = TypeVar("M", bound=Base)
# Of the bulletins' lists the files stay where they are.
BULLETIN = (
    QualityBulletin.id,
    QualityBulletin.number,
    QualityBulletin.month,
    QualityBulletin.edition,
    QualityBulletin.rule_version,
    QualityBulletin.made_at,
    QualityBulletin.made_by,
)


def run_of(day: date) -> QualityRun | None:
    """Return the measuring of a day, or None; locks it."""
    return db.session.scalars(
        select(QualityRun).where(QualityRun.day == day).with_for_update()
    ).one_or_none()


def latest_run() -> QualityRun | None:
    """Return the newest measuring, or None."""
    return db.session.scalars(select(QualityRun).order_by(QualityRun.day.desc())).first()


def first_run_day() -> date | None:
    """Return since when quality is measured, or None."""
    return db.session.scalar(select(func.min(QualityRun.day)))


def run_for(month: date) -> QualityRun | None:
    """Return the newest measuring of a month, or None."""
    statement = select(QualityRun).where(literal(month.isoformat()) == any_(QualityRun.months))
    return db.session.scalars(statement.order_by(QualityRun.day.desc())).first()


def late_records(
    page: Page, *, month: date | None, department: str | None, kind: str | None = None
) -> tuple[Sequence[LateRecord], int]:
    """Return late records, the latest first, and how many there are."""
    statement = select(LateRecord).where(
        *_if(LateRecord.month == month, month),
        *_if(LateRecord.department_code == department, department),
        *_if(LateRecord.kind == kind, kind),
    )
    order = (LateRecord.received_on.desc(), LateRecord.kind, LateRecord.shown_number)
    return _paged(statement, page, *order, LateRecord.record_id)


def missed_deliveries(
    page: Page, *, month: date | None, department: str | None, kind: str | None = None
) -> tuple[Sequence[MissedDelivery], int]:
    """Return deliveries that did not come, the newest first, and how many there are."""
    statement = select(MissedDelivery).where(
        *_if(MissedDelivery.month == month, month),
        *_if(MissedDelivery.department_code == department, department),
        *_if(MissedDelivery.kind == kind, kind),
    )
    return _paged(statement, page, MissedDelivery.due_on.desc(), MissedDelivery.id)


def last_late_day(department: str | None) -> date | None:
    """Return when the last late record came in, or None."""
    statement = select(func.max(LateRecord.received_on)).where(
        *_if(LateRecord.department_code == department, department)
    )
    return db.session.scalar(statement)


def last_suspect_day(department: str | None) -> date | None:
    """Return when the last suspect was found that is not excluded, or None."""
    outcome = ConcealmentSuspect.outcome
    statement = select(func.max(ConcealmentSuspect.found_on)).where(
        outcome.is_(None) | (outcome != SuspectOutcome.EXCLUDED),
        *_if(ConcealmentSuspect.organ_code == department, department),
    )
    return db.session.scalar(statement)


def suspects(
    page: Page,
    *,
    department: str | None,
    states: Collection[SuspectState],
    month: date | None = None,
) -> tuple[Sequence[ConcealmentSuspect], int]:
    """Return suspects, the oldest decision first, and how many there are."""
    decided = func.date_trunc("month", ConcealmentSuspect.decided_on)
    statement = select(ConcealmentSuspect).where(
        ConcealmentSuspect.state.in_(states),
        *_if(ConcealmentSuspect.organ_code == department, department),
        *_if(decided == month, month),
    )
    return _paged(statement, page, ConcealmentSuspect.decided_on, ConcealmentSuspect.id)


def count_suspects(department: str | None) -> int:
    """Count the suspects that are not closed."""
    statement = select(func.count()).where(
        ConcealmentSuspect.state.in_(OPEN_SUSPECTS),
        *_if(ConcealmentSuspect.organ_code == department, department),
    )
    return db.session.scalar(statement) or 0


def get_suspect(suspect_id: UUID, *, for_update: bool = False) -> ConcealmentSuspect | None:
    """Return a suspect, or None; `for_update` locks it."""
    return _one(ConcealmentSuspect, suspect_id, for_update=for_update)


def suspect_steps(suspect_id: UUID) -> Sequence[SuspectStep]:
    """Return the steps of a suspect, oldest first."""
    statement = select(SuspectStep).where(SuspectStep.suspect_id == suspect_id)
    return db.session.scalars(statement.order_by(SuspectStep.place)).all()


def get_ticket(ticket_id: UUID, *, for_update: bool = False) -> CorrectionTicket | None:
    """Return a ticket, or None; `for_update` locks it."""
    return _one(CorrectionTicket, ticket_id, for_update=for_update)


def ticket_steps(ticket_id: UUID) -> Sequence[TicketStep]:
    """Return the steps of a ticket, oldest first."""
    statement = select(TicketStep).where(TicketStep.ticket_id == ticket_id)
    return db.session.scalars(statement.order_by(TicketStep.place)).all()


def tickets(
    page: Page,
    *,
    states: Collection[TicketState],
    department_id: UUID | None = None,
    late_on: date | None = None,
) -> tuple[Sequence[CorrectionTicket], int]:
    """Return tickets, the earliest due first, and how many there are; a source sees sent ones."""
    statement = select(CorrectionTicket).where(CorrectionTicket.state.in_(states))
    if department_id is not None:
        statement = statement.where(
            CorrectionTicket.department_id == department_id, CorrectionTicket.sent_at.is_not(None)
        )
    if late_on is not None:
        statement = statement.where(*_late(late_on))
    return _paged(statement, page, CorrectionTicket.due_on, CorrectionTicket.id)


def ticketed_batches(batch_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the deliveries that have a ticket."""
    statement = select(CorrectionTicket.batch_id).where(CorrectionTicket.batch_id.in_(batch_ids))
    return {found for found in db.session.scalars(statement) if found is not None}


def tickets_in(state: TicketState) -> Sequence[CorrectionTicket]:
    """Return all tickets in a state, locked."""
    statement = select(CorrectionTicket).where(CorrectionTicket.state == state)
    return _locked(statement.order_by(CorrectionTicket.id))


def late_tickets(today: date) -> Sequence[CorrectionTicket]:
    """Return the tickets whose term is over without an answer, locked."""
    return _locked(select(CorrectionTicket).where(*_late(today)).order_by(CorrectionTicket.id))


def tickets_due(today: date, until: date) -> Sequence[CorrectionTicket]:
    """Return the tickets that must be answered until a day, locked."""
    statement = select(CorrectionTicket).where(
        CorrectionTicket.state == TicketState.SENT,
        CorrectionTicket.due_on.between(today, until),
    )
    return _locked(statement.order_by(CorrectionTicket.id))


def count_tickets(department_id: UUID | None, *, late_on: date | None = None) -> int:
    """Count the tickets that wait for an answer; those of a department, or all."""
    conditions = [CorrectionTicket.state == TicketState.SENT]
    if late_on is not None:
        conditions.append(CorrectionTicket.due_on < late_on)
    statement = select(func.count()).where(
        *conditions, *_if(CorrectionTicket.department_id == department_id, department_id)
    )
    return db.session.scalar(statement) or 0


def count_unclosed_tickets() -> int:
    """Count the tickets that are not closed."""
    statement = select(func.count()).where(CorrectionTicket.state.in_(UNCLOSED_TICKETS))
    return db.session.scalar(statement) or 0


def tickets_on_time(first: date, last: date, today: date) -> dict[UUID, tuple[int, int]]:
    """Return for each department how many tickets due in a time were answered in time, of all.

    One that is due today or later and not answered yet is not counted.
    """
    answered = func.date(func.timezone(str(clock.TZ), CorrectionTicket.answered_at))
    statement = (
        select(
            CorrectionTicket.department_id,
            func.count().filter(answered <= CorrectionTicket.due_on),
            func.count(),
        )
        .where(
            CorrectionTicket.due_on.between(first, last),
            CorrectionTicket.state != TicketState.CANCELLED,
            CorrectionTicket.answered_at.is_not(None) | (CorrectionTicket.due_on < today),
        )
        .group_by(CorrectionTicket.department_id)
    )
    rows = db.session.execute(statement)
    return {office: (timely, all_) for office, timely, all_ in rows if office is not None}


def coverage_cells(run_id: UUID) -> Sequence[CoverageCell]:
    """Return the matrix of a measuring."""
    return db.session.scalars(select(CoverageCell).where(CoverageCell.run_id == run_id)).all()


def freshness(run_id: UUID, department: str | None = None) -> Sequence[SourceFreshness]:
    """Return how sources keep their kinds up, of one department or of all."""
    statement = select(SourceFreshness).where(
        SourceFreshness.run_id == run_id,
        *_if(SourceFreshness.department_code == department, department),
    )
    order = (SourceFreshness.department_code, SourceFreshness.kind)
    return db.session.scalars(statement.order_by(*order)).all()


def covered_firms(class_code: str, state: CoverageState, page: Page) -> Sequence[tuple[str, str]]:
    """Return name and code of the firms that have, lack, or have only old facts of a domain."""
    column = {
        CoverageState.HAVE: FirmCoverage.have,
        CoverageState.STALE: FirmCoverage.stale,
        CoverageState.MISSING: FirmCoverage.missing,
    }[state]
    statement = (
        select(Enterprise.name, Enterprise.uscc)
        .join(FirmCoverage, FirmCoverage.enterprise_id == Enterprise.id)
        .where(literal(class_code) == any_(column))
        .order_by(Enterprise.id)
        .offset(page.offset)
        .limit(page.size)
    )
    return [(name, code) for name, code in db.session.execute(statement)]


def bulletins() -> Sequence[Any]:
    """Return the bulletins without their files, the newest first."""
    order = (QualityBulletin.month.desc(), QualityBulletin.edition.desc())
    return db.session.execute(select(*BULLETIN).order_by(*order)).all()


def get_bulletin(bulletin_id: UUID) -> QualityBulletin | None:
    """Return a bulletin with its files, or None."""
    return db.session.get(QualityBulletin, bulletin_id)


def last_edition(month: date) -> QualityBulletin | None:
    """Return the newest edition of a month's bulletin, or None."""
    statement = select(QualityBulletin).where(QualityBulletin.month == month)
    return db.session.scalars(statement.order_by(QualityBulletin.edition.desc())).first()


def scores(
    period: Period, starts_on: date, department: str | None = None
) -> Sequence[QualityScore]:
    """Return the newest score of each department for a period, the best first."""
    newest = (
        select(QualityScore)
        .ext(distinct_on(QualityScore.department_code))
        .where(
            QualityScore.period == period,
            QualityScore.starts_on == starts_on,
            *_if(QualityScore.department_code == department, department),
        )
        .order_by(QualityScore.department_code, QualityScore.made_on.desc())
    )
    found = db.session.scalars(newest).all()
    return sorted(found, key=lambda one: (one.score is None, -(one.score or 0)))


def score_history(department: str, period: Period) -> Sequence[QualityScore]:
    """Return the newest score of each of a department's periods, the newest period first."""
    statement = (
        select(QualityScore)
        .ext(distinct_on(QualityScore.starts_on))
        .where(QualityScore.department_code == department, QualityScore.period == period)
        .order_by(QualityScore.starts_on.desc(), QualityScore.made_on.desc())
    )
    return db.session.scalars(statement).all()


def score_made(
    period: Period, starts_on: date, department: str, made_on: date
) -> QualityScore | None:
    """Return the score computed on a day, or None."""
    return db.session.scalars(
        select(QualityScore).where(
            QualityScore.period == period,
            QualityScore.starts_on == starts_on,
            QualityScore.department_code == department,
            QualityScore.made_on == made_on,
        )
    ).one_or_none()


def _late(today: date) -> list[ColumnElement[bool]]:
    return [CorrectionTicket.state == TicketState.SENT, CorrectionTicket.due_on < today]


def _if(condition: ColumnElement[bool], wanted: object) -> list[ColumnElement[bool]]:
    return [] if wanted is None else [condition]


def _one(model: type[M], row_id: UUID, *, for_update: bool) -> M | None:
    if not for_update:
        return db.session.get(model, row_id)
    return db.session.get(model, row_id, with_for_update=True, populate_existing=True)


def _locked(statement: Select[CorrectionTicket]) -> Sequence[CorrectionTicket]:
    statement = statement.with_for_update(skip_locked=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def _paged(statement: Select[M], page: Page, *order: Any) -> tuple[Sequence[M], int]:
    counted = select(func.count()).select_from(statement.subquery())
    rows = db.session.scalars(statement.order_by(*order).offset(page.offset).limit(page.size)).all()
    return rows, db.session.scalar(counted) or 0
