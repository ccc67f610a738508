"""Who may see and do what to a delivery or a source, 权限."""

from xinyidai.deliveries.models import Delivery, DeliverySource
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

ABSENT = "没有找到这份报送。"
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})


def may_see(actor: Actor, delivery: Delivery) -> bool:
    """Tell whether the delivery is any of the actor's business."""
    if actor.role in OVERSEERS:
        return True
    is_own = actor.party_id is not None and actor.party_id == delivery.department_id
    return actor.role is Role.DEPARTMENT and is_own


def require_sight(actor: Actor, delivery: Delivery | None) -> Delivery:
    """Return the delivery; one that the actor may not see does not exist."""
    if delivery is None or not may_see(actor, delivery):
        raise NotFound(ABSENT)
    return delivery


def may_deliver(actor: Actor, source: DeliverySource) -> bool:
    """Tell whether the actor delivers for this source."""
    if actor.role in {Role.CREDIT_OFFICE, Role.SYSTEM}:
        return True
    is_own = actor.party_id is not None and actor.party_id == source.department_id
    return actor.role is Role.DEPARTMENT and is_own


def require_delivering(actor: Actor, source: DeliverySource | None) -> DeliverySource:
    """Return the source; one of another department does not exist for a department.

    Raises:
        NotFound: no such source, or another department's.
        Forbidden: the actor's role delivers nothing, or the source is closed.

    """
    if actor.role not in {Role.CREDIT_OFFICE, Role.DEPARTMENT, Role.SYSTEM}:
        raise Forbidden("您的账户没有报送信用信息的权限。")
    if source is None or not may_deliver(actor, source):
        raise NotFound("没有找到这个数据来源。")
    if not source.is_enabled:
        raise Forbidden("这个数据来源已停用，不再接收报送。请联系信用办。", code="source_closed")
    return source


def require_desk(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see the deliveries of all departments."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看全部报送。")


def require_office(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may register sources, keys and gateways."""
    if actor.role not in {Role.CREDIT_OFFICE, Role.SYSTEM}:
        raise Forbidden("只有信用办可以登记数据来源。")
