"""Who may see which numbers."""

from uuid import UUID

from xinyidai.kernel.actor import BANK_ROLES, Actor, Role
from xinyidai.kernel.errors import Forbidden

CITY_READERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.OPERATOR, Role.SYSTEM})
INSTITUTION_READERS = BANK_ROLES | {Role.GUARANTOR}


def require_city(actor: Actor) -> None:
    """Refuse whoever may not see the city's numbers, where each bank stands by name."""
    if actor.role not in CITY_READERS:
        raise Forbidden("只有信用办、监管和平台管理员可以查看全市统计。")


def require_institution(actor: Actor, institution_id: UUID) -> None:
    """Refuse a bank the numbers of another bank."""
    if actor.role in CITY_READERS:
        return
    if actor.role not in INSTITUTION_READERS or actor.party_id != institution_id:
        raise Forbidden("只能查看本机构的统计。")
