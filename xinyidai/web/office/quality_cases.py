"""Suspects and correction tickets at the credit office, 瞒报疑点和纠错单."""

from collections.abc import Mapping
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import KINDS
from xinyidai.data_quality import queries, service
from xinyidai.data_quality.service import boards
from xinyidai.data_quality.values import (
    SUBJECT_NAMES,
    TICKET_NAMES,
    NewTicket,
    TicketState,
    TicketSubject,
)
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web.office import quality_desk as desk
from xinyidai.web.office import quality_words as words
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    asked,
    attempted,
    blueprint,
    done,
    options,
    pager_of,
    typed,
)

PLACE = "office"
LATE = "late"
S = TicketState
TABS: Mapping[str, tuple[str, frozenset[S]]] = {
    "sent": ("待答复", frozenset({S.SENT})),
    LATE: ("已超期", frozenset({S.SENT})),
    "answered": ("已答复，待核", frozenset({S.CORRECTED, S.KEPT})),
    "opened": ("未转办", frozenset({S.OPENED})),
    "ended": ("已办结或撤销", frozenset({S.VERIFIED, S.CLOSED, S.CANCELLED})),
}
MOST_ROWS = 10_000_000
FIELDS = ("subject", "department", "kind", "rows", "statement")


@blueprint.get("/data/quality/suspects")
@allow(*OVERSIGHT)
def suspects() -> ResponseReturnValue:
    """List suspects of the city."""
    return desk.suspects_page(PLACE, None)


@blueprint.get("/data/quality/suspects/<uuid:suspect_id>")
@allow(*OVERSIGHT)
def suspect(suspect_id: UUID) -> ResponseReturnValue:
    """Show one suspect."""
    return desk.suspect_page(PLACE, suspect_id)


@blueprint.post("/data/quality/suspects/<uuid:suspect_id>")
@allow(*OFFICE)
def suspect_step(suspect_id: UUID) -> ResponseReturnValue:
    """Close a suspect with its outcome and reason."""
    return desk.take_suspect_step(PLACE, suspect_id)


@blueprint.get("/data/tickets")
@allow(*OVERSIGHT)
def tickets() -> ResponseReturnValue:
    """List correction tickets, the earliest due first."""
    tab, page = asked("state") or "sent", page_args()
    if tab not in TABS:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"state": "请从列表里选择"})
    late_on = clock.today() if tab == LATE else None
    rows, total = queries.tickets(page, states=TABS[tab][1], late_on=late_on)
    directory = boards.directory()
    return render_template(
        "quality/tickets.html",
        rows=[
            words.ticket_row(one, directory, url_for("office.ticket", ticket_id=one.id))
            for one in rows
        ],
        tabs=[
            {"label": label, "href": url_for("office.tickets", state=name), "current": name == tab}
            for name, (label, _) in TABS.items()
        ],
        labels=TICKET_NAMES,
        back=url_for("office.quality"),
        new_url=url_for("office.ticket_form") if g.actor.role in OFFICE else "",
        pager=pager_of(page, total),
    )


@blueprint.get("/data/tickets/new")
@allow(*OFFICE)
def ticket_form() -> ResponseReturnValue:
    """Show the form of a new ticket."""
    return _form({})


@blueprint.post("/data/tickets/new")
@allow(*OFFICE)
def open_ticket() -> ResponseReturnValue:
    """Open a ticket and send it to its source."""
    ticket_id: UUID | None = None
    with attempted("statement") as attempt, own_transaction():
        ticket_id = service.open_ticket(g.actor, _new()).id
    if attempt.errors or ticket_id is None:
        return _form(attempt.errors), attempt.status
    return done("已建单并转来源部门。", "office.ticket", ticket_id=ticket_id)


@blueprint.get("/data/tickets/<uuid:ticket_id>")
@allow(*OVERSIGHT)
def ticket(ticket_id: UUID) -> ResponseReturnValue:
    """Show one ticket."""
    return desk.ticket_page(PLACE, ticket_id)


@blueprint.post("/data/tickets/<uuid:ticket_id>")
@allow(*OFFICE)
def ticket_step(ticket_id: UUID) -> ResponseReturnValue:
    """Send, give back, verify or cancel a ticket."""
    return desk.take_ticket_step(PLACE, ticket_id)


def _form(errors: Mapping[str, str]) -> str:
    return render_template(
        "quality/ticket_new.html",
        subjects=options({k: v for k, v in SUBJECT_NAMES.items() if k != TicketSubject.DELIVERY}),
        departments=desk.department_options(boards.directory()),
        kinds=[{"value": kind.code, "label": kind.name} for kind in KINDS.values()],
        typed={name: typed(name) for name in FIELDS},
        errors=errors,
    )


def _new() -> NewTicket:
    faults = {}
    subjects = {one.value: one for one in TicketSubject if one is not TicketSubject.DELIVERY}
    if typed("subject") not in subjects:
        faults["subject"] = "请选择对象。"
    if typed("kind") and typed("kind") not in KINDS:
        faults["kind"] = "请从列表里选择。"
    rows = typed("rows")
    if not (rows.isascii() and rows.isdigit() and 0 < int(rows[:9]) <= MOST_ROWS):
        faults["rows"] = "请填写涉及的数量，至少为 1。"
    if faults:
        raise InvalidInput("请补全信息。", fields=faults)
    return NewTicket(
        subject=subjects[typed("subject")],
        department_id=desk.chosen_department(),
        statement=typed("statement"),
        kind=typed("kind") or None,
        rows=int(rows[:9]),
    )
