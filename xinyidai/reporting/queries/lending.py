"""Firms, approvals, loans and refusals in numbers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from xinyidai.applications.models import CreditDecision, Disbursement, LoanApplication
from xinyidai.applications.values import GuaranteeFlag, LoanKind
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.reporting import rules
from xinyidai.reporting.queries.conditions import (
    Conditions,
    approved_within,
    ever_authorized,
    of_institution,
    paid_within,
    surviving,
    within,
)
from xinyidai.reporting.values import (
    Decided,
    DeclineReason,
    Disbursed,
    Granted,
    Period,
    Population,
)


def population() -> Population:
    """Return how many firms survive, signed up and ever granted an authorization, today."""
    is_surviving = surviving()
    row = db.session.execute(
        select(
            func.count().filter(is_surviving),
            func.count().filter(and_(is_surviving, Enterprise.registered_at.is_not(None))),
            func.count().filter(and_(is_surviving, ever_authorized())),
        ).select_from(Enterprise)
    ).one()
    return Population(row[0], row[1], row[2])


def granted(period: Period, institution_id: UUID | None = None) -> Granted:
    """Return the approvals of the period."""
    amount = _whole(func.sum(LoanApplication.amount_approved_fen))
    row = db.session.execute(
        select(func.count(), amount)
        .select_from(LoanApplication)
        .where(approved_within(period), *of_institution(institution_id))
    ).one()
    return Granted(*row)


def disbursed(period: Period, institution_id: UUID | None = None) -> Disbursed:
    """Return the loans of the period; several payments of one loan are one loan."""
    loan = (
        select(
            LoanApplication.loan_kind,
            LoanApplication.guarantee,
            func.sum(Disbursement.amount_fen).label("amount_fen"),
        )
        .join(Disbursement, Disbursement.application_id == LoanApplication.id)
        .where(paid_within(period), *of_institution(institution_id))
        .group_by(LoanApplication.id)
        .subquery()
    )
    amount = func.sum(loan.c.amount_fen)
    credit = amount.filter(loan.c.guarantee == GuaranteeFlag.CREDIT)
    row = db.session.execute(
        select(
            func.count(),
            _whole(amount),
            _whole(credit),
            _whole(amount.filter(loan.c.guarantee.is_not(None))),
            func.count().filter(loan.c.loan_kind == LoanKind.FIRST),
            func.count(loan.c.loan_kind),
        ).select_from(loan)
    ).one()
    return Disbursed(*row)


def _whole(amount: ColumnElement[Any]) -> ColumnElement[int]:
    """Return a sum as an integer; no rows at all sum up to nothing."""
    return cast(func.coalesce(amount, 0), BigInteger)


def decided(period: Period, institution_id: UUID | None = None) -> Decided:
    """Return how many applications were approved or refused in the period."""
    outcome = CreditDecision.outcome
    row = db.session.execute(
        select(
            func.count().filter(outcome == "approved"),
            func.count().filter(outcome.in_(("approved", "declined"))),
        )
        .select_from(CreditDecision)
        .join(LoanApplication, LoanApplication.id == CreditDecision.application_id)
        .where(*within(CreditDecision.decided_at, period), *of_institution(institution_id))
    ).one()
    return Decided(row[0], row[1])


def decline_reasons(period: Period, institution_id: UUID | None = None) -> Sequence[DeclineReason]:
    """Return the coded reasons of the period's refusals, commonest first.

    The words are those that were shown when it was decided.
    """
    chosen: Conditions = [
        CreditDecision.outcome == "declined",
        *within(CreditDecision.decided_at, period),
        *of_institution(institution_id),
    ]
    declined = (
        select(func.count(CreditDecision.application_id.distinct()))
        .join(LoanApplication, LoanApplication.id == CreditDecision.application_id)
        .where(*chosen)
        .correlate(None)
        .scalar_subquery()
    )
    reason = func.jsonb_array_elements(CreditDecision.reasons, type_=JSONB)
    given = (
        select(
            CreditDecision.application_id,
            reason["code"].astext.label("code"),
            reason["name"].astext.label("name"),
        )
        .join(LoanApplication, LoanApplication.id == CreditDecision.application_id)
        .where(*chosen)
        .subquery()
    )
    applications = func.count(given.c.application_id.distinct())
    statement = (
        select(given.c.code, func.max(given.c.name), applications, declined)
        .group_by(given.c.code)
        .order_by(applications.desc(), given.c.code)
    )
    return [
        DeclineReason(key, words, number, total, rules.ratio(number, total))
        for key, words, number, total in db.session.execute(statement)
    ]
