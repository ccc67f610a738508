"""Who may see and do what to the links of this node, 权限."""

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.node_exchange.models import ExchangeNode

OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})
KEEPERS = frozenset({Role.OPERATOR, Role.SYSTEM, Role.CREDIT_OFFICE})
WORKERS = frozenset({Role.CREDIT_OFFICE, Role.SYSTEM})


def require_sight(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor oversees the exchange."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看节点交换。")


def require_clerk(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor is a person of the credit office."""
    if actor.role is not Role.CREDIT_OFFICE or actor.account_id is None:
        raise Forbidden("只有信用办的工作人员可以登记和变更节点。")


def require_worker(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may start a sending or a replay."""
    if actor.role not in WORKERS:
        raise Forbidden("只有信用办可以发送和重放交换包。")


def require_keeper(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may say who this node is."""
    if actor.role not in KEEPERS:
        raise Forbidden("只有信用办和平台管理员可以设置本节点。")


def require_second(actor: Actor, node: ExchangeNode) -> None:
    """Raise `Forbidden` where the same person registered and approves, 双人复核."""
    require_clerk(actor)
    if actor.account_id == node.proposed_by:
        raise Forbidden("登记和复核不能是同一个人，请由另一位工作人员复核。")


def require_found(node: ExchangeNode | None) -> ExchangeNode:
    """Return the node, or raise `NotFound`."""
    if node is None:
        raise NotFound("没有找到这个节点。")
    return node
