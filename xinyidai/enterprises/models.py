"""Enterprises and names that wait for a code, as tables."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.enterprises.values import EnterpriseOrigin, EnterpriseScale, RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type


class Enterprise(Model):
    """A firm known to the platform, 企业; signed up when `registered_at` is set."""

    __tablename__ = "enterprise"
    __table_args__ = (
        CheckConstraint("length(uscc) = 18", name="uscc_length"),
        CheckConstraint("employees >= 0", name="employees_not_negative"),
        CheckConstraint("registered_capital_fen >= 0", name="capital_not_negative"),
        Index("ix_enterprise_normal_name", "normal_name"),
        Index("ix_enterprise_region_section", "region_code", "section"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str]
    normal_name: Mapped[str]
    former_names: Mapped[list[str]] = mapped_column(default=list)
    code_invented: Mapped[bool] = mapped_column(default=False)
    legal_representative: Mapped[str | None]
    region_code: Mapped[str | None] = mapped_column(String(6))
    address: Mapped[str | None] = mapped_column(Text)
    industry_code: Mapped[str | None] = mapped_column(String(5))
    section: Mapped[str | None] = mapped_column(String(1))
    established_on: Mapped[date | None]
    registered_capital_fen: Mapped[int | None]
    employees: Mapped[int | None]
    revenue_fen: Mapped[int | None]
    assets_fen: Mapped[int | None]
    scale: Mapped[EnterpriseScale | None] = mapped_column(state_type(EnterpriseScale))
    enterprise_type: Mapped[str | None]
    business_scope: Mapped[str | None] = mapped_column(Text)
    status: Mapped[RegistrationStatus] = mapped_column(
        state_type(RegistrationStatus), default=RegistrationStatus.UNKNOWN
    )
    origin: Mapped[EnterpriseOrigin] = mapped_column(state_type(EnterpriseOrigin))
    source: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(default=list)
    registered_at: Mapped[datetime | None]
    facts_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class PendingName(Model):
    """A row that names a firm without a usable code, 待核名; it waits to be resolved."""

    __tablename__ = "pending_name"
    __table_args__ = (Index("uq_pending_name_row", "source", "kind", "row_hash", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    normal_name: Mapped[str] = mapped_column(index=True)
    row_hash: Mapped[str] = mapped_column(String(64))
    row_number: Mapped[int]
    content: Mapped[dict[str, Any]]
    resolved_enterprise_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprise.id"))
    resolved_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
