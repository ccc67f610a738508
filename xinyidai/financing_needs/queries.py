"""Read financing needs."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.financing_needs.values import FinancingNeedState
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound

ABSENT = "没有找到这项融资需求。"


def get_need(need_id: UUID, *, for_update: bool = False) -> FinancingNeed:
    """Return the need, or raise `NotFound`; `for_update` locks it."""
    found = db.session.get(
        FinancingNeed, need_id, with_for_update=for_update or None, populate_existing=for_update
    )
    if found is None:
        raise NotFound(ABSENT)
    return found


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


def list_overdue_needs(on: date, *, limit: int = 500) -> Sequence[FinancingNeed]:
    """Return published needs whose last day is before `on`, locked for the caller."""
    statement = (
        select(FinancingNeed)
        .where(FinancingNeed.state == FinancingNeedState.PUBLISHED, FinancingNeed.expires_on < on)
        .order_by(FinancingNeed.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()
