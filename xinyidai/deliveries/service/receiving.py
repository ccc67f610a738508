"""Take a delivery in, 接收报送: its bytes into the store, its row, and the job that goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from xinyidai.deliveries import policies, queries, store
from xinyidai.deliveries.models import Delivery, DeliverySource
from xinyidai.deliveries.rules import (
    LARGEST_UPLOAD,
    clean_file_name,
    file_name_fault,
)
from xinyidai.deliveries.service import steps
from xinyidai.deliveries.service.kinds import require_kind
from xinyidai.deliveries.store import Readable
from xinyidai.deliveries.values import DeliveryAction, DeliveryChannel, DeliveryState, NewDelivery
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import InvalidInput, NotFound, RuleBroken

LONGEST_SOURCE_NAME = 64
ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


def ensure_source(department_id: UUID) -> DeliverySource:
    """Return the department's own source, opened when it is first needed."""
    office = institutions.get_department(department_id)
    statement = insert(DeliverySource).values(
        id=new_id(),
        code=office.code,
        name=office.name[:LONGEST_SOURCE_NAME],
        department_id=office.id,
        is_enabled=True,
        added_at=clock.now(),
    )
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["code"]))
    found = queries.find_source(office.code)
    if found is None or found.department_id != office.id:
        raise NotFound("没有找到这个数据来源。")
    return found


@dataclass(frozen=True)
class Claim:
    """What is said of an uploaded file: its name, its kind (None: find out), what it corrects."""

    file_name: str
    kind: str | None = None
    replaces_id: UUID | None = None


@contextmanager
def kept(stream: Readable, file_name: str, limit: int) -> Iterator[store.Kept]:
    """Write the bytes to the store, and take them away again when what follows fails."""
    kept_file = store.keep(stream, file_name, limit)
    try:
        yield kept_file
    except BaseException:
        store.forget(kept_file.stored)
        raise


def upload(
    actor: Actor,
    source: DeliverySource,
    stream: Readable,
    claim: Claim,
) -> Delivery:
    """Take a file from a page; the same content under way is the same delivery.

    Raises:
        Forbidden, NotFound: the actor does not deliver for this source.
        InvalidInput: no table by its name, too large, empty, or of a kind that is not the source's.

    """
    policies.require_delivering(actor, source)
    name, kind, replaces_id = clean_file_name(claim.file_name), claim.kind, claim.replaces_id
    fault = file_name_fault(name)
    if fault:
        raise InvalidInput(fault, fields={"file": fault}, code="bad_file_name")
    if replaces_id is not None:
        policies.require_sight(actor, queries.find(replaces_id))
    if kind:
        require_kind(actor, institutions.get_department(source.department_id), kind)
    with kept(stream, name, LARGEST_UPLOAD) as file:
        new = NewDelivery(
            source_id=source.id,
            channel=DeliveryChannel.UPLOAD,
            file_name=name,
            stored=file.stored,
            size=file.size,
            sha256=file.sha256,
            kind=kind or None,
            replaces_id=replaces_id,
        )
        return receive(actor, new)


def receive(actor: Actor, new: NewDelivery) -> Delivery:
    """Make the row of what lies in the store, or return the delivery that it is again.

    Raises:
        Forbidden, NotFound: the actor does not deliver for this source.
        InvalidInput: the source does not deliver this kind.
        RuleBroken: the idempotency key stands for other content.

    """
    source = policies.require_delivering(actor, queries.get_source(new.source_id))
    if new.kind:
        require_kind(actor, institutions.get_department(source.department_id), new.kind)
    db.session.execute(ONE_AT_A_TIME, {"key": f"deliver/{source.id}"})
    twin = _twin(new)
    if twin is not None:
        store.forget(new.stored)
        return twin
    facts = vars(new) | {
        "department_id": source.department_id,
        "state": DeliveryState.RECEIVED,
        "account_id": actor.account_id,
        "actor_name": actor.name,
        "received_at": clock.now(),
    }
    delivery = Delivery(**facts)
    db.session.add(delivery)
    db.session.flush()
    steps.note(actor, DeliveryAction.RECEIVE, delivery, sha256=new.sha256, size=new.size)
    steps.enqueue(delivery, later=new.channel is DeliveryChannel.UPLOAD)
    return delivery


def _twin(new: NewDelivery) -> Delivery | None:
    if new.idempotency_key:
        before = queries.by_idempotency_key(new.source_id, new.idempotency_key)
        if before is not None and before.sha256 != new.sha256:
            raise RuleBroken(
                "这个 Idempotency-Key 已用于另一份内容，请换一个。", code="idempotency_mismatch"
            )
        if before is not None:
            return before
    return queries.under_way(new.source_id, new.sha256)
