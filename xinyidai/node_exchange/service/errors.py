"""The error queue, 差错队列: what did not go through, counted while it repeats, until resolved."""

from collections.abc import Iterable

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.node_exchange import queries
from xinyidai.node_exchange.models import ExchangeError, ExchangeNode
from xinyidai.node_exchange.service import telling
from xinyidai.node_exchange.values import Way

LONGEST = 200


def note(error: ExchangeError, node: ExchangeNode | None) -> ExchangeError:
    """Add an entry to the queue and tell the office; the same trouble again is only counted."""
    error.claimed, error.reference = error.claimed[:LONGEST], error.reference[:LONGEST]
    twin = queries.open_twin(error)
    if twin is not None:
        twin.times += 1
        twin.last_at = clock.now()
        db.session.flush()
        return twin
    db.session.add(error)
    db.session.flush()
    name = f"节点“{node.name}”" if node else "未能确认身份的来源"
    link = telling.page_of(node) if node else "/office/nodes/errors"
    telling.tell_office(f"{name}的交换出错", error.message, link, f"node:error:{error.id}")
    return error


def settle(errors: Iterable[ExchangeError], who: str, how: str) -> None:
    """Close entries, saying by whom and how."""
    for error in errors:
        error.resolved_at, error.resolved_by, error.resolution = clock.now(), who, how


def settle_up_to(node: ExchangeNode, way: Way, sequence: int, how: str) -> None:
    """Close the entries about packages up to a number, because it has gone through since."""
    found = [
        error
        for error in queries.open_errors_of(node, way)
        if error.sequence is not None and error.sequence <= sequence
    ]
    settle(found, "系统", how)


def close_by_hand(actor: Actor, error: ExchangeError, reason: str) -> None:
    """Close an entry that needs nothing more, with the clerk's reason."""
    settle([error], actor.name, reason)
    audit.record(actor, "exchange_error:close", "exchange_error", error.id, {"code": error.code})
