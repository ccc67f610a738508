"""Send what waits, in order, 发送: one package after the other, none before the one before it.

The network is never asked inside a transaction: what is sent is read in one, and what came back is
written in the next. A package sent twice gets the same receipt, so a lost answer costs nothing.
"""

from dataclasses import dataclass
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.errors import DomainError, NotFound
from xinyidai.node_exchange import queries, rules, transport
from xinyidai.node_exchange.models import ExchangeError, ExchangeNode, ExchangePackage
from xinyidai.node_exchange.service import bodies, building, errors, receipts
from xinyidai.node_exchange.transport import TransportError
from xinyidai.node_exchange.unpacking import read_signed
from xinyidai.node_exchange.values import NodeState, PackageState, Way

MOST_SENT = 500  # of one run


@dataclass(frozen=True)
class _Letter:
    """A package ready to go."""

    package_id: UUID
    address: str
    body: bytes


def send_waiting(node_id: UUID) -> int:
    """Send what waits for a node until nothing does or something fails; return how many went."""
    for count in range(MOST_SENT):
        with own_transaction():
            letter = _next_letter(node_id)
        if letter is None or not _send(letter):
            return count
    return MOST_SENT


def note_failure(package_id: UUID, error: TransportError) -> None:
    """Note a failed attempt: try again later, go back to what the peer waits for, or give up."""
    package = queries.find_package(package_id, for_update=True)
    node = None if package is None else queries.find_node(package.node_id, for_update=True)
    if package is None or node is None or package.state is not PackageState.WAITING:
        return
    package.attempts += 1
    package.tried_at, package.last_error = clock.now(), error.message
    pause = rules.pause_after(package.attempts)
    if error.expected is not None and error.expected < package.sequence:
        _go_back(node, error.expected)
    if pause is not None and (error.is_passing or error.expected is not None):
        building.enqueue_sending(node, seconds=pause if error.is_passing else 1)
        return
    give_up(node, package, error.code, error.message)


def give_up(node: ExchangeNode, package: ExchangePackage, code: str, message: str) -> None:
    """Put a package into the error queue; those behind it wait for it."""
    package.state = PackageState.DEAD
    errors.note(
        ExchangeError(
            node_id=node.id,
            claimed=node.code,
            way=Way.OUT,
            code=code,
            message=message,
            reference=str(package.id),
            sequence=package.sequence,
            has_body=False,
        ),
        node,
    )
    details = {"node": node.code, "sequence": package.sequence, "code": code}
    audit.record(SYSTEM, "exchange_package:give_up", "exchange_package", package.id, details)


def _next_letter(node_id: UUID) -> _Letter | None:
    node = queries.find_node(node_id)
    if node is None or node.state is not NodeState.ACTIVE or node.base_url is None:
        return None
    package = queries.first_unsent(node_id)
    if package is None or package.state is not PackageState.WAITING:
        return None
    try:
        return _Letter(package.id, node.base_url, bodies.read(package.id))
    except NotFound as error:
        give_up(node, package, "body_erased", error.message)
        return None


def _send(letter: _Letter) -> bool:
    try:
        receipt = read_signed(transport.post_package(letter.address, letter.body))
    except TransportError as error:
        with own_transaction():
            note_failure(letter.package_id, error)
        return False
    except DomainError as error:
        _fail(letter, error)
        return False
    try:
        with own_transaction():
            package = queries.find_package(letter.package_id, for_update=True)
            node = None if package is None else queries.find_node(package.node_id)
            if package is not None and node is not None:
                receipts.take_receipt(node, package, receipt)
    except DomainError as error:
        _fail(letter, error)
        return False
    return True


def _fail(letter: _Letter, error: DomainError) -> None:
    with own_transaction():
        note_failure(
            letter.package_id, TransportError(error.message, code=error.code, is_passing=False)
        )


def _go_back(node: ExchangeNode, expected: int) -> None:
    """Let packages wait again which the peer says it never took in, for example after a restore."""
    for package in queries.sent_from(node.id, expected):
        if package.state is PackageState.DELIVERED:
            package.state = PackageState.WAITING
            package.attempts = 0
    db.session.flush()
