"""Who may decide about keys and witnesses."""

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden

MAY_MANAGE = frozenset({Role.SYSTEM, Role.OPERATOR, Role.CREDIT_OFFICE})


def require_manager(actor: Actor) -> None:
    """Let only the operator, the credit office and commands manage keys and witnesses."""
    if actor.role not in MAY_MANAGE:
        raise Forbidden("只有平台管理员或信用办可以管理台账的密钥和见证方。")
