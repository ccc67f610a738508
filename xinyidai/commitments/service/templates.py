"""Templates, 承诺书模板: drafted by one clerk, approved by another, in force, retired."""

from uuid import UUID

from sqlalchemy import func, select

from xinyidai.audit import service as audit
from xinyidai.catalogue.commitments import COMMITMENTS, CommitmentKind
from xinyidai.commitments import policies, queries, rules
from xinyidai.commitments.lifecycle import TEMPLATES
from xinyidai.commitments.models import CommitmentTemplate
from xinyidai.commitments.service import telling
from xinyidai.commitments.values import TemplateAction, TemplateDraft, TemplateState
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Forbidden, InvalidInput, NotFound, RuleBroken, require_sound

ABSENT = "没有找到这个承诺书模板。"


def list_templates(actor: Actor) -> list[CommitmentTemplate]:
    """Return all versions for the office, those in force for a firm."""
    if actor.role is Role.ENTERPRISE_USER:
        return list(queries.templates(TemplateState.IN_FORCE))
    policies.require_office(actor)
    return list(queries.templates())


def read_template(actor: Actor, template_id: UUID) -> CommitmentTemplate:
    """Return a version of a template; a firm sees those in force only."""
    found = queries.find_template(template_id)
    is_firm = actor.role is Role.ENTERPRISE_USER
    if found is None or (is_firm and found.state is not TemplateState.IN_FORCE):
        raise NotFound(ABSENT)
    if not is_firm:
        policies.require_office(actor)
    return found


def draft_template(actor: Actor, draft: TemplateDraft) -> CommitmentTemplate:
    """Draft a template, or a new version of one; a second clerk approves it.

    Raises:
        Forbidden: the actor is no clerk of the credit office.
        InvalidInput: code, title, text, placeholders, term or department.

    """
    policies.require_clerk(actor)
    require_sound(rules.template_faults(draft))
    if draft.kind is CommitmentKind.REPAIR:
        words = "信用修复承诺书随修复申请签署，不在这里起草。"
        raise InvalidInput(words, fields={"kind": words})
    # One at a time: two drafts of one code must not take the same version.
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(draft.code, 0))))
    template = CommitmentTemplate(
        code=draft.code,
        version=queries.newest_version(draft.code) + 1,
        kind=draft.kind,
        title=draft.title.strip(),
        body=draft.body.replace("\r\n", "\n").strip(),
        term_days=draft.term_days,
        department_id=_department(draft.department),
        state=TemplateState.DRAFT,
        drafted_by=actor.account_id,
        drafted_name=actor.name,
    )
    db.session.add(template)
    db.session.flush()
    _note(actor, TemplateAction.DRAFT, template)
    telling.tell_drafted(actor.account_id, template.title)
    return template


def draft_shipped(actor: Actor) -> int:
    """Draft the templates that come along and that no version stands for yet; return how many."""
    new = [one for one in COMMITMENTS.templates if not queries.newest_version(one.code)]
    for one in new:
        draft_template(
            actor,
            TemplateDraft(
                code=one.code,
                kind=one.kind,
                title=one.title,
                body=one.body,
                term_days=one.term_days,
            ),
        )
    return len(new)


def approve_template(actor: Actor, template_id: UUID) -> CommitmentTemplate:
    """Put a version in force, the second clerk; the version in force so far is retired.

    Raises:
        Forbidden: no clerk of the credit office.
        RuleBroken: the same person drafted it.
        InvalidTransition: it is no draft any more.

    """
    template = _load(actor, template_id)
    if actor.account_id is None or template.drafted_by == actor.account_id:
        raise RuleBroken("起草人不能批准自己的模板，请另一位工作人员批准。", code="same_clerk")
    state = TEMPLATES.next_state(template.state, TemplateAction.APPROVE)
    before = queries.template_in_force(template.code, for_update=True)
    if before is not None:
        _retire(actor, before, f"由第 {template.version} 版替代")
        db.session.flush()
    template.state = state
    template.approved_by, template.approved_name = actor.account_id, actor.name
    template.approved_at = clock.now()
    db.session.flush()
    _note(actor, TemplateAction.APPROVE, template)
    return template


def retire_template(actor: Actor, template_id: UUID, reason: str) -> CommitmentTemplate:
    """Take a version out of use; what was signed with it stays."""
    template = _load(actor, template_id)
    require_sound(rules.words_faults("reason", reason, "请写明停用的理由"))
    _retire(actor, template, reason)
    return template


def _retire(actor: Actor, template: CommitmentTemplate, reason: str) -> None:
    template.state = TEMPLATES.next_state(template.state, TemplateAction.RETIRE)
    template.retired_at, template.reason = clock.now(), reason.strip()
    _note(actor, TemplateAction.RETIRE, template)


def _load(actor: Actor, template_id: UUID) -> CommitmentTemplate:
    policies.require_clerk(actor)
    found = queries.find_template(template_id, for_update=True)
    if found is None:
        raise NotFound(ABSENT)
    return found


def _department(code: str) -> UUID | None:
    if not code:
        return None
    found = institutions.find_department_by_code(code)
    if found is None:
        words = "没有这个部门，请从列表重新选择。"
        raise InvalidInput(words, fields={"department": words})
    return found.id


def _note(actor: Actor, action: TemplateAction, template: CommitmentTemplate) -> None:
    details = {"code": template.code, "version": template.version}
    audit.record(actor, f"commitment_template:{action}", "template", template.id, details)


def require_template_in_force(template_id: UUID) -> CommitmentTemplate:
    """Return a template that may be signed now, held so until the signature is committed."""
    found = queries.find_template(template_id, for_update=True)
    if found is None or found.state is not TemplateState.IN_FORCE:
        raise Forbidden("这个模板已停用或还没有批准，请从列表重新选择。")
    return found
