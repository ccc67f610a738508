"""Who may set a model to shadow, export labels, and handle alarms."""

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden

KEEPERS = frozenset({Role.OPERATOR, Role.CREDIT_OFFICE})
PROCESSORS = frozenset({Role.OPERATOR, Role.CREDIT_OFFICE, Role.SYSTEM})


def require_keeper(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor keeps models."""
    if actor.role not in KEEPERS or actor.account_id is None:
        raise Forbidden("只有平台管理员或信用办人员可以安排模型影子运行。")


def require_processing(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor runs the platform's own processing."""
    if actor.role not in PROCESSORS:
        raise Forbidden("只有平台管理员或信用办人员可以导出训练样本。")


def require_handler(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may handle alarms: the credit office alone."""
    if actor.role is not Role.CREDIT_OFFICE or actor.account_id is None:
        raise Forbidden("只有信用办人员可以处理模型预警。")
