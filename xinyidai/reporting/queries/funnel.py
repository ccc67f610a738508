"""How far applications came, and how long their decisions took."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select

from xinyidai.applications.models import ApplicationStep, LoanApplication
from xinyidai.institutions.models import Institution
from xinyidai.kernel.db import db
from xinyidai.reporting.queries.conditions import local_day, of_institution, within
from xinyidai.reporting.values import DecisionDays, FunnelStep, Period, Reached


class Basis(StrEnum):
    """By which moment an application belongs to a period."""

    SUBMITTED = "submitted"  # 提交时间
    DECIDED = "decided"  # 决定时间


def reached_steps(period: Period, institution_id: UUID | None = None) -> Sequence[Reached]:
    """Return for each bank how many of the period's submissions ever reached each step.

    A step counts although the application later fell back or was refused; 尽调 may be left out by a
    bank, so a later step can be reached more often than it.
    """
    steps = (
        select(
            ApplicationStep.application_id,
            LoanApplication.institution_id,
            *(
                func.bool_or(ApplicationStep.to_state == step.value).label(step.value)
                for step in FunnelStep
            ),
        )
        .join(LoanApplication, LoanApplication.id == ApplicationStep.application_id)
        .where(*within(LoanApplication.submitted_at, period), *of_institution(institution_id))
        .group_by(ApplicationStep.application_id, LoanApplication.institution_id)
        .subquery()
    )
    statement = (
        select(
            Institution.id,
            Institution.name,
            *(func.count().filter(steps.c[step.value]) for step in FunnelStep),
        )
        .join(steps, steps.c.institution_id == Institution.id)
        .group_by(Institution.id, Institution.name)
        .order_by(func.count().desc(), Institution.name)
    )
    return [
        Reached(row[0], row[1], dict(zip(FunnelStep, row[2:], strict=True)))
        for row in db.session.execute(statement)
    ]


def decision_days(
    period: Period, basis: Basis, institution_id: UUID | None = None
) -> Sequence[DecisionDays]:
    """Return how many applications were submitted on one day and decided on another, by bank."""
    moment = {
        Basis.SUBMITTED: LoanApplication.submitted_at,
        Basis.DECIDED: LoanApplication.decided_at,
    }[basis]
    submitted_on = local_day(LoanApplication.submitted_at)
    decided_on = local_day(LoanApplication.decided_at)
    statement = (
        select(LoanApplication.institution_id, submitted_on, decided_on, func.count())
        .where(
            *within(moment, period),
            LoanApplication.submitted_at.is_not(None),
            LoanApplication.decided_at.is_not(None),
            *of_institution(institution_id),
        )
        .group_by(LoanApplication.institution_id, submitted_on, decided_on)
    )
    return [DecisionDays(*row) for row in db.session.execute(statement)]
