"""The form of a link to another node: register it, or change what is agreed, 登记与变更."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.node_exchange import queries, service
from xinyidai.node_exchange.models import ExchangeNode
from xinyidai.node_exchange.values import (
    DIRECTION_NAMES,
    LEVEL_NAMES,
    FlowPlan,
    NodeDirection,
    NodeLevel,
    NodePlan,
    Way,
)
from xinyidai.web.office.base import OFFICE, YEARS, attempted, blueprint, done, options, typed

E = TypeVar("E", bound=StrEnum)
TEXTS = ("code", "name", "verifier", "base_url", "frequency", "legal_basis", "agreement_no")
DAYS = ("security_assessed_on", "agreement_on", "data_list_on", "expires_on")
CHOICES = ("level", "direction", "pulls", "allows_government")
LISTS = ("out_kinds", "in_kinds")
MOST_KINDS = 200


@blueprint.get("/nodes/new")
@allow(*OFFICE)
def node_form() -> ResponseReturnValue:
    """Show the form of a new link."""
    return _form({"frequency": "每 5 分钟"}, {}, None)


@blueprint.post("/nodes/new")
@allow(*OFFICE)
def node_propose() -> ResponseReturnValue:
    """Register a link; a second clerk approves it."""
    node_id: UUID | None = None
    with attempted("code") as attempt, own_transaction():
        node_id = service.propose_node(g.actor, _plan()).id
    if attempt.errors:
        return _form(_typed(), attempt.errors, None), attempt.status
    return done("已登记，请另一位工作人员复核。", "office.node", node_id=node_id)


@blueprint.get("/nodes/<uuid:node_id>/revise")
@allow(*OFFICE)
def node_revise_form(node_id: UUID) -> ResponseReturnValue:
    """Show the form with what is agreed now."""
    node = service.read_link(g.actor, node_id).node
    return _form(_agreed(node), {}, node)


@blueprint.post("/nodes/<uuid:node_id>/revise")
@allow(*OFFICE)
def node_revise(node_id: UUID) -> ResponseReturnValue:
    """Change what is agreed; a second clerk approves again."""
    node = service.read_link(g.actor, node_id).node
    with attempted("name") as attempt, own_transaction():
        service.revise_node(g.actor, node_id, _plan(node.code))
    if attempt.errors:
        return _form(_typed(), attempt.errors, node), attempt.status
    return done("已变更，请另一位工作人员复核后再启用。", "office.node", node_id=node_id)


def _plan(code: str = "") -> NodePlan:
    faults: dict[str, str] = {}
    days = {name: _day(name, faults) for name in DAYS}
    level, direction = _one(NodeLevel, "level", faults), _one(NodeDirection, "direction", faults)
    if faults or level is None or direction is None:
        raise InvalidInput("；".join(faults.values()), fields=faults)
    return NodePlan(
        code=code or typed("code"),
        name=typed("name"),
        level=level,
        direction=direction,
        verifier=typed("verifier"),
        base_url=typed("base_url") or None,
        pulls=bool(typed("pulls")),
        frequency=typed("frequency")[:100] or "每 5 分钟",
        legal_basis=typed("legal_basis"),
        agreement_no=typed("agreement_no"),
        allows_government=bool(typed("allows_government")),
        flows=(*_flows(Way.OUT, "out_kinds"), *_flows(Way.IN, "in_kinds")),
        **days,
    )


def _flows(way: Way, name: str) -> Iterator[FlowPlan]:
    """Read one kind a line: `对方代码=本节点代码`, or one code where both are the same."""
    for line in typed(name).split()[:MOST_KINDS]:
        remote, _, local = line.partition("=")
        yield FlowPlan(way=way, kind=local or remote, remote_kind=remote)


def _day(name: str, faults: dict[str, str]) -> date | None:
    text = typed(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        faults[name] = "请填写日期，例如 2026-05-01"
        return None
    return day


def _one(members: type[E], name: str, faults: dict[str, str]) -> E | None:
    try:
        return members(typed(name))
    except ValueError:
        faults[name] = "请从列表里选择"
        return None


def _typed() -> dict[str, str]:
    return {name: typed(name) for name in (*TEXTS, *DAYS, *CHOICES, *LISTS)}


def _agreed(node: ExchangeNode) -> dict[str, str]:
    values = {name: str(getattr(node, name) or "") for name in (*TEXTS, *DAYS)}
    values |= {"level": node.level.value, "direction": node.direction.value}
    values |= {"pulls": "1" if node.pulls else ""}
    values |= {"allows_government": "1" if node.allows_government else ""}
    for way, name in ((Way.OUT, "out_kinds"), (Way.IN, "in_kinds")):
        values[name] = "\n".join(
            flow.kind if flow.kind == flow.remote_kind else f"{flow.remote_kind}={flow.kind}"
            for flow in queries.flows_of(node.id, way)
        )
    return values


def _form(values: Mapping[str, str], errors: Mapping[str, str], node: ExchangeNode | None) -> str:
    flows = errors.get("flows", "")
    return render_template(
        "office/node_form.html",
        node=node,
        action=request.path,
        back=url_for("office.node", node_id=node.id) if node else url_for("office.nodes"),
        values={name: values.get(name, "") for name in (*TEXTS, *DAYS, *CHOICES, *LISTS)},
        errors={**errors, "out_kinds": flows} if flows else dict(errors),
        levels=options(LEVEL_NAMES),
        directions=options(DIRECTION_NAMES),
    )
