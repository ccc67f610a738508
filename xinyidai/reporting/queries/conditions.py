"""Conditions that several figures and the lists behind them share, so that both agree."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from xinyidai.applications.models import (
    ApplicationStep,
    CreditDecision,
    Disbursement,
    LoanApplication,
)
from xinyidai.applications.values import ApplicationState
from xinyidai.consents.models import Consent
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel.clock import TZ
from xinyidai.reporting.values import FunnelStep, Period

Conditions = list[ColumnElement[bool]]


def within(column: InstrumentedAttribute[Any], period: Period) -> Conditions:
    """Return: the moment lies in the period."""
    return [column >= period.starts_at, column < period.ends_before]


def of_institution(institution_id: UUID | None) -> Conditions:
    """Return: the application is one of this institution, or of any."""
    return [] if institution_id is None else [LoanApplication.institution_id == institution_id]


def surviving() -> ColumnElement[bool]:
    """Return: the register holds the firm as 存续."""
    return Enterprise.status == RegistrationStatus.ACTIVE


def ever_authorized() -> ColumnElement[bool]:
    """Return: the firm granted at least one authorization, whatever became of it."""
    granting = select(Consent.enterprise_id).where(Consent.granted_at.is_not(None))
    return Enterprise.id.in_(granting)


def approved_within(period: Period) -> ColumnElement[bool]:
    """Return: the application reached 已授信 in the period."""
    approved = select(ApplicationStep.application_id).where(
        ApplicationStep.to_state == ApplicationState.APPROVED,
        *within(ApplicationStep.taken_at, period),
    )
    return LoanApplication.id.in_(approved)


def ever_reached(step: FunnelStep) -> ColumnElement[bool]:
    """Return: the application ever reached this step, whatever became of it."""
    reached = select(ApplicationStep.application_id).where(ApplicationStep.to_state == step.value)
    return LoanApplication.id.in_(reached)


def refused_within(period: Period, reason: str) -> ColumnElement[bool]:
    """Return: the application was refused in the period, and the reason was among those given."""
    refused = select(CreditDecision.application_id).where(
        CreditDecision.outcome == "declined",
        *within(CreditDecision.decided_at, period),
        CreditDecision.reasons.contains([{"code": reason}]),
    )
    return LoanApplication.id.in_(refused)


def paid_within(period: Period) -> ColumnElement[bool]:
    """Return: the disbursement was made in the period."""
    return Disbursement.disbursed_on.between(period.first, period.last)


def local_day(moment: Any) -> ColumnElement[date]:
    """Return the day of a moment in Asia/Shanghai."""
    zoned: Callable[[str, Any], ColumnElement[datetime]] = func.timezone
    return cast(zoned(TZ.key, moment), Date)
