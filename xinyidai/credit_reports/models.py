"""Credit reports, their content, who checked them, and credit codes, as tables.

A report's row says that it was made, and nothing of what a record says; the content lies in the
schema `credit`, behind the door, or in the snapshot of the look that it was made in.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.credit_reports.values import CodeEnd, VerificationWay
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type


class CreditReport(Model):
    """One report as it was made, 信用报告; `kinds` are those whose corrections end it."""

    __tablename__ = "credit_report"
    __table_args__ = (
        CheckConstraint(
            "(institution_id is null) = (consent_id is null)"
            " and (institution_id is null) = (snapshot_id is null)",
            name="consent_whole",
        ),
        CheckConstraint(
            "(edition = 'no_violation') = (num_nonnulls(period_first, period_last) = 2)",
            name="period_whole",
        ),
        UniqueConstraint("made_by", "request_key", name="uq_credit_report_request"),
        Index("ix_credit_report_enterprise", "enterprise_id", "made_at"),
        Index("ix_credit_report_institution", "institution_id", "made_at"),
        Index("ix_credit_report_made", "made_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    edition: Mapped[ReportEdition] = mapped_column(state_type(ReportEdition))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent.id"))
    snapshot_id: Mapped[UUID | None]
    use: Mapped[str] = mapped_column(String(64))
    period_first: Mapped[date | None]
    period_last: Mapped[date | None]
    departments: Mapped[list[str]] = mapped_column(default=list)
    kinds: Mapped[list[str]] = mapped_column(default=list)
    record_count: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    request_key: Mapped[str | None] = mapped_column(String(32))
    facts_version: Mapped[int]
    template_version: Mapped[str] = mapped_column(String(64))
    rule_versions: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    signature_algorithm: Mapped[str] = mapped_column(String(16))
    signature_key_id: Mapped[str] = mapped_column(String(16))
    signature: Mapped[str] = mapped_column(Text)
    expires_on: Mapped[date]


class ReportContent(Model):
    """What a firm's own report says, 报告内容; behind the door like the records themselves."""

    __tablename__ = "report_content"
    __table_args__ = (
        Index("ix_report_content_enterprise", "enterprise_id"),
        Index("ix_report_content_keep", "keep_until"),
        {"schema": "credit"},
    )

    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID]
    content: Mapped[dict[str, Any]]
    keep_until: Mapped[date]


class ReportVerification(Model):
    """One check of a genuine report, 查验记录; of strangers nothing is kept but the time."""

    __tablename__ = "report_verification"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("credit_report.id"), index=True)
    checked_at: Mapped[datetime] = mapped_column(default=clock.now)
    way: Mapped[VerificationWay] = mapped_column(state_type(VerificationWay))
    role: Mapped[Role] = mapped_column(state_type(Role))
    institution_id: Mapped[UUID | None]


class CreditCode(Model):
    """One credit code of a firm, 信用码; what it opens is public, so the token is kept as it is."""

    __tablename__ = "credit_code"
    __table_args__ = (
        CheckConstraint("(ended_at is null) = (end_reason is null)", name="end_whole"),
        Index(
            "uq_credit_code_one_live",
            "enterprise_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    token: Mapped[str] = mapped_column(String(32), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[CodeEnd | None] = mapped_column(state_type(CodeEnd))
