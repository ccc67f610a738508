"""This node with its identity and two clerks; a peer with keys of its own."""

from datetime import date
from hashlib import sha256
from itertools import count

import pytest

from tests.factories import parties
from tests.node_exchange import peers
from tests.node_exchange.peers import HONOUR, Peer
from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import BatchCounts
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.node_exchange.models import ExchangeNode

numbers = count(1)


@pytest.fixture
def clerks(db) -> tuple[Actor, Actor]:
    peers.settle_self()
    office = parties.credit_office()
    return parties.clerk_of(office), parties.clerk_of(office)


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
def link(clerks, peer) -> ExchangeNode:
    return peers.open_link(clerks, peer)


def deliver(firm: Enterprise, key: str, kind: str = HONOUR, source: str = "发改委", **more) -> None:
    """Take one record in, as a department's file would bring it."""
    content = {"title": key, "awarded_on": "2026-05-01", **more}
    digest = sha256(str(next(numbers)).encode()).hexdigest()
    batch = write.open_batch(SYSTEM, source=source, kind=kind, file_name="t.csv", sha256=digest)
    row = NewRecord(
        enterprise_id=firm.id,
        kind=kind,
        source=source,
        natural_key=key,
        occurred_on=date(2026, 5, 1),
        content=content,
    )
    counts = write.add_records(batch.id, [row])
    taken = counts.inserted + counts.superseded
    write.close_batch(SYSTEM, batch.id, BatchCounts(1, taken, 0, counts.unchanged))
