"""Who may see and do what to an application for repair, 权限."""

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.repairs.models import Repair
from xinyidai.repairs.values import RepairAction as A
from xinyidai.repairs.values import RepairChannel

ABSENT = "没有找到这件修复申请。"
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})
FIRMS = frozenset({A.RESUBMIT, A.WITHDRAW})
OFFICES = frozenset({A.CHECK, A.RETURN, A.HAND_OVER, A.REPAIR, A.REFUSE})
MAY: dict[Role, frozenset[A]] = {
    Role.ENTERPRISE_USER: FIRMS,
    Role.CREDIT_OFFICE: FIRMS | OFFICES,
}


def may_see(actor: Actor, repair: Repair) -> bool:
    """Tell whether the application is any of the actor's business."""
    if actor.role in OVERSEERS:
        return True
    is_own = actor.party_id is not None and actor.party_id == repair.enterprise_id
    return actor.role is Role.ENTERPRISE_USER and is_own


def require_sight(actor: Actor, repair: Repair | None) -> Repair:
    """Return the application; one that the actor may not see does not exist."""
    if repair is None or not may_see(actor, repair):
        raise NotFound(ABSENT)
    return repair


def may(actor: Actor, action: A, repair: Repair) -> bool:
    """Tell whether the actor's role takes this step of what it sees.

    The office stands in for a firm only in what was opened at its counter.
    """
    if action not in MAY.get(actor.role, frozenset()):
        return False
    stands_in = actor.role is Role.CREDIT_OFFICE and action in FIRMS
    return not stands_in or repair.channel is RepairChannel.COUNTER


def require(actor: Actor, action: A, repair: Repair) -> None:
    """Raise `Forbidden` unless the actor's role takes this step."""
    if not may(actor, action, repair):
        raise Forbidden("您的账户不能办理信用修复的这一步。")


def require_desk(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see all applications of the city."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看全部修复申请。")


def require_clerk(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor is a clerk of the credit office."""
    if actor.role is not Role.CREDIT_OFFICE:
        raise Forbidden("只有信用办可以在窗口代企业办理。")
