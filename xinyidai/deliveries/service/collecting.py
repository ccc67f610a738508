"""Collect a delivery, 归集: what the job does, and what it leaves when it is killed on the way."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from xinyidai.credit_records.collecting import Collection, CollectionRequest, collect_in_blocks
from xinyidai.deliveries import queries, store
from xinyidai.deliveries.models import Delivery
from xinyidai.deliveries.service import steps
from xinyidai.deliveries.service.examining import examine, read_mapping, source_actor
from xinyidai.deliveries.values import DeliveryAction, DeliveryState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.errors import DomainError


@dataclass(frozen=True)
class _Work:
    request: CollectionRequest
    actor: Actor


def work_on(delivery_id: UUID) -> None:
    """Bring a delivery as far as it goes without a clerk; each step in a transaction of its own.

    It may run again at any time: a step that was taken is not taken twice.
    """
    with own_transaction():
        examine(delivery_id)
    try:
        with own_transaction():
            work = _begin(delivery_id)
        if work is not None:
            _collect(delivery_id, work)
    except DomainError as error:
        with own_transaction():
            steps.refuse(delivery_id, error.message)


def run_collection(delivery_id: UUID, actor: Actor, request: CollectionRequest) -> Collection:
    """Collect the file in blocks; begun again after a kill, it goes on behind the last one."""
    return collect_in_blocks(actor, request, lambda step: _say(delivery_id, step))


def _begin(delivery_id: UUID) -> _Work | None:
    delivery = queries.find(delivery_id, for_update=True)
    if delivery is None or delivery.state not in {DeliveryState.QUEUED, DeliveryState.COLLECTING}:
        return None
    source = queries.get_source(delivery.source_id)
    steps.take(SYSTEM, DeliveryAction.BEGIN, delivery)
    delivery.progress = "开始归集"
    request = CollectionRequest(
        path=store.path_of(delivery.stored or ""),
        kind=delivery.kind or "",
        source=source.name if source else "",
        mapping=read_mapping(delivery.mapping) if delivery.mapping else None,
    )
    return _Work(request, source_actor(delivery))


def _collect(delivery_id: UUID, work: _Work) -> None:
    done = run_collection(delivery_id, work.actor, work.request)
    with own_transaction():
        _finish(delivery_id, done)


def _finish(delivery_id: UUID, done: Collection) -> None:
    delivery = queries.find(delivery_id, for_update=True)
    if delivery is None or delivery.state is not DeliveryState.COLLECTING:
        return
    delivery.batch_id = done.batch_id
    delivery.rows_total, delivery.rows_accepted = done.rows, done.accepted
    delivery.rows_unchanged, delivery.rows_rejected = done.unchanged, done.rejected
    delivery.rows_pending = done.pending_names
    delivery.reasons = dict(done.reasons)
    source = queries.get_source(delivery.source_id)
    if source is not None:
        source.last_success_at = clock.now()
    is_clean = not done.rejected
    action = DeliveryAction.FINISH if is_clean else DeliveryAction.FINISH_PARTLY
    steps.take(SYSTEM, action, delivery, batch=str(done.batch_id))


def _say(delivery_id: UUID, step: str) -> None:
    """Show how far it is, at once: on a connection of its own, beside the long transaction."""
    with db.engine.begin() as connection:
        connection.execute(
            update(Delivery).where(Delivery.id == delivery_id).values(progress=step[:200])
        )
