"""Try again what did not go through, 重放; or close what needs nothing more."""

from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound
from xinyidai.node_exchange import policies, queries, rules
from xinyidai.node_exchange.models import ExchangeError, ExchangePackage
from xinyidai.node_exchange.service import bodies, building, errors, receiving
from xinyidai.node_exchange.service.receiving import Outcome
from xinyidai.node_exchange.values import PackageState, Way

ABSENT = "没有找到这个差错或交换包。"


def replay(actor: Actor, some_id: UUID) -> Outcome | None:
    """Replay an entry of the error queue or a package by its id.

    Returns what became of an incoming package; None when an outgoing one waits to be sent again.
    A refusal is in the outcome and leaves its entry open, so nothing is raised for it.

    Raises:
        Forbidden: the actor may not.
        NotFound: there is nothing with this id.
        Conflict: it cannot be replayed from this side.

    """
    policies.require_worker(actor)
    error = queries.find_error(some_id, for_update=True)
    if error is not None and error.way is Way.IN:
        return _replay_incoming(actor, error)
    package = _package_of(error, some_id)
    if package is None or package.way is not Way.OUT:
        raise NotFound(ABSENT)
    _send_again(actor, package)
    if error is not None:
        errors.settle([error], actor.name, "已重新排队发送")
    return None


def close_error(actor: Actor, error_id: UUID, reason: str) -> None:
    """Close an entry of the queue by hand, saying why nothing more is to be done."""
    policies.require_worker(actor)
    error = queries.find_error(error_id, for_update=True)
    if error is None or error.resolved_at is not None:
        raise NotFound("没有找到这个待处理的差错。")
    if not 1 <= len(reason.strip()) <= rules.LONGEST_WORDS:
        raise InvalidInput("请写明怎样处理的。", fields={"reason": "请写明怎样处理的"})
    errors.close_by_hand(actor, error, reason.strip())


def _replay_incoming(actor: Actor, error: ExchangeError) -> Outcome:
    if error.resolved_at is not None:
        raise Conflict("这个差错已经处理。", code="resolved")
    if not error.has_body:
        raise Conflict(
            "没有保存这个包的内容（身份未能确认、内容被改动或次序不对），请对方重发。",
            code="no_body",
        )
    outcome = receiving.receive(bodies.read(error.id))
    if outcome.receipt is not None:
        errors.settle([error], actor.name, "已重放并接收")
        bodies.erase(error.id)
    details = {"code": error.code, "accepted": outcome.receipt is not None}
    audit.record(actor, "exchange_error:replay", "exchange_error", error.id, details)
    return outcome


def _package_of(error: ExchangeError | None, some_id: UUID) -> ExchangePackage | None:
    if error is None:
        return queries.find_package(some_id, for_update=True)
    try:
        package_id = UUID(error.reference)
    except ValueError as problem:
        raise Conflict(
            "这个差错与某个交换包无关，连通后会自动恢复。", code="not_a_package"
        ) from problem
    return queries.find_package(package_id, for_update=True)


def _send_again(actor: Actor, package: ExchangePackage) -> None:
    if package.state is PackageState.DELIVERED:
        raise Conflict("对方已经回执，不用重发。", code="delivered")
    node = policies.require_found(queries.find_node(package.node_id))
    package.state, package.attempts = PackageState.WAITING, 0
    db.session.flush()
    details = {"node": node.code, "sequence": package.sequence}
    audit.record(actor, "exchange_package:replay", "exchange_package", package.id, details)
    building.enqueue_sending(node)
