"""What the credit office does: plan, open, close, hold, record, follow up, cancel."""

from collections.abc import Collection
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import InvalidInput, RuleBroken, require_sound
from xinyidai.matchmaking_events import policies, queries, rules
from xinyidai.matchmaking_events.lifecycle import LIFECYCLE
from xinyidai.matchmaking_events.models import MatchmakingEvent, Meeting
from xinyidai.matchmaking_events.rules import EventPlan, MeetingReport
from xinyidai.matchmaking_events.values import EventAction, EventState

SIDES = 2


def plan_event(actor: Actor, plan: EventPlan) -> MatchmakingEvent:
    """Plan an event, 筹备; nobody outside the office sees it before it is opened."""
    policies.require_run(actor)
    require_sound(rules.plan_faults(plan, clock.now()))
    event_id = new_id()
    event = MatchmakingEvent(
        id=event_id,
        event_no=readable_number("DJ", event_id, 6),
        title=plan.title.strip(),
        description=plan.description.strip(),
        format=plan.format,
        place=plan.place.strip(),
        region_code=plan.region_code,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        sign_up_until=plan.sign_up_until,
        capacity=plan.capacity,
        state=EventState.PLANNED,
        planned_by=actor.account_id,
    )
    db.session.add(event)
    db.session.flush()
    _note(actor, EventAction.PLAN, event)
    return event


def open_event(actor: Actor, event_id: UUID) -> MatchmakingEvent:
    """Open an event for sign-up, 开放报名."""
    event = _load(actor, event_id)
    state = LIFECYCLE.next_state(event.state, EventAction.OPEN)
    if clock.now() > event.sign_up_until:
        raise RuleBroken("报名截止时间已过，不能再开放报名。", code="sign_up_over")
    return _enter(actor, EventAction.OPEN, event, state)


def close_event(actor: Actor, event_id: UUID) -> MatchmakingEvent:
    """End the sign-up before its deadline, 截止报名."""
    event = _load(actor, event_id)
    state = LIFECYCLE.next_state(event.state, EventAction.CLOSE)
    return _enter(actor, EventAction.CLOSE, event, state)


def cancel_event(actor: Actor, event_id: UUID, reason: str) -> MatchmakingEvent:
    """Cancel an event that was not held, 取消; the reason is kept as its summary."""
    event = _load(actor, event_id)
    require_sound(rules.text_faults("reason", reason, "请写明取消原因"))
    state = LIFECYCLE.next_state(event.state, EventAction.CANCEL)
    event.summary = reason.strip()
    return _enter(actor, EventAction.CANCEL, event, state)


def hold_event(actor: Actor, event_id: UUID, attended: Collection[UUID]) -> MatchmakingEvent:
    """Note that the event took place, and which registrations attended, 签到.

    Raises:
        RuleBroken: the event has not begun.
        InvalidInput: an id is no live registration of this event.

    """
    event = _load(actor, event_id)
    state = LIFECYCLE.next_state(event.state, EventAction.HOLD)
    if clock.now() < event.starts_at:
        raise RuleBroken("活动还没有开始，不能登记为已举办。", code="not_begun")
    present = set(attended)
    registrations = queries.live_registrations(event.id)
    if present - {registration.id for registration in registrations}:
        text = "签到名单里有人没有报名这场活动，请刷新名单。"
        raise InvalidInput(text, fields={"attended": text})
    event.held_at = clock.now()
    for registration in registrations:
        registration.attended_at = event.held_at if registration.id in present else None
    return _enter(actor, EventAction.HOLD, event, state)


def record_meeting(actor: Actor, event_id: UUID, report: MeetingReport) -> Meeting:
    """Record what came of a talk, 洽谈结果; recorded again, the newer result replaces the older.

    Raises:
        RuleBroken: the event was not held, or one of the two did not attend.
        InvalidInput: an intention without an amount, or an amount without an intention.

    """
    event = _load(actor, event_id)
    require_sound(rules.meeting_faults(report))
    if event.state not in rules.TALKS:
        raise RuleBroken("活动举办后才能登记洽谈结果。", code="not_held")
    if queries.count_attended(event.id, report.enterprise_id, report.institution_id) < SIDES:
        raise RuleBroken("洽谈双方都要有签到记录。", code="not_attended")
    meeting = _meeting(event.id, report)
    meeting.outcome, meeting.amount_fen = report.outcome, report.amount_fen
    meeting.note = report.note.strip()
    meeting.recorded_by, meeting.recorded_at = actor.account_id, clock.now()
    db.session.flush()
    details = {"event_id": str(event.id), "outcome": report.outcome.value}
    audit.record(actor, "event:record_meeting", "meeting", meeting.id, details)
    return meeting


def follow_up_event(actor: Actor, event_id: UUID, summary: str) -> MatchmakingEvent:
    """Note that the office asked all parties what came of their talks, 回访."""
    event = _load(actor, event_id)
    require_sound(rules.text_faults("summary", summary, "请写明回访情况"))
    state = LIFECYCLE.next_state(event.state, EventAction.FOLLOW_UP)
    event.summary = summary.strip()
    return _enter(actor, EventAction.FOLLOW_UP, event, state)


def _load(actor: Actor, event_id: UUID) -> MatchmakingEvent:
    policies.require_run(actor)
    return queries.get_event(event_id, for_update=True)


def _enter(
    actor: Actor, action: EventAction, event: MatchmakingEvent, state: EventState
) -> MatchmakingEvent:
    event.state = state
    _note(actor, action, event)
    return event


def _note(actor: Actor, action: EventAction, event: MatchmakingEvent) -> None:
    audit.record(
        actor,
        f"event:{action}",
        "matchmaking_event",
        event.id,
        {"to_state": event.state.value},
    )


def _meeting(event_id: UUID, report: MeetingReport) -> Meeting:
    earlier = queries.find_meeting(event_id, report.enterprise_id, report.institution_id)
    if earlier is not None:
        return earlier
    meeting = Meeting(
        event_id=event_id,
        enterprise_id=report.enterprise_id,
        institution_id=report.institution_id,
    )
    db.session.add(meeting)
    return meeting
