"""Who may see and change the people of a firm, 人员."""

from uuid import UUID

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound


def require_firm(actor: Actor) -> UUID:
    """Return the actor's firm, or raise `Forbidden`."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业账户可以管理本企业的人员。")
    return actor.party_id


def require_own(firm_id: UUID, person: Account | None) -> Account:
    """Return a person of the firm; anybody else is not found."""
    if person is None or person.enterprise_id != firm_id:
        raise NotFound("没有找到这位人员。")
    return person


def require_representative(firm_id: UUID, acting: Account | None) -> Account:
    """Return the acting legal representative of the firm, or raise `Forbidden`."""
    fits = (
        acting is not None
        and acting.enterprise_id == firm_id
        and acting.position is Position.LEGAL_REPRESENTATIVE
        and acting.status is AccountStatus.ACTIVE
    )
    if acting is None or not fits:
        raise Forbidden("只有法定代表人的账户可以增加、续期或停用人员。")
    return acting
