"""Who may see and change which financing need, 权限.

A bank meets a need in the pool, masked, and learns whose it is when the firm has authorized it.
"""

from uuid import UUID

from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.financing_needs.values import FinancingNeedState
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

ABSENT = "没有找到这项融资需求。"
BANK = frozenset({Role.BANK_OFFICER, Role.BANK_CLIENT})
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})


def require_own(actor: Actor, enterprise_id: UUID) -> None:
    """Raise `NotFound` unless it is the actor's own firm, or the system at work."""
    if actor.role is Role.SYSTEM:
        return
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id != enterprise_id:
        raise NotFound(ABSENT)


def require_firm(actor: Actor, need: FinancingNeed) -> None:
    """Raise `NotFound` unless a person of the firm itself acts."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id != need.enterprise_id:
        raise NotFound(ABSENT)


def require_bank(actor: Actor) -> UUID:
    """Return the bank for which an officer or its system acts, or raise `Forbidden`."""
    if actor.role not in BANK or actor.party_id is None:
        raise Forbidden("只有银行客户经理可以办理融资需求。")
    return actor.party_id


def require_known(need: FinancingNeed) -> None:
    """Raise `NotFound` for a draft: nobody but the firm knows of it."""
    if need.state is FinancingNeedState.DRAFT or need.published_at is None:
        raise NotFound(ABSENT)


def require_place(offer: NeedOffer | None) -> NeedOffer:
    """Return the bank's place, or raise `NotFound`: without one it has nothing to do here."""
    if offer is None:
        raise NotFound("本机构没有这项需求的名额。")
    return offer


def require_sight_of_city(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see all needs of the city."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看全部融资需求。")


def require_dispatcher(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may dispatch needs to banks, 派单."""
    if actor.role not in {Role.CREDIT_OFFICE, Role.SYSTEM}:
        raise Forbidden("只有信用办可以派单。")


def require_system(actor: Actor) -> None:
    """Raise `Forbidden` unless the system itself is at work."""
    if actor.role is not Role.SYSTEM:
        raise Forbidden("这一步只由系统办理。")
