"""Read credit lists: who is on them now, releases, notices, how many.

Statements that ask whether an entry is in force name records, so the service runs them through
the door; the others are run here.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, exists, func, literal, or_, select

from xinyidai.catalogue.credit_lists import CREDIT_LISTS
from xinyidai.credit_lists.models import (
    CorrectionNotice,
    EntryRemoval,
    ListEntry,
    ListRelease,
    NoticeFirm,
    ReleaseStep,
)
from xinyidai.credit_lists.values import ReleaseState
from xinyidai.credit_records.service.listing import RecordColumns, put_right, stands
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.rules import normalise_name
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.institutions.models import Department
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.kernel.uscc import compact

NAMED = RecordColumns(
    enterprise_id=ListEntry.enterprise_id,
    kind=ListEntry.record_kind,
    source=ListEntry.record_source,
    natural_key=ListEntry.record_natural_key,
    level=ListEntry.record_level,
    occurred_on=ListEntry.in_on,
    since=ListEntry.drafted_at,
)


@dataclass(frozen=True)
class ReleaseRow:
    """A release with the office that drafted it."""

    release: ListRelease
    drafted_for: str


@dataclass(frozen=True)
class NoticeRow:
    """A correction notice with the firms that it clears."""

    notice: CorrectionNotice
    firms: tuple[tuple[str, str], ...]


def in_force(on: date) -> ColumnElement[bool]:
    """Return the condition: published, not taken off, in its term, and its record still stands."""
    return (
        ListEntry.listed_at.is_not(None)
        & ListEntry.out_at.is_(None)
        & or_(ListEntry.out_planned_on.is_(None), ListEntry.out_planned_on >= on)
        & or_(ListEntry.record_kind.is_(None), stands(NAMED, on))
    )


def public_entries(on: date, codes: Collection[str], text: str = "") -> Select[*tuple[Any, ...]]:
    """Select what anyone may see of the entries in force, newest first."""
    return (
        select(
            ListEntry.id,
            ListEntry.list_type,
            Enterprise.name,
            Enterprise.uscc,
            ListEntry.document,
            ListEntry.organ,
            ListEntry.in_on,
            ListEntry.out_planned_on,
        )
        .join(Enterprise, Enterprise.id == ListEntry.enterprise_id)
        .where(ListEntry.list_type.in_(codes), *_matching(text), in_force(on))
        .order_by(ListEntry.in_on.desc(), ListEntry.id)
    )


def counted(statement: Select[*tuple[Any, ...]]) -> Select[int]:
    """Count the rows of a statement."""
    inner = statement.order_by(None).subquery()
    return select(func.count()).select_from(inner)


def paged(statement: Select[*tuple[Any, ...]], page: Page) -> Select[*tuple[Any, ...]]:
    """Return the statement for one page."""
    return statement.limit(page.size).offset(page.offset)


def counts_in_force(on: date) -> Select[str, int]:
    """Count the entries in force by list."""
    return (
        select(ListEntry.list_type, func.count()).where(in_force(on)).group_by(ListEntry.list_type)
    )


def firms_in_force(on: date, codes: Collection[str]) -> Select[int]:
    """Count the firms that are on one of these lists."""
    return select(func.count(ListEntry.enterprise_id.distinct())).where(
        ListEntry.list_type.in_(codes), in_force(on)
    )


def memberships(on: date, enterprise_ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    """Select the entries in force of these firms."""
    return (
        select(
            ListEntry.id,
            ListEntry.enterprise_id,
            ListEntry.list_type,
            ListEntry.document,
            ListEntry.organ,
            ListEntry.in_on,
            ListEntry.out_planned_on,
        )
        .where(
            ListEntry.enterprise_id == any_(literal(list(enterprise_ids), ARRAY(Uuid))),
            in_force(on),
        )
        .order_by(ListEntry.enterprise_id, ListEntry.in_on, ListEntry.id)
    )


def standing_ids(on: date, entry_ids: Collection[UUID]) -> Select[UUID]:
    """Select those of the entries that are in force."""
    return select(ListEntry.id).where(
        ListEntry.id == any_(literal(list(entry_ids), ARRAY(Uuid))), in_force(on)
    )


def ended(on: date, codes: Collection[str]) -> Select[UUID, date | None]:
    """Select the entries that are no longer in force and not noted as such, with their term."""
    return select(ListEntry.id, ListEntry.out_planned_on).where(
        ListEntry.list_type.in_(codes),
        ListEntry.listed_at.is_not(None),
        ListEntry.out_at.is_(None),
        ~in_force(on),
    )


def covering(on: date) -> Callable[[Any], ColumnElement[bool]]:
    """Return the condition that an entry in force, or one of an open draft, names a record."""

    def covered(record: Any) -> ColumnElement[bool]:
        is_drafted = ListEntry.listed_at.is_(None) & ListEntry.out_at.is_(None)
        holds = or_(in_force(on), is_drafted)
        return exists().where(
            ListEntry.enterprise_id == record.enterprise_id,
            ListEntry.record_kind == record.kind,
            ListEntry.record_source == record.source,
            ListEntry.record_natural_key == record.natural_key,
            holds,
        )

    return covered


def released(enterprise_ids: Collection[UUID]) -> Callable[[Any], ColumnElement[bool]]:
    """Return the condition that a release decided on a record as it stands, whatever came of it.

    An entry whose term is over, or that was taken off, says that somebody decided; a record that
    was put right since has not been decided on. Naming the firms keeps to their few entries.
    """

    def decided(record: Any) -> ColumnElement[bool]:
        return exists().where(
            ListEntry.enterprise_id == any_(literal(list(enterprise_ids), ARRAY(Uuid))),
            ListEntry.enterprise_id == record.enterprise_id,
            ListEntry.record_kind == record.kind,
            ListEntry.record_source == record.source,
            ListEntry.record_natural_key == record.natural_key,
            ListEntry.listed_at.is_not(None),
            ~put_right(NAMED),
        )

    return decided


def surviving_firms() -> int:
    """Count the firms that are in business, 存续企业."""
    statement = select(func.count()).where(Enterprise.status == RegistrationStatus.ACTIVE)
    return db.session.scalar(statement) or 0


def find_release(release_id: UUID, *, for_update: bool = False) -> ListRelease | None:
    """Return a release, or None; `for_update` locks it."""
    statement = select(ListRelease).where(ListRelease.id == release_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def get_row(release_id: UUID) -> ReleaseRow:
    """Return one release with names; the caller has checked that it may be seen."""
    return ReleaseRow(*db.session.execute(_rows().where(ListRelease.id == release_id)).one())


def releases(
    page: Page, *, states: Collection[ReleaseState], department_id: UUID | None = None
) -> tuple[Sequence[ReleaseRow], int]:
    """Return releases, newest first, and how many there are."""
    statement = _rows().where(ListRelease.state.in_(states))
    if department_id is not None:
        statement = statement.where(ListRelease.department_id == department_id)
    total = db.session.scalar(statement.order_by(None).with_only_columns(func.count())) or 0
    ordered = statement.order_by(ListRelease.drafted_at.desc(), ListRelease.id)
    rows = db.session.execute(ordered.limit(page.size).offset(page.offset))
    return [ReleaseRow(*row) for row in rows], total


def steps_of(release_id: UUID) -> Sequence[ReleaseStep]:
    """Return the steps of a release, oldest first."""
    return db.session.scalars(
        select(ReleaseStep)
        .where(ReleaseStep.release_id == release_id)
        .order_by(ReleaseStep.taken_at, ReleaseStep.id)
    ).all()


def entries_of(release: ListRelease, page: Page) -> Sequence[tuple[ListEntry, Enterprise]]:
    """Return one page of what a release lists or takes off."""
    statement = (
        select(ListEntry, Enterprise)
        .join(Enterprise, Enterprise.id == ListEntry.enterprise_id)
        .where(
            or_(
                ListEntry.release_id == release.id,
                exists().where(
                    EntryRemoval.entry_id == ListEntry.id, EntryRemoval.release_id == release.id
                ),
            )
        )
        .order_by(ListEntry.in_on.desc(), ListEntry.id)
    )
    rows = db.session.execute(statement.limit(page.size).offset(page.offset))
    return [(entry, firm) for entry, firm in rows]


def own_entries(release_id: UUID) -> Sequence[ListEntry]:
    """Return the entries that a release lists, locked."""
    return db.session.scalars(
        select(ListEntry).where(ListEntry.release_id == release_id).with_for_update()
    ).all()


def removals_of(release_id: UUID) -> Sequence[tuple[EntryRemoval, ListEntry]]:
    """Return what a removal release takes off, locked."""
    statement = (
        select(EntryRemoval, ListEntry)
        .join(ListEntry, ListEntry.id == EntryRemoval.entry_id)
        .where(EntryRemoval.release_id == release_id)
        .with_for_update()
    )
    return [(removal, entry) for removal, entry in db.session.execute(statement)]


def listed_entries(entry_ids: Collection[UUID]) -> Sequence[ListEntry]:
    """Return those of the entries that are published and not taken off."""
    return db.session.scalars(
        select(ListEntry).where(
            ListEntry.id.in_(entry_ids),
            ListEntry.listed_at.is_not(None),
            ListEntry.out_at.is_(None),
        )
    ).all()


def firms_by_code(codes: Collection[str]) -> dict[str, UUID]:
    """Return the ids of the firms with these codes."""
    statement = select(Enterprise.uscc, Enterprise.id).where(Enterprise.uscc.in_(codes))
    return {row[0]: row[1] for row in db.session.execute(statement)}


def notices(page: Page) -> tuple[Sequence[NoticeRow], int]:
    """Return the correction notices, newest first, and how many there are."""
    total = db.session.scalar(select(func.count()).select_from(CorrectionNotice)) or 0
    ordered = select(CorrectionNotice).order_by(
        CorrectionNotice.published_at.desc(), CorrectionNotice.id
    )
    found = db.session.scalars(ordered.limit(page.size).offset(page.offset)).all()
    cleared = _cleared([one.id for one in found])
    return [NoticeRow(one, tuple(cleared.get(one.id, ()))) for one in found], total


def find_notice(notice_id: UUID) -> NoticeRow | None:
    """Return a notice with its firms, or None."""
    found = db.session.get(CorrectionNotice, notice_id)
    if found is None:
        return None
    return NoticeRow(found, tuple(_cleared([found.id]).get(found.id, ())))


def list_name(code: str) -> str:
    """Return the name of a list for people; one that the catalogue dropped keeps its code."""
    return CREDIT_LISTS[code].name if code in CREDIT_LISTS else code


def _cleared(notice_ids: Collection[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """Return the firms that notices clear, with name and code, in the order of the codes."""
    statement = (
        select(NoticeFirm.notice_id, Enterprise.name, Enterprise.uscc)
        .join(Enterprise, Enterprise.id == NoticeFirm.enterprise_id)
        .where(NoticeFirm.notice_id.in_(notice_ids))
        .distinct()
        .order_by(Enterprise.uscc)
    )
    found: dict[UUID, list[tuple[str, str]]] = {}
    for notice, name, uscc in db.session.execute(statement):
        found.setdefault(notice, []).append((name, uscc))
    return found


def _matching(text: str) -> tuple[ColumnElement[bool], ...]:
    if not text.strip():
        return ()
    return (
        or_(
            Enterprise.normal_name.contains(normalise_name(text), autoescape=True),
            Enterprise.uscc.startswith(compact(text), autoescape=True),
        ),
    )


def _rows() -> Select[ListRelease, str]:
    return select(ListRelease, Department.name).join(
        Department, Department.id == ListRelease.department_id
    )
