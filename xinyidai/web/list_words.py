"""Credit lists and checks in words, for every desk, 名单与核查."""

from collections.abc import Iterable
from typing import Any

from xinyidai.catalogue.credit_lists import SIDE_NAMES, CreditListType
from xinyidai.catalogue.kinds import DEPARTMENTS
from xinyidai.catalogue.measures import CATEGORY_NAMES, MEASURES, OCCASIONS, Measure
from xinyidai.credit_lists.models import ReleaseStep
from xinyidai.credit_lists.queries import ReleaseRow, list_name
from xinyidai.credit_lists.service import PublicEntry
from xinyidai.credit_lists.values import ACTION_NAMES as RELEASE_ACTIONS
from xinyidai.credit_lists.values import KIND_NAMES, Membership
from xinyidai.joint_checks import rules
from xinyidai.joint_checks.models import CheckStep
from xinyidai.joint_checks.queries import CheckRow
from xinyidai.joint_checks.service import CheckView
from xinyidai.joint_checks.values import (
    ACTION_NAMES,
    CHANNEL_NAMES,
    DECISION_NAMES,
    OPEN_STATES,
    OUTCOME_NAMES,
    CheckAction,
    CheckOutcome,
)
from xinyidai.kernel import clock
from xinyidai.web.chrome import format_day, format_moment

Row = dict[str, Any]
PLATFORM = "平台自动核查"
UNKNOWN = "平台没有这家企业"
ADVICE = "仅作提示，由接收方自主决定。"
TONES = {
    CheckOutcome.SERIOUS: "error",
    CheckOutcome.HONOUR: "ok",
    CheckOutcome.NONE: "plain",
    CheckOutcome.INSUFFICIENT: "todo",
}
ENTRY_COLUMNS = (
    {"key": "name", "label": "企业", "head": True},
    {"key": "document", "label": "依据文号"},
    {"key": "organ", "label": "认定单位"},
    {"key": "in_on", "label": "列入日期"},
    {"key": "out_on", "label": "期满日期"},
)


def type_row(one: CreditListType, number: int) -> Row:
    """Return a list as its index shows it."""
    return {
        "code": one.code,
        "name": one.name,
        "side": SIDE_NAMES[one.side],
        "number": number,
        "department": DEPARTMENTS[one.department].name,
        "basis": one.basis,
    }


def type_facts(one: CreditListType) -> list[Row]:
    """Return everything about a list, line by line."""
    term = f"{one.term_months} 个月" if one.term_months else "以依据的记录为准"
    return [
        {"label": "性质", "value": SIDE_NAMES[one.side]},
        {"label": "认定部门", "value": DEPARTMENTS[one.department].name},
        {"label": "依据", "value": one.basis},
        {"label": "期限", "value": term},
        {"label": "移出条件", "value": one.exit},
    ]


def entry_row(entry: PublicEntry) -> Row:
    """Return an entry as anyone may see it."""
    return {
        "id": entry.id,
        "name": entry.name,
        "name_sub": entry.uscc,
        "list": list_name(entry.list_type),
        "document": entry.document,
        "organ": entry.organ,
        "in_on": format_day(entry.in_on),
        "out_on": format_day(entry.out_planned_on) if entry.out_planned_on else None,
    }


def release_row(row: ReleaseRow) -> Row:
    """Return a release as the desks list it."""
    release = row.release
    return {
        "id": release.id,
        "number": release.number,
        "title": release.title,
        "list": list_name(release.list_type),
        "kind": KIND_NAMES[release.kind],
        "rows": release.row_count,
        "office": row.drafted_for,
        "on": format_day(release.drafted_at),
        "published": format_moment(release.published_at) if release.published_at else None,
        "state": release.state.value,
    }


def release_events(steps: Iterable[ReleaseStep]) -> list[Row]:
    """Return the way of a release."""
    return [
        {
            "at": format_moment(step.taken_at),
            "who": step.actor_name,
            "title": RELEASE_ACTIONS[step.action],
            "text": step.reason,
        }
        for step in steps
    ]


def measure_row(one: Measure) -> Row:
    """Return a measure or incentive as the public catalogue shows it."""
    return {
        "code": one.code,
        "name": one.name,
        "name_sub": "仅作提示，由接收方自主决定" if one.is_advice else "",
        "category": CATEGORY_NAMES[one.category],
        "effect": one.effect,
        "basis": one.basis,
        "executor": one.executor,
        "lists": "、".join(sorted(list_name(code) for code in one.lists)),
        "occasions": "、".join(name for code, name in OCCASIONS.items() if code in one.occasions)
        or "不在本平台核查时采取",
    }


def check_row(row: CheckRow) -> Row:
    """Return a check as the desks list it."""
    check = row.check
    is_open = check.state in OPEN_STATES and check.due_on is not None
    return {
        "id": check.id,
        "number": check.number,
        "firm": row.firm or UNKNOWN,
        "firm_sub": row.uscc or check.asked_uscc or check.asked_name or "",
        "occasion": occasion_name(check.occasion),
        "occasion_sub": check.case_no,
        "office": row.department or PLATFORM,
        "at": format_moment(check.asked_at),
        "outcome": OUTCOME_NAMES[check.outcome],
        "tone": TONES[check.outcome],
        "left": rules.days_left(check.due_on, clock.today())
        if is_open and check.due_on is not None
        else None,
        "state": check.state.value,
        "done": "、".join(measure_names(check.taken)),
    }


def check_facts(view: CheckView, *, to_firm: bool = False) -> list[Row]:
    """Return what was asked, by whom and when, line by line."""
    check, row = view.check, view.row
    versions = (
        f"规则 {check.rules_version}，名单目录 {check.lists_version}，"
        f"措施清单 {check.measures_version}"
    )
    facts = [
        {"label": "核查编号", "value": check.number},
        {"label": "企业", "value": row.firm or UNKNOWN, "note": row.uscc or check.asked_uscc or ""},
        {"label": "事由", "value": occasion_name(check.occasion)},
        {"label": "办件", "value": check.case_no},
        {"label": "核查单位", "value": row.department or PLATFORM},
        {"label": "时间", "value": format_moment(check.asked_at)},
    ]
    if not to_firm:
        channel = CHANNEL_NAMES[check.channel]
        facts.append({"label": "经办人", "value": check.actor_name, "note": channel})
        facts.append({"label": "依据版本", "value": versions})
    if check.due_on:
        facts.append({"label": "反馈期限", "value": format_day(check.due_on)})
    return facts


def handling_facts(view: CheckView) -> list[Row]:
    """Return what was done with the answer, and how the case ended."""
    check = view.check
    if check.decision is None:
        return []
    facts = [{"label": "处置", "value": DECISION_NAMES[check.decision]}]
    if check.taken:
        facts.append({"label": "措施", "value": "、".join(measure_names(check.taken))})
    if check.reason:
        facts.append({"label": "说明", "value": check.reason})
    if check.result and check.result != check.reason:
        facts.append({"label": "办理结果", "value": check.result})
    return facts


def hit_row(hit: Membership) -> Row:
    """Return one list that a firm is on now."""
    return {
        "list": hit.list_type.name,
        "list_sub": SIDE_NAMES[hit.list_type.side],
        "document": hit.document,
        "organ": hit.organ,
        "since": format_day(hit.in_on),
        "basis": hit.list_type.basis,
    }


def check_events(steps: Iterable[CheckStep], *, to_firm: bool = False) -> list[Row]:
    """Return the four steps; to a firm an office speaks, not its clerk."""
    return [
        {
            "at": format_moment(step.taken_at),
            "who": "" if to_firm and step.action is not CheckAction.ANSWER else step.actor_name,
            "title": ACTION_NAMES[step.action],
            "text": step.note,
        }
        for step in steps
    ]


def measure_names(codes: Iterable[str]) -> list[str]:
    """Return the names of measures; one that the catalogue dropped keeps its code."""
    return [MEASURES[code].name if code in MEASURES else code for code in codes]


def measure_options(codes: Iterable[str]) -> list[Row]:
    """Return measures to tick, each with what it does and on which basis."""
    return [
        {
            "value": one.code,
            "label": one.name,
            "hint": f"{one.effect}。依据：{one.basis}。{ADVICE if one.is_advice else ''}",
        }
        for one in (MEASURES[code] for code in codes if code in MEASURES)
    ]


def occasion_name(code: str) -> str:
    """Return the name of an occasion; one that the catalogue dropped keeps its code."""
    return OCCASIONS.get(code, code)
