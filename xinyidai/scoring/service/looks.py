"""A look ordered by a person's form or a bank's system, 查看: one key, one look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from xinyidai.consents import queries as consents
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import DisclosureRequest, DisclosureSubject, Snapshot
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict
from xinyidai.ledger.rules import canonical
from xinyidai.scoring import policies, queries
from xinyidai.scoring.models import LookRequest
from xinyidai.scoring.service import disclosing


@dataclass(frozen=True)
class LookOrder:
    """What is asked for; `enterprise_id` None when the firm named is not on the platform.

    `items` None means all items of the consent. Sent again under the same `request_key`, an order
    is answered with the snapshot it already got, and spends nothing.
    """

    consent_id: UUID
    enterprise_id: UUID | None
    purpose: str
    items: Sequence[str] | None = None
    batch_id: UUID | None = None
    request_key: str | None = None


def look(actor: Actor, order: LookOrder) -> Snapshot:
    """Spend one look on profile and score, or on the score alone where only results may be seen.

    Raises:
        ConsentRefused: with every reason; the refused look is logged for good.
        NotFound: no such consent or firm, or not the actor's; logged as well.
        Conflict: the key was used for another order.

    """
    if order.request_key is None or not policies.is_recipient(actor):
        return _disclose(actor, order)
    if not _claim(actor, order):
        return _again(actor, order)
    snapshot = _disclose(actor, order)
    _key_row(actor, order).snapshot_id = snapshot.id
    db.session.flush()
    return snapshot


def forget_requests(before: datetime) -> None:
    """Delete the keys of orders older than a moment; the looks themselves stay in the log."""
    db.session.execute(delete(LookRequest).where(LookRequest.made_at < before))


def request_for(order: LookOrder) -> DisclosureRequest:
    """Return the order as the door takes it."""
    return DisclosureRequest(
        consent_id=order.consent_id,
        enterprise_id=order.enterprise_id,
        purpose=order.purpose,
        subject=_subject(order.consent_id),
        rule_version=disclosing.RULE_VERSION,
        items=order.items,
        batch_id=order.batch_id,
    )


def _disclose(actor: Actor, order: LookOrder) -> Snapshot:
    return credit_records.disclose(actor, request_for(order), disclosing.build_content)


def _subject(consent_id: UUID) -> DisclosureSubject:
    consent = consents.find(consent_id)
    only_result = consent is not None and consent.mode is ConsentMode.RESULT
    return DisclosureSubject.SCORE if only_result else DisclosureSubject.PROFILE


def _claim(actor: Actor, order: LookOrder) -> bool:
    """Take the key; a second sender waits here until the first one's transaction has ended.

    When that one was refused its claim is gone with its transaction, and the second one asks.
    """
    statement = (
        insert(LookRequest)
        .values(
            institution_id=actor.party_id,
            request_key=order.request_key,
            account_id=actor.account_id,
            order_hash=_order_hash(order),
            made_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(LookRequest.request_key)
    )
    return db.session.scalar(statement) is not None


def _again(actor: Actor, order: LookOrder) -> Snapshot:
    row = _key_row(actor, order)
    is_same = row.account_id == actor.account_id and row.order_hash == _order_hash(order)
    if not is_same or row.snapshot_id is None:
        raise Conflict(
            "这个请求编号已用于另一次查询，请刷新页面或更换编号后再试。", code="request_key_reused"
        )
    return credit_records.read_snapshot(actor, row.snapshot_id)


def _key_row(actor: Actor, order: LookOrder) -> LookRequest:
    row = queries.look_request(actor.party_id, order.request_key)
    if row is None:
        raise Conflict("请求刚刚过期，请刷新页面后再试。", code="request_key_gone")
    return row


def _order_hash(order: LookOrder) -> str:
    items = None if order.items is None else sorted(order.items)
    content = {"consent": str(order.consent_id), "purpose": order.purpose, "items": items}
    return sha256(canonical(content | {"firm": str(order.enterprise_id)}).encode()).hexdigest()
