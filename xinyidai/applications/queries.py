"""Read loan applications."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased

from xinyidai.accounts.models import Account
from xinyidai.applications.models import (
    ApplicationStep,
    CreditDecision,
    Disbursement,
    LoanApplication,
    RepaymentReport,
)
from xinyidai.applications.values import FINAL_STATES, ApplicationState
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.products.models import ProductVersion
from xinyidai.whitelist.priority_queries import has_priority

AT_BANK = (
    ApplicationState.SUBMITTED,
    ApplicationState.ACCEPTED,
    ApplicationState.DUE_DILIGENCE,
    ApplicationState.IN_APPROVAL,
)
AT_ONCE = 500

Rows = Select[LoanApplication, Enterprise, Institution, str, str, str | None]


@dataclass(frozen=True)
class WorkFilter:
    """What a bank's work list is narrowed to.

    `due_on` keeps what is promised for that day, `overdue_at` what was promised before that day;
    `text` is part of a firm's name, its code or an application number; `updated_since` keeps what
    took a step at or after that moment; `priority_only` whitelisted firms that are served first.
    """

    states: Sequence[ApplicationState] = AT_BANK
    due_on: date | None = None
    overdue_at: date | None = None
    text: str = ""
    updated_since: datetime | None = None
    priority_only: bool = False


@dataclass(frozen=True)
class ApplicationRow:
    """An application with the names that lists show beside it."""

    application: LoanApplication
    enterprise: Enterprise
    institution: Institution
    product_name: str
    officer_name: str | None
    officer_phone: str | None


def _rows() -> Rows:
    officer = aliased(Account)
    return (
        select(
            LoanApplication,
            Enterprise,
            Institution,
            ProductVersion.name,
            officer.name,
            officer.phone,
        )
        .join(Enterprise, Enterprise.id == LoanApplication.enterprise_id)
        .join(Institution, Institution.id == LoanApplication.institution_id)
        .join(ProductVersion, ProductVersion.id == LoanApplication.product_version_id)
        .outerjoin(officer, officer.id == LoanApplication.officer_account_id)
    )


def _as_row(row: Any) -> ApplicationRow:
    return ApplicationRow(*row)


def find(application_id: UUID) -> LoanApplication | None:
    """Return one application."""
    return db.session.get(LoanApplication, application_id)


def find_by_key(request_key: UUID) -> LoanApplication | None:
    """Return the application that a click started, or None."""
    return db.session.scalar(
        select(LoanApplication).where(LoanApplication.request_key == request_key)
    )


def rests_another_on(consent_id: UUID, *, besides: UUID) -> bool:
    """Tell whether another application that is not over rests on this authorization."""
    statement = select(LoanApplication.id).where(
        LoanApplication.consent_id == consent_id,
        LoanApplication.id != besides,
        LoanApplication.state.not_in(FINAL_STATES),
    )
    return db.session.scalar(statement.limit(1)) is not None


def late_ids(today: date) -> Sequence[UUID]:
    """Return the applications whose promised day is past, the longest waiting first."""
    statement = select(LoanApplication.id).where(
        LoanApplication.state.in_(AT_BANK), LoanApplication.promised_on < today
    )
    return db.session.scalars(
        statement.order_by(LoanApplication.promised_on, LoanApplication.id)
    ).all()


def offers_past(today: date) -> Sequence[UUID]:
    """Return the applications whose counter-offer no firm took in time."""
    statement = select(LoanApplication.id).where(
        LoanApplication.state == ApplicationState.COUNTER_OFFERED,
        LoanApplication.offer_until < today,
    )
    return db.session.scalars(statement.order_by(LoanApplication.id).limit(AT_ONCE)).all()


def untouched_ids(state: ApplicationState, since: datetime) -> Sequence[UUID]:
    """Return the applications that have been in a state, without any step, since a moment."""
    stepped = select(ApplicationStep.application_id).where(
        ApplicationStep.application_id == LoanApplication.id, ApplicationStep.taken_at >= since
    )
    statement = select(LoanApplication.id).where(
        LoanApplication.state == state, LoanApplication.created_at < since, ~stepped.exists()
    )
    return db.session.scalars(statement.order_by(LoanApplication.id).limit(AT_ONCE)).all()


def get_row(application_id: UUID) -> ApplicationRow:
    """Return one application with names; the caller has checked that it may be seen."""
    row = db.session.execute(_rows().where(LoanApplication.id == application_id)).one()
    return _as_row(row)


def list_of_enterprise(enterprise_id: UUID) -> Sequence[ApplicationRow]:
    """Return a firm's applications, newest first."""
    statement = (
        _rows()
        .where(LoanApplication.enterprise_id == enterprise_id)
        .order_by(LoanApplication.created_at.desc())
    )
    return [_as_row(row) for row in db.session.execute(statement)]


def work_list(
    institution_id: UUID, page: Page, wanted: WorkFilter | None = None
) -> tuple[Sequence[ApplicationRow], int]:
    """Return a bank's work and how much there is in all: whitelisted firms first, 白名单优先.

    Within both, what is promised soonest comes first.
    """
    wanted = wanted or WorkFilter()
    statement = _rows().where(
        LoanApplication.institution_id == institution_id,
        LoanApplication.submitted_at.is_not(None),
        LoanApplication.state.in_(wanted.states),
    )
    if wanted.due_on is not None:
        statement = statement.where(LoanApplication.promised_on == wanted.due_on)
    if wanted.overdue_at is not None:
        statement = statement.where(LoanApplication.promised_on < wanted.overdue_at)
    if wanted.text:
        statement = statement.where(
            Enterprise.name.contains(wanted.text, autoescape=True)
            | (Enterprise.uscc == wanted.text.upper())
            | (LoanApplication.application_no == wanted.text.upper())
        )
    if wanted.updated_since is not None:
        moved = select(ApplicationStep.application_id).where(
            ApplicationStep.taken_at >= wanted.updated_since
        )
        statement = statement.where(LoanApplication.id.in_(moved))
    if wanted.priority_only:
        statement = statement.where(has_priority(LoanApplication.enterprise_id))
    return _paged(statement.order_by(*_by_urgency()), page)


def _by_urgency() -> tuple[ColumnElement[Any], ...]:
    return (
        has_priority(LoanApplication.enterprise_id).desc(),
        LoanApplication.promised_on.nulls_last(),
        LoanApplication.id.asc(),
    )


def _paged(
    statement: Rows,
    page: Page,
) -> tuple[Sequence[ApplicationRow], int]:
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    rows = db.session.execute(statement.offset(page.offset).limit(page.size))
    return [_as_row(row) for row in rows], total or 0


def work_counts(institution_id: UUID, today: date) -> dict[str, int]:
    """Return the numbers of a bank's work list: 待受理，补件到齐，今日到期，已超时，白名单优先."""
    resubmitted = (
        select(ApplicationStep.application_id)
        .where(ApplicationStep.from_state == ApplicationState.RETURNED)
        .correlate(None)
    )
    waiting = LoanApplication.state == ApplicationState.SUBMITTED
    came_back = LoanApplication.id.in_(resubmitted)
    row = db.session.execute(
        select(
            func.count(case((waiting & ~came_back, 1))),
            func.count(case((waiting & came_back, 1))),
            func.count(case((LoanApplication.promised_on == today, 1))),
            func.count(case((LoanApplication.promised_on < today, 1))),
            func.count(case((has_priority(LoanApplication.enterprise_id), 1))),
        ).where(
            LoanApplication.institution_id == institution_id, LoanApplication.state.in_(AT_BANK)
        )
    ).one()
    names = ("waiting", "resubmitted", "due_today", "overdue", "priority")
    return dict(zip(names, map(int, row), strict=True))


def list_resubmitted(institution_id: UUID, page: Page) -> tuple[Sequence[ApplicationRow], int]:
    """Return what came back complete after a return, 补件到齐."""
    back = select(ApplicationStep.application_id).where(
        ApplicationStep.from_state == ApplicationState.RETURNED
    )
    statement = _rows().where(
        LoanApplication.institution_id == institution_id,
        LoanApplication.state == ApplicationState.SUBMITTED,
        LoanApplication.id.in_(back),
    )
    return _paged(statement.order_by(*_by_urgency()), page)


def steps_of(application_id: UUID) -> Sequence[ApplicationStep]:
    """Return the steps of an application, oldest first."""
    return db.session.scalars(
        select(ApplicationStep)
        .where(ApplicationStep.application_id == application_id)
        .order_by(ApplicationStep.taken_at, ApplicationStep.id)
    ).all()


def latest_decision(application_id: UUID) -> CreditDecision | None:
    """Return the newest decision on an application."""
    return db.session.scalar(
        select(CreditDecision)
        .where(CreditDecision.application_id == application_id)
        .order_by(CreditDecision.decided_at.desc(), CreditDecision.id.desc())
        .limit(1)
    )


def disbursements_of(application_id: UUID) -> Sequence[Disbursement]:
    """Return what was paid out."""
    return db.session.scalars(
        select(Disbursement)
        .where(Disbursement.application_id == application_id)
        .order_by(Disbursement.disbursed_on)
    ).all()


def repayments_of(application_id: UUID) -> Sequence[RepaymentReport]:
    """Return every report of how the loan stands, newest first."""
    return db.session.scalars(
        select(RepaymentReport)
        .where(RepaymentReport.application_id == application_id)
        .order_by(RepaymentReport.as_of.desc(), RepaymentReport.number.desc())
    ).all()
