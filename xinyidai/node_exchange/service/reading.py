"""What pages show of the exchange: links, packages, the error queue, the mapping, publishing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row

from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import Page
from xinyidai.node_exchange import policies, queries
from xinyidai.node_exchange.models import (
    ExchangeError,
    ExchangeFlow,
    ExchangeNode,
    ExchangePackage,
    ExchangeSelf,
)
from xinyidai.node_exchange.queries import LinkTotals
from xinyidai.node_exchange.service import identity
from xinyidai.node_exchange.values import Way

NONE = LinkTotals(0, 0, 0)
# What the credit site is given, 信用网站群: by what the policy calls it.
PUBLISHED: Mapping[str, tuple[str, frozenset[str]]] = {
    "double": ("双公示", frozenset({"administrative_licence", "administrative_penalty"})),
    "commitments": ("信用承诺", frozenset({"credit_commitment"})),
    "lists": (
        "红黑名单",
        frozenset(
            {
                "serious_dishonest_subject",
                "serious_violation",
                "dishonesty_list",
                "major_tax_violation",
                "honour",
            }
        ),
    ),
}


@dataclass(frozen=True)
class LinkRow:
    """A link in the list: what went both ways, the newest package each way, open errors."""

    node: ExchangeNode
    sent: LinkTotals
    received: LinkTotals
    last_sent: ExchangePackage | None
    last_received: ExchangePackage | None
    open_errors: int


@dataclass(frozen=True)
class Overview:
    """This node and its links."""

    own: ExchangeSelf | None
    verifier: str | None
    links: Sequence[LinkRow]
    unknown_errors: int


def overview(actor: Actor) -> Overview:
    """Return this node with every link, for who oversees the exchange."""
    policies.require_sight(actor)
    sums, latest, errors = queries.totals(), queries.latest_packages(), queries.open_error_counts()
    links = [
        LinkRow(
            node,
            sums.get((node.id, Way.OUT), NONE),
            sums.get((node.id, Way.IN), NONE),
            latest.get((node.id, Way.OUT)),
            latest.get((node.id, Way.IN)),
            errors.get(node.code, 0),
        )
        for node in queries.nodes()
    ]
    known = {link.node.code for link in links}
    unknown = sum(count for code, count in errors.items() if code not in known)
    return Overview(queries.own(), identity.own_verifier(), links, unknown)


def read_link(actor: Actor, node_id: UUID) -> LinkRow:
    """Return one link, or raise `NotFound`."""
    policies.require_sight(actor)
    policies.require_found(queries.find_node(node_id))
    return next(link for link in overview(actor).links if link.node.id == node_id)


def read_package(actor: Actor, package_id: UUID) -> tuple[ExchangePackage, ExchangeNode]:
    """Return a package with its node, or raise `NotFound`."""
    policies.require_sight(actor)
    package = queries.find_package(package_id)
    node = None if package is None else queries.find_node(package.node_id)
    if package is None or node is None:
        raise NotFound("没有找到这个交换包。")
    return package, node


def list_packages(
    actor: Actor, node_id: UUID | None, way: Way | None, page: Page
) -> tuple[Sequence[Row[ExchangePackage, ExchangeNode]], int]:
    """Return packages, newest first, and how many there are."""
    policies.require_sight(actor)
    return queries.packages_page(node_id, way, page)


def list_published(
    actor: Actor, group: str, page: Page
) -> tuple[Sequence[Row[ExchangePackage, ExchangeNode]], int]:
    """Return the packages that carried what the credit site is given, newest first."""
    policies.require_sight(actor)
    return queries.packages_with_kinds(PUBLISHED[group][1], page)


def list_errors(
    actor: Actor, node: ExchangeNode | None, page: Page, *, is_open: bool
) -> tuple[Sequence[Row[ExchangeError, ExchangeNode | None]], int]:
    """Return the error queue, the newest first, and how many entries there are."""
    policies.require_sight(actor)
    return queries.errors_page(node, page, is_open=is_open)


def list_flows(actor: Actor) -> Sequence[Row[ExchangeFlow, ExchangeNode]]:
    """Return which kind goes where under which code, for every link."""
    policies.require_sight(actor)
    return queries.all_flows()
