"""Who may admit institutions and offices."""

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden

KEEPERS = frozenset({Role.CREDIT_OFFICE, Role.OPERATOR, Role.SYSTEM})


def require_keep(actor: Actor) -> None:
    """Refuse whoever may not admit, suspend or extend institutions and offices."""
    if actor.role not in KEEPERS:
        raise Forbidden("只有信用办和平台管理员可以办理机构入驻。")
