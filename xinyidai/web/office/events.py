"""Matchmaking events run by the office, 对接会: plan, open, close, hold, record, follow up."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.http import page_args
from xinyidai.kernel.money import format_wan
from xinyidai.matchmaking_events import service
from xinyidai.matchmaking_events.lifecycle import LIFECYCLE
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.matchmaking_events.queries import AttendanceRow, CalendarRow, MeetingRow
from xinyidai.matchmaking_events.rules import TALKS
from xinyidai.web import wording
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import event_forms
from xinyidai.web.office.base import (
    OFFICE,
    Row,
    attempted,
    blueprint,
    done,
    link,
    options,
    pager_of,
    typed,
)


@blueprint.get("/events")
@allow(*OFFICE)
def events() -> ResponseReturnValue:
    """Show all events, newest first."""
    page = page_args()
    rows, total = service.list_events(g.actor, page)
    return render_template(
        "office/events.html",
        rows=[event_row(row, "office.event") for row in rows],
        labels=wording.EVENT_STATES,
        pager=pager_of(page, total),
    )


@blueprint.get("/events/plan")
@allow(*OFFICE)
def plan_form() -> ResponseReturnValue:
    """Show the form of a new event."""
    return _plan_page({})


@blueprint.post("/events/plan")
@allow(*OFFICE)
def plan_event() -> ResponseReturnValue:
    """Plan an event."""
    with attempted("title") as attempt, own_transaction():
        event_id = service.plan_event(g.actor, event_forms.read_plan()).id
    if attempt.errors:
        return _plan_page(attempt.errors), attempt.status
    return done("已保存。开放报名前，只有信用办能看到它。", "office.event", event_id=event_id)


@blueprint.get("/events/<uuid:event_id>")
@allow(*OFFICE)
def event(event_id: UUID) -> ResponseReturnValue:
    """Show one event: registrations, talks, results, and what to do next."""
    return _detail(event_id, {})


@blueprint.post("/events/<uuid:event_id>/open")
@allow(*OFFICE)
def open_event(event_id: UUID) -> ResponseReturnValue:
    """Open an event for sign-up."""
    with attempted("deeds") as attempt, own_transaction():
        service.open_event(g.actor, event_id)
    if attempt.errors:
        return _detail(event_id, attempt.errors), attempt.status
    return done("已开放报名，企业和银行可以看到这场活动。", "office.event", event_id=event_id)


@blueprint.post("/events/<uuid:event_id>/close")
@allow(*OFFICE)
def close_event(event_id: UUID) -> ResponseReturnValue:
    """End the sign-up."""
    with attempted("deeds") as attempt, own_transaction():
        service.close_event(g.actor, event_id)
    if attempt.errors:
        return _detail(event_id, attempt.errors), attempt.status
    return done("报名已截止。", "office.event", event_id=event_id)


@blueprint.post("/events/<uuid:event_id>/cancel")
@allow(*OFFICE)
def cancel_event(event_id: UUID) -> ResponseReturnValue:
    """Cancel an event with a reason."""
    with attempted("reason") as attempt, own_transaction():
        service.cancel_event(g.actor, event_id, typed("reason"))
    if attempt.errors:
        return _detail(event_id, attempt.errors), attempt.status
    return done("活动已取消。", "office.event", event_id=event_id)


@blueprint.post("/events/<uuid:event_id>/hold")
@allow(*OFFICE)
def hold_event(event_id: UUID) -> ResponseReturnValue:
    """Note that the event took place, and who attended."""
    with attempted("attended") as attempt, own_transaction():
        service.hold_event(g.actor, event_id, event_forms.read_attended())
    if attempt.errors:
        return _detail(event_id, attempt.errors), attempt.status
    return done("已登记为已举办。接下来登记每场洽谈的结果。", "office.event", event_id=event_id)


@blueprint.post("/events/<uuid:event_id>/meetings")
@allow(*OFFICE)
def record_meeting(event_id: UUID) -> ResponseReturnValue:
    """Record what came of one talk."""
    with attempted("outcome") as attempt, own_transaction():
        service.record_meeting(g.actor, event_id, event_forms.read_meeting())
    if attempt.errors:
        return _detail(event_id, attempt.errors), attempt.status
    return done("洽谈结果已登记。", "office.event", event_id=event_id)


@blueprint.post("/events/<uuid:event_id>/follow-up")
@allow(*OFFICE)
def follow_up_event(event_id: UUID) -> ResponseReturnValue:
    """Note what the follow-up found."""
    with attempted("summary") as attempt, own_transaction():
        service.follow_up_event(g.actor, event_id, typed("summary"))
    if attempt.errors:
        return _detail(event_id, attempt.errors), attempt.status
    return done("回访情况已登记。", "office.event", event_id=event_id)


def event_row(row: CalendarRow, endpoint: str) -> Row:
    """Return one line of a list of events."""
    found = row.event
    return {
        "title": link(url_for(endpoint, event_id=found.id), found.title),
        "title_sub": found.event_no,
        "starts": format_moment(found.starts_at),
        "place": found.place,
        "place_sub": wording.EVENT_FORMATS[found.format],
        "until": format_moment(found.sign_up_until),
        "seats": f"{row.taken} / {found.capacity}",
        "state": found.state,
    }


def event_facts(found: MatchmakingEvent, taken: int) -> list[Row]:
    """Return what anyone may know of an event, line by line."""
    return [
        {"label": "时间", "value": f"{format_moment(found.starts_at)} 起"},
        {"label": "结束", "value": format_moment(found.ends_at)},
        {"label": "形式", "value": wording.EVENT_FORMATS[found.format]},
        {"label": "地点", "value": found.place},
        {"label": "报名截止", "value": format_moment(found.sign_up_until)},
        {"label": "名额", "value": f"共 {found.capacity} 个，已报名 {taken} 个"},
        {"label": "活动编号", "value": found.event_no},
    ]


def _plan_page(errors: Mapping[str, str]) -> str:
    return render_template(
        "office/plan_event.html",
        values=event_forms.kept(event_forms.PLAN_FIELDS),
        formats=options(wording.EVENT_FORMATS),
        errors=errors,
    )


def _detail(event_id: UUID, errors: Mapping[str, str]) -> str:
    found = service.read_event(g.actor, event_id)
    attendance = service.read_attendance(g.actor, event_id)
    return render_template(
        "office/event.html",
        event=found,
        labels=wording.EVENT_STATES,
        facts=event_facts(found, len(attendance)),
        actions=[action.value for action in LIFECYCLE.actions_from(found.state)],
        attendance=[_attendance_row(row) for row in attendance],
        people=_people(attendance),
        meetings=[_meeting_row(row) for row in service.read_meetings(g.actor, event_id)],
        results=_results(event_id),
        takes_talks=found.state in TALKS,
        meeting=event_forms.kept(event_forms.MEETING_FIELDS),
        choices=_choices(attendance),
        texts=event_forms.kept(("reason", "summary")),
        errors=errors,
    )


def _people(attendance: Sequence[AttendanceRow]) -> list[Row]:
    return [
        {"value": row.registration.id, "label": row.name, "hint": _side(row)} for row in attendance
    ]


def _choices(attendance: Sequence[AttendanceRow]) -> dict[str, list[Row]]:
    came = [row for row in attendance if row.registration.attended_at is not None]
    firms = [
        {"value": row.enterprise.id, "label": row.name}
        for row in came
        if row.enterprise is not None
    ]
    banks = [
        {"value": row.institution.id, "label": row.name}
        for row in came
        if row.institution is not None
    ]
    return {"firms": firms, "banks": banks, "outcomes": options(wording.MEETING_OUTCOMES)}


def _side(row: AttendanceRow) -> str:
    return "企业" if row.enterprise is not None else "金融机构"


def _attendance_row(row: AttendanceRow) -> Row:
    registration = row.registration
    return {
        "name": row.name,
        "side": _side(row),
        "wish": registration.wish or None,
        "registered": format_moment(registration.registered_at),
        "attended": format_moment(registration.attended_at) if registration.attended_at else None,
    }


def _meeting_row(row: MeetingRow) -> Row:
    meeting = row.meeting
    amount = meeting.amount_fen
    return {
        "firm": row.enterprise_name,
        "bank": row.institution_name,
        "outcome": wording.MEETING_OUTCOMES[meeting.outcome],
        "amount": None if amount is None else format_wan(amount),
        "note": meeting.note or None,
        "at": format_moment(meeting.recorded_at),
    }


def _results(event_id: UUID) -> list[dict[str, Any]]:
    results = service.read_results(g.actor, event_id)
    talks = [
        {"value": number, "label": wording.MEETING_OUTCOMES[outcome]}
        for outcome, number in results.meetings.items()
    ]
    return [
        {
            "value": results.enterprises,
            "label": "报名企业",
            "note": f"到场 {results.enterprises_attended} 家",
        },
        {
            "value": results.institutions,
            "label": "报名机构",
            "note": f"到场 {results.institutions_attended} 家",
        },
        *talks,
        {"value": format_wan(results.intention_amount_fen), "label": "意向金额"},
    ]
