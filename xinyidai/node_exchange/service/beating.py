"""Heartbeats, 心跳, and fetching what a peer keeps for us; both start from this side."""

import dataclasses
from typing import Any
from uuid import UUID

from xinyidai.kernel import clock
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import DomainError
from xinyidai.node_exchange import queries, transport
from xinyidai.node_exchange.errors import NodeRefused, PackageRefused
from xinyidai.node_exchange.models import ExchangeError, ExchangeNode
from xinyidai.node_exchange.packaging import HEARTBEAT_DOMAIN, sign_document
from xinyidai.node_exchange.service import errors, identity, receiving
from xinyidai.node_exchange.transport import TransportError
from xinyidai.node_exchange.unpacking import is_signed
from xinyidai.node_exchange.values import PROTOCOL_VERSION, NodeState, SignedText, Way

HEARTBEAT = "heartbeat"
KEYS = {"from", "to", "sent_at", "version", "out_sequence", "in_sequence"}


def make_heartbeat(node: ExchangeNode) -> SignedText:
    """Sign a heartbeat for a peer: the time, and how far both chains have come."""
    document = {
        "from": identity.require_self().code,
        "to": node.code,
        "sent_at": clock.now().isoformat(timespec="seconds"),
        "version": PROTOCOL_VERSION,
        "out_sequence": node.out_sequence,
        "in_sequence": node.in_sequence,
    }
    return sign_document(document, HEARTBEAT_DOMAIN, identity.sign)


def hear(beat: SignedText) -> dict[str, Any]:
    """Note a peer's heartbeat; return how far its chain has come here.

    Raises:
        NodeRefused: nobody we know, not signed by it, or not of this moment.
        PackageRefused: not a heartbeat.

    """
    said = beat.document
    if set(said) != KEYS or not isinstance(said["from"], str):
        raise PackageRefused("内容不是心跳。", code="not_a_heartbeat")
    node = receiving.sender_of(said["from"])
    own = identity.require_self().code
    is_genuine = is_signed(beat, HEARTBEAT_DOMAIN, identity.key_of(node))
    if not is_genuine or said["to"] != own or not transport.is_fresh(said["sent_at"]):
        raise NodeRefused(
            "心跳的签名不对或时间相差太大，请核对公钥和系统时间。", code="bad_signature"
        )
    node.heard_at, node.heartbeat = clock.now(), dict(said)
    return {"code": own, "in_sequence": node.in_sequence, "is_active": _is_active(node)}


def beat_all() -> None:
    """Send a heartbeat to every peer that has an address, and fetch where that is agreed."""
    with own_transaction():
        letters = [
            (node.id, node.base_url, node.pulls, make_heartbeat(node))
            for node in queries.active_nodes()
            if node.base_url is not None and not node.is_invented
        ]
    for node_id, address, pulls, beat in letters:
        fault = _beat(address, beat)
        with own_transaction():
            _note(node_id, fault)
        if pulls and fault is None:
            pull(node_id)


def pull(node_id: UUID) -> int:
    """Fetch packages from a peer and take them in, in order; return how many were taken."""
    taken = 0
    try:
        for item in _listed(node_id):
            if not _fetch(node_id, UUID(str(item["id"]))):
                break
            taken += 1
    except TransportError as error:
        with own_transaction():
            _note(node_id, error)
    except (KeyError, TypeError, ValueError):
        with own_transaction():
            _note(
                node_id,
                TransportError("对方的清单不规范。", code="bad_answer", is_passing=False),
            )
    return taken


def _beat(address: str, beat: SignedText) -> TransportError | None:
    try:
        transport.post_document(address, transport.HEARTBEATS, dataclasses.asdict(beat))
    except TransportError as error:
        return error
    return None


def _note(node_id: UUID, fault: TransportError | None) -> None:
    node = queries.find_node(node_id)
    if node is None:
        return
    if fault is None:
        settled = [e for e in queries.open_errors_of(node, Way.OUT) if e.reference == HEARTBEAT]
        errors.settle(settled, "系统", "心跳已恢复")
        return
    error = ExchangeError(
        node_id=node.id,
        claimed=node.code,
        way=Way.OUT,
        code=fault.code,
        message=fault.message,
        reference=HEARTBEAT,
        has_body=False,
    )
    errors.note(error, node)


def _asked(node: ExchangeNode, path: str) -> tuple[str, dict[str, str]]:
    own = identity.require_self().code
    return node.base_url or "", transport.signed_headers(path, own, node.code, identity.sign)


def _listed(node_id: UUID) -> list[dict[str, Any]]:
    with own_transaction():
        node = queries.find_node(node_id)
        if node is None or node.state is not NodeState.ACTIVE:
            return []
        path = f"{transport.PACKAGES}?after={node.in_sequence}"
        address, headers = _asked(node, path)
    items = transport.get_json(address, path, headers)["items"]
    return list(items)


def _fetch(node_id: UUID, package_id: UUID) -> bool:
    """Fetch one package, take it in, and send the receipt back."""
    path = f"{transport.PACKAGES}/{package_id}"
    with own_transaction():
        node = queries.find_node(node_id)
        if node is None:
            return False
        address, headers = _asked(node, path)
    body = transport.get_bytes(address, path, headers)
    with own_transaction():
        outcome = receiving.receive(body)
    if outcome.receipt is None:
        return False
    transport.post_document(address, transport.RECEIPTS, dataclasses.asdict(outcome.receipt))
    return True


def _is_active(node: ExchangeNode) -> bool:
    try:
        receiving.require_link(node)
    except DomainError:
        return False
    return True
