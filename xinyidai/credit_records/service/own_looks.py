"""A firm reads who looked at its data, 谁看过我的数据: filtered, page by page, one by one.

Queries of what is public anyway are counted and not listed: who asks for it is nobody's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from xinyidai.credit_records import policies, queries
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.values import PUBLIC_PURPOSES, QueryKind, QueryOutcome
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import Page

ABSENT = "没有找到这条查询记录。"


@dataclass(frozen=True)
class LookFilter:
    """What a firm's list of looks is narrowed to; None means everything."""

    kind: QueryKind | None = QueryKind.DISCLOSURE
    institution_id: UUID | None = None
    outcome: QueryOutcome | None = None
    since: datetime | None = None
    consent_id: UUID | None = None


def list_own_looks(
    actor: Actor, enterprise_id: UUID, wanted: LookFilter, page: Page
) -> tuple[Sequence[QueryEvent], int]:
    """Return a page of the looks at the actor's own firm, newest first, and their number.

    Raises:
        NotFound: the actor does not belong to this firm.

    """
    policies.require_own(actor, enterprise_id)
    statement = _narrowed(select(QueryEvent), enterprise_id, wanted)
    return _paged(statement, limit=page.size, offset=page.offset)


def looks_under(actor: Actor, consent_id: UUID, *, limit: int) -> tuple[Sequence[QueryEvent], int]:
    """Return the newest looks of others at the actor's firm under one consent, and their number."""
    if actor.party_id is None:
        raise NotFound(ABSENT)
    policies.require_own(actor, actor.party_id)
    statement = _narrowed(select(QueryEvent), actor.party_id, LookFilter(consent_id=consent_id))
    return _paged(statement, limit=limit, offset=0)


def get_own_look(actor: Actor, event_id: UUID) -> QueryEvent:
    """Return one look at the actor's own firm, or raise `NotFound`."""
    event = queries.event_by_id(event_id)
    if event is None or event.enterprise_id is None or event.kind is QueryKind.PUBLIC:
        raise NotFound(ABSENT)
    policies.require_own(actor, event.enterprise_id)
    return event


def institutions_that_looked(actor: Actor, enterprise_id: UUID) -> Sequence[UUID]:
    """Return the institutions that looked at the actor's own firm or tried to."""
    policies.require_own(actor, enterprise_id)
    statement = select(QueryEvent.institution_id).where(
        QueryEvent.enterprise_id == enterprise_id, QueryEvent.institution_id.is_not(None)
    )
    return [found for found in db.session.scalars(statement.distinct()) if found is not None]


def counts_by_kind(actor: Actor, enterprise_id: UUID) -> dict[QueryKind, int]:
    """Return how many looks of each kind the actor's own firm has had."""
    policies.require_own(actor, enterprise_id)
    statement = (
        select(QueryEvent.kind, func.count().label("number"))
        .where(QueryEvent.enterprise_id == enterprise_id)
        .group_by(QueryEvent.kind)
    )
    counted = {found.kind: found.number for found in db.session.execute(statement)}
    return {kind: counted.get(kind, 0) for kind in QueryKind}


def public_counts(actor: Actor, enterprise_id: UUID, since: datetime) -> dict[str, int]:
    """Return how often anybody read what is public of the actor's own firm, by purpose."""
    policies.require_own(actor, enterprise_id)
    statement = (
        select(QueryEvent.purpose, func.count().label("number"))
        .where(
            QueryEvent.enterprise_id == enterprise_id,
            QueryEvent.kind == QueryKind.PUBLIC,
            QueryEvent.happened_at >= since,
        )
        .group_by(QueryEvent.purpose)
    )
    counted = {found.purpose: found.number for found in db.session.execute(statement)}
    return {purpose: counted.get(purpose, 0) for purpose in PUBLIC_PURPOSES}


def _narrowed(
    statement: Select[QueryEvent], enterprise_id: UUID, wanted: LookFilter
) -> Select[QueryEvent]:
    conditions = [
        column == value
        for column, value in (
            (QueryEvent.kind, wanted.kind),
            (QueryEvent.institution_id, wanted.institution_id),
            (QueryEvent.outcome, wanted.outcome),
            (QueryEvent.consent_id, wanted.consent_id),
        )
        if value is not None
    ]
    if wanted.since is not None:
        conditions.append(QueryEvent.happened_at >= wanted.since)
    return statement.where(
        QueryEvent.enterprise_id == enterprise_id,
        QueryEvent.kind != QueryKind.PUBLIC,
        *conditions,
    )


def _paged(
    statement: Select[QueryEvent], *, limit: int, offset: int
) -> tuple[Sequence[QueryEvent], int]:
    total = db.session.scalar(select(func.count()).select_from(statement.subquery()))
    ordered = statement.order_by(QueryEvent.happened_at.desc(), QueryEvent.id.desc())
    return db.session.scalars(ordered.limit(limit).offset(offset)).all(), total or 0
