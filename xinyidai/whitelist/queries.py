"""Read whitelists: members, public names, changes, and what waits for the credit office.

A listed firm is a member until its list's term has run out; that follows from `listed_at` and the
clock, so no nightly job can be late.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Select,
    Uuid,
    any_,
    case,
    cast,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.orm import aliased

from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Department
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import Page
from xinyidai.whitelist import rules
from xinyidai.whitelist.models import WhitelistEntry, WhitelistStep
from xinyidai.whitelist.rules import FirmFacts, MembershipStep
from xinyidai.whitelist.values import EntryAction, EntryState

WAITING = (
    EntryState.NOMINATED,
    EntryState.SCREENED,
    EntryState.UNDER_JOINT_REVIEW,
    EntryState.PUBLICISED,
)
MEMBERSHIP_CHANGES = (
    EntryAction.LIST,
    EntryAction.SUSPEND,
    EntryAction.RESUME,
    EntryAction.REMOVE,
)
LARGEST_LIST = 500


@dataclass(frozen=True)
class EntryRow:
    """An entry with the firm and the office that nominated it, 推荐单位."""

    entry: WhitelistEntry
    enterprise: Enterprise
    nominator: str | None


@dataclass(frozen=True)
class PublicName:
    """What anyone may see: the firm's name, its list, and the day of listing or of publication."""

    name: str
    list_type: str
    since: date


def get_entry(entry_id: UUID, *, for_update: bool = False) -> WhitelistEntry:
    """Return the entry, or raise `NotFound`; `for_update` locks it."""
    statement = select(WhitelistEntry).where(WhitelistEntry.id == entry_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound("没有找到这条白名单记录。")
    return found


def get_row(entry_id: UUID) -> EntryRow:
    """Return one entry with names; the caller has checked that it may be seen."""
    return EntryRow(*db.session.execute(_rows().where(WhitelistEntry.id == entry_id)).one())


def members(page: Page, *, list_type: str | None = None) -> tuple[Sequence[EntryRow], int]:
    """Return current members, newest first, and how many there are."""
    statement = _rows().where(is_member(clock.today()), *_of_type(list_type))
    return _paged(statement.order_by(WhitelistEntry.listed_at.desc()), page)


def public_names(page: Page, *, list_type: str | None = None) -> tuple[Sequence[PublicName], int]:
    """Return the names of current members for anyone, newest first, and how many there are."""
    rows, total = members(page, list_type=list_type)
    names = [
        PublicName(
            row.enterprise.name, row.entry.list_type, clock.local(row.entry.listed_at).date()
        )
        for row in rows
        if row.entry.listed_at is not None
    ]
    return names, total


def publicised_names(*, list_type: str | None = None) -> Sequence[PublicName]:
    """Return the names under publicity, 公示, with the day each was published."""
    published = func.max(WhitelistStep.taken_at)
    statement = (
        select(Enterprise.name, WhitelistEntry.list_type, published)
        .join(Enterprise, Enterprise.id == WhitelistEntry.enterprise_id)
        .join(WhitelistStep, WhitelistStep.entry_id == WhitelistEntry.id)
        .where(
            WhitelistEntry.state == EntryState.PUBLICISED,
            WhitelistStep.action == EntryAction.PUBLICISE,
            *_of_type(list_type),
        )
        .group_by(WhitelistEntry.id, Enterprise.name)
        .order_by(published.desc(), WhitelistEntry.id)
        .limit(LARGEST_LIST)
    )
    return [
        PublicName(name, code, clock.local(moment).date())
        for name, code, moment in db.session.execute(statement)
    ]


def of_enterprise(enterprise_id: UUID) -> Sequence[EntryRow]:
    """Return every entry of a firm, newest first."""
    statement = _rows().where(WhitelistEntry.enterprise_id == enterprise_id)
    ordered = statement.order_by(WhitelistEntry.nominated_at.desc(), WhitelistEntry.id)
    return [EntryRow(*row) for row in db.session.execute(ordered)]


def nominated_for(
    department_id: UUID, page: Page, *, states: Collection[EntryState] = ()
) -> tuple[Sequence[EntryRow], int]:
    """Return what an office nominated, newest first, and how much there is; no states are all."""
    statement = _rows().where(WhitelistEntry.nominated_for == department_id)
    if states:
        statement = statement.where(WhitelistEntry.state.in_(states))
    return _paged(statement.order_by(WhitelistEntry.nominated_at.desc()), page)


def waiting(
    page: Page,
    *,
    states: Collection[EntryState] = WAITING,
    list_type: str | None = None,
) -> tuple[Sequence[EntryRow], int]:
    """Return what waits for the credit office, longest waiting first, and how much there is."""
    statement = _rows().where(WhitelistEntry.state.in_(states), *_of_type(list_type))
    return _paged(statement.order_by(WhitelistEntry.nominated_at), page)


def expired(page: Page) -> tuple[Sequence[EntryRow], int]:
    """Return entries still listed although their term has run out: due for review, 年审."""
    statement = _rows().where(WhitelistEntry.state == EntryState.LISTED, ~is_member(clock.today()))
    return _paged(statement.order_by(WhitelistEntry.listed_at), page)


def steps_of(entry_id: UUID) -> Sequence[WhitelistStep]:
    """Return the steps of an entry, oldest first."""
    return db.session.scalars(
        select(WhitelistStep)
        .where(WhitelistStep.entry_id == entry_id)
        .order_by(WhitelistStep.taken_at, WhitelistStep.id)
    ).all()


def publicised_at(entry_id: UUID) -> datetime | None:
    """Return when an entry was last published, or None."""
    return db.session.scalar(
        select(func.max(WhitelistStep.taken_at)).where(
            WhitelistStep.entry_id == entry_id, WhitelistStep.action == EntryAction.PUBLICISE
        )
    )


def list_codes_of(enterprise_id: UUID) -> frozenset[str]:
    """Return the codes of the lists a firm is a current member of."""
    return list_codes_by_enterprise([enterprise_id]).get(enterprise_id, frozenset())


def tags_of(enterprise_id: UUID) -> frozenset[str]:
    """Return the tags that matching reads, `whitelist:<code>` for each current membership."""
    return frozenset(map(rules.tag, list_codes_of(enterprise_id)))


def list_codes_by_enterprise(
    enterprise_ids: Collection[UUID] | None,
) -> Mapping[UUID, frozenset[str]]:
    """Return the codes of current memberships; firms without any are left out. None: all firms."""
    statement = (
        select(WhitelistEntry.enterprise_id, func.array_agg(WhitelistEntry.list_type))
        .where(is_member(clock.today()))
        .group_by(WhitelistEntry.enterprise_id)
    )
    if enterprise_ids is not None:
        wanted = literal(list(enterprise_ids), ARRAY(Uuid))
        statement = statement.where(WhitelistEntry.enterprise_id == any_(wanted))
    return {firm: frozenset(codes) for firm, codes in db.session.execute(statement)}


@dataclass(frozen=True)
class MembershipHistory:
    """Every step of one firm on or off a list, oldest first."""

    steps: tuple[MembershipStep, ...] = ()

    def on(self, day: date) -> frozenset[str]:
        """Return the codes of the lists the firm was a current member of on a day."""
        return rules.lists_on(self.steps, day)


def memberships_over_time(enterprise_ids: Collection[UUID]) -> Mapping[UUID, MembershipHistory]:
    """Return the history of many firms on the lists; firms without any are left out."""
    statement = (
        select(
            WhitelistEntry.enterprise_id,
            WhitelistStep.entry_id,
            WhitelistEntry.list_type,
            WhitelistStep.action,
            WhitelistStep.taken_at,
        )
        .join(WhitelistEntry, WhitelistEntry.id == WhitelistStep.entry_id)
        .where(
            WhitelistEntry.enterprise_id.in_(enterprise_ids),
            WhitelistStep.action.in_(MEMBERSHIP_CHANGES),
        )
        .order_by(WhitelistStep.taken_at, WhitelistStep.id)
    )
    found: dict[UUID, list[MembershipStep]] = {}
    for firm, entry, list_type, action, moment in db.session.execute(statement):
        found.setdefault(firm, []).append(MembershipStep(entry, list_type, action, moment))
    return {firm: MembershipHistory(tuple(steps)) for firm, steps in found.items()}


def firm_facts(
    enterprise_id: UUID, list_type: str, *, besides: UUID | None = None
) -> FirmFacts | None:
    """Return what the automatic check reads, not counting the entry `besides`; None: no firm."""
    namesake = aliased(Enterprise)
    namesakes = (
        select(func.count())
        .where(
            namesake.normal_name == Enterprise.normal_name,
            namesake.id != Enterprise.id,
        )
        .scalar_subquery()
    )
    others = select(func.count()).where(
        WhitelistEntry.enterprise_id == Enterprise.id,
        WhitelistEntry.list_type == list_type,
        WhitelistEntry.state != EntryState.REMOVED,
    )
    if besides is not None:
        others = others.where(WhitelistEntry.id != besides)
    row = db.session.execute(
        select(
            Enterprise.status, Enterprise.code_invented, namesakes, others.scalar_subquery()
        ).where(Enterprise.id == enterprise_id)
    ).one_or_none()
    return None if row is None else FirmFacts(*row)


def is_member(on: date) -> ColumnElement[bool]:
    """Return the condition: listed, and the term of its list has not run out on that day."""
    months = case(
        *(
            (WhitelistEntry.list_type == t.code, literal(t.valid_months))
            for t in LIST_TYPES.values()
        ),
        else_=null(),
    )
    listed_on = cast(func.timezone(clock.TZ.key, WhitelistEntry.listed_at), Date)
    ends_on = cast(listed_on + func.make_interval(0, months), Date)
    return func.coalesce(
        (WhitelistEntry.state == EntryState.LISTED) & (ends_on > on), literal(value=False)
    )


def _rows() -> Select[WhitelistEntry, Enterprise, str | None]:
    return (
        select(WhitelistEntry, Enterprise, Department.name)
        .join(Enterprise, Enterprise.id == WhitelistEntry.enterprise_id)
        .outerjoin(Department, Department.id == WhitelistEntry.nominated_for)
    )


def _of_type(list_type: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if list_type is None else (WhitelistEntry.list_type == list_type,)


def _paged(
    statement: Select[WhitelistEntry, Enterprise, str | None], page: Page
) -> tuple[Sequence[EntryRow], int]:
    counted = statement.order_by(None).with_only_columns(func.count())
    ordered = statement.order_by(WhitelistEntry.id)
    rows = db.session.execute(ordered.offset(page.offset).limit(page.size))
    return [EntryRow(*row) for row in rows], db.session.scalar(counted) or 0
