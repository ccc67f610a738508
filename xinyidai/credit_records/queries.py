"""Statements on credit records, to be run through the door; and the log of queries.

The statements are built here and run by the service inside `with_door`; the log stands outside
the schema `credit` and is read directly.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Row,
    Select,
    Text,
    Uuid,
    any_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import BYTEA

from xinyidai.consents.models import Consent
from xinyidai.credit_records.models import (
    CreditRecord,
    DisclosureSnapshot,
    QueryEvent,
)
from xinyidai.credit_records.values import Fact, QueryKind, QueryOutcome, RecordStatus
from xinyidai.kernel.db import db

REMOVED = (RecordStatus.CORRECTED, RecordStatus.WITHDRAWN, RecordStatus.REPAIRED)
LARGEST_LIST = 100
CITY_TIME = "Asia/Shanghai"
# Programs have no account: role, institution and a digest of the name stand for them.
WHO = case(
    (QueryEvent.account_id.is_not(None), cast(QueryEvent.account_id, Text)),
    else_=func.concat(
        cast(QueryEvent.role, Text),
        ":",
        cast(QueryEvent.institution_id, Text),
        ":",
        func.left(func.md5(QueryEvent.actor_name), 12),
    ),
)


def facts_in_force(enterprise_id: UUID, kinds: Collection[str] | None) -> Select[*tuple[Any, ...]]:
    """Select a firm's records in force, by kind and day; `kinds` None means all let through."""
    statement = select(
        CreditRecord.id,
        CreditRecord.kind,
        CreditRecord.source,
        CreditRecord.natural_key,
        CreditRecord.occurred_on,
        CreditRecord.valid_until,
        CreditRecord.amount_fen,
        CreditRecord.quantity,
        CreditRecord.level,
        CreditRecord.content,
        CreditRecord.collected_at,
        CreditRecord.batch_id,
    ).where(*_in_force(enterprise_id, kinds))
    return statement.order_by(CreditRecord.kind, CreditRecord.occurred_on, CreditRecord.id)


def month_sums(enterprise_id: UUID, kinds: Collection[str]) -> Select[*tuple[Any, ...]]:
    """Select what a firm's records in force come to, by kind, level and day (a month's first).

    Columns: kind, level, day, sum of amounts in 分, sum of quantities, the largest quantity.
    """
    group = (CreditRecord.kind, CreditRecord.level, CreditRecord.occurred_on)
    return (
        select(
            *group,
            cast(func.sum(CreditRecord.amount_fen), BigInteger),
            func.sum(CreditRecord.quantity),
            func.max(CreditRecord.quantity),
        )
        .where(*_in_force(enterprise_id, kinds))
        .group_by(*group)
    )


def count_in_force(enterprise_id: UUID, kinds: Collection[str] | None) -> Select[int]:
    """Count a firm's records in force."""
    return select(func.count()).select_from(CreditRecord).where(*_in_force(enterprise_id, kinds))


def page_in_force(
    enterprise_id: UUID, kinds: Collection[str] | None, limit: int, offset: int
) -> Select[*tuple[Any, ...]]:
    """Select one page of a firm's records in force, by kind, newest first.

    The primary key alone chooses them; only the rows of the page are looked up.
    """
    order = (CreditRecord.kind, CreditRecord.occurred_on.desc(), CreditRecord.id.desc())
    chosen = (
        select(CreditRecord.kind, CreditRecord.occurred_on, CreditRecord.id)
        .where(*_in_force(enterprise_id, kinds))
        .order_by(*order)
        .limit(limit)
        .offset(offset)
        .cte("chosen")
        .prefix_with("materialized", dialect="postgresql")
    )
    statement = facts_in_force(enterprise_id, None).join(
        chosen,
        (CreditRecord.kind == chosen.c.kind)
        & (CreditRecord.occurred_on == chosen.c.occurred_on)
        & (CreditRecord.id == chosen.c.id),
    )
    return statement.order_by(None).order_by(*order)


def count_removed_since(
    enterprise_id: UUID, kinds: Collection[str], moment: datetime
) -> Select[int]:
    """Count records corrected, withdrawn or repaired after the moment."""
    return (
        select(func.count())
        .select_from(CreditRecord)
        .where(
            CreditRecord.enterprise_id == enterprise_id,
            _is_one_of(kinds),
            CreditRecord.status.in_(REMOVED),
            CreditRecord.status_changed_at > moment,
        )
    )


def last_removals(
    enterprise_ids: Collection[UUID], kinds: Collection[str], after: datetime
) -> Select[UUID, str, datetime | None]:
    """Select when, after a moment, a record of each firm and kind was last taken out of force."""
    return (
        select(
            CreditRecord.enterprise_id,
            CreditRecord.kind,
            func.max(CreditRecord.status_changed_at),
        )
        .where(
            CreditRecord.enterprise_id.in_(enterprise_ids),
            _is_one_of(kinds),
            CreditRecord.status.in_(REMOVED),
            CreditRecord.status_changed_at > after,
        )
        .group_by(CreditRecord.enterprise_id, CreditRecord.kind)
    )


def snapshot_by_id(snapshot_id: UUID) -> Select[*tuple[Any, ...]]:
    """Select one snapshot."""
    columns = DisclosureSnapshot.__table__.columns
    return select(*columns).where(DisclosureSnapshot.id == snapshot_id)


def event_of_snapshot(snapshot_id: UUID) -> QueryEvent | None:
    """Return the look that made a snapshot."""
    statement = select(QueryEvent).where(QueryEvent.snapshot_id == snapshot_id)
    return db.session.scalars(statement).one_or_none()


def events_by_ids(ids: Sequence[UUID]) -> Sequence[QueryEvent]:
    """Return events by their ids."""
    return db.session.scalars(select(QueryEvent).where(QueryEvent.id.in_(ids))).all()


def event_ids_of(account_id: UUID) -> Sequence[UUID]:
    """Return the ids of all events of one account."""
    return db.session.scalars(
        select(QueryEvent.id).where(QueryEvent.account_id == account_id)
    ).all()


def event_by_id(event_id: UUID) -> QueryEvent | None:
    """Return one event of the log."""
    return db.session.get(QueryEvent, event_id)


def event_ids_since(moment: datetime) -> Iterator[UUID]:
    """Yield the ids of all events from a moment on."""
    statement = select(QueryEvent.id).where(QueryEvent.happened_at >= moment)
    yield from db.session.scalars(statement.execution_options(yield_per=10_000))


def looks_at_enterprise(
    enterprise_id: UUID,
    *,
    kinds: Collection[QueryKind] = (QueryKind.DISCLOSURE,),
    limit: int = LARGEST_LIST,
    offset: int = 0,
) -> Sequence[QueryEvent]:
    """Return who looked at a firm's data, or tried to, newest first; `kinds` widens it."""
    return _page(
        select(QueryEvent).where(
            QueryEvent.enterprise_id == enterprise_id, QueryEvent.kind.in_(kinds)
        ),
        limit,
        offset,
    )


def looks_under_consent(consent_id: UUID) -> Sequence[QueryEvent]:
    """Return every look under one consent, refused ones too, newest first."""
    return _page(select(QueryEvent).where(QueryEvent.consent_id == consent_id), LARGEST_LIST, 0)


def latest_events(limit: int = LARGEST_LIST, offset: int = 0) -> Sequence[QueryEvent]:
    """Return the newest entries of the whole log, for oversight."""
    return _page(select(QueryEvent), limit, offset)


def refused_counts(since: datetime) -> Sequence[Row[UUID | None, int]]:
    """Count refused looks by institution since a moment, for oversight."""
    statement = (
        select(QueryEvent.institution_id, func.count())
        .where(QueryEvent.outcome == QueryOutcome.REFUSED, QueryEvent.happened_at >= since)
        .group_by(QueryEvent.institution_id)
    )
    return db.session.execute(statement).all()


def disclosures_between(
    since: datetime,
    until: datetime,
    *,
    outcome: QueryOutcome = QueryOutcome.ALLOWED,
    whos: Collection[str] | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the looks of a time, oldest first, as alarm rules see them; `whos` narrows them."""
    statement = _disclosures(
        since,
        until,
        QueryEvent.id,
        QueryEvent.happened_at,
        WHO.label("who"),
        QueryEvent.account_id,
        QueryEvent.role,
        QueryEvent.institution_id,
        QueryEvent.enterprise_id,
        QueryEvent.purpose,
    ).where(QueryEvent.outcome == outcome)
    if whos is not None:
        statement = statement.where(_is_any_of(whos))
    return db.session.execute(statement.order_by(QueryEvent.happened_at, QueryEvent.id)).all()


def active_between(since: datetime, until: datetime, outcome: QueryOutcome) -> dict[str, int]:
    """Count looks of a time by account or program."""
    statement = _disclosures(since, until, WHO, func.count())
    statement = statement.where(QueryEvent.outcome == outcome).group_by(WHO)
    return {who: int(number) for who, number in db.session.execute(statement)}


def daily_counts(whos: Collection[str], since: datetime, until: datetime) -> dict[str, list[int]]:
    """Return for each account its numbers of allowed looks on the days on which it looked."""
    day = cast(func.timezone(CITY_TIME, QueryEvent.happened_at), Date)
    statement = (
        _disclosures(since, until, WHO, func.count())
        .where(QueryEvent.outcome == QueryOutcome.ALLOWED, _is_any_of(whos))
        .group_by(WHO, day)
    )
    found: dict[str, list[int]] = {}
    for who, number in db.session.execute(statement):
        found.setdefault(who, []).append(int(number))
    return found


def count_allowed(since: datetime, until: datetime) -> int:
    """Count the allowed disclosures of a time."""
    statement = _disclosures(since, until, func.count())
    statement = statement.where(QueryEvent.outcome == QueryOutcome.ALLOWED)
    return int(db.session.execute(statement).scalar_one())


def drawn(since: datetime, until: datetime, seed: str, count: int) -> Sequence[UUID]:
    """Return the allowed disclosures of a time with the smallest SHA-256 of seed and id."""
    text = func.concat(seed, cast(QueryEvent.id, Text))
    statement = _disclosures(since, until, QueryEvent.id)
    statement = statement.where(QueryEvent.outcome == QueryOutcome.ALLOWED)
    ordered = statement.order_by(func.sha256(cast(text, BYTEA))).limit(count)
    return db.session.scalars(ordered).all()


def not_allowed(ids: Sequence[UUID]) -> list[UUID]:
    """Return those of the ids under which the log has no allowed event."""
    statement = select(QueryEvent.id).where(
        QueryEvent.id.in_(ids), QueryEvent.outcome == QueryOutcome.ALLOWED
    )
    allowed = set(db.session.scalars(statement))
    return [one for one in ids if one not in allowed]


def snapshots_named_by(ids: Sequence[UUID]) -> Sequence[UUID | None]:
    """Return the snapshots that these events name as what they showed."""
    statement = select(QueryEvent.snapshot_id).where(QueryEvent.id.in_(ids))
    return db.session.scalars(statement).all()


def miscounted_consents(granted_since: datetime | None) -> Sequence[UUID]:
    """Return the consents whose count of uses is not the number of looks in the log."""
    looks = (
        select(QueryEvent.consent_id, func.count().label("number"))
        .where(
            QueryEvent.kind == QueryKind.DISCLOSURE,
            QueryEvent.outcome == QueryOutcome.ALLOWED,
            QueryEvent.consent_id.is_not(None),
        )
        .group_by(QueryEvent.consent_id)
        .subquery()
    )
    statement = (
        select(Consent.id)
        .outerjoin(looks, looks.c.consent_id == Consent.id)
        .where(Consent.use_count != func.coalesce(looks.c.number, 0))
    )
    return db.session.scalars(_granted_since(statement, granted_since)).all()


def counted_consents(granted_since: datetime | None) -> int:
    """Return how many consents have a count of uses that the log must agree with."""
    statement = select(func.count()).select_from(Consent)
    return int(db.session.execute(_granted_since(statement, granted_since)).scalar_one())


def as_facts(rows: Sequence[Row[*tuple[Any, ...]]]) -> tuple[Fact, ...]:
    """Return the rows of `facts_in_force` as values."""
    return tuple(Fact(*row) for row in rows)


def _disclosures(since: datetime, until: datetime, *columns: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns).where(
        QueryEvent.kind == QueryKind.DISCLOSURE,
        QueryEvent.happened_at >= since,
        QueryEvent.happened_at < until,
    )


def _is_any_of(whos: Collection[str]) -> ColumnElement[bool]:
    """Compare accounts as ids; only programs, the few without one, need their texts built."""
    programs = [who for who in whos if ":" in who]
    accounts = [UUID(who) for who in whos if ":" not in who]
    is_program = QueryEvent.account_id.is_(None) & WHO.in_(programs)
    return or_(QueryEvent.account_id == any_(literal(accounts, ARRAY(Uuid))), is_program)


def _granted_since(
    statement: Select[*tuple[Any, ...]], moment: datetime | None
) -> Select[*tuple[Any, ...]]:
    granted = statement.where(Consent.granted_at.is_not(None))
    return granted if moment is None else granted.where(Consent.granted_at >= moment)


def _in_force(enterprise_id: UUID, kinds: Collection[str] | None) -> list[ColumnElement[bool]]:
    conditions = [
        CreditRecord.enterprise_id == enterprise_id,
        CreditRecord.status == RecordStatus.IN_FORCE,
    ]
    return conditions if kinds is None else [*conditions, _is_one_of(kinds)]


def _is_one_of(kinds: Collection[str]) -> ColumnElement[bool]:
    """Compare with one array: sixty parameters would be prepared anew for each look."""
    return CreditRecord.kind == any_(literal(sorted(kinds), ARRAY(Text)))


def _page(statement: Select[QueryEvent], limit: int, offset: int) -> Sequence[QueryEvent]:
    ordered = statement.order_by(QueryEvent.happened_at.desc(), QueryEvent.id.desc())
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()
