"""Who may have a firm evaluated, see its result, or run the evaluation of the city, 权限.

One firm's result is the firm's own. Offices see how many firms have which grade and never which
firm; a bank is shown a firm's grade only inside a disclosure that its authorization covers.
"""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

RUNNERS = frozenset({Role.SYSTEM, Role.OPERATOR, Role.CREDIT_OFFICE})
READERS = RUNNERS | {Role.AUDITOR}


def require_own(actor: Actor, enterprise_id: UUID) -> None:
    """Raise `NotFound` unless the actor is the firm itself or the platform's own processing."""
    is_own = actor.role is Role.ENTERPRISE_USER and actor.party_id == enterprise_id
    if actor.role is not Role.SYSTEM and not is_own:
        raise NotFound("没有找到这家企业的评价结果。")


def require_run(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may start the evaluation of every firm."""
    if actor.role not in RUNNERS:
        raise Forbidden("只有信用办和系统管理员可以启动全市评价。")


def require_counts(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see how the grades are spread."""
    if actor.role not in READERS:
        raise Forbidden("只有信用办和监管人员可以查看评价分布。")
