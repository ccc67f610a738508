"""Who signs for a firm, 签署人: its representative, or an agent whose mandate still runs."""

from dataclasses import dataclass
from uuid import UUID

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Forbidden, RuleBroken


@dataclass(frozen=True)
class Signer:
    """The person under a text: account, name and position as they are at this moment."""

    account_id: UUID
    enterprise_id: UUID
    name: str
    position: Position


def signer_of(actor: Actor) -> Signer:
    """Return the actor as somebody who may sign for the own firm now.

    Raises:
        Forbidden: the actor acts for no firm.
        RuleBroken: the agent's mandate is over.

    """
    account = db.session.get(Account, actor.account_id) if actor.account_id else None
    firm = account.enterprise_id if account else None
    if account is None or firm is None or actor.role is not Role.ENTERPRISE_USER:
        raise Forbidden("只有企业账户可以签署。")
    if account.status is not AccountStatus.ACTIVE:
        raise Forbidden("这个账户已停用，不能签署。")
    if account.mandate_until is not None and account.mandate_until < clock.today():
        raise RuleBroken(
            "您的授权委托已到期，请法定代表人在“人员与签署”中续期后再签署。", code="mandate_over"
        )
    return Signer(account.id, firm, account.name, account.position)
