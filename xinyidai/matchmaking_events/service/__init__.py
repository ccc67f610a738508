"""Use cases of matchmaking events: run them, take part, look at them."""

from xinyidai.matchmaking_events.rules import EventPlan, MeetingReport
from xinyidai.matchmaking_events.service.reading import (
    list_events,
    read_attendance,
    read_event,
    read_meetings,
    read_results,
)
from xinyidai.matchmaking_events.service.running import (
    cancel_event,
    close_event,
    follow_up_event,
    hold_event,
    open_event,
    plan_event,
    record_meeting,
)
from xinyidai.matchmaking_events.service.taking_part import cancel_registration, register

__all__ = [
    "EventPlan",
    "MeetingReport",
    "cancel_event",
    "cancel_registration",
    "close_event",
    "follow_up_event",
    "hold_event",
    "list_events",
    "open_event",
    "plan_event",
    "read_attendance",
    "read_event",
    "read_meetings",
    "read_results",
    "record_meeting",
    "register",
]
