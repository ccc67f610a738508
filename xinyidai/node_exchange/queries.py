"""Read nodes, what flows, packages, errors and steps; names of the firms that records are about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select

from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import Base, db
from xinyidai.kernel.http import Page
from xinyidai.node_exchange.models import (
    ExchangeError,
    ExchangeFlow,
    ExchangeNode,
    ExchangePackage,
    ExchangeSelf,
    ExchangeStep,
)
from xinyidai.node_exchange.values import NodeDirection, NodeState, PackageState, Way

MOST_PULLED = 20
M = TypeVar("M", bound=Base)


@dataclass(frozen=True)
class FirmName:
    """What a package says of a firm; an invented code is nobody's, so only the name goes out."""

    uscc: str | None
    name: str


@dataclass(frozen=True)
class LinkTotals:
    """What went over one link one way: packages, lines, and how many were refused."""

    packages: int
    rows: int
    rejected: int


def own() -> ExchangeSelf | None:
    """Return who this node is, if it was said."""
    return db.session.get(ExchangeSelf, 1)


def find_node(node_id: UUID, *, for_update: bool = False) -> ExchangeNode | None:
    """Return a node, or None; `for_update` locks it."""
    return _one(select(ExchangeNode).where(ExchangeNode.id == node_id), for_update=for_update)


def find_by_code(code: str, *, for_update: bool = False) -> ExchangeNode | None:
    """Return the node with a code, or None; `for_update` locks it."""
    return _one(select(ExchangeNode).where(ExchangeNode.code == code), for_update=for_update)


def nodes() -> Sequence[ExchangeNode]:
    """Return every node: up, side, down, by code."""
    places = {direction: place for place, direction in enumerate(NodeDirection)}
    order = case(places, value=ExchangeNode.direction)
    return db.session.scalars(select(ExchangeNode).order_by(order, ExchangeNode.code)).all()


def active_nodes() -> Sequence[ExchangeNode]:
    """Return the links in use, by code."""
    statement = select(ExchangeNode).where(ExchangeNode.state == NodeState.ACTIVE)
    return db.session.scalars(statement.order_by(ExchangeNode.code)).all()


def flows_of(node_id: UUID, way: Way | None = None) -> Sequence[ExchangeFlow]:
    """Return what flows on a link, by the local code."""
    statement = select(ExchangeFlow).where(ExchangeFlow.node_id == node_id)
    if way is not None:
        statement = statement.where(ExchangeFlow.way == way)
    return db.session.scalars(
        statement.order_by(ExchangeFlow.way, ExchangeFlow.kind, ExchangeFlow.remote_kind)
    ).all()


def all_flows() -> Sequence[Row[ExchangeFlow, ExchangeNode]]:
    """Return what flows on every link that is not over, with its node."""
    statement = (
        select(ExchangeFlow, ExchangeNode)
        .join(ExchangeNode, ExchangeNode.id == ExchangeFlow.node_id)
        .where(ExchangeNode.state != NodeState.ENDED)
        .order_by(ExchangeNode.code, ExchangeFlow.way, ExchangeFlow.kind)
    )
    return db.session.execute(statement).all()


def find_package(package_id: UUID, *, for_update: bool = False) -> ExchangePackage | None:
    """Return a package, or None; `for_update` locks it."""
    statement = select(ExchangePackage).where(ExchangePackage.id == package_id)
    return _one(statement, for_update=for_update)


def first_unsent(node_id: UUID) -> ExchangePackage | None:
    """Return the first package that has no receipt yet; its state says whether it may be sent."""
    statement = (
        _outgoing(node_id)
        .where(ExchangePackage.state.in_([PackageState.WAITING, PackageState.DEAD]))
        .order_by(ExchangePackage.sequence)
        .limit(1)
    )
    return db.session.scalars(statement).one_or_none()


def sent_from(node_id: UUID, sequence: int) -> Sequence[ExchangePackage]:
    """Return the outgoing packages from a number on."""
    statement = _outgoing(node_id).where(ExchangePackage.sequence >= sequence)
    return db.session.scalars(statement.order_by(ExchangePackage.sequence)).all()


def waiting_after(node_id: UUID, sequence: int) -> Sequence[ExchangePackage]:
    """Return the next outgoing packages after a number, for a peer that fetches them."""
    statement = _outgoing(node_id).where(ExchangePackage.sequence > sequence)
    ordered = statement.order_by(ExchangePackage.sequence).limit(MOST_PULLED)
    return db.session.scalars(ordered).all()


def packages_page(
    node_id: UUID | None, way: Way | None, page: Page
) -> tuple[Sequence[Row[ExchangePackage, ExchangeNode]], int]:
    """Return packages with their nodes, newest first, and how many there are."""
    statement = select(ExchangePackage, ExchangeNode).join(
        ExchangeNode, ExchangeNode.id == ExchangePackage.node_id
    )
    if node_id is not None:
        statement = statement.where(ExchangePackage.node_id == node_id)
    if way is not None:
        statement = statement.where(ExchangePackage.way == way)
    total = db.session.scalar(statement.with_only_columns(func.count())) or 0
    ordered = statement.order_by(ExchangePackage.created_at.desc(), ExchangePackage.id.desc())
    return db.session.execute(ordered.offset(page.offset).limit(page.size)).all(), total


def packages_with_kinds(
    kinds: Collection[str], page: Page
) -> tuple[Sequence[Row[ExchangePackage, ExchangeNode]], int]:
    """Return the outgoing packages that carry any of these kinds, newest first, and how many."""
    files = ExchangePackage.manifest["files"]
    carries = or_(*(files.contains([{"kind": kind}]) for kind in sorted(kinds)))
    statement = (
        select(ExchangePackage, ExchangeNode)
        .join(ExchangeNode, ExchangeNode.id == ExchangePackage.node_id)
        .where(ExchangePackage.way == Way.OUT, carries)
    )
    total = db.session.scalar(statement.with_only_columns(func.count())) or 0
    ordered = statement.order_by(ExchangePackage.created_at.desc(), ExchangePackage.id.desc())
    return db.session.execute(ordered.offset(page.offset).limit(page.size)).all(), total


def totals() -> Mapping[tuple[UUID, Way], LinkTotals]:
    """Return what went over each link, by node and way."""
    statement = select(
        ExchangePackage.node_id,
        ExchangePackage.way,
        func.count(),
        func.sum(ExchangePackage.rows),
        func.sum(ExchangePackage.rejected),
    ).group_by(ExchangePackage.node_id, ExchangePackage.way)
    return {
        (node_id, way): LinkTotals(packages, int(rows or 0), int(rejected or 0))
        for node_id, way, packages, rows, rejected in db.session.execute(statement)
    }


def latest_packages() -> Mapping[tuple[UUID, Way], ExchangePackage]:
    """Return the newest package of each link and way."""
    newest = (
        select(ExchangePackage.node_id, ExchangePackage.way, func.max(ExchangePackage.sequence))
        .group_by(ExchangePackage.node_id, ExchangePackage.way)
        .subquery()
    )
    node_id, way, sequence = newest.c
    statement = select(ExchangePackage).join(
        newest,
        and_(
            ExchangePackage.node_id == node_id,
            ExchangePackage.way == way,
            ExchangePackage.sequence == sequence,
        ),
    )
    return {(each.node_id, each.way): each for each in db.session.scalars(statement)}


def find_error(error_id: UUID, *, for_update: bool = False) -> ExchangeError | None:
    """Return an entry of the error queue, or None."""
    statement = select(ExchangeError).where(ExchangeError.id == error_id)
    return _one(statement, for_update=for_update)


def open_twin(error: ExchangeError) -> ExchangeError | None:
    """Return the open entry that tells of the same trouble, locked."""
    whose = (
        ExchangeError.node_id == error.node_id
        if error.node_id is not None
        else ExchangeError.node_id.is_(None) & (ExchangeError.claimed == error.claimed)
    )
    statement = select(ExchangeError).where(
        whose,
        ExchangeError.way == error.way,
        ExchangeError.code == error.code,
        ExchangeError.reference == error.reference,
        ExchangeError.resolved_at.is_(None),
    )
    return _one(statement, for_update=True)


def open_errors_of(node: ExchangeNode, way: Way) -> Sequence[ExchangeError]:
    """Return a link's open errors one way, oldest first."""
    statement = select(ExchangeError).where(
        _of_node(node), ExchangeError.way == way, ExchangeError.resolved_at.is_(None)
    )
    return db.session.scalars(statement.order_by(ExchangeError.first_at)).all()


def errors_page(
    node: ExchangeNode | None, page: Page, *, is_open: bool
) -> tuple[Sequence[Row[ExchangeError, ExchangeNode | None]], int]:
    """Return entries of the error queue with their nodes, the newest first, and how many."""
    statement = select(ExchangeError, ExchangeNode).outerjoin(
        ExchangeNode, ExchangeNode.id == ExchangeError.node_id
    )
    if node is not None:
        statement = statement.where(_of_node(node))
    resolved = ExchangeError.resolved_at
    statement = statement.where(resolved.is_(None) if is_open else resolved.is_not(None))
    total = db.session.scalar(statement.with_only_columns(func.count())) or 0
    ordered = statement.order_by(ExchangeError.last_at.desc(), ExchangeError.id.desc())
    return db.session.execute(ordered.offset(page.offset).limit(page.size)).all(), total


def open_error_counts() -> Mapping[str, int]:
    """Return how many errors are open, by the node's code."""
    code = func.coalesce(ExchangeNode.code, ExchangeError.claimed)
    statement = (
        select(code, func.count())
        .select_from(ExchangeError)
        .outerjoin(ExchangeNode, ExchangeNode.id == ExchangeError.node_id)
        .where(ExchangeError.resolved_at.is_(None))
        .group_by(code)
    )
    return {found: int(count) for found, count in db.session.execute(statement)}


def steps_of(node_id: UUID) -> Sequence[ExchangeStep]:
    """Return the steps of a link, oldest first."""
    return db.session.scalars(
        select(ExchangeStep)
        .where(ExchangeStep.node_id == node_id)
        .order_by(ExchangeStep.taken_at, ExchangeStep.id)
    ).all()


def firm_names(ids: Collection[UUID]) -> Mapping[UUID, FirmName]:
    """Return code and name of firms by their ids."""
    statement = select(
        Enterprise.id, Enterprise.uscc, Enterprise.name, Enterprise.code_invented
    ).where(Enterprise.id.in_(ids))
    return {
        firm: FirmName(None if invented else uscc, name)
        for firm, uscc, name, invented in db.session.execute(statement)
    }


def _of_node(node: ExchangeNode) -> ColumnElement[bool]:
    return or_(
        ExchangeError.node_id == node.id,
        ExchangeError.node_id.is_(None) & (ExchangeError.claimed == node.code),
    )


def _outgoing(node_id: UUID) -> Select[ExchangePackage]:
    return select(ExchangePackage).where(
        ExchangePackage.node_id == node_id, ExchangePackage.way == Way.OUT
    )


def _one(statement: Select[M], *, for_update: bool) -> M | None:
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()
