"""What a firm does with a consent: grant, confirm, decline, suspend, resume, revoke; its end."""

from uuid import UUID

from sqlalchemy import select

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.consents import policies, queries
from xinyidai.consents.lifecycle import LIFECYCLE
from xinyidai.consents.models import Consent
from xinyidai.consents.service import artefact, events
from xinyidai.consents.service.cover import facts_of, state_of
from xinyidai.consents.service.notice import NoticeOccasion, notice_of
from xinyidai.consents.service.parties import parties_of
from xinyidai.consents.service.templates import purpose_of_version
from xinyidai.consents.values import ConsentAction, ConsentState
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import (
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    RuleBroken,
)

LONGEST_REASON = 500


def grant_consent(actor: Actor, consent_id: UUID) -> Consent:
    """Sign an authorization that an institution asked for, 同意授权.

    Where the firm wants two signatures the first one leaves it pending, and the second must be
    another person's.

    Raises:
        NotFound, Forbidden, InvalidTransition: not the actor's to sign, or not waiting.
        RuleBroken: the same person signs twice, or the agent's mandate is over.

    """
    consent = _load(actor, ConsentAction.GRANT, consent_id)
    return _sign(actor, consent)


def sign(actor: Actor, consent: Consent) -> Consent:
    """Sign an authorization made in the same transaction."""
    policies.require(actor, ConsentAction.GRANT, consent)
    return _sign(actor, consent)


def confirm_consent(actor: Actor, consent_id: UUID) -> Consent:
    """Let an authorization go on after the legal representative changed, 换任后确认.

    The terms stay; the artefact is signed anew with the present representative's name.
    """
    consent = _take(actor, ConsentAction.CONFIRM, consent_id)
    facts = facts_of(consent)
    if facts.standing.representative_same:
        raise InvalidTransition("法定代表人没有变化，不需要确认。")
    if not artefact.is_whole(consent):
        raise RuleBroken(
            "授权内容与签名不一致，不能确认，请联系信用办核查。", code="artefact_broken"
        )
    _require_mandate(_signer(actor))
    consent.representative_name = _representative(consent.enterprise_id)
    artefact.put_signature(consent)
    return _note(actor, ConsentAction.CONFIRM, consent)


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
        raise InvalidTransition("授权因机构、人员或企业的变化自动暂停，情况消除后会自动恢复。")
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


def _sign(actor: Actor, consent: Consent) -> Consent:
    state, signer = state_of(consent), _signer(actor)
    LIFECYCLE.next_state(state, ConsentAction.GRANT)
    _require_mandate(signer)
    _require_same_text(consent)
    _drop_void_signature(consent)
    two = queries.wants_two_signers(consent.enterprise_id)
    if two and consent.first_signed_at is None:
        return _sign_first(actor, consent, state)
    if two and actor.account_id == consent.first_signed_by:
        raise RuleBroken(
            "您已签署过，还需要本企业另一位人员登录后确认。", code="second_signer_needed"
        )
    consent.granted_at = clock.now()
    consent.granted_by = actor.account_id
    consent.signer_name = actor.name
    consent.signer_position = signer.position if signer else None
    consent.signer_mandate = _mandate(signer)
    consent.representative_name = _representative(consent.enterprise_id)
    artefact.put_signature(consent)
    return _note(actor, ConsentAction.GRANT, consent)


def _sign_first(actor: Actor, consent: Consent, state: ConsentState) -> Consent:
    LIFECYCLE.next_state(state, ConsentAction.SIGN_FIRST)
    if actor.account_id is None:
        raise RuleBroken("两人签署需要两个实名账户。", code="second_signer_needed")
    consent.first_signed_at = clock.now()
    consent.first_signed_by = actor.account_id
    consent.first_signer_name = actor.name
    return _note(actor, ConsentAction.SIGN_FIRST, consent)


def _drop_void_signature(consent: Consent) -> None:
    """Forget a first signature whose account was stopped meanwhile, 停用: it counts no longer."""
    if consent.first_signed_at is None:
        return
    first = _held(consent.first_signed_by) if consent.first_signed_by else None
    if first is None or first.status is not AccountStatus.ACTIVE:
        consent.first_signed_at = None
        consent.first_signed_by = None
        consent.first_signer_name = None


def _require_same_text(consent: Consent) -> None:
    """Refuse to sign terms that are not those of the text that the firm reads."""
    draft = consent.as_draft()
    template = purpose_of_version(consent.purpose, consent.template_version)
    occasion = NoticeOccasion(consent.consent_no, consent.valid_from, template)
    notice = notice_of(draft, parties_of(draft), occasion)
    if (notice.text, notice.digest) != (consent.notice_text, consent.notice_hash):
        raise RuleBroken(
            "授权书与现在的内容不一致（例如企业、机构或人员已更名），请机构重新发起申请。",
            code="notice_outdated",
        )


def _signer(actor: Actor) -> Account | None:
    signer = _held(actor.account_id) if actor.account_id else None
    if signer is not None and signer.status is not AccountStatus.ACTIVE:
        raise Forbidden("您的账户已停用，不能签署。")
    return signer


def _held(account_id: UUID) -> Account | None:
    """Return an account, kept from being stopped until the signature is committed."""
    statement = select(Account).where(Account.id == account_id).with_for_update(read=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def _require_mandate(signer: Account | None) -> None:
    until = signer.mandate_until if signer else None
    if until is not None and until < clock.today():
        raise RuleBroken(
            "您的授权委托已到期，请法定代表人在“人员与签署”中续期后再签署。", code="mandate_over"
        )


def _mandate(signer: Account | None) -> str | None:
    if signer is None or signer.position is Position.LEGAL_REPRESENTATIVE:
        return None
    until = f"，有效期至 {signer.mandate_until:%Y-%m-%d}" if signer.mandate_until else ""
    return f"经办人受企业委托签署{until}"


def _representative(enterprise_id: UUID) -> str:
    statement = select(Enterprise.legal_representative).where(Enterprise.id == enterprise_id)
    return db.session.scalar(statement) or queries.NOBODY


def _note(actor: Actor, action: ConsentAction, consent: Consent) -> Consent:
    reasons = {
        ConsentAction.DECLINE: consent.decline_reason,
        ConsentAction.SUSPEND: consent.suspend_reason,
        ConsentAction.REVOKE: consent.revoke_reason,
        ConsentAction.END: consent.end_reason,
    }
    events.record(actor, action, consent, reasons.get(action))
    return consent


def _reason(text: str | None) -> str | None:
    cleaned = (text or "").strip()
    if len(cleaned) > LONGEST_REASON:
        raise InvalidInput(
            f"原因最多 {LONGEST_REASON} 个字。", fields={"reason": f"最多 {LONGEST_REASON} 个字。"}
        )
    return cleaned or None
