"""Read financing needs and the places of banks in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from xinyidai.enterprises.models import Enterprise
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer, NeedStep
from xinyidai.financing_needs.rules import GONE
from xinyidai.financing_needs.values import (
    NEVER_AGAIN,
    OPEN_OFFERS,
    OPEN_STATES,
    FinancingNeedState,
)
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import Page

ABSENT = "没有找到这项融资需求。"


@dataclass(frozen=True)
class NeedRow:
    """A need with its firm, for whoever may know whose it is or masks it."""

    need: FinancingNeed
    enterprise: Enterprise


def get_need(need_id: UUID, *, for_update: bool = False) -> FinancingNeed:
    """Return the need, or raise `NotFound`; `for_update` locks it."""
    found = db.session.get(
        FinancingNeed, need_id, with_for_update=for_update or None, populate_existing=for_update
    )
    if found is None:
        raise NotFound(ABSENT)
    return found


def get_row(need_id: UUID) -> NeedRow:
    """Return a need with its firm, or raise `NotFound`."""
    row = db.session.execute(_rows().where(FinancingNeed.id == need_id)).one_or_none()
    if row is None:
        raise NotFound(ABSENT)
    return NeedRow(*row)


def find_by_key(request_key: UUID) -> FinancingNeed | None:
    """Return the need that a form with this key has made, or None."""
    return db.session.scalar(select(FinancingNeed).where(FinancingNeed.request_key == request_key))


def hold_firm(enterprise_id: UUID) -> Enterprise:
    """Return the firm, locked, so that two clicks of one firm come one after the other."""
    found = db.session.scalar(
        select(Enterprise)
        .where(Enterprise.id == enterprise_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("没有找到这家企业。")
    return found


def get_firm(enterprise_id: UUID) -> Enterprise:
    """Return a need's firm."""
    return db.session.get_one(Enterprise, enterprise_id)


def list_needs_of(
    enterprise_id: UUID, *, limit: int = 20, offset: int = 0
) -> Sequence[FinancingNeed]:
    """Return a firm's needs, newest first."""
    statement = (
        select(FinancingNeed)
        .where(FinancingNeed.enterprise_id == enterprise_id)
        .order_by(FinancingNeed.created_at.desc(), FinancingNeed.id.desc())
    )
    return db.session.scalars(statement.limit(limit).offset(offset)).all()


def count_of(enterprise_id: UUID) -> int:
    """Count a firm's needs."""
    return _count(select(FinancingNeed.id).where(FinancingNeed.enterprise_id == enterprise_id))


def open_needs_of(enterprise_id: UUID) -> Sequence[FinancingNeed]:
    """Return a firm's open needs, newest first."""
    statement = (
        select(FinancingNeed)
        .where(FinancingNeed.enterprise_id == enterprise_id, FinancingNeed.state.in_(OPEN_STATES))
        .order_by(FinancingNeed.created_at.desc())
    )
    return db.session.scalars(statement).all()


def list_overdue_needs(on: date, *, limit: int = 500) -> Sequence[FinancingNeed]:
    """Return open needs past their last day, or of firms that are gone, locked for the caller."""
    gone = exists().where(Enterprise.id == FinancingNeed.enterprise_id, Enterprise.status.in_(GONE))
    statement = (
        select(FinancingNeed)
        .where(FinancingNeed.state.in_(OPEN_STATES), or_(FinancingNeed.expires_on < on, gone))
        .order_by(FinancingNeed.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()


def unclaimed_ids(on: date, *, limit: int = 200) -> Sequence[UUID]:
    """Return needs whose claim window is over and that the platform has not dispatched yet."""
    statement = (
        select(FinancingNeed.id)
        .where(
            FinancingNeed.state.in_(OPEN_STATES),
            FinancingNeed.claim_until < on,
            FinancingNeed.dispatched_at.is_(None),
            _open_places() < FinancingNeed.most_banks,
        )
        .order_by(FinancingNeed.id)
    )
    return db.session.scalars(statement.limit(limit)).all()


def steps_of(need_id: UUID) -> Sequence[NeedStep]:
    """Return the steps of a need, oldest first."""
    return db.session.scalars(
        select(NeedStep).where(NeedStep.need_id == need_id).order_by(NeedStep.taken_at, NeedStep.id)
    ).all()


def pool(institution_id: UUID, on: date, page: Page) -> tuple[list[NeedRow], int]:
    """Return what a bank may claim on a day, the last day first, and how much there is in all."""
    statement = _rows().where(in_pool(institution_id, on))
    total = _count(statement.with_only_columns(FinancingNeed.id))
    found = db.session.execute(
        statement.order_by(FinancingNeed.expires_on, FinancingNeed.id)
        .offset(page.offset)
        .limit(page.size)
    )
    return [NeedRow(*row) for row in found], total


def in_pool(institution_id: UUID, on: date) -> ColumnElement[bool]:
    """Narrow to open needs with a free place that this bank has not had or given up."""
    mine = exists().where(
        NeedOffer.need_id == FinancingNeed.id,
        NeedOffer.institution_id == institution_id,
        NeedOffer.state.in_(OPEN_OFFERS | NEVER_AGAIN),
    )
    return (
        FinancingNeed.state.in_(OPEN_STATES)
        & (FinancingNeed.expires_on >= on)
        & Enterprise.status.not_in(GONE)
        & (_open_places() < FinancingNeed.most_banks)
        & ~mine
    )


def is_in_pool(need_id: UUID, institution_id: UUID, on: date) -> bool:
    """Tell whether a bank may claim this need on a day."""
    statement = _rows().where(FinancingNeed.id == need_id, in_pool(institution_id, on))
    return db.session.execute(statement).first() is not None


def counts_by_state() -> dict[FinancingNeedState, int]:
    """Count the published needs of the city by state; drafts are the firms' own."""
    found = db.session.execute(
        select(FinancingNeed.state, func.count())
        .where(FinancingNeed.published_at.is_not(None))
        .group_by(FinancingNeed.state)
    )
    counts = {state: int(count) for state, count in found}
    return {s: counts.get(s, 0) for s in FinancingNeedState if s is not FinancingNeedState.DRAFT}


def needs_in(state: FinancingNeedState | None, page: Page) -> tuple[list[NeedRow], int]:
    """Return published needs of the city, newest first; None means all states."""
    statement = _rows().where(FinancingNeed.published_at.is_not(None))
    if state is not None:
        statement = statement.where(FinancingNeed.state == state)
    total = _count(statement.with_only_columns(FinancingNeed.id))
    found = db.session.execute(
        statement.order_by(FinancingNeed.published_at.desc(), FinancingNeed.id)
        .offset(page.offset)
        .limit(page.size)
    )
    return [NeedRow(*row) for row in found], total


def _rows() -> Select[FinancingNeed, Enterprise]:
    return select(FinancingNeed, Enterprise).join(
        Enterprise, Enterprise.id == FinancingNeed.enterprise_id
    )


def _open_places() -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(NeedOffer)
        .where(NeedOffer.need_id == FinancingNeed.id, NeedOffer.state.in_(OPEN_OFFERS))
        .correlate(FinancingNeed)
        .scalar_subquery()
    )


def _count(statement: Select[UUID]) -> int:
    return db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
