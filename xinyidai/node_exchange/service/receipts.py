"""Receipts, 回执: what became of each line, signed by who took the package in."""

from collections.abc import Mapping
from typing import Any

from xinyidai.kernel import clock
from xinyidai.kernel.errors import InvalidInput
from xinyidai.node_exchange.models import ExchangeNode, ExchangePackage
from xinyidai.node_exchange.packaging import RECEIPT_DOMAIN, sign_document
from xinyidai.node_exchange.service import errors, identity, telling
from xinyidai.node_exchange.unpacking import Package, is_signed
from xinyidai.node_exchange.values import (
    PROTOCOL_VERSION,
    PackageState,
    SignedText,
    Tally,
    Way,
)

FORMAT = "xinyidai-node-receipt"
MOST_FAULTS = 1_000


class ReceiptRefused(InvalidInput):
    """The receipt is not about this package, or not signed by who should have taken it in."""

    default_code = "bad_receipt"


def make_receipt(package: Package, tally: Tally) -> SignedText:
    """Sign what became of a package; the first thousand refused lines are named one by one."""
    document = {
        "format": FORMAT,
        "version": PROTOCOL_VERSION,
        "package": str(package.id),
        "sequence": package.sequence,
        "digest": package.digest,
        "from": identity.require_self().code,
        "to": package.sender,
        "received_at": clock.now().isoformat(timespec="seconds"),
        "counts": tally.counts(),
        "faults": [vars(fault) for fault in tally.faults[:MOST_FAULTS]],
        "faults_total": len(tally.faults),
    }
    return sign_document(document, RECEIPT_DOMAIN, identity.sign)


def kept_receipt(package: ExchangePackage) -> SignedText:
    """Return the receipt that a row keeps."""
    return SignedText(
        package.receipt, package.receipt_key_id or "", package.receipt_signature or ""
    )


def keep_receipt(package: ExchangePackage, receipt: SignedText) -> None:
    """Keep a receipt, ours or the peer's, with the package."""
    counts = receipt.document["counts"]
    package.receipt = dict(receipt.document)
    package.receipt_key_id, package.receipt_signature = receipt.key_id, receipt.signature
    package.accepted, package.rejected = counts["accepted"], counts["rejected"]
    package.done_at = clock.now()


def take_receipt(node: ExchangeNode, package: ExchangePackage, receipt: SignedText) -> None:
    """Note that the peer has taken a package in; the same receipt again changes nothing.

    Raises:
        ReceiptRefused: it is not signed by the peer, or not about this package.

    """
    if not is_signed(receipt, RECEIPT_DOMAIN, identity.key_of(node)):
        raise ReceiptRefused("回执的签名与登记的公钥不符，请与对方核对公钥。")
    if not _is_about(package, node, receipt.document):
        raise ReceiptRefused("回执说的不是这个交换包，请与对方核对。")
    if package.state is PackageState.DELIVERED:
        return
    keep_receipt(package, receipt)
    package.state, package.last_error = PackageState.DELIVERED, None
    errors.settle_up_to(node, Way.OUT, package.sequence, "对方已回执")
    if package.rejected:
        telling.tell_office(
            f"节点“{node.name}”退回 {package.rejected} 行",
            f"第 {package.sequence} 号交换包已送达，有 {package.rejected} 行未被接收，"
            "逐行原因见包的页面，请转来源部门更正。",
            f"/office/nodes/packages/{package.id}",
            f"node:rejected:{package.id}",
        )


def _is_about(package: ExchangePackage, node: ExchangeNode, said: Mapping[str, Any]) -> bool:
    own = identity.require_self().code
    names = (said.get("package"), said.get("digest"), said.get("from"), said.get("to"))
    counts = said.get("counts")
    return (
        said.get("format") == FORMAT
        and names == (str(package.id), package.digest, node.code, own)
        and isinstance(counts, dict)
        and set(counts) == set(Tally().counts())
        and all(isinstance(count, int) and count >= 0 for count in counts.values())
        and counts["rows"] == package.rows
    )
