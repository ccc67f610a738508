"""Register peers, and bring links into force by two persons, 节点登记与双人复核."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, RuleBroken
from xinyidai.kernel.signing import PublicKey
from xinyidai.node_exchange import policies, queries, rules
from xinyidai.node_exchange.lifecycle import LIFECYCLE
from xinyidai.node_exchange.models import ExchangeFlow, ExchangeNode, ExchangeStep
from xinyidai.node_exchange.service import identity
from xinyidai.node_exchange.values import (
    PROTOCOL_VERSION,
    FlowPlan,
    NodeAction,
    NodePlan,
    NodeState,
    Way,
)

PLAIN = (
    "name", "level", "direction", "verifier", "base_url", "pulls", "frequency", "legal_basis",
    "agreement_no", "allows_government", "security_assessed_on", "agreement_on", "data_list_on",
    "expires_on",
)  # fmt: skip


def propose_node(actor: Actor, plan: NodePlan, *, is_invented: bool = False) -> ExchangeNode:
    """Register a peer; a second clerk has to approve it before anything flows.

    Raises:
        Forbidden: the actor is no clerk of the credit office.
        InvalidInput: with a sentence for each field.
        Conflict: the code is taken, or this node has no identity yet.

    """
    policies.require_clerk(actor)
    _require_sound(plan)
    node = ExchangeNode(
        code=plan.code,
        protocol=PROTOCOL_VERSION,
        state=NodeState.PROPOSED,
        proposed_by=actor.account_id,
        proposed_by_name=actor.name,
        is_invented=is_invented,
        **{name: getattr(plan, name) for name in PLAIN},
    )
    try:
        with db.session.begin_nested():
            db.session.add(node)
    except IntegrityError as error:
        raise Conflict("已经登记了这个代码的节点。", code="node_exists") from error
    _set_flows(node, plan.flows)
    _note(actor, NodeAction.PROPOSE, node, plan.agreement_no)
    return node


def revise_node(actor: Actor, node_id: UUID, plan: NodePlan) -> ExchangeNode:
    """Change what is agreed with a peer; nothing flows until a second clerk approves again.

    Kinds that stay keep their place: nothing is sent anew.
    """
    policies.require_clerk(actor)
    node = policies.require_found(queries.find_node(node_id, for_update=True))
    if plan.code != node.code:
        raise InvalidInput("节点代码不能改。", fields={"code": "节点代码不能改"})
    _require_sound(plan)
    for name in PLAIN:
        setattr(node, name, getattr(plan, name))
    node.proposed_by, node.proposed_by_name = actor.account_id, actor.name
    node.approved_by = node.approved_by_name = node.approved_at = None
    _take(actor, NodeAction.REVISE, node, plan.agreement_no)
    _set_flows(node, plan.flows)
    return node


def approve_node(actor: Actor, node_id: UUID, reason: str = "") -> ExchangeNode:
    """Approve a registered link as the second clerk; every paper must be there.

    Raises:
        Forbidden: the actor registered it, or is no clerk.
        RuleBroken: a paper is missing or over.

    """
    node = policies.require_found(queries.find_node(node_id, for_update=True))
    policies.require_second(actor, node)
    require_papers(node)
    node.approved_by, node.approved_by_name = actor.account_id, actor.name
    node.approved_at = clock.now()
    _take(actor, NodeAction.APPROVE, node, reason)
    return node


def activate_node(actor: Actor, node_id: UUID, reason: str = "") -> ExchangeNode:
    """Let an approved or suspended link work."""
    node = _of_clerk(actor, node_id)
    require_papers(node)
    _take(actor, NodeAction.ACTIVATE, node, reason)
    return node


def suspend_node(actor: Actor, node_id: UUID, reason: str) -> ExchangeNode:
    """Let nothing flow for the time being, saying why."""
    node = _of_clerk(actor, node_id)
    _require_words(reason)
    _take(actor, NodeAction.SUSPEND, node, reason)
    return node


def end_node(actor: Actor, node_id: UUID, reason: str) -> ExchangeNode:
    """End a link for good, saying why."""
    node = _of_clerk(actor, node_id)
    _require_words(reason)
    _take(actor, NodeAction.END, node, reason)
    return node


def add_mapping(actor: Actor, node_id: UUID, *, remote_kind: str, kind: str) -> ExchangeFlow:
    """Say under which kind of ours a peer's code comes in, 目录对照; takes nothing new outside.

    Raises:
        InvalidInput: the kind may not be exchanged on this link, or the code is mapped already.

    """
    node = _of_clerk(actor, node_id)
    fault = rules.kind_fault(kind, allows_government=node.allows_government)
    if not rules.KIND_CODE.fullmatch(remote_kind):
        fault = "请填写对方目录的代码"
    if any(flow.remote_kind == remote_kind for flow in queries.flows_of(node.id, Way.IN)):
        fault = "这个代码已经有对照"
    if fault:
        raise InvalidInput(fault, fields={"remote_kind": fault})
    flow = ExchangeFlow(node_id=node.id, way=Way.IN, kind=kind, remote_kind=remote_kind)
    db.session.add(flow)
    db.session.flush()
    details = {"remote_kind": remote_kind, "kind": kind}
    audit.record(actor, "exchange_node:map", "exchange_node", node.id, details)
    return flow


def require_papers(node: ExchangeNode) -> None:
    """Raise `RuleBroken` unless every paper of the accession checklist holds today."""
    papers = {name: getattr(node, name) for name in rules.PAPERS}
    faults = rules.paper_faults(papers, clock.today())
    if faults:
        raise RuleBroken("；".join(faults.values()) + "。", code="papers_missing")


def actions_of(actor: Actor, node: ExchangeNode) -> frozenset[NodeAction]:
    """Return what the actor may do next to a link, for the buttons of its page."""
    if actor.account_id is None or actor.role.value != "credit_office":
        return frozenset()
    possible = frozenset(LIFECYCLE.actions_from(node.state))
    if actor.account_id == node.proposed_by:
        possible -= {NodeAction.APPROVE}
    return possible


def _of_clerk(actor: Actor, node_id: UUID) -> ExchangeNode:
    policies.require_clerk(actor)
    return policies.require_found(queries.find_node(node_id, for_update=True))


def _require_sound(plan: NodePlan) -> None:
    own = identity.require_self()
    faults = rules.plan_faults(plan, own.code)
    try:
        PublicKey.parse(plan.verifier)
    except ValueError:
        faults["verifier"] = "公钥应是对方执行 xinyidai node keys 得到的一行"
    if faults:
        raise InvalidInput("；".join(faults.values()) + "。", fields=faults)


def _require_words(reason: str) -> None:
    if not 1 <= len(reason.strip()) <= rules.LONGEST_WORDS:
        raise InvalidInput("请写明原因。", fields={"reason": "请写明原因"})


def _set_flows(node: ExchangeNode, plans: Sequence[FlowPlan]) -> None:
    wanted = {(plan.way, plan.remote_kind): plan for plan in plans}
    for flow in queries.flows_of(node.id):
        plan = wanted.pop((flow.way, flow.remote_kind), None)
        if plan is None:
            db.session.delete(flow)
        else:
            flow.kind = plan.kind
    for plan in wanted.values():
        db.session.add(ExchangeFlow(node_id=node.id, **vars(plan)))
    db.session.flush()


def _take(actor: Actor, action: NodeAction, node: ExchangeNode, reason: str) -> None:
    node.state = LIFECYCLE.next_state(node.state, action)
    _note(actor, action, node, reason)


def _note(actor: Actor, action: NodeAction, node: ExchangeNode, reason: str) -> None:
    db.session.add(
        ExchangeStep(
            node_id=node.id,
            action=action,
            to_state=node.state,
            account_id=actor.account_id,
            role=actor.role,
            actor_name=actor.name,
            reason=reason.strip()[: rules.LONGEST_WORDS],
        )
    )
    db.session.flush()
    details = {"code": node.code, "to_state": node.state.value}
    audit.record(actor, f"exchange_node:{action}", "exchange_node", node.id, details)
