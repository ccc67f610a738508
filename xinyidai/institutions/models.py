"""Institutions, branches and government offices as tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.institutions.values import DepartmentKind, InstitutionKind, InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type


class Institution(Model):
    """A financial institution admitted to the platform, 金融机构."""

    __tablename__ = "institution"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[InstitutionKind] = mapped_column(state_type(InstitutionKind))
    status: Mapped[InstitutionStatus] = mapped_column(
        state_type(InstitutionStatus), default=InstitutionStatus.ACTIVE
    )
    region_code: Mapped[str] = mapped_column(String(6))
    phone: Mapped[str | None]
    gateway: Mapped[str | None]
    admitted_at: Mapped[datetime] = mapped_column(default=clock.now)


class Branch(Model):
    """A branch, 网点."""

    __tablename__ = "branch"
    __table_args__ = (UniqueConstraint("institution_id", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str]
    region_code: Mapped[str] = mapped_column(String(6))
    address: Mapped[str | None]
    phone: Mapped[str | None]


class Department(Model):
    """A government office that governs, delivers data or recommends firms, 部门."""

    __tablename__ = "department"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str]
    kind: Mapped[DepartmentKind] = mapped_column(state_type(DepartmentKind))
    region_code: Mapped[str] = mapped_column(String(6))
