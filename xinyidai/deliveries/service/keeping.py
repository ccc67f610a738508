"""Keep the house, 清理: old files go and their counts stay, given up jobs are told."""

from xinyidai.deliveries import queries, store
from xinyidai.deliveries.rules import KEPT_FILES
from xinyidai.deliveries.service import calls, steps, sweeping
from xinyidai.deliveries.values import DeliveryAction
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction

GIVEN_UP = "平台没能处理完，没有归集任何内容。请再次报送；仍不成功请联系信用办。"


def clean_up() -> None:
    """Delete files that were kept long enough or belong to nothing, and what the board is past."""
    with own_transaction():
        old = queries.with_old_files(clock.now() - KEPT_FILES)
        names = [delivery.stored for delivery in old if delivery.stored]
        for delivery in old:
            delivery.stored = None
            delivery.proposal = None
    for name in names:
        store.forget(name)
    with own_transaction():
        known = queries.stored_names()
        calls.forget_old()
    store.forget_strays(lambda name: name in known)
    sweeping.forget_swept()


def tell_given_up() -> int:
    """Mark deliveries whose job was given up as failed, and tell their departments."""
    lost = queries.given_up()
    for delivery in lost:
        delivery.message = GIVEN_UP
        steps.take(SYSTEM, DeliveryAction.FAIL, delivery)
    return len(lost)
