"""Purposes of consent, 授权用途: their templates, drafted, approved by two, retired."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.purposes import PURPOSES, Purpose, as_content, get_purpose
from xinyidai.consents import queries, service
from xinyidai.consents.models import PurposeTemplate
from xinyidai.consents.values import TemplateState as S
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.web import wording
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import purpose_form, purpose_queries, purpose_view
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    UNPROCESSABLE,
    Row,
    attempted,
    blueprint,
    done,
    link,
    options,
    typed,
)

WAITING = (S.DRAFT, S.UNDER_REVIEW)
Deed = Callable[[Actor, UUID], PurposeTemplate]
DEEDS: Mapping[str, tuple[str, Deed]] = {
    "submit": ("已送审，需要信用办两名人员批准后生效。", service.submit_template),
    "approve": ("已批准。", service.approve_template),
    "reject": (
        "已退回，原因已记录。",
        lambda actor, template_id: service.reject_template(actor, template_id, typed("reason")),
    ),
    "retire": ("用途已停用，相关授权已暂停。", service.retire_template),
}


@blueprint.get("/purposes")
@allow(*OVERSIGHT)
def purposes() -> ResponseReturnValue:
    """Show each purpose with the version in force and the one that waits."""
    by_code: dict[str, list[PurposeTemplate]] = {code: [] for code in PURPOSES}
    for template in queries.templates():
        by_code.setdefault(template.code, []).append(template)
    return render_template(
        "office/purposes.html",
        rows=[_list_row(code, found) for code, found in by_code.items()],
    )


@blueprint.get("/purposes/<code>")
@allow(*OVERSIGHT)
def purpose(code: str) -> ResponseReturnValue:
    """Show one purpose: what is in force, what waits, and all versions before."""
    shipped, found = get_purpose(code), queries.templates(code)
    active = _first(found, (S.ACTIVE,))
    return render_template(
        "office/purpose.html",
        purpose=shipped,
        active=active,
        waiting=_first(found, WAITING),
        facts=purpose_view.content_rows(active.content) if active else [],
        reach=purpose_queries.live_reach(code),
        versions=[_version_row(template) for template in found],
        states=purpose_view.STATES,
        approvers=purpose_view.approvers(active) if active else "",
        may_act=_may_act(),
    )


@blueprint.get("/purposes/<code>/draft")
@allow(*OFFICE)
def purpose_draft(code: str) -> ResponseReturnValue:
    """Show the form that drafts the next version, filled in with what holds now."""
    shipped, before = get_purpose(code), _before(code)
    return _form(shipped, purpose_form.values_of(before), purpose_form.lists_of(before), {})


@blueprint.post("/purposes/<code>/draft")
@allow(*OFFICE)
def draft_purpose(code: str) -> ResponseReturnValue:
    """Keep the draft; it has no effect before two have approved it."""
    shipped = get_purpose(code)
    answers = purpose_form.read(request.form, shipped, _compared_with(code))
    template_id: UUID | None = None
    with attempted("note") as attempt, own_transaction():
        if answers.faults:
            raise InvalidInput("有的内容需要修改。", fields=answers.faults)
        template_id = service.draft_template(g.actor, code, answers.content, answers.note).id
    if attempt.errors:
        chosen = {name: request.form.getlist(name) for name in ("modes", "items", "default_items")}
        typed_in = purpose_form.with_errors(request.form)
        return _form(shipped, typed_in, chosen, attempt.errors), UNPROCESSABLE
    return done("草稿已保存，请核对后送审。", "office.purpose_version", template_id=template_id)


@blueprint.get("/purposes/versions/<uuid:template_id>")
@allow(*OVERSIGHT)
def purpose_version(template_id: UUID) -> ResponseReturnValue:
    """Show one version against the one in force, and who has approved it."""
    return _version_page(template_id, {})


@blueprint.post("/purposes/versions/<uuid:template_id>")
@allow(*OFFICE)
def decide_purpose(template_id: UUID) -> ResponseReturnValue:
    """Submit, approve, send back or retire a version, as the button pressed says."""
    if typed("action") not in DEEDS:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    message, deed = DEEDS[typed("action")]
    with attempted("deeds") as attempt, own_transaction():
        deed(g.actor, template_id)
    if attempt.errors:
        return _version_page(template_id, attempt.errors), attempt.status
    return done(message, "office.purpose_version", template_id=template_id)


@blueprint.get("/purposes/versions/<uuid:template_id>/retire")
@allow(*OFFICE)
def retire_purpose(template_id: UUID) -> ResponseReturnValue:
    """Ask once more before a purpose is taken out of use, and say whom it stops."""
    template = _find(template_id)
    if template.state is not S.ACTIVE:
        raise NotFound("没有找到这个现行版本，可能已停用或被新版本替代。")
    return render_template(
        "office/purpose_retire.html",
        template=template,
        purpose=get_purpose(template.code),
        reach=purpose_queries.live_reach(template.code),
    )


def _version_page(template_id: UUID, errors: Mapping[str, str]) -> str:
    template = _find(template_id)
    active = queries.active_template(template.code)
    base = active if active and active.id != template.id else None
    is_first_approver = template.first_approved_by == g.actor.account_id
    return render_template(
        "office/purpose_version.html",
        template=template,
        purpose=get_purpose(template.code),
        base=base,
        diff=purpose_view.diff_rows(base.content, template.content) if base else [],
        facts=purpose_view.content_rows(template.content),
        steps=purpose_view.step_rows(template),
        states=purpose_view.STATES,
        may_act=_may_act(),
        is_first_approver=is_first_approver and template.state is S.UNDER_REVIEW,
        errors=errors,
        reason=typed("reason"),
    )


def _form(
    shipped: Purpose,
    values: Mapping[str, str],
    chosen: Mapping[str, Sequence[str]],
    errors: Mapping[str, str],
) -> str:
    bounds = as_content(shipped)["caps"]
    return render_template(
        "office/purpose_draft.html",
        purpose=shipped,
        caps=[_cap_field(cap, bounds) for cap in purpose_form.CAPS],
        values=values,
        chosen=chosen,
        modes=options(
            {mode: wording.CONSENT_MODES[mode] for mode in purpose_form.mode_codes(bounds["modes"])}
        ),
        items=options({c: item.name for c, item in ITEMS.items() if c in bounds["items"]}),
        errors=errors,
    )


def _cap_field(cap: purpose_form.Cap, bounds: Mapping[str, Any]) -> Row:
    most = bounds[cap.name]
    hint = f"目录上限 {most} {cap.unit}" if most is not None else "目录没有上限，不填表示不限"
    return {
        "name": cap.name,
        "label": cap.label,
        "unit": cap.unit,
        "hint": hint,
        "optional": most is None,
        "default": f"default_{cap.default}",
        "default_label": cap.default_label,
        "default_optional": cap.default in purpose_form.OPTIONAL_DEFAULTS,
    }


def _before(code: str) -> dict[str, Any]:
    """Return what a new draft begins with: what is in force, else the last version, else ours."""
    active = queries.active_template(code)
    if active is not None:
        return active.content
    found = queries.templates(code)
    return found[0].content if found else as_content(get_purpose(code))


def _compared_with(code: str) -> dict[str, Any]:
    """Return the content in force; where nothing is, any draft is a change."""
    active = queries.active_template(code)
    return active.content if active else {}


def _find(template_id: UUID) -> PurposeTemplate:
    found = next((each for each in queries.templates() if each.id == template_id), None)
    if found is None:
        raise NotFound("没有找到这个用途模板。")
    return found


def _first(found: Sequence[PurposeTemplate], states: Sequence[S]) -> PurposeTemplate | None:
    return next((template for template in found if template.state in states), None)


def _may_act() -> bool:
    return bool(g.actor.role is Role.CREDIT_OFFICE)


def _list_row(code: str, found: Sequence[PurposeTemplate]) -> Row:
    active, waiting = _first(found, (S.ACTIVE,)), _first(found, WAITING)
    return {
        "name": link(url_for("office.purpose", code=code), get_purpose(code).name),
        "active": f"第 {active.version} 版" if active else None,
        "caps": purpose_view.summary(active.content) if active else "没有现行版本，不能申请或签署",
        "approved": purpose_view.approvers(active) if active else None,
        "approved_sub": format_moment(active.second_approved_at) if active else "",
        "waiting": _waiting_words(waiting) if waiting else None,
    }


def _waiting_words(template: PurposeTemplate) -> Any:
    words = f"第 {template.version} 版 {purpose_view.STATES[template.state]}"
    if template.state is S.UNDER_REVIEW:
        words += f"（已批准 {1 if template.first_approved_by else 0}/2）"
    return link(url_for("office.purpose_version", template_id=template.id), words)


def _version_row(template: PurposeTemplate) -> Row:
    return {
        "version": link(
            url_for("office.purpose_version", template_id=template.id), f"第 {template.version} 版"
        ),
        "state": template.state,
        "note": template.change_note,
        "drafted": template.drafted_by_name,
        "drafted_sub": format_moment(template.drafted_at),
        "approved": purpose_view.approvers(template),
        "approved_sub": format_moment(template.second_approved_at)
        if template.second_approved_at
        else "",
    }
