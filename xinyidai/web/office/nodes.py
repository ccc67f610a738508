"""Node exchange of the office, 节点交换: links, packages, error queue, publishing, mapping."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import Page, page_args
from xinyidai.node_exchange import queries, service
from xinyidai.node_exchange.models import ExchangeNode
from xinyidai.node_exchange.values import (
    ACTION_NAMES,
    PACKAGE_STATE_NAMES,
    STATE_NAMES,
    NodeAction,
    NodeState,
    Way,
)
from xinyidai.web.office import node_view
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    Row,
    asked,
    attempted,
    blueprint,
    chosen_state,
    done,
    pager_of,
    typed,
)

Step = Callable[[Actor, UUID, str], ExchangeNode]
STEPS: Mapping[NodeAction, Step] = {
    NodeAction.APPROVE: service.approve_node,
    NodeAction.ACTIVATE: service.activate_node,
    NodeAction.SUSPEND: service.suspend_node,
    NodeAction.END: service.end_node,
}
SHOWN_ERRORS = 20


def tabs(current: str) -> list[Row]:
    """Return the tabs of the exchange, with the one that is open."""
    entries = (
        ("office.nodes", "节点"),
        ("office.node_errors", "差错队列"),
        ("office.node_publishing", "信用网站发布"),
        ("office.node_mapping", "服务对照"),
    )
    return [
        {"label": label, "href": url_for(endpoint), "current": endpoint == current}
        for endpoint, label in entries
    ]


@blueprint.get("/nodes")
@allow(*OVERSIGHT)
def nodes() -> ResponseReturnValue:
    """Show this node and every link."""
    found = service.overview(g.actor)
    return render_template(
        "office/nodes.html",
        tabs=tabs("office.nodes"),
        own=found.own,
        verifier=found.verifier,
        rows=[node_view.link_row(row) for row in found.links],
        unknown=found.unknown_errors,
        labels=STATE_NAMES,
        can_edit=g.actor.role in OFFICE,
    )


@blueprint.get("/nodes/<uuid:node_id>")
@allow(*OVERSIGHT)
def node(node_id: UUID) -> ResponseReturnValue:
    """Show one link: papers, what flows, counts, errors, and what may be done."""
    return _page(node_id, {})


@blueprint.post("/nodes/<uuid:node_id>")
@allow(*OFFICE)
def node_step(node_id: UUID) -> ResponseReturnValue:
    """Take the step whose button was pressed."""
    action = next((action for action in STEPS if action.value == typed("action")), None)
    if action is None:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    with attempted("reason") as attempt, own_transaction():
        STEPS[action](g.actor, node_id, typed("reason"))
    if attempt.errors:
        return _page(node_id, attempt.errors), attempt.status
    return done(f"已办理：{ACTION_NAMES[action]}。", "office.node", node_id=node_id)


@blueprint.post("/nodes/<uuid:node_id>/mapping")
@allow(*OFFICE)
def node_map(node_id: UUID) -> ResponseReturnValue:
    """Say under which kind of ours a code of the peer's comes in."""
    with attempted("remote_kind") as attempt, own_transaction():
        service.add_mapping(g.actor, node_id, remote_kind=typed("remote_kind"), kind=typed("kind"))
    if attempt.errors:
        return _page(node_id, attempt.errors), attempt.status
    return done("目录对照已补上，可以重放被退回的包。", "office.node", node_id=node_id)


@blueprint.post("/nodes/<uuid:node_id>/build")
@allow(*OFFICE)
def node_build(node_id: UUID) -> ResponseReturnValue:
    """Make what is due for a peer now, without waiting for the clock."""
    count = 0
    with attempted("reason") as attempt:
        count = sum(1 for _ in service.build_round(g.actor, node_id))
    if attempt.errors:
        return _page(node_id, attempt.errors), attempt.status
    words = f"已组成 {count} 个交换包。" if count else "没有新的变化，不用组包。"
    return done(words, "office.node_packages", node_id=node_id, way=Way.OUT.value)


@blueprint.get("/nodes/<uuid:node_id>/packages")
@allow(*OVERSIGHT)
def node_packages(node_id: UUID) -> ResponseReturnValue:
    """Show the packages of a link, newest first."""
    found, page, way = service.read_link(g.actor, node_id), page_args(), chosen_state(Way, "way")
    rows, total = service.list_packages(g.actor, node_id, way, page)
    return render_template(
        "office/node_packages.html",
        node=found.node,
        tabs=[
            {
                "label": label,
                "href": url_for("office.node_packages", node_id=node_id, way=code or None),
                "current": (way.value if way else "") == code,
            }
            for code, label in (("", "全部"), ("out", "发出"), ("in", "接收"))
        ],
        rows=[node_view.package_row(*row) for row in rows],
        labels=PACKAGE_STATE_NAMES,
        pager=pager_of(page, total),
    )


@blueprint.get("/nodes/packages/<uuid:package_id>")
@allow(*OVERSIGHT)
def node_package(package_id: UUID) -> ResponseReturnValue:
    """Show a package with its receipt; nothing of what it carries."""
    package, found = service.read_package(g.actor, package_id)
    return render_template(
        "office/node_package.html",
        package=package,
        node=found,
        facts=node_view.package_facts(package, found),
        files=node_view.file_rows(package),
        counts=node_view.count_stats(package),
        faults=node_view.fault_rows(package),
        faults_total=package.receipt.get("faults_total", 0),
        labels=PACKAGE_STATE_NAMES,
        can_replay=g.actor.role in OFFICE
        and package.way is Way.OUT
        and package.state.value in {"waiting", "dead"},
    )


@blueprint.get("/nodes/errors")
@allow(*OVERSIGHT)
def node_errors() -> ResponseReturnValue:
    """Show the error queue of every link, and of senders that could not be confirmed."""
    page, is_open = page_args(), asked("show") != "resolved"
    rows, total = service.list_errors(g.actor, None, page, is_open=is_open)
    return render_template(
        "office/node_errors.html",
        tabs=tabs("office.node_errors"),
        shown=[
            {"label": "待处理", "href": url_for("office.node_errors"), "current": is_open},
            {
                "label": "已处理",
                "href": url_for("office.node_errors", show="resolved"),
                "current": not is_open,
            },
        ],
        rows=[node_view.error_row(*row) for row in rows],
        can_edit=g.actor.role in OFFICE,
        pager=pager_of(page, total),
    )


@blueprint.post("/nodes/replay/<uuid:some_id>")
@allow(*OFFICE)
def node_replay(some_id: UUID) -> ResponseReturnValue:
    """Replay an error or a package; what is refused again stays in the queue, with its reason."""
    with own_transaction():
        outcome = service.replay(g.actor, some_id)
    if outcome is None:
        return done("已重新排队发送。", "office.node_errors")
    if outcome.receipt is None:
        raise InvalidInput(outcome.refusal.message if outcome.refusal else "没有接收。")
    accepted = outcome.receipt.document["counts"]["accepted"]
    return done(f"已重放，接收 {accepted} 行。", "office.node_errors", show="resolved")


@blueprint.post("/nodes/errors/<uuid:error_id>/close")
@allow(*OFFICE)
def node_close_error(error_id: UUID) -> ResponseReturnValue:
    """Close an entry of the queue by hand."""
    with own_transaction():
        service.close_error(g.actor, error_id, typed("reason"))
    return done("已办结。", "office.node_errors", show="resolved")


@blueprint.get("/nodes/publishing")
@allow(*OVERSIGHT)
def node_publishing() -> ResponseReturnValue:
    """Show what the credit site was given, by heading, with the receipts."""
    group, page = asked("group") or "double", page_args()
    if group not in service.PUBLISHED:
        raise InvalidInput("没有这个栏目，请重新选择。", fields={"group": "请从列表里选择"})
    rows, total = service.list_published(g.actor, group, page)
    return render_template(
        "office/node_publishing.html",
        tabs=tabs("office.node_publishing"),
        groups=[
            {
                "label": label,
                "href": url_for("office.node_publishing", group=code),
                "current": code == group,
            }
            for code, (label, _) in service.PUBLISHED.items()
        ],
        rows=[node_view.package_row(*row) for row in rows],
        labels=PACKAGE_STATE_NAMES,
        pager=pager_of(page, total),
    )


@blueprint.get("/nodes/mapping")
@allow(*OVERSIGHT)
def node_mapping() -> ResponseReturnValue:
    """Show which service of ours feeds which of a peer."""
    return render_template(
        "office/node_mapping.html",
        tabs=tabs("office.node_mapping"),
        rows=[node_view.mapping_row(*row) for row in service.list_flows(g.actor)],
    )


def _page(node_id: UUID, errors: Mapping[str, str]) -> str:
    row = service.read_link(g.actor, node_id)
    found = row.node
    queue, total = service.list_errors(g.actor, found, Page(1, SHOWN_ERRORS), is_open=True)
    actions = service.actions_of(g.actor, found)
    return render_template(
        "office/node.html",
        node=found,
        heard=node_view.heard(found),
        stats=[
            {
                "value": f"{totals.rows:,}",
                "label": f"{label}行数",
                "note": f"{totals.packages:,} 个包",
                "href": url_for("office.node_packages", node_id=node_id, way=way.value),
            }
            for way, label, totals in (
                (Way.OUT, "发出", row.sent),
                (Way.IN, "接收", row.received),
            )
        ],
        quality=node_view.quality(row.received),
        facts=node_view.link_facts(found),
        flows=node_view.flow_rows(queries.flows_of(node_id)),
        events=node_view.step_rows(queries.steps_of(node_id)),
        queue=[node_view.error_row(*one) for one in queue],
        queue_total=total,
        buttons=[
            {"value": action.value, "label": ACTION_NAMES[action]}
            for action in STEPS
            if action in actions
        ],
        can_edit=g.actor.role in OFFICE and found.state is not NodeState.ENDED,
        can_build=g.actor.role in OFFICE and found.state is NodeState.ACTIVE,
        labels=STATE_NAMES,
        errors=errors,
        typed={name: typed(name) for name in ("reason", "remote_kind", "kind")},
    )
