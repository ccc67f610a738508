"""Loan applications, their steps, decisions and disbursements, as tables."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.applications.values import (
    ApplicationAction,
    ApplicationState,
    GuaranteeFlag,
    LoanKind,
    RepaymentState,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type

RATE = Numeric(9, 6)


class LoanApplication(Model):
    """A firm's application for one product of one institution, 贷款申请."""

    __tablename__ = "loan_application"
    __table_args__ = (
        CheckConstraint("amount_applied_fen > 0", name="amount_positive"),
        CheckConstraint("term_months between 1 and 360", name="term_sane"),
        CheckConstraint("amount_approved_fen > 0", name="approved_positive"),
        CheckConstraint("rate_approved > 0 and rate_approved < 1", name="rate_fraction"),
        Index("ix_loan_application_work", "institution_id", "state", "promised_on"),
        Index(
            "uq_loan_application_one_open",
            "enterprise_id",
            "product_id",
            unique=True,
            postgresql_where=text(
                "state in ('draft','submitted','accepted','due_diligence','in_approval',"
                "'approved','signed','returned','counter_offered')"
            ),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_no: Mapped[str] = mapped_column(String(32), unique=True)
    request_key: Mapped[UUID] = mapped_column(unique=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), index=True)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    product_id: Mapped[UUID] = mapped_column(ForeignKey("loan_product.id"), index=True)
    product_version_id: Mapped[UUID] = mapped_column(ForeignKey("product_version.id"))
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent.id"))
    # The need from which the firm came; told when the application is submitted.
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("financing_need.id"))
    branch_id: Mapped[UUID | None] = mapped_column(ForeignKey("branch.id"))
    officer_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    amount_applied_fen: Mapped[int]
    term_months: Mapped[int]
    loan_purpose: Mapped[str] = mapped_column(Text)
    contact_name: Mapped[str]
    contact_phone: Mapped[str] = mapped_column(String(20))
    state: Mapped[ApplicationState] = mapped_column(
        state_type(ApplicationState), default=ApplicationState.DRAFT
    )
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    promised_on: Mapped[date | None]
    # The whitelist entry for which the bank's answer was promised sooner, 白名单优先.
    priority_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("whitelist_entry.id"))
    # The last day on which the firm may take the bank's counter-offer.
    offer_until: Mapped[date | None]
    returned_note: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    amount_approved_fen: Mapped[int | None]
    rate_approved: Mapped[Decimal | None] = mapped_column(RATE)
    term_approved_months: Mapped[int | None]
    signed_at: Mapped[datetime | None]
    disbursed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    loan_kind: Mapped[LoanKind | None] = mapped_column(state_type(LoanKind))
    guarantee: Mapped[GuaranteeFlag | None] = mapped_column(state_type(GuaranteeFlag))
    bank_reference: Mapped[str | None]
    delivered_at: Mapped[datetime | None]

    @property
    def is_priority(self) -> bool:
        """Return whether a sooner answer was promised because of a whitelist, 白名单优先."""
        return self.priority_entry_id is not None


class ApplicationStep(Model):
    """One step of an application; append only."""

    __tablename__ = "application_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("loan_application.id"), index=True)
    action: Mapped[ApplicationAction] = mapped_column(state_type(ApplicationAction))
    from_state: Mapped[ApplicationState] = mapped_column(
        state_type(ApplicationState, name="from_state")
    )
    to_state: Mapped[ApplicationState] = mapped_column(
        state_type(ApplicationState, name="to_state")
    )
    account_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    role: Mapped[Role] = mapped_column(state_type(Role))
    note: Mapped[str | None] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)


class CreditDecision(Model):
    """A bank's decision with all it rested on, 授信决定; append only."""

    __tablename__ = "credit_decision"
    __table_args__ = (
        CheckConstraint("outcome in ('approved', 'declined', 'counter_offered')", name="outcome"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("loan_application.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    amount_fen: Mapped[int | None]
    rate: Mapped[Decimal | None] = mapped_column(RATE)
    term_months: Mapped[int | None]
    decided_by: Mapped[UUID | None]
    officer_name: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)
    product_version_id: Mapped[UUID]
    disclosure_id: Mapped[UUID | None]
    score_result_id: Mapped[UUID | None]
    model_code: Mapped[str | None]
    model_version: Mapped[str | None]
    rules_version: Mapped[str]


class Disbursement(Model):
    """Money paid out, 放款, as the bank reports it."""

    __tablename__ = "disbursement"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount_positive"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("loan_application.id"), index=True)
    loan_no: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int]
    rate: Mapped[Decimal] = mapped_column(RATE)
    disbursed_on: Mapped[date]
    due_on: Mapped[date]
    reported_by: Mapped[UUID | None]
    reported_at: Mapped[datetime] = mapped_column(default=clock.now)


class RepaymentReport(Model):
    """How a loan stood on a day, 还款情况, as its bank reports it; append only.

    A later report for the same day corrects an earlier one; both stay. `number` orders reports
    that were made in one moment.
    """

    __tablename__ = "repayment_report"
    __table_args__ = (
        CheckConstraint("days_overdue >= 0", name="days_not_negative"),
        CheckConstraint(
            "(state = 'overdue') = (days_overdue > 0) or state = 'written_off'",
            name="overdue_has_days",
        ),
        CheckConstraint("overdue_fen >= 0", name="amount_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(Identity(), unique=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("loan_application.id"), index=True)
    state: Mapped[RepaymentState] = mapped_column(state_type(RepaymentState))
    as_of: Mapped[date]
    days_overdue: Mapped[int]
    overdue_fen: Mapped[int | None]
    reported_by: Mapped[UUID | None]
    reporter_name: Mapped[str]
    reported_at: Mapped[datetime] = mapped_column(default=clock.now)
