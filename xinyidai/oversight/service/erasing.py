"""Erase a person from the log of queries and deeds, 删除个人信息; what happened stays provable."""

from uuid import UUID

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus
from xinyidai.audit import service as audit
from xinyidai.consents import queries as consents
from xinyidai.credit_records import queries as looks
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput, NotFound, RuleBroken
from xinyidai.ledger import service as ledger
from xinyidai.oversight import policies


def erase_person(actor: Actor, account_id: UUID, reason: str) -> int:
    """Forget name, account and address in every event and deed of a person; return how many.

    Matter, time and outcome stay, and so does their proof. Whether the person's data may be
    erased already (retention of the query log) is for the operator to decide; the reason is kept.

    Raises:
        Forbidden: the actor may not erase.
        NotFound: no such account.
        RuleBroken: the account still works.
        InvalidInput: no reason.

    """
    policies.require_eraser(actor)
    if not reason.strip():
        raise InvalidInput("请写明删除的依据。", fields={"reason": "请写明删除的依据。"})
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound("没有找到这个账户。")
    if account.status is AccountStatus.ACTIVE:
        raise RuleBroken("账户仍在使用，请先停用，再删除其个人信息。", code="account_active")
    entries = [*looks.event_ids_of(account_id), *consents.event_ids_of(account_id)]
    for entry_id in entries:
        ledger.forget_person(entry_id)
    details = {"entries": len(entries), "reason": reason.strip()}
    audit.record(actor, "account:erase_person", "account", account_id, details)
    return len(entries)
