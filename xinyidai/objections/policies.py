"""Who may see and do what to an objection, 权限.

A department meets an objection when it is routed to it; before that only the firm and the credit
office know of it. The office may also enter the written answer of a source that has no account.
"""

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.objections.models import Objection
from xinyidai.objections.values import Channel
from xinyidai.objections.values import ObjectionAction as A

ABSENT = "没有找到这件异议。"
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})
FIRMS = frozenset({A.SUPPLY, A.WITHDRAW})
OFFICES = frozenset({A.ACCEPT, A.DISMISS, A.MARK, A.ROUTE})
SOURCES = frozenset({A.ASK, A.RESUME, A.UPHOLD, A.REJECT})
MAY: dict[Role, frozenset[A]] = {
    Role.ENTERPRISE_USER: FIRMS | {A.CLOSE},
    Role.CREDIT_OFFICE: FIRMS | OFFICES | SOURCES,
    Role.DEPARTMENT: SOURCES,
    Role.SYSTEM: frozenset({A.RESUME, A.ESCALATE, A.CLOSE}),
}


def may_see(actor: Actor, objection: Objection) -> bool:
    """Tell whether the objection is any of the actor's business."""
    if actor.role in OVERSEERS:
        return True
    if actor.party_id is None:
        return False
    if actor.role is Role.ENTERPRISE_USER:
        return actor.party_id == objection.enterprise_id
    return actor.role is Role.DEPARTMENT and actor.party_id == objection.department_id


def require_sight(actor: Actor, objection: Objection | None) -> Objection:
    """Return the objection; one that the actor may not see does not exist."""
    if objection is None or not may_see(actor, objection):
        raise NotFound(ABSENT)
    return objection


def may(actor: Actor, action: A, objection: Objection) -> bool:
    """Tell whether the actor's role takes this step of what it sees.

    The office stands in for a firm only in what was opened at its counter.
    """
    if action not in MAY.get(actor.role, frozenset()):
        return False
    stands_in = actor.role is Role.CREDIT_OFFICE and action in FIRMS
    return not stands_in or objection.channel is Channel.COUNTER


def require(actor: Actor, action: A, objection: Objection) -> None:
    """Raise `Forbidden` unless the actor's role takes this step."""
    if not may(actor, action, objection):
        raise Forbidden("您的账户不能办理异议的这一步。")


def require_desk(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see all objections of the city."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看全部异议。")


def require_clerk(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor is a clerk of the credit office."""
    if actor.role is not Role.CREDIT_OFFICE:
        raise Forbidden("只有信用办可以在窗口代企业办理。")
