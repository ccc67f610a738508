"""Make packages of what has changed since the last ones, 组包: bounded, resumable, nothing lost.

One package is one transaction: its bytes, its place in the chain and how far each kind has come
are written together, so a killed process goes on where the last package ended.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from xinyidai.audit import service as audit
from xinyidai.credit_records.service import exchange
from xinyidai.credit_records.service.exchange import ExchangeEvent, Stretch
from xinyidai.kernel import clock, jobs
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id, own_transaction
from xinyidai.node_exchange import policies, queries
from xinyidai.node_exchange.cursors import Cursor, Horizon, Phase, read_cursor
from xinyidai.node_exchange.models import ExchangeFlow, ExchangeNode, ExchangePackage
from xinyidai.node_exchange.packaging import KindFile, PackageHead, write_package
from xinyidai.node_exchange.service import bodies, identity, registry
from xinyidai.node_exchange.values import NodeState, PackageState, Way

ROWS = 5_000  # of one package
MOST_PACKAGES = 200  # of one run; the next run goes on


@dataclass
class _Draft:
    """A package under way."""

    event: ExchangeEvent
    files: list[KindFile]
    has_read: bool = False

    @property
    def rows(self) -> int:
        """Return how many lines there are so far."""
        return sum(len(each.lines) for each in self.files)


def build_all(actor: Actor) -> None:
    """Make the packages that are due on every link in use, a transaction for each package."""
    with own_transaction():
        ids = [node.id for node in queries.active_nodes()]
    for node_id in ids:
        for _ in build_round(actor, node_id):
            pass


def build_round(actor: Actor, node_id: UUID, rows: int = ROWS) -> Iterator[UUID]:
    """Make the packages of one round on a link, each in a transaction; yield their ids.

    A round ends even while others go on writing; what they write is for the next one.
    """
    begins = True
    for _ in range(MOST_PACKAGES):
        with own_transaction():
            package, is_over = build_next(actor, node_id, begins=begins, rows=rows)
            package_id = None if package is None else package.id
        if package_id is not None:
            yield package_id
        if is_over:
            return
        begins = False


def build_next(
    actor: Actor, node_id: UUID, *, begins: bool = True, rows: int = ROWS
) -> tuple[ExchangePackage | None, bool]:
    """Make the next package in the caller's transaction; also tell whether the round is over.

    Raises:
        Forbidden: the actor may not.
        RuleBroken: a paper of the link is missing or over.

    """
    policies.require_worker(actor)
    node = policies.require_found(queries.find_node(node_id, for_update=True))
    if node.state is not NodeState.ACTIVE:
        return None, True
    registry.require_papers(node)
    flows = queries.flows_of(node.id, Way.OUT)
    kinds = frozenset(flow.kind for flow in flows)
    draft = _Draft(ExchangeEvent(new_id(), new_id(), kinds), [])
    is_over = True
    for flow in flows:
        cursor = _fill(draft, flow, node, begins=begins, room=rows - draft.rows)
        flow.cursor = cursor.as_json()
        is_over = is_over and cursor.round is None
    return _packed(actor, node, draft), is_over


def restart(actor: Actor, node_id: UUID) -> None:
    """Forget how far a link has come: the next round sends everything in force once more."""
    policies.require_worker(actor)
    node = policies.require_found(queries.find_node(node_id, for_update=True))
    for flow in queries.flows_of(node.id, Way.OUT):
        flow.cursor = {}
    audit.record(actor, "exchange_node:restart", "exchange_node", node.id, {"code": node.code})


def enqueue_sending(node: ExchangeNode, *, seconds: int = 0) -> None:
    """Let the worker send what waits, unless the peer fetches it."""
    if node.base_url is not None and not node.is_invented:
        at = None if not seconds else clock.now() + timedelta(seconds=seconds)
        jobs.enqueue("node_exchange.send", once=f"node:{node.id}", at=at, node_id=str(node.id))


def _fill(
    draft: _Draft, flow: ExchangeFlow, node: ExchangeNode, *, begins: bool, room: int
) -> Cursor:
    """Add what one kind has to say, as far as there is room; return how far it came."""
    cursor = read_cursor(flow.cursor)
    if cursor.round is None and begins:
        cursor = cursor.begun(Horizon(*exchange.horizon(flow.kind)))
    lines: list[dict[str, Any]] = []
    while cursor.round is not None and len(lines) < room:
        limit = room - len(lines)
        found = _read(draft, flow, cursor, node, limit)
        lines += _lines(flow.kind, found)
        if found:
            cursor = cursor.moved(found[-1].id)
        if len(found) < limit:
            cursor = cursor.turned()
    if lines:
        # Not by number: two databases with the same records make the same package.
        lines.sort(key=lambda one: (one["uscc"] or "", one["name"], one["source"], one["key"]))
        draft.files.append(KindFile(flow.kind, lines))
    return cursor


def _read(
    draft: _Draft, flow: ExchangeFlow, cursor: Cursor, node: ExchangeNode, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    now = cursor.round
    if now is None:
        return ()
    ended = now.phase is Phase.ENDINGS
    stretch = Stretch(
        kind=flow.kind,
        since=cursor.since,
        after=now.after,
        until=cursor.sent if ended else now.record_id,
        but_from=node.code,
    )
    if not exchange.has_any(stretch, ended=ended):
        return ()
    draft.has_read = True
    return exchange.read_stretch(draft.event, stretch, limit, ended=ended)


def _lines(kind: str, rows: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[dict[str, Any]]:
    names = queries.firm_names({row.enterprise_id for row in rows})
    for row in rows:
        firm = names[row.enterprise_id]
        content: Mapping[str, Any] = row._mapping.get("content", {})  # noqa: SLF001 - the public name of it
        yield {
            "uscc": firm.uscc,
            "name": firm.name,
            "kind": kind,
            "source": row.source,
            "key": row.natural_key,
            "on": row.occurred_on.isoformat(),
            "status": row.status.value,
            "fields": exchange.texts_of(kind, content),
        }


def _packed(actor: Actor, node: ExchangeNode, draft: _Draft) -> ExchangePackage | None:
    if not draft.has_read:
        return None
    head = PackageHead(
        id=draft.event.package_id,
        sequence=node.out_sequence + 1,
        previous=node.out_digest,
        sender=identity.require_self().code,
        receiver=node.code,
        since=node.built_at,
    )
    written = write_package(head, draft.files, identity.sign)
    firms = {line["uscc"] or line["name"] for each in draft.files for line in each.lines}
    exchange.note_reading(
        actor, draft.event, firms=len(firms), records=draft.rows, digest=written.digest
    )
    package = ExchangePackage(
        id=head.id,
        node_id=node.id,
        way=Way.OUT,
        sequence=head.sequence,
        state=PackageState.WAITING,
        manifest=dict(written.manifest),
        digest=written.digest,
        rows=draft.rows,
        size=len(written.body),
    )
    db.session.add(package)
    bodies.keep(package.id, written.body)
    node.out_sequence, node.out_digest, node.built_at = head.sequence, written.digest, clock.now()
    details = {"node": node.code, "sequence": head.sequence, "rows": draft.rows}
    audit.record(actor, "exchange_package:build", "exchange_package", package.id, details)
    enqueue_sending(node)
    return package
