"""Who may have a profile built or shown, 权限.

Banks, guarantors and departments see a profile only inside a disclosure, through
`service.profile_within` and the door's own decision; here they are refused.
"""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound


def require_own_or_system(actor: Actor, enterprise_id: UUID) -> None:
    """Raise `NotFound` unless the actor is the firm itself or the platform's own processing."""
    is_own = actor.role is Role.ENTERPRISE_USER and actor.party_id == enterprise_id
    if actor.role is not Role.SYSTEM and not is_own:
        raise NotFound("没有找到这家企业的信息。")


def require_processing(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may start platform processing of all firms."""
    if actor.role not in {Role.SYSTEM, Role.OPERATOR}:
        raise Forbidden("您的账户没有启动批量计算的权限。")
