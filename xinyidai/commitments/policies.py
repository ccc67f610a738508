"""Who may see and do what to commitments, their evidence and templates, 权限.

What is public of a commitment is public to all; its evidence is for the firm and whoever finds.
"""

from xinyidai.commitments.models import Commitment
from xinyidai.commitments.values import CommitmentAction as A
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

ABSENT = "没有找到这份承诺。"
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR})
FIRMS = frozenset({A.SIGN, A.SUPPLY})
OFFICES = frozenset({A.KEEP, A.BREAK})
MAY: dict[Role, frozenset[A]] = {
    Role.ENTERPRISE_USER: FIRMS,
    Role.CREDIT_OFFICE: OFFICES,
    Role.DEPARTMENT: OFFICES,
}


def may_see(actor: Actor, commitment: Commitment) -> bool:
    """Tell whether everything of the commitment is the actor's business."""
    if actor.role in OVERSEERS:
        return True
    if actor.role is Role.ENTERPRISE_USER:
        return actor.party_id is not None and actor.party_id == commitment.enterprise_id
    own = actor.party_id is not None and actor.party_id == commitment.department_id
    return actor.role is Role.DEPARTMENT and own


def require_sight(actor: Actor, commitment: Commitment | None) -> Commitment:
    """Return the commitment; one that the actor may not see does not exist."""
    if commitment is None or not may_see(actor, commitment):
        raise NotFound(ABSENT)
    return commitment


def may(actor: Actor, action: A, commitment: Commitment) -> bool:
    """Tell whether the actor's role takes this step of what it sees."""
    return action in MAY.get(actor.role, frozenset()) and may_see(actor, commitment)


def require(actor: Actor, action: A, commitment: Commitment) -> None:
    """Raise `Forbidden` unless the actor's role takes this step."""
    if not may(actor, action, commitment):
        raise Forbidden("您的账户不能办理信用承诺的这一步。")


def require_files(actor: Actor, commitment: Commitment) -> None:
    """Raise `NotFound` unless the actor may have the evidence: not for auditors."""
    if actor.role is Role.AUDITOR or not may_see(actor, commitment):
        raise NotFound("没有找到这个附件。")


def require_office(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see all commitments and templates of the city."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看全部承诺。")


def require_clerk(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor is a clerk of the credit office."""
    if actor.role is not Role.CREDIT_OFFICE:
        raise Forbidden("只有信用办可以起草、批准和停用承诺书模板。")
