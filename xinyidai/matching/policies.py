"""Whose matches somebody may see or make, 权限."""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

REPLAYERS = frozenset(
    {Role.SYSTEM, Role.OPERATOR, Role.CREDIT_OFFICE, Role.AUDITOR, Role.ENTERPRISE_USER}
)
ABSENT = "没有找到这项匹配结果。"
NO_PRODUCT = "没有找到这款产品。"


def require_own(actor: Actor, enterprise_id: UUID) -> None:
    """Raise `NotFound` unless it is the actor's own firm, or the system at work.

    A bank sees a firm's fit only through an application or an authorization, in those slices.
    """
    if actor.role is Role.SYSTEM:
        return
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id != enterprise_id:
        raise NotFound(ABSENT)


def require_batch(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may start platform processing of all firms."""
    if actor.role not in {Role.SYSTEM, Role.OPERATOR}:
        raise Forbidden("您的账户没有启动批量匹配的权限。")


def require_replayer(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may have an old match computed again, 复算."""
    if actor.role not in REPLAYERS:
        raise Forbidden("只有企业自己、信用办和监管可以复算匹配结果。")


def require_bank(actor: Actor) -> UUID:
    """Return the institution whose products' outcomes the actor may see, or raise `Forbidden`."""
    if actor.role not in {Role.BANK_OFFICER, Role.BANK_PRODUCT_MANAGER} or actor.party_id is None:
        raise Forbidden("只有银行的客户经理和产品经理可以查看本行产品的办理结果。")
    return actor.party_id


def require_overseer(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see what came of all products."""
    if actor.role not in {Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM}:
        raise Forbidden("只有信用办和监管可以查看各产品的办理结果。")
