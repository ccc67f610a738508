"""Read institutions, branches and government offices."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from xinyidai.institutions.models import Branch, Department, Institution
from xinyidai.institutions.values import DepartmentKind, InstitutionKind, InstitutionStatus
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound


def get_institution(institution_id: UUID, *, for_update: bool = False) -> Institution:
    """Return the institution, or raise `NotFound`; `for_update` locks it."""
    statement = select(Institution).where(Institution.id == institution_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound("没有找到这家机构。")
    return found


def find_institution_by_code(code: str) -> Institution | None:
    """Return the institution with this code, or None."""
    return db.session.scalar(select(Institution).where(Institution.code == code))


def list_institutions(
    *, kind: InstitutionKind | None = None, active_only: bool = False
) -> Sequence[Institution]:
    """Return the institutions by code; a city has some dozens, so the list is whole."""
    statement = select(Institution).order_by(Institution.code)
    if kind is not None:
        statement = statement.where(Institution.kind == kind)
    if active_only:
        statement = statement.where(Institution.status == InstitutionStatus.ACTIVE)
    return db.session.scalars(statement).all()


def list_branches(institution_id: UUID) -> Sequence[Branch]:
    """Return the branches of an institution by code."""
    return db.session.scalars(
        select(Branch).where(Branch.institution_id == institution_id).order_by(Branch.code)
    ).all()


def get_department(department_id: UUID) -> Department:
    """Return the government office, or raise `NotFound`."""
    found = db.session.get(Department, department_id)
    if found is None:
        raise NotFound("没有找到这个部门。")
    return found


def find_department_by_code(code: str) -> Department | None:
    """Return the government office with this code, or None."""
    return db.session.scalar(select(Department).where(Department.code == code))


def list_departments(*, kind: DepartmentKind | None = None) -> Sequence[Department]:
    """Return the government offices by code."""
    statement = select(Department).order_by(Department.code)
    if kind is not None:
        statement = statement.where(Department.kind == kind)
    return db.session.scalars(statement).all()
