"""Return, approve, activate, retire: the office and the bank, never one person for both."""

from typing import Any
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.joint_results import queries, rules
from xinyidai.joint_results.lifecycle import LIFECYCLE
from xinyidai.joint_results.models import JointModelVersion
from xinyidai.joint_results.service import telling
from xinyidai.joint_results.service.drafting import load
from xinyidai.joint_results.values import VersionAction
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput, RuleBroken
from xinyidai.ledger import service as ledger
from xinyidai.ledger.service import SignedText

FORM = "xinyidai.joint-model.v1"
LONGEST = 500
BROKEN = "模型内容与批准时的签名不一致，已停止运行，请联系信用办核查。"


def return_version(actor: Actor, version_id: UUID, reason: str) -> JointModelVersion:
    """Send a version back to the bank with a reason."""
    version = load(actor, version_id, VersionAction.RETURN)
    version.state = LIFECYCLE.next_state(version.state, VersionAction.RETURN)
    version.returned_reason = _words(reason)
    _note(actor, VersionAction.RETURN, version)
    telling.tell_bank(version, "退回修改", "信用办写明了原因，请修改后上传新版本。")
    return version


def approve(actor: Actor, version_id: UUID, note: str) -> JointModelVersion:
    """Approve a version; the platform signs its hash with who handed in and who approved.

    Raises:
        RuleBroken: the report holds a fault that nobody may approve.
        Forbidden: the actor, or the actor's party, handed it in.

    """
    version = load(actor, version_id, VersionAction.APPROVE)
    state = LIFECYCLE.next_state(version.state, VersionAction.APPROVE)
    faults = (version.report or {}).get("faults", ["没有审核报告，请退回后重新提交。"])
    if faults:
        raise RuleBroken("".join(faults), code="joint_model_unsafe")
    version.approval_note = _words(note)
    version.approved_by, version.approved_party = actor.account_id, actor.party_id
    version.approved_by_name, version.approved_at = actor.name, clock.now()
    version.state = state
    made = ledger.sign_text(FORM, _signed(version))
    version.seal = {
        "algorithm": made.algorithm,
        "key_id": made.key_id,
        "signature": made.signature,
        "sha256": made.sha256,
        "text": made.text,
    }
    _note(actor, VersionAction.APPROVE, version)
    telling.tell_bank(
        version, "已批准", "可以启用。启用后，只对选择“只提供评价结果”的企业给出结果。"
    )
    return version


def activate(actor: Actor, version_id: UUID) -> JointModelVersion:
    """Put an approved version in use; the one in use before is retired with it."""
    version = load(actor, version_id, VersionAction.ACTIVATE)
    state = LIFECYCLE.next_state(version.state, VersionAction.ACTIVATE)
    require_sound(version)
    former = queries.active_of(version.model_id)
    if former is not None:
        _end(former, f"由第 {version.number} 版替代")
        db.session.flush()
    version.state, version.activated_at = state, clock.now()
    _note(actor, VersionAction.ACTIVATE, version)
    return version


def retire(actor: Actor, version_id: UUID, reason: str) -> JointModelVersion:
    """Take a version out of use; by its bank or by the credit office."""
    version = load(actor, version_id, VersionAction.RETIRE)
    _end(version, _words(reason))
    _note(actor, VersionAction.RETIRE, version)
    if actor.party_id != version.model.institution_id:
        telling.tell_bank(
            version, "被信用办停用", "停用原因见模型页面；正在排队的运行不再给出结果。"
        )
    return version


def require_sound(version: JointModelVersion) -> None:
    """Raise `RuleBroken` unless document and approvers are what the platform signed."""
    seal = version.seal or {}
    kept = SignedText(**{name: seal.get(name, "") for name in SIGNED_FIELDS})
    is_whole = version.content_hash == rules.content_hash(version.document)
    if not is_whole or not ledger.is_sound(FORM, kept, _signed(version)):
        raise RuleBroken(BROKEN, code="joint_model_signature")


SIGNED_FIELDS = ("text", "sha256", "algorithm", "key_id", "signature")


def _signed(version: JointModelVersion) -> dict[str, Any]:
    return {
        "model": str(version.model_id),
        "number": version.number,
        "hash": version.content_hash,
        "submitted_by": str(version.submitted_by),
        "submitted_party": str(version.submitted_party),
        "approved_by": str(version.approved_by),
        "approved_party": str(version.approved_party),
    }


def _end(version: JointModelVersion, reason: str) -> None:
    version.state = LIFECYCLE.next_state(version.state, VersionAction.RETIRE)
    version.retired_at, version.retired_reason = clock.now(), reason


def _note(actor: Actor, action: VersionAction, version: JointModelVersion) -> None:
    db.session.flush()
    tag, details = f"joint_model:{action}", {"hash": version.content_hash}
    audit.record(actor, tag, "joint_model_version", version.id, details)


def _words(text: str) -> str:
    cleaned = text.strip()
    if not 1 <= len(cleaned) <= LONGEST:
        fault = f"请写明意见，不超过 {LONGEST} 字。"
        raise InvalidInput(fault, fields={"words": fault})
    return cleaned
