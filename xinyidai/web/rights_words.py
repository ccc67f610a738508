"""Objections and repairs in words: what it is about, how far it is, what was done and said."""

from collections.abc import Mapping, Sequence
from typing import Any

from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.objections import OBJECTIONS, ObjectionSubject, TermUnit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.objections import rules
from xinyidai.objections.models import Objection, ObjectionStep
from xinyidai.objections.queries import ObjectionRow
from xinyidai.objections.values import (
    ACTION_NAMES,
    CHANNEL_NAMES,
    OPEN_STATES,
    OUTCOME_NAMES,
    ObjectionAction,
    ObjectionState,
)
from xinyidai.repairs.models import Repair, RepairStep
from xinyidai.repairs.queries import RepairRow
from xinyidai.repairs.values import ACTION_NAMES as REPAIR_ACTIONS
from xinyidai.repairs.values import CHANNEL_NAMES as REPAIR_CHANNELS
from xinyidai.repairs.values import CLASS_NAMES, RepairAction, RepairState
from xinyidai.web import wording
from xinyidai.web.chrome import format_day, format_moment

Row = dict[str, Any]
# What the platform holds about a firm, by the names that objections give it too.
HOLDINGS: Mapping[str, str] = {
    "registration": "企业登记信息",
    "accounts": "本企业的账户和登录",
    "consents": "授权",
    "profile": "企业画像",
    "score": "信用评分",
    "evaluation": "公共信用综合评价",
    "applications": "贷款申请和银行答复",
    "needs": "融资需求",
    "matches": "产品匹配结果",
    "leads": "联系意愿和找到本企业的机构",
    "whitelist": "白名单",
    "events": "对接会报名和洽谈",
    "objections": "异议",
    "repairs": "信用修复申请",
    "reports": "信用报告",
    "joint_results": "联合结果（只给银行结果）",
    "credit_codes": "信用码",
    "lists": "名单",
    "checks": "联合奖惩核查",
    "declarations": "自愿填报",
    "commitments": "信用承诺",
    "messages": "给本企业的消息",
    "deeds": "操作留痕",
    "looks": "谁看过我的数据",
    "records": "公共信用信息记录",
}
S, A = ObjectionState, ObjectionAction

OFFICE = "信用办"
UNITS = {TermUnit.CALENDAR: "天", TermUnit.WORKING: "个工作日"}
LOOK = "一次查询"
STOPS = frozenset({A.DISMISS, A.REJECT, A.WITHDRAW})
ASKS = frozenset({A.ASK, A.ESCALATE})
OBJECTION_STAGES = (S.SUBMITTED, S.ACCEPTED, S.AT_SOURCE, S.CLOSED)
STAGE_NAMES = {
    S.SUBMITTED: "提交",
    S.ACCEPTED: "受理并标注",
    S.AT_SOURCE: "来源核实",
    S.CLOSED: "答复",
}
REPAIR_STAGES = (
    RepairState.SUBMITTED,
    RepairState.CHECKED,
    RepairState.HANDED_OVER,
    RepairState.REPAIRED,
)
REPAIR_STAGE_NAMES = {
    RepairState.SUBMITTED: "申请",
    RepairState.CHECKED: "审核",
    RepairState.HANDED_OVER: "信用中国办理",
    RepairState.REPAIRED: "修复",
}
REPAIR_SIDES = {
    RepairState.RETURNED: "退回补正",
    RepairState.REFUSED: "不予修复",
    RepairState.WITHDRAWN: "已撤回",
}


def about(objection: Objection) -> str:
    """Return what an objection is against, without what a record says."""
    if objection.subject is ObjectionSubject.LOOK:
        return LOOK
    if objection.item in KINDS:
        name = KINDS[objection.item].name
        return f"{name}（缺少记录）" if objection.subject is ObjectionSubject.KIND else name
    return HOLDINGS.get(objection.item, "平台保存的其他信息")


def reason_name(objection: Objection) -> str:
    """Return the reason's name; one that the catalogue no longer lists goes by its code."""
    reason = OBJECTIONS.reasons.get(objection.reason)
    return reason.name if reason else objection.reason


def days_left(objection: Objection) -> int | None:
    """Return the days left for the answer, None when no clock runs."""
    if objection.state not in OPEN_STATES or objection.waiting_since is not None:
        return None
    return rules.days_left(objection.due_on, clock.today(), OBJECTIONS.term.unit)


def objection_row(row: ObjectionRow) -> Row:
    """Return one line of a list of objections."""
    objection = row.objection
    return {
        "id": objection.id,
        "number": objection.number,
        "about": about(objection),
        "firm": row.enterprise.name,
        "reason": reason_name(objection),
        "source": _source(row),
        "on": format_day(objection.opened_at),
        "due": format_day(objection.due_on),
        "left": days_left(objection),
        "waiting": objection.waiting_since is not None,
        "state": objection.state.value,
        "outcome": OUTCOME_NAMES[objection.outcome] if objection.outcome else "",
    }


def objection_facts(row: ObjectionRow) -> list[Row]:
    """Return what is known of an objection, line by line."""
    objection = row.objection
    known = [
        ("受理编号", objection.number),
        ("企业", row.enterprise.name),
        ("异议对象", about(objection)),
        ("理由", reason_name(objection)),
        ("企业说明", objection.statement),
        ("核实单位", _source(row)),
        ("提出时间", format_moment(objection.opened_at)),
        ("答复期限", _due(objection)),
        ("办理渠道", CHANNEL_NAMES[objection.channel]),
        ("身份核对", objection.identity_note),
        ("结果", OUTCOME_NAMES[objection.outcome] if objection.outcome else None),
        ("答复", objection.answer),
    ]
    return [{"label": label, "value": value} for label, value in known if value]


def _source(row: ObjectionRow) -> str:
    if row.objection.state is S.SUBMITTED:
        return "受理后确定"
    return row.source or OFFICE


def _due(objection: Objection) -> str:
    term = OBJECTIONS.term
    words = f"{format_day(objection.due_on)}（{term.days} {UNITS[term.unit]}）"
    return f"{words}，等企业补充，暂停计时" if objection.waiting_since else words


def objection_stages(objection: Objection, steps: Sequence[ObjectionStep]) -> Row:
    """Return the stage bar of an objection: stages with days, the current one, a side state."""
    reached = {step.to_state: format_day(step.taken_at) for step in steps}
    is_answered = objection.state in {S.UPHELD, S.REJECTED, S.CLOSED}
    if objection.answered_at is not None:
        reached[S.CLOSED] = format_day(objection.answered_at)
    passed = [stage for stage in OBJECTION_STAGES if stage in reached]
    current = S.CLOSED if is_answered else (passed or [S.SUBMITTED])[-1]
    return {
        "stages": [
            {"code": stage.value, "label": STAGE_NAMES[stage], "on": reached.get(stage, "")}
            for stage in OBJECTION_STAGES
        ],
        "current": current.value,
        "side": "已撤回" if objection.state is S.WITHDRAWN else "",
        "finished": is_answered,
    }


def objection_events(steps: Sequence[ObjectionStep], *, to_firm: bool = False) -> list[Row]:
    """Return the steps for the timeline, newest first; the firm reads roles, not clerks' names."""
    return [
        {
            "at": format_moment(step.taken_at),
            "title": ACTION_NAMES[step.action],
            "who": _who(step.role, step.actor_name, to_firm=to_firm),
            "text": step.reason,
            "tone": "stop" if step.action in STOPS else "todo" if step.action in ASKS else "",
        }
        for step in reversed(steps)
    ]


def _who(role: Role, name: str, *, to_firm: bool) -> str:
    hides = to_firm and role is not Role.ENTERPRISE_USER
    return wording.ROLES[role] if hides else name


def repair_row(row: RepairRow) -> Row:
    """Return one line of a list of applications for repair."""
    repair = row.repair
    return {
        "id": repair.id,
        "number": repair.number,
        "about": KINDS[repair.kind].name if repair.kind in KINDS else repair.kind,
        "grade": CLASS_NAMES[repair.grade],
        "firm": row.enterprise.name,
        "on": format_day(repair.opened_at),
        "receipt": repair.receipt_no,
        "state": repair.state.value,
    }


def repair_facts(row: RepairRow) -> list[Row]:
    """Return what is known of an application, line by line."""
    repair = row.repair
    signed = f"{repair.signed_name}，{format_moment(repair.signed_at)} 签署"
    known = [
        ("申请编号", repair.number),
        ("企业", row.enterprise.name),
        ("记录类别", KINDS[repair.kind].name if repair.kind in KINDS else repair.kind),
        ("失信程度", CLASS_NAMES[repair.grade]),
        ("最早可修复", format_day(repair.earliest_on)),
        ("履行情况", repair.duty_note),
        ("信用承诺", f"{signed}（第 {repair.commitment_version} 版）"),
        ("申请时间", format_moment(repair.opened_at)),
        ("办理渠道", REPAIR_CHANNELS[repair.channel]),
        ("身份核对", repair.identity_note),
        ("信用中国受理编号", repair.receipt_no),
        ("结果", repair.result),
    ]
    return [{"label": label, "value": value} for label, value in known if value]


def repair_stages(repair: Repair, steps: Sequence[RepairStep]) -> Row:
    """Return the stage bar of an application."""
    reached = {step.to_state: format_day(step.taken_at) for step in steps}
    passed = [stage for stage in REPAIR_STAGES if stage in reached]
    return {
        "stages": [
            {"code": stage.value, "label": REPAIR_STAGE_NAMES[stage], "on": reached.get(stage, "")}
            for stage in REPAIR_STAGES
        ],
        "current": (passed or [RepairState.SUBMITTED])[-1].value,
        "side": REPAIR_SIDES.get(repair.state, ""),
        "finished": repair.state is RepairState.REPAIRED,
    }


def repair_events(steps: Sequence[RepairStep], *, to_firm: bool = False) -> list[Row]:
    """Return the steps for the timeline, newest first."""
    stops = {RepairAction.REFUSE, RepairAction.WITHDRAW}
    return [
        {
            "at": format_moment(step.taken_at),
            "title": REPAIR_ACTIONS[step.action],
            "who": _who(step.role, step.actor_name, to_firm=to_firm),
            "text": step.reason,
            "tone": "stop"
            if step.action in stops
            else "todo"
            if step.action is RepairAction.RETURN
            else "",
        }
        for step in reversed(steps)
    ]
