"""Purpose templates, 用途模板: drafted within the catalogue's caps, in force when two clerks agree.

The catalogue is the outer bound that ships with the product; a template may be stricter, never
wider. Without a template in force nothing can be asked for, signed or looked at for a purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.catalogue import purposes
from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.purposes import Purpose
from xinyidai.consents import policies, queries
from xinyidai.consents.models import PurposeTemplate
from xinyidai.consents.values import TemplateState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import InvalidInput, InvalidTransition, NotFound, RuleBroken
from xinyidai.ledger.rules import canonical

WAITING = frozenset({TemplateState.DRAFT, TemplateState.UNDER_REVIEW})


@dataclass(frozen=True)
class PurposeInForce:
    """A purpose as its template in force describes it, with the template's version."""

    version: int
    purpose: Purpose


def purpose_in_force(code: str) -> PurposeInForce:
    """Return the purpose with the caps that hold now.

    Raises:
        UnknownPurpose: the catalogue has no such purpose.
        RuleBroken: the credit office has not approved a template for it, or has retired it.

    """
    shipped = purposes.get_purpose(code)
    template = queries.active_template(code)
    if template is None:
        raise RuleBroken(
            f"信用办还没有批准“{shipped.name}”的用途模板，或已停用，暂时不能申请或签署授权。",
            code="purpose_withdrawn",
        )
    return PurposeInForce(template.version, purposes.from_content(code, template.content))


def purpose_of_version(code: str, version: int) -> PurposeInForce:
    """Return the purpose as one version of its template describes it, in force or not."""
    for template in queries.templates(code):
        if template.version == version:
            return PurposeInForce(version, purposes.from_content(code, template.content))
    raise RuleBroken("这份授权所依据的用途模板不存在，请机构重新申请。", code="template_missing")


def purposes_in_force() -> dict[str, Purpose]:
    """Return every purpose that has a template in force, in the catalogue's order."""
    found = {
        template.code: purposes.from_content(template.code, template.content)
        for template in queries.active_templates()
    }
    return {code: found[code] for code in purposes.PURPOSES if code in found}


def draft_template(
    actor: Actor, code: str, content: Mapping[str, Any], note: str
) -> PurposeTemplate:
    """Draft the next version of a purpose's template.

    Raises:
        InvalidInput: a field is missing or unknown, or goes beyond the catalogue's caps.
        RuleBroken: another version of it is still waiting.

    """
    policies.require_office(actor)
    try:
        purposes.from_content(code, content)
    except CatalogueBroken as error:
        raise InvalidInput(
            "模板内容不完整，或超出了目录规定的上限，请核对期限、次数、数据项和使用方式。"
        ) from error
    if any(template.state in WAITING for template in queries.templates(code)):
        raise RuleBroken("这个用途还有一个版本在起草或待批准，请先处理。", code="template_waiting")
    template = PurposeTemplate(
        id=new_id(),
        code=code,
        version=queries.newest_version(code) + 1,
        state=TemplateState.DRAFT,
        content=dict(content),
        content_hash=sha256(canonical(dict(content)).encode()).hexdigest(),
        change_note=note.strip() or None,
        drafted_by=actor.account_id,
        drafted_by_name=actor.name,
    )
    db.session.add(template)
    db.session.flush()
    return _note(actor, "draft", template)


def submit_template(actor: Actor, template_id: UUID) -> PurposeTemplate:
    """Put a draft before the two who must approve it, 送审."""
    policies.require_office(actor)
    template = _load(template_id, frozenset({TemplateState.DRAFT}))
    template.state = TemplateState.UNDER_REVIEW
    return _note(actor, "submit", template)


def approve_template(actor: Actor, template_id: UUID) -> PurposeTemplate:
    """Approve as the first or the second person, 批准; the second puts it in force.

    Raises:
        RuleBroken: the same person approves twice.

    """
    policies.require_approval(actor)
    template = _load(template_id, frozenset({TemplateState.UNDER_REVIEW}))
    if template.first_approved_by is None:
        template.first_approved_by = actor.account_id
        template.first_approved_by_name = actor.name
        template.first_approved_at = clock.now()
        return _note(actor, "approve", template)
    if template.first_approved_by == actor.account_id:
        raise RuleBroken(
            "您已批准过，需要信用办另一位人员批准后生效。", code="second_person_needed"
        )
    before = queries.active_template(template.code)
    if before is not None:
        before.state = TemplateState.RETIRED
        before.retired_at = clock.now()
        db.session.flush()
    template.second_approved_by = actor.account_id
    template.second_approved_by_name = actor.name
    template.second_approved_at = clock.now()
    template.state = TemplateState.ACTIVE
    return _note(actor, "activate", template)


def reject_template(actor: Actor, template_id: UUID, reason: str) -> PurposeTemplate:
    """Send a version back, 退回; it is kept, and another one may be drafted."""
    policies.require_approval(actor)
    if not reason.strip():
        raise InvalidInput("请写明退回原因。", fields={"reason": "请写明退回原因。"})
    template = _load(template_id, WAITING)
    template.state = TemplateState.REJECTED
    template.rejected_reason = reason.strip()
    return _note(actor, "reject", template)


def retire_template(actor: Actor, template_id: UUID) -> PurposeTemplate:
    """Take a purpose out of use, 停用; every authorization for it is suspended by that fact."""
    policies.require_approval(actor)
    template = _load(template_id, frozenset({TemplateState.ACTIVE}))
    template.state = TemplateState.RETIRED
    template.retired_at = clock.now()
    return _note(actor, "retire", template)


def _load(template_id: UUID, states: frozenset[TemplateState]) -> PurposeTemplate:
    template = queries.locked_template(template_id)
    if template is None:
        raise NotFound("没有找到这个用途模板。")
    if template.state not in states:
        raise InvalidTransition("这个版本的状态已变化，请刷新页面后再操作。")
    return template


def _note(actor: Actor, verb: str, template: PurposeTemplate) -> PurposeTemplate:
    db.session.flush()
    audit.record(
        actor,
        f"purpose_template:{verb}",
        "purpose_template",
        template.id,
        {"code": template.code, "version": template.version},
    )
    return template
