"""Look at events as far as the actor may."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from xinyidai.kernel.actor import Actor
from xinyidai.kernel.http import Page
from xinyidai.matchmaking_events import policies, queries
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.matchmaking_events.queries import (
    AttendanceRow,
    CalendarRow,
    EventResults,
    MeetingRow,
)
from xinyidai.matchmaking_events.values import EventState


def read_event(actor: Actor, event_id: UUID) -> MatchmakingEvent:
    """Return an event; one that was never opened does not exist outside the office."""
    event = queries.get_event(event_id)
    policies.require_sight(actor, event)
    return event


def list_events(
    actor: Actor, page: Page, *, ends_after: datetime | None = None
) -> tuple[Sequence[CalendarRow], int]:
    """Return the calendar with seats taken, as far as the actor may see it, and its length."""
    sees_all = actor.role in policies.OVERSEERS
    states = frozenset(EventState) if sees_all else queries.PUBLIC_STATES
    return queries.calendar(page, states=states, ends_after=ends_after)


def read_attendance(actor: Actor, event_id: UUID) -> Sequence[AttendanceRow]:
    """Return who signed up and who came."""
    policies.require_oversight(actor)
    return queries.attendance(queries.get_event(event_id).id)


def read_meetings(actor: Actor, event_id: UUID) -> Sequence[MeetingRow]:
    """Return the talks of an event and what came of each."""
    policies.require_oversight(actor)
    return queries.meetings_of(queries.get_event(event_id).id)


def read_results(actor: Actor, event_id: UUID) -> EventResults:
    """Return what came of an event in numbers."""
    policies.require_oversight(actor)
    return queries.results(queries.get_event(event_id).id)
