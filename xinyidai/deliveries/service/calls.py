"""Note each call of an interface, 接口监测: how long it took, and the code it failed with."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from xinyidai.deliveries.models import InterfaceCall, PushNonce
from xinyidai.deliveries.rules import CLOCK_SKEW
from xinyidai.deliveries.values import Interface
from xinyidai.kernel import clock
from xinyidai.kernel.db import db, new_id, record_refusal
from xinyidai.kernel.errors import DomainError

KEPT = timedelta(days=35)
SURPRISE = "internal"


@dataclass
class Call:
    """A call under way; whose it is comes out while it runs."""

    source_id: UUID | None = None


@contextmanager
def timed(interface: Interface, source_id: UUID | None = None) -> Iterator[Call]:
    """Note a call when it ends, on a connection of its own, so that failed ones stay too."""
    call, begun = Call(source_id), time.perf_counter()
    code: str | None = SURPRISE
    try:
        yield call
        code = None
    except DomainError as error:
        code = error.code
        raise
    finally:
        record_refusal(
            InterfaceCall(
                id=new_id(),
                interface=interface,
                source_id=call.source_id,
                called_at=clock.now(),
                milliseconds=round(1000 * (time.perf_counter() - begun)),
                code=code,
            )
        )


def forget_old() -> None:
    """Delete calls older than the board shows, and nonces whose time nobody believes any more."""
    now = clock.now()
    db.session.execute(delete(InterfaceCall).where(InterfaceCall.called_at < now - KEPT))
    db.session.execute(delete(PushNonce).where(PushNonce.seen_at < now - 4 * CLOCK_SKEW))
