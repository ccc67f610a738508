"""Who may look into queries and judge them."""

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden

REVIEWERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR})
DRAWERS = REVIEWERS | {Role.SYSTEM}
ERASERS = frozenset({Role.OPERATOR, Role.SYSTEM})


def require_reviewer(actor: Actor) -> None:
    """Let only the credit office and auditors read alarms and samples, and judge them."""
    if actor.role not in REVIEWERS:
        raise Forbidden("只有信用办和审计人员可以核查查询记录。")


def require_drawer(actor: Actor) -> None:
    """Let only the credit office, auditors and the monthly job draw a sample."""
    if actor.role not in DRAWERS:
        raise Forbidden("只有信用办和审计人员可以抽取查询样本。")


def require_eraser(actor: Actor) -> None:
    """Let only the operator, and commands on the server, erase personal data."""
    if actor.role not in ERASERS:
        raise Forbidden("只有平台管理员可以删除留痕中的个人信息。")
