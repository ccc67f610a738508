"""Who may knock at the door to credit records, 权限."""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

LOOKING_ROLES = frozenset({Role.BANK_OFFICER, Role.BANK_CLIENT, Role.GUARANTOR})
COLLECTING_ROLES = frozenset({Role.CREDIT_OFFICE, Role.DEPARTMENT, Role.OPERATOR, Role.SYSTEM})
# A department takes out of force only what it delivers itself: `service.write` narrows it.
RETIRING_ROLES = frozenset({Role.CREDIT_OFFICE, Role.DEPARTMENT, Role.SYSTEM})
DELIVERY_ROLES = COLLECTING_ROLES | {Role.AUDITOR}
HANDLING_ROLES = frozenset({Role.CREDIT_OFFICE, Role.DEPARTMENT})


def recipient_of(actor: Actor) -> UUID | None:
    """Return the institution the actor may be shown credit data for, or None."""
    return actor.party_id if actor.role in LOOKING_ROLES else None


def require_own(actor: Actor, enterprise_id: UUID) -> None:
    """Raise `NotFound` unless the actor is a user of this firm."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id != enterprise_id:
        raise NotFound("没有找到这家企业的信息。")


def require_collecting(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may deliver records."""
    if actor.role not in COLLECTING_ROLES:
        raise Forbidden("您的账户没有报送信用信息的权限。")


def require_seeing_deliveries(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see what became of deliveries."""
    if actor.role not in DELIVERY_ROLES:
        raise Forbidden("您的账户没有查看报送情况的权限。")


def require_retiring(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may take a record out of force."""
    if actor.role not in RETIRING_ROLES:
        raise Forbidden("您的账户没有更正或修复信用信息的权限。")


def require_handling(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see a record for a case of the firm's own."""
    if actor.role not in HANDLING_ROLES:
        raise Forbidden("您的账户没有查看被办理信息的权限。")
