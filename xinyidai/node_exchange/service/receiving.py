"""Take in what another node sends, 接收: prove who sends it, keep the order, answer once.

A refusal is part of the result, not an exception: the entry in the error queue must stay although
nothing of the package does.
"""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy.exc import DataError

from xinyidai.audit import service as audit
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import DomainError, RuleBroken
from xinyidai.node_exchange import queries
from xinyidai.node_exchange.errors import NodeRefused, OutOfOrder, PackageRefused
from xinyidai.node_exchange.models import ExchangeError, ExchangeNode, ExchangePackage
from xinyidai.node_exchange.service import bodies, errors, identity, importing, receipts, registry
from xinyidai.node_exchange.unpacking import Package, open_package, require_signed
from xinyidai.node_exchange.values import NodeState, PackageState, SignedText, Way

# A package refused for one of these may be taken in later from the bytes kept here.
LATER = frozenset({"unknown_kind", "kind_not_allowed", "link_not_active", "papers_missing"})
NOBODY = "未知"


@dataclass(frozen=True)
class Outcome:
    """A receipt, or why there is none; `is_repeated` means it was taken in before."""

    receipt: SignedText | None = None
    refusal: DomainError | None = None
    is_repeated: bool = False


@dataclass
class _Trace:
    """How far a package came before it was refused."""

    package: Package | None = None
    node: ExchangeNode | None = None


def receive(body: bytes) -> Outcome:
    """Take a package in, in the caller's transaction; whatever is refused leaves an error."""
    trace = _Trace()
    try:
        with db.session.begin_nested():
            return _received(body, trace)
    except DataError as error:
        refusal: DomainError = PackageRefused(
            "内容里有无法保存的字符或超出范围的数值，请对方更正后重发。", code="unstorable"
        )
        refusal.__cause__ = error
    except DomainError as error:
        refusal = error
    _note(refusal, trace, body)
    return Outcome(refusal=refusal)


def actor_of(node: ExchangeNode) -> Actor:
    """Return who acts when a node's package is taken in."""
    return Actor(None, Role.SYSTEM, None, f"节点 {node.code}")


def sender_of(code: str, *, for_update: bool = True) -> ExchangeNode:
    """Return the registered node that somebody says to be; `for_update` locks it.

    Raises:
        NodeRefused: no such node is registered, or the link is over.

    """
    node = queries.find_by_code(code, for_update=for_update)
    if node is None or node.state in {NodeState.PROPOSED, NodeState.ENDED}:
        raise NodeRefused("本节点没有登记这个节点，或对接已终止。请先完成接入手续。")
    return node


def require_link(node: ExchangeNode) -> None:
    """Raise unless the link is in use and its papers hold.

    Raises:
        RuleBroken: it is suspended or not yet in use, or an agreement is over.

    """
    if node.state is not NodeState.ACTIVE:
        raise RuleBroken("与贵节点的对接没有启用或已暂停，请与本节点联系。", code="link_not_active")
    registry.require_papers(node)


def _received(body: bytes, trace: _Trace) -> Outcome:
    package = trace.package = open_package(body)
    node = sender_of(package.sender)
    require_signed(package, identity.key_of(node))
    trace.node = node
    if package.receiver != identity.require_self().code:
        raise PackageRefused("这个交换包不是发给本节点的。", code="wrong_receiver")
    known = queries.find_package(package.id)
    if known is not None:
        return _again(node, package, known)
    require_link(node)
    _require_next(node, package)
    return Outcome(_taken(node, package))


def _again(node: ExchangeNode, package: Package, known: ExchangePackage) -> Outcome:
    """Answer a package that was taken in with its receipt; another one under its id is refused."""
    if known.node_id != node.id or known.way is not Way.IN or known.digest != package.digest:
        raise OutOfOrder(
            "这个编号的交换包已经接收过，内容与这次不同，没有接收。请对方用新的编号导出。",
            code="replayed_id",
        )
    return Outcome(receipts.kept_receipt(known), is_repeated=True)


def _require_next(node: ExchangeNode, package: Package) -> None:
    expected = node.in_sequence + 1
    if package.sequence != expected:
        raise OutOfOrder(
            f"应接收第 {expected} 号交换包，这是第 {package.sequence} 号：中间缺包或顺序不对。"
            f"请从第 {expected} 号起依次发送。",
            expected=expected,
        )
    if package.previous != node.in_digest:
        raise OutOfOrder(
            f"交换包与上一个包接不上（上一包的校验值不符），请双方核对第 {node.in_sequence} 号包。",
            code="broken_chain",
        )


def _taken(node: ExchangeNode, package: Package) -> SignedText:
    actor = actor_of(node)
    tally = importing.take_in(actor, node, package)
    receipt = receipts.make_receipt(package, tally)
    row = ExchangePackage(
        id=package.id,
        node_id=node.id,
        way=Way.IN,
        sequence=package.sequence,
        state=PackageState.ACCEPTED,
        manifest=dict(package.manifest),
        digest=package.digest,
        rows=tally.rows,
        size=len(package.body),
    )
    receipts.keep_receipt(row, receipt)
    db.session.add(row)
    node.in_sequence, node.in_digest = package.sequence, package.digest
    errors.settle_up_to(node, Way.IN, package.sequence, "同一个包已经接收")
    db.session.flush()
    details = {"node": node.code, "sequence": package.sequence, **tally.counts()}
    audit.record(actor, "exchange_package:accept", "exchange_package", package.id, details)
    return receipt


def _note(refusal: DomainError, trace: _Trace, body: bytes) -> None:
    package, node = trace.package, trace.node
    error = ExchangeError(
        id=new_id(),
        node_id=None if node is None else node.id,
        claimed=package.sender if package else NOBODY,
        way=Way.IN,
        code=refusal.code,
        message=refusal.message,
        reference=str(package.id) if package else sha256(body).hexdigest()[:16],
        sequence=package.sequence if package else None,
        has_body=node is not None and refusal.code in LATER,
    )
    kept = errors.note(error, node)
    if kept.has_body and kept.id == error.id:
        bodies.keep(error.id, body)


def stored_receipt(node: ExchangeNode, package_id: UUID) -> SignedText | None:
    """Return the receipt for a package that the node sent, or None while there is none."""
    row = queries.find_package(package_id)
    if row is None or row.node_id != node.id or row.way is not Way.IN:
        return None
    return receipts.kept_receipt(row)
