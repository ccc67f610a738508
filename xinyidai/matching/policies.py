"""Whose needs and matches somebody may see or make, 权限."""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import NotFound

ABSENT = "没有找到这项融资需求或匹配结果。"


def require_own(actor: Actor, enterprise_id: UUID) -> None:
    """Raise `NotFound` unless it is the actor's own firm, or the system at work.

    A bank sees a firm's fit only through an application or an authorization, in those slices.
    """
    if actor.role is Role.SYSTEM:
        return
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id != enterprise_id:
        raise NotFound(ABSENT)


def require_same_firm(owner_id: UUID, enterprise_id: UUID) -> None:
    """Raise `NotFound` when a need belongs to another firm than the one matched."""
    if owner_id != enterprise_id:
        raise NotFound(ABSENT)
