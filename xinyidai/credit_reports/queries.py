"""Read reports, their checks and credit codes; search firms by name for anybody."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Delete, Select, delete, func, select

from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.credit_reports.models import (
    CreditCode,
    CreditReport,
    ReportContent,
    ReportVerification,
)
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page


@dataclass(frozen=True)
class ReportFilter:
    """What a list of reports is narrowed to; None means everything."""

    edition: ReportEdition | None = None
    use: str | None = None
    enterprise_id: UUID | None = None
    institution_id: UUID | None = None
    is_checked: bool = False


@dataclass(frozen=True)
class ReportRow:
    """A report with the names it is listed by, and how often it was checked."""

    report: CreditReport
    enterprise: Enterprise
    institution: Institution | None
    checks: int


def facts_versions(enterprise_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return which version the facts of firms have now."""
    statement = select(Enterprise.id, Enterprise.facts_version)
    rows = db.session.execute(statement.where(Enterprise.id.in_(enterprise_ids)))
    return {row[0]: row[1] for row in rows}


def find(report_id: UUID) -> CreditReport | None:
    """Return a report, or None."""
    return db.session.get(CreditReport, report_id)


def find_by_number(number: str) -> CreditReport | None:
    """Return the report of this number, or None."""
    if not number.isascii() or "\x00" in number:
        return None
    return db.session.scalar(select(CreditReport).where(CreditReport.number == number))


def find_by_request(made_by: UUID, request_key: str) -> CreditReport | None:
    """Return the report that a person's order was answered with, or None."""
    statement = select(CreditReport).where(
        CreditReport.made_by == made_by, CreditReport.request_key == request_key
    )
    return db.session.scalar(statement)


def find_by_snapshot(snapshot_id: UUID) -> CreditReport | None:
    """Return the report that lies in a snapshot, or None."""
    return db.session.scalar(select(CreditReport).where(CreditReport.snapshot_id == snapshot_id))


def get_row(report_id: UUID) -> ReportRow:
    """Return one report with names; the caller has checked that it may be seen."""
    return ReportRow(*db.session.execute(_rows().where(CreditReport.id == report_id)).one())


def list_rows(wanted: ReportFilter, page: Page) -> tuple[Sequence[ReportRow], int]:
    """Return a page of reports, newest first, and how many there are."""
    conditions = _conditions(wanted)
    total = db.session.scalar(select(func.count()).select_from(CreditReport).where(*conditions))
    ordered = _rows().where(*conditions).order_by(CreditReport.made_at.desc(), CreditReport.id)
    found = db.session.execute(ordered.limit(page.size).offset(page.offset))
    return [ReportRow(*row) for row in found], total or 0


def counts_by_edition() -> Mapping[ReportEdition, int]:
    """Count the reports of the city by edition; an edition without any counts zero."""
    number = func.count().label("number")
    statement = select(CreditReport.edition, number).group_by(CreditReport.edition)
    counted = {found.edition: found.number for found in db.session.execute(statement)}
    return {edition: counted.get(edition, 0) for edition in ReportEdition}


def counts_by_use() -> Mapping[str, int]:
    """Count the reports of the city by use; a use without any is absent."""
    number = func.count().label("number")
    statement = select(CreditReport.use, number).group_by(CreditReport.use)
    return {found.use: found.number for found in db.session.execute(statement)}


def count_checked() -> int:
    """Count the reports that somebody has checked at least once."""
    statement = select(func.count(ReportVerification.report_id.distinct()))
    return db.session.scalar(statement) or 0


def checks_of(report_id: UUID) -> Sequence[tuple[ReportVerification, str | None]]:
    """Return the checks of a report, newest first, each with the institution signed in."""
    statement = (
        select(ReportVerification, Institution.short_name)
        .outerjoin(Institution, Institution.id == ReportVerification.institution_id)
        .where(ReportVerification.report_id == report_id)
        .order_by(ReportVerification.checked_at.desc())
        .limit(Page().size)
    )
    return [(check, name) for check, name in db.session.execute(statement)]


def content_of(report_id: UUID, enterprise_id: UUID) -> Select[dict[str, Any]]:
    """Select what a firm's own report says, to be run through the door."""
    return select(ReportContent.content).where(
        ReportContent.report_id == report_id, ReportContent.enterprise_id == enterprise_id
    )


def forget_contents(before: date) -> Delete:
    """Delete the contents whose time is over, to be run through the door."""
    return delete(ReportContent).where(ReportContent.keep_until < before)


def live_code(enterprise_id: UUID, *, for_update: bool = False) -> CreditCode | None:
    """Return a firm's credit code in use, or None; `for_update` locks it."""
    statement = select(CreditCode).where(
        CreditCode.enterprise_id == enterprise_id, CreditCode.ended_at.is_(None)
    )
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(statement)


def code_by_token(token: str) -> CreditCode | None:
    """Return the credit code of a token, in use or not, or None."""
    if not token.isascii() or "\x00" in token:
        return None
    return db.session.scalar(select(CreditCode).where(CreditCode.token == token))


def named_like(name: str, most: int) -> Sequence[Enterprise]:
    """Return firms whose normal name holds a text: the same first, then what begins with it."""
    statement = (
        select(Enterprise)
        .where(Enterprise.normal_name.contains(name, autoescape=True))
        .order_by(
            Enterprise.normal_name != name,
            ~Enterprise.normal_name.startswith(name, autoescape=True),
            func.length(Enterprise.normal_name),
            Enterprise.uscc,
        )
        .limit(most)
    )
    return db.session.scalars(statement).all()


def _conditions(wanted: ReportFilter) -> list[ColumnElement[bool]]:
    pairs = (
        (CreditReport.edition, wanted.edition),
        (CreditReport.use, wanted.use),
        (CreditReport.enterprise_id, wanted.enterprise_id),
        (CreditReport.institution_id, wanted.institution_id),
    )
    conditions: list[ColumnElement[bool]] = [
        column == value for column, value in pairs if value is not None
    ]
    if wanted.is_checked:
        checked = select(ReportVerification.report_id)
        conditions.append(CreditReport.id.in_(checked))
    return conditions


def _rows() -> Select[*tuple[Any, ...]]:
    checks = (
        select(func.count())
        .select_from(ReportVerification)
        .where(ReportVerification.report_id == CreditReport.id)
        .correlate(CreditReport)
        .scalar_subquery()
    )
    return (
        select(CreditReport, Enterprise, Institution, checks)
        .join(Enterprise, Enterprise.id == CreditReport.enterprise_id)
        .outerjoin(Institution, Institution.id == CreditReport.institution_id)
    )
