"""An invented peer with keys of its own, and this node with two clerks, for tests."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.factories import parties
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock, signing
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import new_id
from xinyidai.kernel.settings import Algorithm
from xinyidai.node_exchange import service
from xinyidai.node_exchange.models import ExchangeNode
from xinyidai.node_exchange.packaging import (
    HEARTBEAT_DOMAIN,
    RECEIPT_DOMAIN,
    KindFile,
    PackageHead,
    Written,
    sign_document,
    write_package,
)
from xinyidai.node_exchange.transport import request_text, signed_headers
from xinyidai.node_exchange.values import (
    FlowPlan,
    NodeDirection,
    NodeLevel,
    NodePlan,
    SignedText,
    Way,
)

__all__ = ["Peer", "honour_line", "line", "open_link", "plan_of", "request_text", "settle_self"]

OWN = "yingchuan"
HONOUR = "honour"


@dataclass
class Peer:
    """A node that is not here: signs packages, receipts, heartbeats and requests with its key."""

    code: str = "yebei"
    pair: signing.SigningKeyPair = field(
        default_factory=lambda: signing.generate("yebei.example/node", Algorithm.ED25519)
    )
    sequence: int = 0
    digest: str = ""

    @property
    def verifier(self) -> str:
        return self.pair.public.verifier

    def sign(self, message: bytes) -> tuple[str, bytes]:
        return self.pair.public.key_id, self.pair.sign(message)

    def head(self, **changes: Any) -> PackageHead:
        plain = PackageHead(
            id=new_id(),
            sequence=self.sequence + 1,
            previous=self.digest,
            sender=self.code,
            receiver=OWN,
        )
        return dataclasses.replace(plain, **changes)

    def package(self, *lines: Mapping[str, Any], kind: str = HONOUR, **changes: Any) -> Written:
        """Write the next package of the chain, without moving on."""
        return write_package(self.head(**changes), [KindFile(kind, lines)], self.sign)

    def sent(self, *lines: Mapping[str, Any], **changes: Any) -> Written:
        """Write the next package and move on, as after a receipt."""
        written = self.package(*lines, **changes)
        self.sequence, self.digest = self.sequence + 1, written.digest
        return written

    def receipt(self, manifest: Mapping[str, Any], digest: str, **counts: int) -> SignedText:
        plain = dict.fromkeys(
            ("rows", "accepted", "unchanged", "pending", "rejected", "ended", "absent"), 0
        )
        said = {
            "format": "xinyidai-node-receipt",
            "version": 1,
            "package": manifest["id"],
            "sequence": manifest["sequence"],
            "digest": digest,
            "from": self.code,
            "to": OWN,
            "received_at": clock.now().isoformat(),
            "counts": {**plain, "rows": manifest["rows"], **counts},
            "faults": [],
            "faults_total": 0,
        }
        return sign_document(said, RECEIPT_DOMAIN, self.sign)

    def heartbeat(self, **changes: Any) -> SignedText:
        said = {
            "from": self.code,
            "to": OWN,
            "sent_at": clock.now().isoformat(),
            "version": 1,
            "out_sequence": self.sequence,
            "in_sequence": 0,
        }
        return sign_document(said | changes, HEARTBEAT_DOMAIN, self.sign)

    def headers(self, path: str) -> dict[str, str]:
        return signed_headers(path, self.code, OWN, self.sign)


def settle_self() -> None:
    service.set_self(SYSTEM, code=OWN, name="鹰川市节点（演示）", level=NodeLevel.CITY)


def plan_of(peer: Peer, **changes: Any) -> NodePlan:
    today = clock.today()
    plan = NodePlan(
        code=peer.code,
        name="叶北县节点（演示）",
        level=NodeLevel.COUNTY,
        direction=NodeDirection.DOWN,
        verifier=peer.verifier,
        legal_basis="县级信用信息共享办法（演示）",
        agreement_no="鹰信共享〔2026〕1号（演示）",
        security_assessed_on=today - timedelta(days=20),
        agreement_on=today - timedelta(days=15),
        data_list_on=today - timedelta(days=10),
        expires_on=today + timedelta(days=300),
        flows=(
            FlowPlan(way=Way.OUT, kind=HONOUR, remote_kind=HONOUR),
            FlowPlan(way=Way.IN, kind=HONOUR, remote_kind=HONOUR),
        ),
    )
    return dataclasses.replace(plan, **changes)


def open_link(clerks: tuple[Actor, Actor], peer: Peer, **changes: Any) -> ExchangeNode:
    first, second = clerks
    node = service.propose_node(first, plan_of(peer, **changes))
    service.approve_node(second, node.id)
    return service.activate_node(first, node.id)


def line(firm: Enterprise, key: str, **changes: Any) -> dict[str, Any]:
    plain = {
        "uscc": firm.uscc,
        "name": firm.name,
        "kind": HONOUR,
        "source": "叶北县发改委（演示）",
        "key": key,
        "on": "2026-05-01",
        "status": "in_force",
        "fields": {"title": key, "awarded_on": "2026-05-01"},
    }
    return plain | changes


def honour_line(number: int = 1, **changes: Any) -> tuple[Enterprise, dict[str, Any]]:
    firm = parties.enterprise()
    return firm, line(firm, f"诚信企业{number}", **changes)


def package_id_of(written: Written) -> UUID:
    return UUID(str(written.manifest["id"]))
