"""Whether whitelisted firms are served first, 优先满足: counts by bank and the lists behind them.

Counted is what was promised sooner because of a list entry (`priority_entry_id`), by the day it
came to the bank; each mark is one condition, used for its number and for its list alike. What the
firm took back in time, and what lies with the firm, no bank owes.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from xinyidai.applications.models import ApplicationStep, LoanApplication
from xinyidai.applications.queries import AT_BANK
from xinyidai.applications.values import ApplicationAction, ApplicationState
from xinyidai.enterprises.models import Enterprise
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.financing_needs.values import OfferState
from xinyidai.institutions.models import Institution
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.reporting.queries.conditions import local_day, within
from xinyidai.reporting.values import NEED_MARKS, BehindPriority, Period, PriorityMark
from xinyidai.whitelist.models import WhitelistEntry

M = PriorityMark
Marks = Mapping[PriorityMark, ColumnElement[bool]]
Counts = dict[UUID, tuple[str, dict[PriorityMark, int]]]
TAKEN_BACK = (ApplicationAction.WITHDRAW, ApplicationAction.REASSIGN)
WITH_FIRM = (ApplicationState.RETURNED, ApplicationState.EXPIRED)


def priority_counts(period: Period, today: date, institution_id: UUID | None = None) -> Counts:
    """Return for each bank that owed anything its name and how often each mark is true."""
    found: Counts = {}
    for table, marks in (
        (LoanApplication, _application_marks(today)),
        (NeedOffer, _offer_marks(today)),
    ):
        statement = (
            select(
                Institution.id,
                Institution.name,
                *(func.count().filter(mark) for mark in marks.values()),
            )
            .join(Institution, Institution.id == table.institution_id)
            .where(*_basis(table, period), *_of(table, institution_id))
            .group_by(Institution.id)
            .order_by(Institution.code)
        )
        for bank, name, *numbers in db.session.execute(statement):
            counts = found.setdefault(bank, (name, dict.fromkeys(M, 0)))[1]
            counts.update(zip(marks, numbers, strict=True))
    return found


def priority_behind(
    mark: PriorityMark,
    period: Period,
    today: date,
    page: Page,
    *,
    institution_id: UUID | None = None,
) -> tuple[Sequence[BehindPriority], int]:
    """Return one page of what a mark counts, the earliest promise first, and how much there is."""
    is_need = mark in NEED_MARKS
    table = NeedOffer if is_need else LoanApplication
    marks = _offer_marks(today) if is_need else _application_marks(today)
    rows = _offers() if is_need else _applications()
    statement = rows.where(*_basis(table, period), marks[mark], *_of(table, institution_id))
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    due = NeedOffer.contact_until if is_need else LoanApplication.promised_on
    found = db.session.execute(
        statement.order_by(due, table.id).offset(page.offset).limit(page.size)
    )
    return [BehindPriority(*row) for row in found], total


def _application_marks(today: date) -> Marks:
    answered_on = local_day(LoanApplication.decided_at)
    is_answered = LoanApplication.decided_at.is_not(None)
    is_due = is_answered | (LoanApplication.promised_on < today)
    is_owed = is_due & or_(is_answered, ~_was_taken_back() & _is_with_bank())
    on_time = func.coalesce(answered_on <= LoanApplication.promised_on, False)
    was_granted = (
        select(ApplicationStep.id)
        .where(
            ApplicationStep.application_id == LoanApplication.id,
            ApplicationStep.to_state == ApplicationState.APPROVED,
        )
        .exists()
    )
    waits = LoanApplication.state.in_(AT_BANK) & (LoanApplication.promised_on >= today)
    return {
        M.PROMISED: is_owed,
        M.ANSWERED: is_owed & on_time,
        M.GRANTED: is_owed & was_granted,
        M.LATE: is_owed & ~on_time,
        M.WAITING: waits & ~is_answered,
    }


def _was_taken_back() -> ColumnElement[bool]:
    """Return: the firm withdrew or went elsewhere no later than the promised day."""
    return (
        select(ApplicationStep.id)
        .where(
            ApplicationStep.application_id == LoanApplication.id,
            ApplicationStep.action.in_(TAKEN_BACK),
            local_day(ApplicationStep.taken_at) <= LoanApplication.promised_on,
        )
        .exists()
    )


def _is_with_bank() -> ColumnElement[bool]:
    return LoanApplication.state.not_in(WITH_FIRM)


def _offer_marks(today: date) -> Marks:
    contacted_on = local_day(NeedOffer.contacted_at)
    # A firm that applied with the bank has been served, whether or not contact was reported.
    on_time = func.coalesce(contacted_on <= NeedOffer.contact_until, False) | and_(
        NeedOffer.state == OfferState.CONVERTED, NeedOffer.contacted_at.is_(None)
    )
    is_missed = NeedOffer.contact_until < func.coalesce(local_day(NeedOffer.ended_at), today)
    is_owed = on_time | NeedOffer.contacted_at.is_not(None) | is_missed
    return {
        M.OFFERED: is_owed,
        M.CONTACTED: is_owed & on_time,
        M.CONVERTED: is_owed & (NeedOffer.state == OfferState.CONVERTED),
        M.MISSED: is_owed & ~on_time,
    }


def _basis(table: type[LoanApplication | NeedOffer], period: Period) -> list[ColumnElement[bool]]:
    came = NeedOffer.authorized_at if table is NeedOffer else LoanApplication.submitted_at
    return [table.priority_entry_id.is_not(None), *within(came, period)]


def _of(
    table: type[LoanApplication | NeedOffer], institution_id: UUID | None
) -> list[ColumnElement[bool]]:
    return [] if institution_id is None else [table.institution_id == institution_id]


def _applications() -> Select[*tuple[Any, ...]]:
    return (
        select(
            LoanApplication.id,
            LoanApplication.application_no,
            Enterprise.name,
            Institution.name,
            WhitelistEntry.list_type,
            local_day(WhitelistEntry.listed_at),
            local_day(LoanApplication.submitted_at),
            LoanApplication.promised_on,
            local_day(LoanApplication.decided_at),
            LoanApplication.state,
        )
        .join(Enterprise, Enterprise.id == LoanApplication.enterprise_id)
        .join(Institution, Institution.id == LoanApplication.institution_id)
        .join(WhitelistEntry, WhitelistEntry.id == LoanApplication.priority_entry_id)
    )


def _offers() -> Select[*tuple[Any, ...]]:
    return (
        select(
            FinancingNeed.id,
            FinancingNeed.number,
            Enterprise.name,
            Institution.name,
            WhitelistEntry.list_type,
            local_day(WhitelistEntry.listed_at),
            local_day(NeedOffer.authorized_at),
            NeedOffer.contact_until,
            local_day(NeedOffer.contacted_at),
            NeedOffer.state,
        )
        .join(FinancingNeed, FinancingNeed.id == NeedOffer.need_id)
        .join(Enterprise, Enterprise.id == FinancingNeed.enterprise_id)
        .join(Institution, Institution.id == NeedOffer.institution_id)
        .join(WhitelistEntry, WhitelistEntry.id == NeedOffer.priority_entry_id)
    )
