"""The list behind each figure: the same conditions as the figure itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, null, select

from xinyidai.applications.models import CreditDecision, Disbursement, LoanApplication
from xinyidai.applications.values import GuaranteeFlag, LoanKind
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.reporting.queries.conditions import (
    approved_within,
    ever_authorized,
    local_day,
    of_institution,
    paid_within,
    surviving,
    within,
)
from xinyidai.reporting.values import BehindFigure, FigureCode, Period

DECIDED = ("approved", "declined")
Rows = Select[*tuple[Any, ...]]


def rows_behind(
    code: FigureCode, period: Period, page: Page, *, institution_id: UUID | None = None
) -> tuple[Sequence[BehindFigure], int]:
    """Return one page of what a figure's numerator counts, and how many rows there are in all.

    For 通过率 the list is of approved applications, for the median of all decided ones.
    """
    statement = LISTS[code](period, institution_id)
    total = db.session.scalar(select(func.count()).select_from(statement.subquery()))
    rows = db.session.execute(
        statement.order_by(Enterprise.uscc).offset(page.offset).limit(page.size)
    )
    return [BehindFigure(*row) for row in rows], total or 0


def _registered(_period: Period, _institution_id: UUID | None) -> Rows:
    day = local_day(Enterprise.registered_at)
    return _firms(day).where(Enterprise.registered_at.is_not(None))


def _authorized(_period: Period, _institution_id: UUID | None) -> Rows:
    return _firms(literal(None)).where(ever_authorized())


def _firms(day: ColumnElement[Any]) -> Rows:
    return select(
        Enterprise.name,
        Enterprise.uscc,
        day.label("on"),
        null().label("application_no"),
        null().label("institution_name"),
        null().label("amount_fen"),
    ).where(surviving())


def _applications(
    day: Any, amount: Any, *conditions: ColumnElement[bool], institution_id: UUID | None
) -> Rows:
    return (
        select(
            Enterprise.name,
            Enterprise.uscc,
            day.label("on"),
            LoanApplication.application_no,
            Institution.name.label("institution_name"),
            amount.label("amount_fen"),
        )
        .select_from(LoanApplication)
        .join(Enterprise, Enterprise.id == LoanApplication.enterprise_id)
        .join(Institution, Institution.id == LoanApplication.institution_id)
        .where(*conditions, *of_institution(institution_id))
    )


def _granted(period: Period, institution_id: UUID | None) -> Rows:
    return _applications(
        local_day(LoanApplication.decided_at),
        LoanApplication.amount_approved_fen,
        approved_within(period),
        institution_id=institution_id,
    )


def _loans(*conditions: ColumnElement[bool]) -> Callable[[Period, UUID | None], Rows]:
    def rows(period: Period, institution_id: UUID | None) -> Rows:
        day, amount = func.max(Disbursement.disbursed_on), func.sum(Disbursement.amount_fen)
        loans = _applications(
            day, amount, paid_within(period), *conditions, institution_id=institution_id
        )
        return loans.join(Disbursement, Disbursement.application_id == LoanApplication.id).group_by(
            LoanApplication.id, Enterprise.id, Institution.id
        )

    return rows


def _decided(*outcomes: str) -> Callable[[Period, UUID | None], Rows]:
    def rows(period: Period, institution_id: UUID | None) -> Rows:
        deciding = select(CreditDecision.application_id).where(
            CreditDecision.outcome.in_(outcomes), *within(CreditDecision.decided_at, period)
        )
        return _applications(
            local_day(LoanApplication.decided_at),
            LoanApplication.amount_approved_fen,
            LoanApplication.id.in_(deciding),
            institution_id=institution_id,
        )

    return rows


LISTS: Mapping[FigureCode, Callable[[Period, UUID | None], Rows]] = {
    FigureCode.REGISTERED_SHARE: _registered,
    FigureCode.AUTHORIZED_SHARE: _authorized,
    FigureCode.GRANTED_COUNT: _granted,
    FigureCode.GRANTED_AMOUNT: _granted,
    FigureCode.DISBURSED_COUNT: _loans(),
    FigureCode.DISBURSED_AMOUNT: _loans(),
    FigureCode.FIRST_LOAN_RATE: _loans(LoanApplication.loan_kind == LoanKind.FIRST),
    FigureCode.CREDIT_LOAN_SHARE: _loans(LoanApplication.guarantee == GuaranteeFlag.CREDIT),
    FigureCode.APPROVAL_RATE: _decided("approved"),
    FigureCode.MEDIAN_DAYS: _decided(*DECIDED),
}
