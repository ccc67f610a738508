"""What a firm does with a consent: grant, decline, suspend, resume, revoke; and how one ends."""

from uuid import UUID

from xinyidai.accounts.models import Account
from xinyidai.audit import service as audit
from xinyidai.consents import policies, queries
from xinyidai.consents.lifecycle import LIFECYCLE
from xinyidai.consents.models import Consent
from xinyidai.consents.service.cover import state_of
from xinyidai.consents.values import ConsentAction, ConsentState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput, InvalidTransition, NotFound

LONGEST_REASON = 500


def grant_consent(actor: Actor, consent_id: UUID) -> Consent:
    """Sign an authorization that an institution asked for, 同意授权."""
    consent = _take(actor, ConsentAction.GRANT, consent_id)
    return _put_signature(actor, consent)


def sign(actor: Actor, consent: Consent) -> Consent:
    """Sign an authorization made in the same transaction."""
    policies.require(actor, ConsentAction.GRANT, consent)
    LIFECYCLE.next_state(state_of(consent), ConsentAction.GRANT)
    return _put_signature(actor, consent)


def decline_consent(actor: Actor, consent_id: UUID, reason: str | None = None) -> Consent:
    """Refuse an authorization that an institution asked for, 拒绝授权; no reason is needed."""
    consent = _take(actor, ConsentAction.DECLINE, consent_id)
    consent.declined_at = clock.now()
    consent.decline_reason = _reason(reason)
    return _note(actor, ConsentAction.DECLINE, consent)


def suspend_consent(actor: Actor, consent_id: UUID, reason: str | None = None) -> Consent:
    """Stop all looks until further notice, 暂停授权."""
    consent = _take(actor, ConsentAction.SUSPEND, consent_id)
    consent.suspended_at = clock.now()
    consent.suspend_reason = _reason(reason)
    return _note(actor, ConsentAction.SUSPEND, consent)


def resume_consent(actor: Actor, consent_id: UUID) -> Consent:
    """Allow looks again after the firm's own suspension, 恢复授权."""
    consent = _take(actor, ConsentAction.RESUME, consent_id)
    if consent.suspended_at is None:
        raise InvalidTransition("授权因机构或企业状态自动暂停，状态恢复后会自动恢复。")
    consent.suspended_at = None
    consent.suspend_reason = None
    return _note(actor, ConsentAction.RESUME, consent)


def revoke_consent(actor: Actor, consent_id: UUID, reason: str | None = None) -> Consent:
    """Withdraw an authorization for good, 撤回授权; the very next look is refused.

    One that is used up stays `used_up`, but revoking it closes the snapshots made under it.
    """
    consent = _load(actor, ConsentAction.REVOKE, consent_id)
    if state_of(consent) is not ConsentState.USED_UP or consent.revoked_at is not None:
        LIFECYCLE.next_state(state_of(consent), ConsentAction.REVOKE)
    consent.revoked_at = clock.now()
    consent.revoke_reason = _reason(reason)
    return _note(actor, ConsentAction.REVOKE, consent)


def end_consent(actor: Actor, consent_id: UUID, reason: str) -> Consent:
    """Give an authorization up as its recipient, or end it because its business ended, 终止."""
    consent = _take(actor, ConsentAction.END, consent_id)
    consent.ended_at = clock.now()
    consent.end_reason = _reason(reason)
    return _note(actor, ConsentAction.END, consent)


def _take(actor: Actor, action: ConsentAction, consent_id: UUID) -> Consent:
    consent = _load(actor, action, consent_id)
    LIFECYCLE.next_state(state_of(consent), action)
    return consent


def _load(actor: Actor, action: ConsentAction, consent_id: UUID) -> Consent:
    consent = queries.locked(consent_id)
    if consent is None:
        raise NotFound("没有找到这份授权。")
    policies.require(actor, action, consent)
    return consent


def _put_signature(actor: Actor, consent: Consent) -> Consent:
    signer = db.session.get(Account, actor.account_id) if actor.account_id else None
    consent.granted_at = clock.now()
    consent.granted_by = actor.account_id
    consent.signer_name = actor.name
    consent.signer_position = signer.position if signer else None
    return _note(actor, ConsentAction.GRANT, consent)


def _note(actor: Actor, action: ConsentAction, consent: Consent) -> Consent:
    db.session.flush()
    audit.record(actor, f"consent:{action}", "consent", consent.id, {"no": consent.consent_no})
    return consent


def _reason(text: str | None) -> str | None:
    cleaned = (text or "").strip()
    if len(cleaned) > LONGEST_REASON:
        raise InvalidInput(
            f"原因最多 {LONGEST_REASON} 个字。", fields={"reason": f"最多 {LONGEST_REASON} 个字。"}
        )
    return cleaned or None
