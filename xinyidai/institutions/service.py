"""Admit institutions, suspend and resume them; enter branches and government offices."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from xinyidai.audit import service as audit
from xinyidai.institutions import policies, queries, rules
from xinyidai.institutions.models import Branch, Department, Institution
from xinyidai.institutions.rules import BranchFacts, DepartmentFacts, InstitutionFacts
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput

__all__ = [
    "BranchFacts",
    "DepartmentFacts",
    "InstitutionFacts",
    "add_branch",
    "add_department",
    "admit_institution",
    "resume_institution",
    "suspend_institution",
]

LONGEST_REASON = 500


def admit_institution(actor: Actor, facts: InstitutionFacts) -> Institution:
    """Admit a financial institution, 机构入驻.

    Raises:
        Forbidden: the actor may not admit institutions.
        InvalidInput: names each bad field.
        Conflict: the code is taken.

    """
    policies.require_keep(actor)
    _require_sound(rules.institution_faults(facts))
    institution = Institution(
        code=facts.code,
        name=facts.name.strip(),
        short_name=facts.short_name.strip(),
        kind=facts.kind,
        status=InstitutionStatus.ACTIVE,
        region_code=facts.region_code,
        phone=facts.phone,
        gateway=facts.gateway,
    )
    _add(institution, f"机构编码“{facts.code}”已被使用。")
    audit.record(actor, "institution:admit", "institution", institution.id)
    return institution


def suspend_institution(actor: Actor, institution_id: UUID, reason: str) -> Institution:
    """Suspend an institution, 暂停; its consents and products stop working while it lasts."""
    return _turn(actor, institution_id, InstitutionStatus.SUSPENDED, reason)


def resume_institution(actor: Actor, institution_id: UUID, reason: str) -> Institution:
    """Let a suspended institution work again, 恢复."""
    return _turn(actor, institution_id, InstitutionStatus.ACTIVE, reason)


def add_branch(actor: Actor, institution_id: UUID, facts: BranchFacts) -> Branch:
    """Enter a branch of an institution, 网点; a taken code raises `Conflict`."""
    policies.require_keep(actor)
    institution = queries.get_institution(institution_id)
    _require_sound(rules.branch_faults(facts))
    branch = Branch(
        institution_id=institution.id,
        code=facts.code,
        name=facts.name.strip(),
        region_code=facts.region_code,
        address=facts.address,
        phone=facts.phone,
    )
    _add(branch, f"这家机构已有编码为“{facts.code}”的网点。")
    audit.record(actor, "institution:add_branch", "branch", branch.id)
    return branch


def add_department(actor: Actor, facts: DepartmentFacts) -> Department:
    """Enter a government office, 部门; a taken code raises `Conflict`."""
    policies.require_keep(actor)
    _require_sound(rules.department_faults(facts))
    department = Department(
        code=facts.code, name=facts.name.strip(), kind=facts.kind, region_code=facts.region_code
    )
    _add(department, f"部门编码“{facts.code}”已被使用。")
    audit.record(actor, "department:add", "department", department.id)
    return department


def _turn(
    actor: Actor, institution_id: UUID, status: InstitutionStatus, reason: str
) -> Institution:
    policies.require_keep(actor)
    institution = queries.get_institution(institution_id, for_update=True)
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        text = f"请写明原因，不超过 {LONGEST_REASON} 字。"
        raise InvalidInput(text, fields={"reason": text})
    if institution.status is status:
        raise Conflict("这家机构已经是这个状态，请刷新页面查看。", code="institution_unchanged")
    institution.status = status
    deed = "suspend" if status is InstitutionStatus.SUSPENDED else "resume"
    audit.record(
        actor,
        f"institution:{deed}",
        "institution",
        institution.id,
        {"reason": reason.strip()},
    )
    return institution


def _add(row: Institution | Branch | Department, taken: str) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as error:
        raise Conflict(taken, code="code_taken") from error


def _require_sound(faults: Mapping[str, str]) -> None:
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
