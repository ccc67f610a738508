"""Read models of the office's pages: lists that join several slices, and counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, union_all
from sqlalchemy.orm import contains_eager

from xinyidai.applications.models import LoanApplication
from xinyidai.applications.queries import AT_BANK
from xinyidai.applications.values import ApplicationState
from xinyidai.consents.models import Consent, PurposeTemplate
from xinyidai.consents.values import TemplateState
from xinyidai.enterprises.models import Enterprise, PendingName
from xinyidai.institutions.models import Institution
from xinyidai.joint_results.models import JointModelVersion
from xinyidai.joint_results.values import VersionState
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.oversight.models import QueryAlarm
from xinyidai.oversight.values import AlarmState
from xinyidai.products.models import LoanProduct, ProductVersion
from xinyidai.products.values import ProductVersionState
from xinyidai.reporting.queries import ever_reached, refused_within, within
from xinyidai.reporting.values import FunnelStep, Period
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.queries import WAITING
from xinyidai.whitelist.values import EntryState


@dataclass(frozen=True)
class Offer:
    """A product version with the institution that offers it."""

    version: ProductVersion
    institution: Institution


@dataclass(frozen=True)
class Revocation:
    """A consent that the firm revoked, with both parties."""

    consent: Consent
    enterprise: Enterprise
    institution: Institution


class Task(StrEnum):
    """What waits for the office in the tables that the office's pages read."""

    PRODUCTS = "products"  # 产品待审
    JOINT_MODELS = "joint_models"  # 联合模型待审
    ENTRIES = "entries"  # 白名单待审
    NAMES = "names"  # 待核名
    TEMPLATES = "templates"  # 用途模板待批准
    ALARMS = "alarms"  # 异常查询待核查


TASKS: Sequence[tuple[Task, ColumnElement[Any], ColumnElement[bool]]] = (
    (
        Task.PRODUCTS,
        ProductVersion.submitted_at.expression,
        ProductVersion.state == ProductVersionState.UNDER_REVIEW,
    ),
    (
        Task.JOINT_MODELS,
        JointModelVersion.submitted_at.expression,
        JointModelVersion.state == VersionState.UNDER_REVIEW,
    ),
    (Task.ENTRIES, WhitelistEntry.nominated_at.expression, WhitelistEntry.state.in_(WAITING)),
    (Task.NAMES, PendingName.created_at.expression, PendingName.resolved_at.is_(None)),
    (
        Task.TEMPLATES,
        PurposeTemplate.drafted_at.expression,
        PurposeTemplate.state == TemplateState.UNDER_REVIEW,
    ),
    (Task.ALARMS, QueryAlarm.raised_at.expression, QueryAlarm.state == AlarmState.OPEN),
)


@dataclass(frozen=True)
class Waiting:
    """How much waits, and since when the longest; None when nothing does."""

    count: int
    since: datetime | date | None


@dataclass(frozen=True)
class ApplicationFilter:
    """What the office narrows applications to; `overdue_at` keeps what was promised earlier.

    With a `period`, `reached` keeps its submissions that ever came so far, and `reason` its
    refusals for that reason: the lists behind the funnel and the reasons for refusals.
    """

    state: ApplicationState | None = None
    institution_id: UUID | None = None
    overdue_at: date | None = None
    text: str = ""
    period: Period | None = None
    reached: FunnelStep | None = None
    reason: str = ""


@dataclass(frozen=True)
class CityApplication:
    """One application with the names a list shows."""

    application: LoanApplication
    enterprise: Enterprise
    institution: Institution
    product_name: str


@dataclass(frozen=True)
class WaitingName:
    """A name without a usable code, with how many rows wait for it and from where."""

    name: str
    normal_name: str
    rows: int
    source: str
    since: datetime
    firms: int


def offers(page: Page, *, state: ProductVersionState | None = None) -> tuple[Sequence[Offer], int]:
    """Return product versions for the office, those waiting longest first, and how many."""
    statement = (
        select(ProductVersion, Institution)
        .join(LoanProduct, LoanProduct.id == ProductVersion.product_id)
        .join(Institution, Institution.id == LoanProduct.institution_id)
        .options(contains_eager(ProductVersion.product))
    )
    if state is None:
        own = (ProductVersionState.DRAFT, ProductVersionState.DISCARDED)
        statement = statement.where(ProductVersion.state.not_in(own))
    else:
        statement = statement.where(ProductVersion.state == state)
    if state is ProductVersionState.UNDER_REVIEW:
        statement = statement.order_by(ProductVersion.submitted_at, ProductVersion.id)
    else:
        statement = statement.order_by(ProductVersion.name, ProductVersion.version.desc())
    return [Offer(*row) for row in _cut(statement, page)], count_of(statement)


def institutions_of(versions: Sequence[ProductVersion]) -> dict[UUID, Institution]:
    """Return the institutions of loaded versions by their ids."""
    ids = {version.product.institution_id for version in versions}
    rows = db.session.scalars(select(Institution).where(Institution.id.in_(ids)))
    return {institution.id: institution for institution in rows}


def waiting_now() -> dict[Task, Waiting]:
    """Return for each task how much waits, and since when, counted by one statement."""
    statement = union_all(
        *(
            select(literal(task.value), func.count(), func.min(since)).where(waits)
            for task, since, waits in TASKS
        )
    )
    rows = db.session.execute(statement)
    return {Task(task): Waiting(int(number), since) for task, number, since in rows}


def overdue(today: date) -> tuple[int, date | None]:
    """Return how many applications a bank holds beyond its promise, and the earliest promise."""
    row = db.session.execute(
        select(func.count(), func.min(LoanApplication.promised_on)).where(
            LoanApplication.state.in_(AT_BANK), LoanApplication.promised_on < today
        )
    ).one()
    return int(row[0]), row[1]


def city_applications(
    page: Page, wanted: ApplicationFilter
) -> tuple[Sequence[CityApplication], int]:
    """Return submitted applications of the city, newest first (overdue ones: longest first)."""
    statement = (
        select(LoanApplication, Enterprise, Institution, ProductVersion.name)
        .join(Enterprise, Enterprise.id == LoanApplication.enterprise_id)
        .join(Institution, Institution.id == LoanApplication.institution_id)
        .join(ProductVersion, ProductVersion.id == LoanApplication.product_version_id)
        .where(LoanApplication.submitted_at.is_not(None))
    )
    if wanted.state is not None:
        statement = statement.where(LoanApplication.state == wanted.state)
    if wanted.institution_id is not None:
        statement = statement.where(LoanApplication.institution_id == wanted.institution_id)
    if wanted.text:
        statement = statement.where(
            Enterprise.name.contains(wanted.text, autoescape=True)
            | (Enterprise.uscc == wanted.text.upper())
            | (LoanApplication.application_no == wanted.text.upper())
        )
    statement = statement.where(*_behind(wanted))
    if wanted.overdue_at is None:
        ordered = statement.order_by(LoanApplication.submitted_at.desc(), LoanApplication.id)
    else:
        statement = statement.where(
            LoanApplication.state.in_(AT_BANK), LoanApplication.promised_on < wanted.overdue_at
        )
        ordered = statement.order_by(LoanApplication.promised_on, LoanApplication.id)
    return [CityApplication(*row) for row in _cut(ordered, page)], count_of(statement)


def _behind(wanted: ApplicationFilter) -> list[ColumnElement[bool]]:
    """Return the conditions that a number of the figures counted by."""
    if wanted.period is None:
        return []
    found = []
    if wanted.reached is not None:
        submitted = within(LoanApplication.submitted_at, wanted.period)
        found += [*submitted, ever_reached(wanted.reached)]
    if wanted.reason:
        found.append(refused_within(wanted.period, wanted.reason))
    return found


def waiting_names(page: Page) -> tuple[Sequence[WaitingName], int]:
    """Return names that wait for a code, most rows first, and how many names there are.

    `firms` counts the firms that have the name now: one means it settles by itself.
    """
    known = (
        select(func.count())
        .where(Enterprise.normal_name == PendingName.normal_name)
        .correlate(PendingName)
        .scalar_subquery()
    )
    statement = (
        select(
            func.min(PendingName.name),
            PendingName.normal_name,
            func.count(),
            func.string_agg(PendingName.source.distinct(), "、"),
            func.min(PendingName.created_at),
            known,
        )
        .where(PendingName.resolved_at.is_(None))
        .group_by(PendingName.normal_name)
    )
    ordered = statement.order_by(func.count().desc(), PendingName.normal_name)
    return [WaitingName(*row) for row in _cut(ordered, page)], count_of(statement)


def revocations_since(moment: datetime) -> int:
    """Return how many consents were revoked since a moment."""
    return count_of(_revocations(moment, None))


def revocations(
    first: datetime | None, before: datetime | None, page: Page
) -> tuple[Sequence[Revocation], int]:
    """Return consents that firms revoked, 撤回的授权, newest first, and how many; None is open."""
    statement = _revocations(first, before)
    ordered = statement.order_by(Consent.revoked_at.desc(), Consent.id)
    return [Revocation(*row) for row in _cut(ordered, page)], count_of(statement)


def _revocations(
    first: datetime | None, before: datetime | None
) -> Select[Consent, Enterprise, Institution]:
    statement = (
        select(Consent, Enterprise, Institution)
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .join(Institution, Institution.id == Consent.institution_id)
        .where(Consent.revoked_at.is_not(None))
    )
    if first is not None:
        statement = statement.where(Consent.revoked_at >= first)
    return statement if before is None else statement.where(Consent.revoked_at < before)


def nominations_by_state(department_id: UUID) -> dict[EntryState, int]:
    """Return how many of an office's nominations stand in each state."""
    statement = (
        select(WhitelistEntry.state, func.count())
        .where(WhitelistEntry.nominated_for == department_id)
        .group_by(WhitelistEntry.state)
    )
    return {state: int(number) for state, number in db.session.execute(statement)}


def count_of(statement: Select[*tuple[Any, ...]]) -> int:
    """Return how many rows a statement has without its paging."""
    counted = select(func.count()).select_from(statement.order_by(None).subquery())
    return db.session.scalar(counted) or 0


def _cut(statement: Select[*tuple[Any, ...]], page: Page) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.session.execute(statement.offset(page.offset).limit(page.size)).all()
