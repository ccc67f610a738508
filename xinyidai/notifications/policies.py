"""Whose messages somebody reads."""

from collections.abc import Mapping

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Mailbox, PartyKind

READERS: Mapping[Role, PartyKind] = {
    Role.ENTERPRISE_USER: PartyKind.ENTERPRISE,
    Role.BANK_OFFICER: PartyKind.INSTITUTION,
    Role.BANK_PRODUCT_MANAGER: PartyKind.INSTITUTION,
    Role.GUARANTOR: PartyKind.INSTITUTION,
    Role.CREDIT_OFFICE: PartyKind.DEPARTMENT,
    Role.DEPARTMENT: PartyKind.DEPARTMENT,
    Role.AUDITOR: PartyKind.DEPARTMENT,
}


def find_mailbox(actor: Actor) -> Mailbox | None:
    """Return whose messages the actor reads; None for who belongs to no party."""
    kind = READERS.get(actor.role)
    if kind is None or actor.party_id is None:
        return None
    return Mailbox(kind, actor.party_id)


def require_mailbox(actor: Actor) -> Mailbox:
    """Return whose messages the actor reads, or raise `Forbidden`."""
    mailbox = find_mailbox(actor)
    if mailbox is None:
        raise Forbidden("您的账户没有关联企业、机构或部门，没有消息可看。")
    return mailbox


def require_own(actor: Actor, message: Notification | None) -> Notification:
    """Return a message of the actor's own party; any other is not found."""
    mailbox = require_mailbox(actor)
    if message is None or getattr(message, mailbox.kind.value) != mailbox.party_id:
        raise NotFound("没有找到这条消息。")
    return message
