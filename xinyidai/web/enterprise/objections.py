"""Objections of the firm, 异议: the list, a new one from any item, its progress."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.objections import OBJECTIONS, ObjectionSubject, reasons_for
from xinyidai.credit_records.service import own_looks
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import page_args
from xinyidai.objections import queries, service
from xinyidai.objections.values import STATE_NAMES, Target, Wording
from xinyidai.web import rights_words
from xinyidai.web.chrome import format_moment
from xinyidai.web.enterprise.base import SEE_OTHER, actor, blueprint, read_id
from xinyidai.web.enterprise.look_view import names_for, who
from xinyidai.web.office.base import attempted

MOST_DIGITS = 18


@blueprint.get("/objections")
@allow(Role.ENTERPRISE_USER)
def objections() -> ResponseReturnValue:
    """List the firm's objections, newest first."""
    page = page_args()
    rows, total = service.list_own(actor(), page)
    return render_template(
        "enterprise/objections.html",
        rows=[rights_words.objection_row(row) for row in rows],
        labels=STATE_NAMES,
        page=page.number,
        pages=max(1, -(-total // page.size)),
        total=total,
    )


@blueprint.get("/objections/new")
@allow(Role.ENTERPRISE_USER)
def objection_form() -> ResponseReturnValue:
    """Ask what is wrong with the item that the address names; no record is read for it."""
    return _form(_target(), {})


@blueprint.post("/objections/new")
@allow(Role.ENTERPRISE_USER)
def objection_open() -> ResponseReturnValue:
    """Open the objection; reading the record named is a look of the firm's own."""
    target = _target()
    words = Wording(reason=_typed("reason"), statement=_typed("statement"))
    if not words.reason:
        return _form(target, {"reason": "请选择理由。"}), 422
    with attempted("statement") as attempt, own_transaction():
        objection_id = service.open_objection(actor(), target, words).id
    if attempt.errors:
        return _form(target, attempt.errors), attempt.status
    flash("异议已提交。进展会通过消息告诉您。", "ok")
    return redirect(url_for(".objection", objection_id=objection_id), SEE_OTHER)


@blueprint.get("/objections/<uuid:objection_id>")
@allow(Role.ENTERPRISE_USER)
def objection(objection_id: UUID) -> ResponseReturnValue:
    """Show how far an objection is, and what the firm can do."""
    return _detail(objection_id, {})


@blueprint.post("/objections/<uuid:objection_id>/supply")
@allow(Role.ENTERPRISE_USER)
def objection_supply(objection_id: UUID) -> ResponseReturnValue:
    """Supply what was asked for; the clock runs on."""
    with attempted("words") as attempt, own_transaction():
        service.supply_objection(actor(), objection_id, _typed("words"))
    if attempt.errors:
        return _detail(objection_id, attempt.errors), attempt.status
    flash("补充说明已提交，恢复计时。", "ok")
    return redirect(url_for(".objection", objection_id=objection_id), SEE_OTHER)


@blueprint.post("/objections/<uuid:objection_id>/withdraw")
@allow(Role.ENTERPRISE_USER)
@transactional
def objection_withdraw(objection_id: UUID) -> ResponseReturnValue:
    """Withdraw an objection that has no answer yet."""
    service.withdraw_objection(actor(), objection_id, _typed("reason"))
    flash("异议已撤回，“异议中”标注已去掉。", "ok")
    return redirect(url_for(".objection", objection_id=objection_id), SEE_OTHER)


@blueprint.post("/objections/<uuid:objection_id>/acknowledge")
@allow(Role.ENTERPRISE_USER)
@transactional
def objection_acknowledge(objection_id: UUID) -> ResponseReturnValue:
    """Take note of the answer."""
    service.acknowledge_objection(actor(), objection_id)
    flash("已办结。", "ok")
    return redirect(url_for(".objection", objection_id=objection_id), SEE_OTHER)


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()


def _target() -> Target:
    """Read what is objected to from address or form: record and kind, look, kind, or item."""
    asked = request.values
    record, look = asked.get("record", ""), asked.get("look", "")
    if record:
        if not (record.isascii() and record.isdigit() and len(record) <= MOST_DIGITS):
            raise NotFound("没有找到这条记录。")
        return Target(
            subject=ObjectionSubject.RECORD, item=asked.get("kind", ""), record_id=int(record)
        )
    if look:
        event = own_looks.get_own_look(actor(), read_id(look))
        return Target(subject=ObjectionSubject.LOOK, event_id=event.id)
    kind, item = asked.get("kind", ""), asked.get("item", "")
    if kind in KINDS:
        return Target(subject=ObjectionSubject.KIND, item=kind)
    if item in rights_words.HOLDINGS:
        return Target(subject=ObjectionSubject.HOLDING, item=item)
    raise NotFound("没有找到要提出异议的内容，请从列表重新进入。")


def _form(target: Target, errors: dict[str, str]) -> str:
    return render_template(
        "enterprise/objection_new.html",
        about=_about(target),
        hidden=_hidden(target),
        is_record=target.subject is ObjectionSubject.RECORD,
        reasons=[
            {"value": reason.code, "label": reason.name, "hint": reason.text}
            for reason in reasons_for(target.subject)
        ],
        typed={"reason": _typed("reason"), "statement": _typed("statement")},
        term=OBJECTIONS.term.days,
        unit=rights_words.UNITS[OBJECTIONS.term.unit],
        errors=errors,
    )


def _about(target: Target) -> str:
    if target.subject is ObjectionSubject.LOOK and target.event_id is not None:
        event = own_looks.get_own_look(actor(), target.event_id)
        return f"{format_moment(event.happened_at)} {who(event, names_for([event]))} 的查询"
    if target.item in KINDS:
        return KINDS[target.item].name
    return rights_words.HOLDINGS.get(target.item, "一条记录")


def _hidden(target: Target) -> dict[str, Any]:
    """Return the form fields that name the target again."""
    if target.subject is ObjectionSubject.RECORD:
        return {"record": target.record_id, "kind": target.item}
    if target.subject is ObjectionSubject.LOOK:
        return {"look": target.event_id}
    return {"kind" if target.subject is ObjectionSubject.KIND else "item": target.item}


def _detail(objection_id: UUID, errors: dict[str, str]) -> str:
    row = service.read_objection(actor(), objection_id)
    steps = queries.steps_of(objection_id)
    return render_template(
        "enterprise/objection.html",
        row=rights_words.objection_row(row),
        facts=rights_words.objection_facts(row),
        bar=rights_words.objection_stages(row.objection, steps),
        events=rights_words.objection_events(steps, to_firm=True),
        question=next((s.reason for s in reversed(steps) if s.action == "ask"), ""),
        actions={action.value for action in service.actions_of(actor(), row.objection)},
        labels=STATE_NAMES,
        typed=_typed("words"),
        errors=errors,
    )
