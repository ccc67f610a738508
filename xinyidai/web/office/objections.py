"""Objections of the city, 异议: what waits and how long it has, one of them, and the counter."""

from collections.abc import Mapping
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.objections import OBJECTIONS, ObjectionSubject, reasons_for
from xinyidai.credit_records.values import Fact
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.objections import queries, service
from xinyidai.objections.values import OPEN_STATES, STATE_NAMES, ObjectionState, Target, Wording
from xinyidai.web import rights_words
from xinyidai.web.office import counter, objection_desk
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    Row,
    asked,
    attempted,
    blueprint,
    done,
    pager_of,
    typed,
)
from xinyidai.web.record_words import in_one_line

PLACE = "office"
S = ObjectionState
NEW, LATE = "new", "late"
TABS: Mapping[str, tuple[str, frozenset[S]]] = {
    NEW: ("待受理", frozenset({S.SUBMITTED})),
    "at_source": ("核实中", frozenset({S.ACCEPTED, S.MARKED, S.AT_SOURCE})),
    LATE: ("已超期", OPEN_STATES),
    "answered": ("已答复", frozenset({S.UPHELD, S.REJECTED})),
    "ended": ("已办结或撤回", frozenset({S.CLOSED, S.WITHDRAWN})),
}
MISSING = "missing"  # the person at the counter means a record that is not there


@blueprint.get("/objections")
@allow(*OVERSIGHT)
def objections() -> ResponseReturnValue:
    """Show the queue, the earliest due first, and how many were answered in time."""
    tab, page = asked("state") or NEW, page_args()
    if tab not in TABS:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"state": "请从列表里选择"})
    overdue_on = clock.today() if tab == LATE else None
    rows, total = service.list_of_city(g.actor, page, TABS[tab][1], overdue_on=overdue_on)
    on_time = queries.on_time()
    return render_template(
        "office/objections.html",
        rows=[rights_words.objection_row(row) for row in rows],
        tabs=[
            {
                "label": label,
                "href": url_for("office.objections", state=code),
                "current": code == tab,
                "count": queries.count_late(clock.today()) if code == LATE else None,
            }
            for code, (label, _) in TABS.items()
        ],
        labels=STATE_NAMES,
        on_time=on_time,
        share=f"{on_time.in_time / on_time.answered:.1%}" if on_time.answered else None,
        unit=rights_words.UNITS[OBJECTIONS.term.unit],
        can_open=g.actor.role in OFFICE,
        pager=pager_of(page, total),
    )


@blueprint.get("/objections/<uuid:objection_id>")
@allow(*OVERSIGHT)
def objection(objection_id: UUID) -> ResponseReturnValue:
    """Show one objection with what the actor may do next."""
    return objection_desk.page(PLACE, objection_id)


@blueprint.post("/objections/<uuid:objection_id>")
@allow(*OFFICE)
def objection_step(objection_id: UUID) -> ResponseReturnValue:
    """Take the step whose button was pressed."""
    return objection_desk.take_step(PLACE, objection_id)


@blueprint.post("/objections/<uuid:objection_id>/record")
@allow(*OFFICE)
def objection_record(objection_id: UUID) -> ResponseReturnValue:
    """Show the record objected to; the look is logged."""
    return objection_desk.show_record(PLACE, objection_id)


@blueprint.get("/objections/counter")
@allow(*OFFICE)
def objection_counter() -> ResponseReturnValue:
    """Ask whose person stands at the counter, and what the matter is about."""
    return _counter([], {})


@blueprint.post("/objections/counter")
@allow(*OFFICE)
def objection_at_counter() -> ResponseReturnValue:
    """Show the firm's records of the kind; with one of them chosen, open the objection."""
    found: list[Fact] = []
    objection_id: UUID | None = None
    with attempted("statement") as attempt:
        firm = counter.firm_typed()
        with own_transaction():
            found = list(service.show_at_counter(g.actor, firm.id, _kind(), typed("identity")))
        if typed("record"):
            with own_transaction():
                objection_id = _open(firm)
    if objection_id is not None and not attempt.errors:
        words = "已代企业提出异议，请继续形式审查。"
        return done(words, "office.objection", objection_id=objection_id)
    page = _counter(found, attempt.errors, has_looked=not attempt.errors or bool(found))
    return page, attempt.status if attempt.errors else 200


def _kind() -> str:
    if typed("kind") not in KINDS:
        raise InvalidInput("请选择信息类别。", fields={"kind": "请选择信息类别。"})
    return typed("kind")


def _open(firm: Enterprise) -> UUID:
    record = typed("record")
    if record == MISSING:
        target = Target(subject=ObjectionSubject.KIND, item=_kind())
    else:
        target = Target(
            subject=ObjectionSubject.RECORD, item=_kind(), record_id=counter.number(record)
        )
    if not typed("reason"):
        raise InvalidInput("请选择理由。", fields={"reason": "请选择理由。"})
    words = Wording(reason=typed("reason"), statement=typed("statement"))
    identity = typed("identity")
    return service.object_at_counter(g.actor, firm.id, target, words, identity=identity).id


def _counter(found: list[Fact], errors: Mapping[str, str], *, has_looked: bool = False) -> str:
    records = [{"value": str(fact.id), "label": in_one_line(fact)} for fact in found]
    reasons: list[Row] = []
    for subject in (ObjectionSubject.RECORD, ObjectionSubject.KIND):
        for reason in reasons_for(subject):
            option = {"value": reason.code, "label": reason.name, "hint": reason.text}
            reasons += [] if option in reasons else [option]
    return render_template(
        "office/objection_counter.html",
        kinds=[{"value": kind.code, "label": kind.name} for kind in KINDS.values()],
        records=[*records, {"value": MISSING, "label": "记录里没有（应有的记录缺失）"}],
        reasons=reasons,
        has_looked=has_looked,
        typed={
            name: typed(name)
            for name in ("uscc", "kind", "identity", "record", "reason", "statement")
        },
        errors=errors,
    )
