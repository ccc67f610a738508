"""Credit repair for the firm, 信用修复: what can be repaired and when, applications, progress."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.repairs import REPAIRS
from xinyidai.catalogue.values import RecordKind
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import page_args
from xinyidai.repairs import queries, service
from xinyidai.repairs.values import CLASS_NAMES, STATE_NAMES, Repairable, RepairClaim
from xinyidai.web import rights_words
from xinyidai.web.chrome import format_day
from xinyidai.web.enterprise.base import SEE_OTHER, actor, blueprint
from xinyidai.web.office.base import attempted
from xinyidai.web.record_words import record_row

MOST_DIGITS = 18


@blueprint.get("/repairs")
@allow(Role.ENTERPRISE_USER)
def repairs() -> ResponseReturnValue:
    """Say how a repair goes, that it is free, and list the firm's applications."""
    return _list(None)


@blueprint.post("/repairs")
@allow(Role.ENTERPRISE_USER)
def repairs_with_records() -> ResponseReturnValue:
    """Show the same with the records that can be repaired, and from when; this look is logged."""
    with own_transaction():
        found = service.repairable_of(actor())
    return _list([_repairable(one) for one in found])


@blueprint.get("/repairs/new")
@allow(Role.ENTERPRISE_USER)
def repair_form() -> ResponseReturnValue:
    """Ask for evidence and the signed commitment; no record is read for it."""
    return _form({})


@blueprint.post("/repairs/new")
@allow(Role.ENTERPRISE_USER)
def repair_apply() -> ResponseReturnValue:
    """Apply; reading the record named is a look of the firm's own."""
    record_id, _ = _asked()
    claim = RepairClaim(
        duty_note=_typed("duty_note"),
        signed_name=_typed("signed_name"),
        has_signed=bool(_typed("commitment")),
    )
    with attempted("record") as attempt, own_transaction():
        repair_id = service.apply_for_repair(actor(), record_id, claim).id
    if attempt.errors:
        return _form(attempt.errors), attempt.status
    flash("修复申请已提交。进展会通过消息告诉您。", "ok")
    return redirect(url_for(".repair", repair_id=repair_id), SEE_OTHER)


@blueprint.get("/repairs/<uuid:repair_id>")
@allow(Role.ENTERPRISE_USER)
def repair(repair_id: UUID) -> ResponseReturnValue:
    """Show how far an application is, and what the firm can do."""
    return _detail(repair_id, {})


@blueprint.post("/repairs/<uuid:repair_id>/resubmit")
@allow(Role.ENTERPRISE_USER)
def repair_resubmit(repair_id: UUID) -> ResponseReturnValue:
    """Send a returned application again."""
    with attempted("duty_note") as attempt, own_transaction():
        service.resubmit_repair(actor(), repair_id, _typed("duty_note"))
    if attempt.errors:
        return _detail(repair_id, attempt.errors), attempt.status
    flash("已重新提交。", "ok")
    return redirect(url_for(".repair", repair_id=repair_id), SEE_OTHER)


@blueprint.post("/repairs/<uuid:repair_id>/withdraw")
@allow(Role.ENTERPRISE_USER)
@transactional
def repair_withdraw(repair_id: UUID) -> ResponseReturnValue:
    """Withdraw an application that has not been handed over."""
    service.withdraw_repair(actor(), repair_id, _typed("reason"))
    flash("修复申请已撤回。", "ok")
    return redirect(url_for(".repair", repair_id=repair_id), SEE_OTHER)


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()


def _asked() -> tuple[int, RecordKind]:
    """Read which record of which kind is meant from address or form."""
    record, kind = request.values.get("record", ""), KINDS.get(request.values.get("kind", ""))
    is_number = record.isascii() and record.isdigit() and len(record) <= MOST_DIGITS
    if not is_number or kind is None or kind.repair is None:
        raise NotFound("没有找到这条可以修复的记录，请从列表重新进入。")
    return int(record), kind


def _list(found: list[dict[str, Any]] | None) -> str:
    page = page_args()
    rows, total = service.list_own(actor(), page)
    return render_template(
        "enterprise/repairs.html",
        rows=[rights_words.repair_row(row) for row in rows],
        found=found,
        texts=REPAIRS,
        labels=STATE_NAMES,
        page=page.number,
        pages=max(1, -(-total // page.size)),
        total=total,
    )


def _repairable(one: Repairable) -> dict[str, Any]:
    is_due = one.earliest_on <= clock.today()
    named: dict[str, Any] = {"record": one.fact.id, "kind": one.kind.code}
    return {
        **record_row(one.fact),
        "name": one.kind.name,
        "grade": CLASS_NAMES[one.grade],
        "earliest": format_day(one.earliest_on),
        "is_due": is_due,
        "is_open": one.is_open,
        "apply_url": url_for(".repair_form", **named) if is_due and not one.is_open else "",
        "object_url": url_for(".objection_form", **named),
    }


def _form(errors: dict[str, str]) -> str:
    record_id, kind = _asked()
    rule = kind.repair
    return render_template(
        "enterprise/repair_new.html",
        kind=kind,
        record_id=record_id,
        grade=CLASS_NAMES[rule.grade] if rule else "",
        months=rule.min_publicity_months if rule else 0,
        texts=REPAIRS,
        typed={name: _typed(name) for name in ("duty_note", "signed_name", "commitment")},
        errors=errors,
    )


def _detail(repair_id: UUID, errors: dict[str, str]) -> str:
    row = service.read_repair(actor(), repair_id)
    steps = queries.steps_of(repair_id)
    return render_template(
        "enterprise/repair.html",
        row=rights_words.repair_row(row),
        facts=rights_words.repair_facts(row),
        bar=rights_words.repair_stages(row.repair, steps),
        events=rights_words.repair_events(steps, to_firm=True),
        lacking=next((s.reason for s in reversed(steps) if s.action == "return"), ""),
        actions={action.value for action in service.actions_of(actor(), row.repair)},
        labels=STATE_NAMES,
        texts=REPAIRS,
        typed=_typed("duty_note"),
        errors=errors,
    )
