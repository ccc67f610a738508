"""Who may check firms, and who may see and handle a check, 权限."""

from uuid import UUID

from xinyidai.joint_checks.models import CheckBatch, JointCheck
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

ABSENT = "没有找到这次核查。"
CHECKERS = frozenset({Role.DEPARTMENT, Role.CREDIT_OFFICE})
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})


def require_checking(actor: Actor) -> UUID:
    """Return for which office the actor checks, or raise `Forbidden`."""
    if actor.role not in CHECKERS or actor.party_id is None:
        raise Forbidden("只有部门、园区、街道和信用办可以发起联合奖惩核查。")
    return actor.party_id


def may_see(actor: Actor, check: JointCheck) -> bool:
    """Tell whether a check is the business of the actor's office or firm, or of oversight."""
    if actor.role in OVERSEERS:
        return True
    if actor.party_id is None:
        return False
    if actor.role is Role.ENTERPRISE_USER:
        return actor.party_id == check.enterprise_id
    return actor.role is Role.DEPARTMENT and actor.party_id == check.department_id


def require_sight(actor: Actor, check: JointCheck | None) -> JointCheck:
    """Return the check; one that the actor may not see does not exist."""
    if check is None or not may_see(actor, check):
        raise NotFound(ABSENT)
    return check


def require_batch(actor: Actor, batch: CheckBatch | None) -> CheckBatch:
    """Return a batch of the actor's own office, or any for who oversees."""
    is_own = batch is not None and actor.party_id == batch.department_id
    if batch is None or not (is_own or actor.role in OVERSEERS):
        raise NotFound("没有找到这次批量核查。")
    return batch


def may_handle(actor: Actor, check: JointCheck) -> bool:
    """Tell whether the actor's office made the check and so says what it did with it."""
    return actor.role in CHECKERS and actor.party_id == check.department_id


def require_handling(actor: Actor, check: JointCheck) -> None:
    """Raise `Forbidden` unless the actor's office made the check."""
    if not may_handle(actor, check):
        raise Forbidden("谁核查、谁处置：只有发起核查的单位可以填写处置和反馈。")


def require_desk(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see all checks of the city."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看全部核查。")
