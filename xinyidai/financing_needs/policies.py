"""Who may see and change which financing need, 权限."""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import NotFound

ABSENT = "没有找到这项融资需求。"


def require_own(actor: Actor, enterprise_id: UUID) -> None:
    """Raise `NotFound` unless it is the actor's own firm, or the system at work."""
    if actor.role is Role.SYSTEM:
        return
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id != enterprise_id:
        raise NotFound(ABSENT)
