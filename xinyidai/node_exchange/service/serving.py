"""What peers may ask for, 应答: their own packages and receipts, by a signed request."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xinyidai.kernel.errors import NotFound
from xinyidai.node_exchange import queries, transport
from xinyidai.node_exchange.errors import PackageRefused
from xinyidai.node_exchange.models import ExchangeNode
from xinyidai.node_exchange.service import bodies, identity, receipts, receiving
from xinyidai.node_exchange.values import SignedText, Way

ABSENT = "没有找到这个交换包。"


def asker(path: str, headers: Mapping[str, str]) -> ExchangeNode:
    """Return the node that signed a request, or raise `NodeRefused`."""
    node = receiving.sender_of(headers.get(transport.CODE_HEADER, ""), for_update=False)
    own = identity.require_self().code
    transport.require_request(path, headers, own, identity.key_of(node))
    return node


def list_packages(node: ExchangeNode, after: int) -> list[dict[str, Any]]:
    """Return the next packages for a node after a number, without what they carry."""
    receiving.require_link(node)
    return [
        {
            "id": package.id,
            "sequence": package.sequence,
            "digest": package.digest,
            "rows": package.rows,
            "size": package.size,
        }
        for package in queries.waiting_after(node.id, after)
    ]


def package_body(node: ExchangeNode, package_id: UUID) -> bytes:
    """Return the bytes of a package made for this node; anybody else's does not exist."""
    receiving.require_link(node)
    package = queries.find_package(package_id)
    if package is None or package.node_id != node.id or package.way is not Way.OUT:
        raise NotFound(ABSENT)
    return bodies.read(package.id)


def receipt_for(node: ExchangeNode, package_id: UUID) -> SignedText:
    """Return the receipt for a package of this node."""
    receipt = receiving.stored_receipt(node, package_id)
    if receipt is None:
        raise NotFound("还没有这个交换包的回执：没有收到，或没有接收。")
    return receipt


def accept_receipt(receipt: SignedText) -> None:
    """Take the receipt of a package that the peer fetched or got by file.

    Raises:
        NotFound: no such package was made here.
        PackageRefused: the document names no package.
        ReceiptRefused: it is not signed by the peer, or not about this package.

    """
    try:
        package_id = UUID(str(receipt.document.get("package")))
    except ValueError as error:
        raise PackageRefused("回执没有写明是哪个交换包。", code="not_a_receipt") from error
    package = queries.find_package(package_id, for_update=True)
    if package is None or package.way is not Way.OUT:
        raise NotFound(ABSENT)
    node = queries.find_node(package.node_id)
    if node is None:
        raise NotFound(ABSENT)
    receipts.take_receipt(node, package, receipt)
