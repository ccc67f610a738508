"""The library of commitment templates, 承诺书模板库: draft, second clerk, in force, retired."""

from uuid import UUID

from flask import g, render_template
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.commitments import COMMITMENTS, PLACEHOLDERS, SOURCES, CommitmentKind
from xinyidai.catalogue.kinds import DEPARTMENTS
from xinyidai.commitments import service
from xinyidai.commitments.models import CommitmentTemplate
from xinyidai.commitments.values import KIND_NAMES, TEMPLATE_STATE_NAMES, TemplateDraft
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web.chrome import format_day
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    Row,
    asked,
    attempted,
    blueprint,
    done,
    options,
    typed,
)

FIELDS = ("code", "kind", "title", "body", "term_days", "department")
MOST_DIGITS = 4
DRAFTABLE = {kind: name for kind, name in KIND_NAMES.items() if kind is not CommitmentKind.REPAIR}


@blueprint.get("/commitments/templates")
@allow(*OVERSIGHT)
def commitment_templates() -> ResponseReturnValue:
    """List every version by kind, with the policy that names the kind."""
    found = service.list_templates(g.actor)
    return render_template(
        "promises/templates.html",
        rows=[_row(one) for one in found],
        sources=[{"label": KIND_NAMES[kind], "value": text} for kind, text in SOURCES.items()],
        labels=TEMPLATE_STATE_NAMES,
        can_draft=g.actor.role in OFFICE,
    )


@blueprint.get("/commitments/templates/new")
@allow(*OFFICE)
def commitment_template_form() -> ResponseReturnValue:
    """Ask what a template says; `code` begins with the version in force of that code."""
    shipped = {one.code: one for one in service.list_templates(g.actor)[::-1]}
    old = shipped.get(asked("code"))
    values = dict.fromkeys(FIELDS, "")
    if old is not None:
        values |= {"code": old.code, "kind": old.kind.value, "title": old.title}
        values |= {"body": old.body, "term_days": str(old.term_days)}
        values |= {"department": _department_code(old)}
    return _form(values, {})


@blueprint.post("/commitments/templates/new")
@allow(*OFFICE)
def commitment_template_draft() -> ResponseReturnValue:
    """Draft a template."""
    with attempted("title") as attempt, own_transaction():
        template_id = service.draft_template(g.actor, _typed_draft()).id
    if attempt.errors:
        return _form({name: typed(name) for name in FIELDS}, attempt.errors), attempt.status
    words = "已起草，请另一位工作人员批准。"
    return done(words, "office.commitment_template", template_id=template_id)


@blueprint.get("/commitments/templates/<uuid:template_id>")
@allow(*OVERSIGHT)
def commitment_template(template_id: UUID) -> ResponseReturnValue:
    """Show one version with its text, and what the actor may do."""
    return _page(template_id, {})


@blueprint.post("/commitments/templates/<uuid:template_id>")
@allow(*OFFICE)
def commitment_template_step(template_id: UUID) -> ResponseReturnValue:
    """Approve or retire a version."""
    action = typed("action")
    if action not in {"approve", "retire"}:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    with attempted("reason") as attempt, own_transaction():
        if action == "approve":
            service.approve_template(g.actor, template_id)
        else:
            service.retire_template(g.actor, template_id, typed("reason"))
    if attempt.errors:
        return _page(template_id, attempt.errors), attempt.status
    words = "已批准启用。" if action == "approve" else "已停用。"
    return done(words, "office.commitment_template", template_id=template_id)


def _typed_draft() -> TemplateDraft:
    days = typed("term_days")
    is_number = days.isascii() and days.isdigit() and len(days) <= MOST_DIGITS
    try:
        kind = CommitmentKind(typed("kind"))
    except ValueError as error:
        raise InvalidInput("请选择承诺类型。", fields={"kind": "请选择承诺类型。"}) from error
    return TemplateDraft(
        code=typed("code"),
        kind=kind,
        title=typed("title"),
        body=typed("body"),
        term_days=int(days) if is_number else 0,
        department=typed("department"),
    )


def _form(values: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "promises/template_form.html",
        typed=values,
        kinds=options(DRAFTABLE),
        departments=options({code: one.name for code, one in DEPARTMENTS.items()}),
        placeholders=[f"{{{name}}}" for name in sorted(PLACEHOLDERS)],
        longest=COMMITMENTS.longest_term_days,
        errors=errors,
    )


def _page(template_id: UUID, errors: dict[str, str]) -> str:
    found = service.read_template(g.actor, template_id)
    is_clerk = g.actor.role in OFFICE
    return render_template(
        "promises/template.html",
        row=_row(found),
        facts=[
            {"label": "承诺类型", "value": KIND_NAMES[found.kind]},
            {"label": "政策依据", "value": SOURCES[found.kind]},
            {"label": "模板代码和版本", "value": f"{found.code} 第 {found.version} 版"},
            {"label": "最长履行期限", "value": f"{found.term_days} 天"},
            {"label": "核实单位", "value": _department_name(found)},
            {"label": "起草", "value": f"{found.drafted_name}，{format_day(found.drafted_at)}"},
            {
                "label": "批准",
                "value": f"{found.approved_name}，{format_day(found.approved_at)}"
                if found.approved_at
                else "待另一位工作人员批准",
            },
        ],
        lines=found.body.splitlines(),
        reason=found.reason or "",
        labels=TEMPLATE_STATE_NAMES,
        can_approve=is_clerk
        and found.state.value == "draft"
        and found.drafted_by != g.actor.account_id,
        can_retire=is_clerk and found.state.value != "retired",
        typed=typed("reason"),
        errors=errors,
    )


def _row(template: CommitmentTemplate) -> Row:
    return {
        "id": template.id,
        "code": template.code,
        "title": template.title,
        "kind": KIND_NAMES[template.kind],
        "version": f"第 {template.version} 版",
        "term": f"{template.term_days} 天",
        "state": template.state.value,
        "on": format_day(template.approved_at or template.drafted_at),
    }


def _department_name(template: CommitmentTemplate) -> str:
    found = template.department_id
    return institutions.get_department(found).name if found else "信用办"


def _department_code(template: CommitmentTemplate) -> str:
    found = template.department_id
    return institutions.get_department(found).code if found else ""
