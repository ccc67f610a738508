"""Who may do what to a consent, 权限."""

from uuid import UUID

from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentAction as A
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

FIRM_ACTIONS = frozenset({A.GRANT, A.DECLINE, A.SUSPEND, A.RESUME, A.CONFIRM, A.REVOKE})
RECIPIENT_ACTIONS = frozenset({A.REQUEST, A.END})
RECIPIENT_ROLES = frozenset({Role.BANK_OFFICER, Role.BANK_CLIENT, Role.GUARANTOR})
RECIPIENT_READERS = RECIPIENT_ROLES | {Role.BANK_PRODUCT_MANAGER}
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})
SYSTEM_ACTIONS = frozenset({A.END})


def require(actor: Actor, action: A, consent: Consent) -> None:
    """Raise `NotFound` for a stranger and `Forbidden` for the wrong role of a party."""
    require_sight(actor, consent)
    if action in FIRM_ACTIONS and actor.role is Role.ENTERPRISE_USER:
        return
    if action in RECIPIENT_ACTIONS and actor.role in RECIPIENT_ROLES:
        return
    if action in SYSTEM_ACTIONS and actor.role is Role.SYSTEM:
        return
    raise Forbidden("您的账户不能对这份授权进行该操作。")


def require_sight(actor: Actor, consent: Consent) -> None:
    """Raise `NotFound` unless the consent is some of the actor's business."""
    if actor.role in OVERSEERS:
        return
    if actor.party_id is not None:
        if actor.role is Role.ENTERPRISE_USER and actor.party_id == consent.enterprise_id:
            return
        if actor.role in RECIPIENT_READERS and actor.party_id == consent.institution_id:
            return
    raise NotFound("没有找到这份授权。")


def require_request(actor: Actor, institution_id: UUID | None) -> None:
    """Raise `Forbidden` unless the actor asks for its own institution."""
    own = institution_id is not None and actor.party_id == institution_id
    if actor.role not in RECIPIENT_ROLES or not own:
        raise Forbidden("只有金融机构工作人员可以为本机构申请授权。")


def require_signature(actor: Actor, enterprise_id: UUID) -> None:
    """Raise `Forbidden` unless the actor signs for its own firm."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id != enterprise_id:
        raise Forbidden("只有企业自己的账户可以签署授权。")


def require_office(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may draft purpose templates."""
    if actor.role not in {Role.CREDIT_OFFICE, Role.SYSTEM}:
        raise Forbidden("只有信用办可以管理用途模板。")


def require_approval(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor is a named clerk of the credit office."""
    if actor.role is not Role.CREDIT_OFFICE or actor.account_id is None:
        raise Forbidden("只有信用办的实名人员可以批准用途模板。")
