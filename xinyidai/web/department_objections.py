"""Objections that a department has to answer, 待答复的异议."""

from collections.abc import Mapping
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.objections import service
from xinyidai.objections.values import STATE_NAMES, ObjectionState
from xinyidai.web import rights_words
from xinyidai.web.department import blueprint
from xinyidai.web.office import objection_desk
from xinyidai.web.office.base import asked, pager_of

__all__ = ["blueprint"]

PLACE = "department"
S = ObjectionState
WAITING, ANSWERED = "waiting", "answered"
TABS: Mapping[str, tuple[str, frozenset[S]]] = {
    WAITING: ("待答复", frozenset({S.AT_SOURCE})),
    ANSWERED: ("已答复或撤回", frozenset({S.UPHELD, S.REJECTED, S.CLOSED, S.WITHDRAWN})),
}


@blueprint.get("/objections")
@allow(Role.DEPARTMENT)
def objections() -> ResponseReturnValue:
    """List what was routed to the actor's office, the earliest due first."""
    tab = asked("state") or WAITING
    if tab not in TABS:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"state": "请从列表里选择"})
    page = page_args()
    rows, total = service.list_of_department(g.actor, page, TABS[tab][1])
    return render_template(
        "department/objections.html",
        rows=[rights_words.objection_row(row) for row in rows],
        tabs=[
            {
                "label": label,
                "href": url_for("department.objections", state=code),
                "current": code == tab,
            }
            for code, (label, _) in TABS.items()
        ],
        labels=STATE_NAMES,
        pager=pager_of(page, total),
    )


@blueprint.get("/objections/<uuid:objection_id>")
@allow(Role.DEPARTMENT)
def objection(objection_id: UUID) -> ResponseReturnValue:
    """Show one objection with what the actor may do next."""
    return objection_desk.page(PLACE, objection_id)


@blueprint.post("/objections/<uuid:objection_id>")
@allow(Role.DEPARTMENT)
def objection_step(objection_id: UUID) -> ResponseReturnValue:
    """Answer, ask the firm, or let the clock run on."""
    return objection_desk.take_step(PLACE, objection_id)


@blueprint.post("/objections/<uuid:objection_id>/record")
@allow(Role.DEPARTMENT)
def objection_record(objection_id: UUID) -> ResponseReturnValue:
    """Show the record objected to; the look is logged."""
    return objection_desk.show_record(PLACE, objection_id)
