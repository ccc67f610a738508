"""Who may see and change firms."""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

KEEPERS = frozenset({Role.OPERATOR, Role.CREDIT_OFFICE, Role.SYSTEM})
READERS = KEEPERS | {
    Role.DEPARTMENT,
    Role.BANK_OFFICER,
    Role.BANK_PRODUCT_MANAGER,
    Role.BANK_CLIENT,
    Role.GUARANTOR,
    Role.AUDITOR,
}


def may_see(actor: Actor, enterprise_id: UUID) -> bool:
    """Tell whether the actor may see the registration of a firm; its records are the door's."""
    if actor.role is Role.ENTERPRISE_USER:
        return actor.party_id == enterprise_id
    return actor.role in READERS


def require_see(actor: Actor, enterprise_id: UUID) -> None:
    """Refuse as if the firm did not exist, so that nobody learns that it does."""
    if not may_see(actor, enterprise_id):
        raise NotFound("没有找到这家企业。")


def require_keep(actor: Actor) -> None:
    """Refuse whoever may not import registrations or settle names."""
    if actor.role not in KEEPERS:
        raise Forbidden("只有信用办和平台管理员可以维护企业登记信息。")
