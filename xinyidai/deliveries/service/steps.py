"""What every deed on a delivery shares: the locked row, the next state, the trail, the message."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.deliveries import queries
from xinyidai.deliveries.lifecycle import LIFECYCLE
from xinyidai.deliveries.models import Delivery
from xinyidai.deliveries.service.telling import tell
from xinyidai.deliveries.values import RUNNING, DeliveryAction
from xinyidai.kernel import clock, jobs
from xinyidai.kernel.actor import SYSTEM, Actor

COLLECT = "deliveries.collect"
GRACE = timedelta(seconds=30)
ENDS = frozenset(
    {
        DeliveryAction.FINISH,
        DeliveryAction.FINISH_PARTLY,
        DeliveryAction.REFUSE,
        DeliveryAction.CANCEL,
        DeliveryAction.FAIL,
    }
)


def take(actor: Actor, action: DeliveryAction, delivery: Delivery, **details: Any) -> None:
    """Take a step: next state, audit entry, message; in the caller's transaction.

    Raises:
        InvalidTransition: the delivery is not in a state for it.

    """
    delivery.state = LIFECYCLE.next_state(delivery.state, action)
    if action in ENDS:
        delivery.finished_at = clock.now()
        delivery.progress = None
    note(actor, action, delivery, **details)
    tell(delivery, action)


def note(actor: Actor, action: DeliveryAction, delivery: Delivery, **details: Any) -> None:
    """Write the audit entry of a step."""
    facts = {"state": delivery.state.value, "channel": delivery.channel.value, **details}
    audit.record(actor, f"delivery:{action}", "delivery", delivery.id, facts)


def refuse(delivery_id: UUID, sentence: str) -> None:
    """Give a delivery back as a whole, with the sentence that says why; once only."""
    delivery = queries.find(delivery_id, for_update=True)
    if delivery is None or delivery.state not in RUNNING:
        return
    delivery.message = sentence
    take(SYSTEM, DeliveryAction.REFUSE, delivery)


def enqueue(delivery: Delivery, *, later: bool = False) -> None:
    """Have the worker go on with a delivery; `later` when somebody is about to do so here."""
    jobs.enqueue(
        COLLECT,
        once=f"delivery:{delivery.id}",
        at=clock.now() + GRACE if later else None,
        delivery_id=str(delivery.id),
    )
