"""Compare what went through the door with what the log says, 对账; nobody is shown a value.

The application may read the log and not the readings, the door may read the readings and not the
log: a temp table that lives for one transaction carries the events over, as in `staging`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from xinyidai.credit_records import queries, rules
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.service.platform import platform_run
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db

MOST_IDS = 50
BATCH = 500
# Digests are checked, nothing else is made of the snapshots: 数据质量检查.
PURPOSE = "quality"
RULE_VERSION = "reconciliation-2026.1"
RECONCILIATION = Aperture(platform_run="reconciliation")

DROP_EVENTS = text("drop table if exists compared_event")
# A platform run may end without reading, for instance when no firm was due.
CREATE_EVENTS = text(
    """
    create temp table compared_event on commit drop as
    select id, outcome, kind, snapshot_id, result_hash from query_event
    where happened_at >= :since and happened_at < :until
    """
)
SETTLE_EVENTS = text("create unique index on compared_event (id)")
ANALYZE_EVENTS = text("analyze compared_event")
GRANT_EVENTS = text("grant select on compared_event to xinyidai_door")
COUNT_EVENTS = text(
    """
    select count(*) as number, count(*) filter (where kind = 'disclosure') as shown
    from compared_event where outcome = 'allowed'
    """
)
COUNT_READINGS = text(
    "select count(*) from credit.door_reading where opened_at >= :since and opened_at < :until"
)
COUNT_SNAPSHOTS = text(
    "select count(*) from credit.disclosure_snapshot where made_at >= :since and made_at < :until"
)
UNREAD = text(
    """
    select e.id from compared_event e
    where e.outcome = 'allowed' and e.kind in ('disclosure', 'own', 'handling', 'public')
    and not exists (select from credit.door_reading r where r.event_id = e.id)
    """
)
# Whether these have an event at another time is asked of the log itself.
STRANGE_READINGS = text(
    """
    select r.event_id from credit.door_reading r
    where r.opened_at >= :since and r.opened_at < :until
    and not exists (select from compared_event e where e.id = r.event_id and e.outcome = 'allowed')
    """
)
NOT_KEPT = text(
    """
    select e.id from compared_event e
    where e.outcome = 'allowed' and e.kind = 'disclosure'
    and not exists (
        select from credit.disclosure_snapshot s where s.id = e.snapshot_id and s.event_id = e.id)
    """
)
STRANGE_SNAPSHOTS = text(
    """
    select s.id, s.event_id from credit.disclosure_snapshot s
    where s.made_at >= :since and s.made_at < :until
    and not exists (select from compared_event e where e.id = s.event_id and e.snapshot_id = s.id)
    """
)
SNAPSHOTS = text(
    """
    select s.id, s.content, s.content_hash, s.expires_at, e.result_hash
    from compared_event e join credit.disclosure_snapshot s on s.id = e.snapshot_id
    where s.id > :after order by s.id limit :most
    """
)
FIRST = UUID(int=0)


@dataclass(frozen=True)
class Found:
    """How many differ, and the ids of the first of them."""

    total: int
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class ReadComparison:
    """What was compared within a time, and what does not fit; the ids are events'.

    `snapshot_without_event` and `result_changed` carry ids of snapshots, `uses_miscounted` those
    of consents.
    """

    readings: int
    events: int
    snapshots: int
    consents: int
    reading_without_event: Found
    event_without_reading: Found
    event_without_snapshot: Found
    snapshot_without_event: Found
    result_changed: Found
    uses_miscounted: Found


def compare_reads(
    actor: Actor, since: datetime, until: datetime, granted_since: datetime | None
) -> ReadComparison:
    """Compare readings, events, snapshots and counts of uses from `since` up to `until`.

    Whatever crosses an end of that time is looked up beyond it. Uses are compared for every
    consent granted since `granted_since`, when the logs began; None means for all.
    """
    session, time = db.session(), {"since": since, "until": until}
    # For bulk work: the limits that guard web requests do not fit it.
    session.execute(door.PATIENCE)
    _carry_events(session.connection(), time)
    events = session.execute(COUNT_EVENTS).one()
    with door.with_door(RECONCILIATION) as connection:
        readings = connection.execute(COUNT_READINGS, time).scalar_one()
        snapshots = connection.execute(COUNT_SNAPSHOTS, time).scalar_one()
        unread = connection.execute(UNREAD).scalars().all()
        strange_readings = connection.execute(STRANGE_READINGS, time).scalars().all()
        not_kept = connection.execute(NOT_KEPT).scalars().all()
        strange_snapshots = connection.execute(STRANGE_SNAPSHOTS, time).all()
    return ReadComparison(
        readings=readings,
        events=events.number,
        snapshots=snapshots,
        consents=queries.counted_consents(granted_since),
        reading_without_event=found(_without_event(strange_readings)),
        event_without_reading=found(unread),
        event_without_snapshot=found(not_kept),
        snapshot_without_event=found(_without_maker(strange_snapshots)),
        result_changed=found(_changed(actor) if events.shown else ()),
        uses_miscounted=found(queries.miscounted_consents(granted_since)),
    )


def found(ids: Iterable[UUID]) -> Found:
    """Return how many ids there are, and the first of them."""
    whole = list(ids)
    return Found(len(whole), tuple(whole[:MOST_IDS]))


def _carry_events(connection: Connection, time: dict[str, datetime]) -> None:
    connection.execute(DROP_EVENTS)
    connection.execute(CREATE_EVENTS, time)
    for statement in (SETTLE_EVENTS, ANALYZE_EVENTS, GRANT_EVENTS):
        connection.execute(statement)


def _without_event(ids: Sequence[UUID]) -> list[UUID]:
    """Return the readings for which the whole log has no allowed event."""
    return [one for part in _parts(ids) for one in queries.not_allowed(part)]


def _without_maker(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[UUID]:
    """Return the snapshots that the whole log does not name as what their event showed."""
    named = {
        snapshot_id
        for part in _parts(rows)
        for snapshot_id in queries.snapshots_named_by([row.event_id for row in part])
    }
    return [row.id for row in rows if row.id not in named]


def _changed(actor: Actor) -> Iterator[UUID]:
    """Yield the snapshots whose content is not what the log sealed; forgotten ones are fine."""
    now, after = clock.now(), FIRST
    with platform_run(PURPOSE, RULE_VERSION, actor=actor) as run:
        while rows := run.execute(SNAPSHOTS, {"after": after, "most": BATCH}):
            after = rows[-1].id
            yield from (row.id for row in rows if not _is_whole(row, now))


def _is_whole(row: Row[*tuple[Any, ...]], now: datetime) -> bool:
    is_forgotten = row.content == {} and row.expires_at <= now
    is_same: bool = row.content_hash == row.result_hash
    return is_same and (is_forgotten or rules.digest(row.content) == row.content_hash)


def _parts(whole: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (whole[start : start + BATCH] for start in range(0, len(whole), BATCH))
