"""What came of applications by product, 办理结果, and the lists behind each number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, cast, func, or_, select

from xinyidai.applications.models import ApplicationStep, CreditDecision, LoanApplication
from xinyidai.applications.values import ApplicationAction, ApplicationState, OutcomeRow
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel.clock import TZ
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.products.models import LoanProduct
from xinyidai.products.values import ProductKind

# With the firm, or gone elsewhere: no promise runs.
NOT_PROMISED = (
    ApplicationState.DRAFT,
    ApplicationState.RETURNED,
    ApplicationState.EXPIRED,
    ApplicationState.REASSIGNED,
)
ANSWERS = ("approved", "declined")


@dataclass(frozen=True)
class ProductOutcomes:
    """The answers and promises of one product, and which kind it and its institution are."""

    product_id: UUID
    product_kind: ProductKind
    institution_kind: InstitutionKind
    decided: int
    approved: int
    promised: int
    kept: int


def outcomes_by_product(first: date, before: date) -> Sequence[ProductOutcomes]:
    """Return what came of each product's applications from a day to the day before another."""
    decided = _answered(first, before).subquery()
    promised = _promises(first, before).subquery()
    answers = (
        select(
            decided.c.product_id,
            func.count().label("decided"),
            func.count().filter(decided.c.is_approved).label("approved"),
        )
        .group_by(decided.c.product_id)
        .subquery()
    )
    promises = (
        select(
            promised.c.product_id,
            func.count().label("promised"),
            func.count().filter(promised.c.is_kept).label("kept"),
        )
        .group_by(promised.c.product_id)
        .subquery()
    )
    statement = (
        select(
            LoanProduct.id,
            LoanProduct.kind,
            Institution.kind,
            func.coalesce(answers.c.decided, 0),
            func.coalesce(answers.c.approved, 0),
            func.coalesce(promises.c.promised, 0),
            func.coalesce(promises.c.kept, 0),
        )
        .join(Institution, Institution.id == LoanProduct.institution_id)
        .outerjoin(answers, answers.c.product_id == LoanProduct.id)
        .outerjoin(promises, promises.c.product_id == LoanProduct.id)
        .order_by(LoanProduct.id)
    )
    return [ProductOutcomes(*row) for row in db.session.execute(statement)]


def decided_behind(
    product_id: UUID, first: date, before: date, page: Page
) -> tuple[Sequence[OutcomeRow], int]:
    """Return the decided applications of a product that its approval share counts."""
    decided = _answered(first, before).subquery()
    return _rows(LoanApplication.id.in_(select(decided.c.id)), product_id, page)


def promised_behind(
    product_id: UUID, first: date, before: date, page: Page
) -> tuple[Sequence[OutcomeRow], int]:
    """Return the applications of a product whose promised day came."""
    promised = _promises(first, before).subquery()
    return _rows(LoanApplication.id.in_(select(promised.c.id)), product_id, page)


def applied_after(institution_id: UUID, enterprise_id: UUID, since: datetime) -> bool:
    """Tell whether a firm sent this institution an application at or after a moment."""
    found = (
        select(LoanApplication.id)
        .where(
            LoanApplication.institution_id == institution_id,
            LoanApplication.enterprise_id == enterprise_id,
            LoanApplication.submitted_at >= since,
        )
        .limit(1)
    )
    return db.session.scalar(found) is not None


def _answered(first: date, before: date) -> Select[UUID, UUID, bool]:
    start, end = (datetime.combine(day, time(), TZ) for day in (first, before))
    return (
        select(
            LoanApplication.id,
            LoanApplication.product_id,
            func.bool_or(CreditDecision.outcome == "approved").label("is_approved"),
        )
        .join(CreditDecision, CreditDecision.application_id == LoanApplication.id)
        .where(
            CreditDecision.outcome.in_(ANSWERS),
            CreditDecision.decided_at >= start,
            CreditDecision.decided_at < end,
        )
        .group_by(LoanApplication.id, LoanApplication.product_id)
    )


def _promises(first: date, before: date) -> Select[UUID, UUID, bool]:
    """Select promises that came due; one the firm withdrew in time is none."""
    answered_on = _local_day(LoanApplication.decided_at)
    withdrawn_on = (
        select(func.min(_local_day(ApplicationStep.taken_at)))
        .where(
            ApplicationStep.application_id == LoanApplication.id,
            ApplicationStep.action == ApplicationAction.WITHDRAW,
        )
        .correlate(LoanApplication)
        .scalar_subquery()
    )
    is_kept = func.coalesce(answered_on <= LoanApplication.promised_on, False)
    return select(LoanApplication.id, LoanApplication.product_id, is_kept.label("is_kept")).where(
        LoanApplication.promised_on >= first,
        LoanApplication.promised_on < before,
        LoanApplication.state.not_in(NOT_PROMISED),
        or_(
            LoanApplication.decided_at.is_not(None),
            withdrawn_on.is_(None),
            withdrawn_on > LoanApplication.promised_on,
        ),
    )


def _rows(
    condition: ColumnElement[bool], product_id: UUID, page: Page
) -> tuple[Sequence[OutcomeRow], int]:
    newest = (
        select(CreditDecision.outcome)
        .where(CreditDecision.application_id == LoanApplication.id)
        .order_by(CreditDecision.decided_at.desc(), CreditDecision.id.desc())
        .limit(1)
        .correlate(LoanApplication)
        .scalar_subquery()
    )
    statement = (
        select(
            LoanApplication.application_no,
            Institution.name,
            LoanApplication.promised_on,
            _local_day(LoanApplication.decided_at),
            newest,
            LoanApplication.id,
        )
        .join(Institution, Institution.id == LoanApplication.institution_id)
        .join(Enterprise, Enterprise.id == LoanApplication.enterprise_id)
        .where(condition, LoanApplication.product_id == product_id)
    )
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    ordered = statement.order_by(LoanApplication.promised_on.desc(), LoanApplication.id)
    rows = db.session.execute(ordered.offset(page.offset).limit(page.size))
    return [OutcomeRow(*row) for row in rows], total


def _local_day(moment: Any) -> ColumnElement[date]:
    zoned: Callable[[str, Any], ColumnElement[datetime]] = func.timezone
    return cast(zoned(TZ.key, moment), Date)
