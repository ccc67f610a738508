"""Matchmaking events for a bank, 对接会: sign up, withdraw, see who comes and one's own talks."""

from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.enterprises.reference import regions
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import InvalidInput, RuleBroken
from xinyidai.kernel.http import page_args
from xinyidai.matchmaking_events import queries as events
from xinyidai.matchmaking_events import service
from xinyidai.matchmaking_events.values import EventState
from xinyidai.web import wording
from xinyidai.web.bank import queries, showing
from xinyidai.web.bank.base import (
    BANK,
    UNPROCESSABLE,
    bank_id,
    blueprint,
    pager_of,
    see_other,
)
from xinyidai.web.chrome import format_day


@blueprint.get("/events")
@allow(*BANK)
def list_events() -> ResponseReturnValue:
    """Show the calendar with seats and the bank's own registrations."""
    page = page_args()
    rows, total = service.list_events(g.actor, page)
    own = {event.id for _, event in events.registrations_of_party(bank_id())}
    return render_template(
        "bank/events.html",
        rows=rows,
        own=own,
        pager=pager_of(page, total),
        labels=wording.EVENT_STATES,
        formats=wording.EVENT_FORMATS,
    )


@blueprint.get("/events/<uuid:event_id>")
@allow(*BANK)
def show_event(event_id: UUID) -> ResponseReturnValue:
    """Show one event; who takes part only after the bank has signed up."""
    return _event_page(event_id, {})


def _event_page(event_id: UUID, errors: dict[str, str]) -> str:
    event = service.read_event(g.actor, event_id)
    registration = events.find_registration(event_id, bank_id())
    is_in = registration is not None and registration.cancelled_at is None
    region = regions().get(event.region_code)
    begun = clock.now() >= event.starts_at
    return render_template(
        "bank/event.html",
        event=event,
        region=region.name if region else event.region_code,
        registration=registration,
        is_in=is_in,
        may_register=event.state is EventState.OPEN and clock.now() <= event.sign_up_until,
        may_cancel=is_in and not begun and event.state in {EventState.OPEN, EventState.CLOSED},
        seats_left=max(0, event.capacity - events.count_taken(event_id)),
        participants=[_participant(p) for p in queries.participants(bank_id(), event_id)],
        meetings=queries.own_meetings(bank_id(), event_id),
        labels=wording.EVENT_STATES,
        formats=wording.EVENT_FORMATS,
        outcomes=wording.MEETING_OUTCOMES,
        errors=errors,
        wish=request.form.get("wish", registration.wish if registration and is_in else ""),
    )


def _participant(found: queries.Participant) -> dict[str, str | None]:
    firm = found.enterprise
    return {
        "name": firm.name,
        "name_sub": firm.uscc,
        "industry": showing.industry_of(firm),
        "since": format_day(firm.established_on),
        "wish": found.wish or None,
        "attended": "已签到" if found.has_attended else None,
    }


@blueprint.post("/events/<uuid:event_id>/register")
@allow(*BANK)
def register(event_id: UUID) -> ResponseReturnValue:
    """Sign the bank up, 报名."""
    try:
        with own_transaction():
            service.register(g.actor, event_id, request.form.get("wish", ""))
    except InvalidInput as error:
        return _event_page(event_id, error.fields), UNPROCESSABLE
    except RuleBroken as error:
        return _event_page(event_id, {"wish": error.message}), UNPROCESSABLE
    flash("报名成功，现在可以看到报名企业。", "ok")
    return see_other("show_event", event_id=event_id)


@blueprint.post("/events/<uuid:event_id>/cancel")
@allow(*BANK)
@transactional
def cancel(event_id: UUID) -> ResponseReturnValue:
    """Withdraw the bank's registration, 取消报名."""
    service.cancel_registration(g.actor, event_id)
    flash("已取消报名，名额已释放。")
    return see_other("show_event", event_id=event_id)
