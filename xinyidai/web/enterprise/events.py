"""Matchmaking events, 对接会: what is open, sign up, withdraw."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import InvalidInput, RuleBroken
from xinyidai.kernel.http import page_args
from xinyidai.matchmaking_events import queries, service
from xinyidai.matchmaking_events.queries import CalendarRow
from xinyidai.matchmaking_events.rules import SignUpFacts, sign_up_obstacle
from xinyidai.web.chrome import format_moment
from xinyidai.web.enterprise.base import SEE_OTHER, UNPROCESSABLE, actor, blueprint, firm_id
from xinyidai.web.wording import EVENT_FORMATS, EVENT_STATES


@blueprint.get("/events")
@allow(Role.ENTERPRISE_USER)
def events() -> ResponseReturnValue:
    """List what is still to come, with the firm's own registrations marked."""
    page = page_args()
    rows, total = service.list_events(actor(), page, ends_after=clock.now())
    mine = {event.id for _, event in queries.registrations_of_party(firm_id())}
    return render_template(
        "enterprise/events.html",
        events=[_shown(row, is_registered=row.event.id in mine) for row in rows],
        page=page,
        pages=max(1, -(-total // page.size)),
        total=total,
        labels=EVENT_STATES,
    )


@blueprint.get("/events/<uuid:event_id>")
@allow(Role.ENTERPRISE_USER)
def event(event_id: UUID) -> ResponseReturnValue:
    """Show one event with the form to sign up, or the firm's registration."""
    return _detail(event_id, "", {})


@blueprint.post("/events/<uuid:event_id>/register")
@allow(Role.ENTERPRISE_USER)
def event_register(event_id: UUID) -> ResponseReturnValue:
    """Sign the firm up; a second click changes nothing."""
    wish = request.form.get("wish", "")
    try:
        with own_transaction():
            service.register(actor(), event_id, wish)
    except InvalidInput as error:
        return _detail(event_id, wish, error.fields)
    except RuleBroken as error:
        return _detail(event_id, wish, {"wish": error.message})
    flash("报名成功。请按时到场签到。", "ok")
    return redirect(url_for(".event", event_id=event_id), SEE_OTHER)


@blueprint.post("/events/<uuid:event_id>/cancel")
@allow(Role.ENTERPRISE_USER)
@transactional
def event_cancel(event_id: UUID) -> ResponseReturnValue:
    """Give the seat back."""
    service.cancel_registration(actor(), event_id)
    flash("已取消报名，名额已让出。", "ok")
    return redirect(url_for(".event", event_id=event_id), SEE_OTHER)


def _detail(event_id: UUID, wish: str, errors: dict[str, str]) -> ResponseReturnValue:
    found = service.read_event(actor(), event_id)
    registration = queries.find_registration(event_id, firm_id())
    live = registration if registration and registration.cancelled_at is None else None
    row = CalendarRow(found, queries.count_taken(event_id))
    page = render_template(
        "enterprise/event.html",
        event=_shown(row, is_registered=live is not None),
        description=found.description,
        registration=live,
        may_cancel=live is not None and clock.now() < found.starts_at,
        wish=wish,
        labels=EVENT_STATES,
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200


def _shown(row: CalendarRow, *, is_registered: bool) -> dict[str, Any]:
    event = row.event
    facts = SignUpFacts(event.state, event.sign_up_until, event.capacity, row.taken)
    obstacle = sign_up_obstacle(facts, clock.now())
    return {
        "id": event.id,
        "title": event.title,
        "state": event.state,
        "href": url_for("enterprise.event", event_id=event.id),
        "is_registered": is_registered,
        "obstacle": obstacle[1] if obstacle else "",
        "facts": [
            {"label": "时间", "value": format_moment(event.starts_at)},
            {"label": "地点", "value": f"{event.place}（{EVENT_FORMATS[event.format]}）"},
            {"label": "报名截止", "value": format_moment(event.sign_up_until)},
            {"label": "剩余名额", "value": f"{row.seats_left} / {event.capacity}"},
        ],
    }
