"""Alarms about queries, 异常查询预警: the list, the looks behind each, and its review."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.oversight import queries, service
from xinyidai.oversight.models import QueryAlarm
from xinyidai.oversight.values import (
    ALARM_STATE_NAMES,
    CASE_NAMES,
    RULE_NAMES,
    AlarmRule,
    AlarmState,
    CaseKind,
)
from xinyidai.web.audit.base import UNKNOWN, blueprint, names_of
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.office import ledger_queries, look_words
from xinyidai.web.office.base import (
    OVERSIGHT,
    Row,
    asked,
    attempted,
    chosen_state,
    done,
    link,
    options,
    pager_of,
    typed,
)

MOST_SHOWN = 200
CONCLUSIONS = {
    state: name for state, name in ALARM_STATE_NAMES.items() if state is not AlarmState.OPEN
}


@blueprint.get("/alarms")
@allow(*OVERSIGHT)
def alarms() -> ResponseReturnValue:
    """List alarms, narrowed by rule and state."""
    page = page_args()
    rule, state = chosen_state(AlarmRule, "rule"), chosen_state(AlarmState)
    found, total = queries.alarms(page, rule=rule, state=state)
    names = _names(found)
    return render_template(
        "audit/alarms.html",
        rows=[_row(alarm, names) for alarm in found],
        pager=pager_of(page, total),
        rules=options(RULE_NAMES),
        states=options(ALARM_STATE_NAMES),
        chosen={"rule": asked("rule"), "state": asked("state")},
        reconciled=queries.last_reconciliation(),
    )


@blueprint.get("/alarms/<uuid:alarm_id>")
@allow(*OVERSIGHT)
def alarm(alarm_id: UUID) -> ResponseReturnValue:
    """Show one alarm, the looks behind it and, while it is open, the form of its review."""
    return _page(queries.get_alarm(alarm_id), {})


@blueprint.post("/alarms/<uuid:alarm_id>")
@allow(*OVERSIGHT)
def review(alarm_id: UUID) -> ResponseReturnValue:
    """Close the alarm with a conclusion."""
    with attempted("conclusion") as attempt, own_transaction():
        service.review_alarm(g.actor, alarm_id, _conclusion(), typed("conclusion"))
    if not attempt.errors:
        return done("核查结论已记录。", "audit.alarm", alarm_id=alarm_id)
    return _page(queries.get_alarm(alarm_id), attempt.errors), attempt.status


def _conclusion() -> AlarmState:
    try:
        return AlarmState(typed("state"))
    except ValueError as error:
        raise InvalidInput("请选择核查结果。", fields={"state": "请选择核查结果"}) from error


def _page(found: QueryAlarm, errors: dict[str, str]) -> str:
    names = _names([found])
    rows = ledger_queries.by_ids([UUID(one) for one in found.event_ids[:MOST_SHOWN]])
    return render_template(
        "audit/alarm.html",
        alarm=_row(found, names),
        is_open=found.state is AlarmState.OPEN,
        facts=_facts(found),
        review=_review(found, names),
        rows=[look_words.row_of(row) for row in rows],
        hidden=len(found.event_ids) - len(rows),
        conclusions=options(CONCLUSIONS),
        values={"state": typed("state"), "conclusion": typed("conclusion")},
        errors=errors,
    )


def _names(found: Sequence[QueryAlarm]) -> dict[UUID | None, str]:
    """Return the names of all parties of these alarms, by their ids."""
    names = names_of([one.account_id for one in found] + [one.reviewed_by for one in found])
    for model, ids in (
        (Institution, {one.institution_id for one in found}),
        (Enterprise, {one.enterprise_id for one in found}),
    ):
        rows = db.session.execute(select(model.id, model.name).where(model.id.in_(ids)))
        names.update({row.id: row.name for row in rows})
    return names


def _row(found: QueryAlarm, names: dict[UUID | None, str]) -> Row:
    url = url_for("audit.alarm", alarm_id=found.id)
    return {
        "rule": link(url, RULE_NAMES[found.rule]),
        "name": RULE_NAMES[found.rule],
        "on": format_day(found.happened_on),
        "raised": format_moment(found.raised_at),
        "bank": names.get(found.institution_id, UNKNOWN),
        "who": names.get(found.account_id, "银行系统" if found.account_id is None else UNKNOWN),
        "firm": names.get(found.enterprise_id, "多家企业"),
        "number": f"{found.facts['count']:,}",
        "state": found.state.value,
        "state_name": ALARM_STATE_NAMES[found.state],
    }


def _facts(found: QueryAlarm) -> list[Row]:
    first, last = (datetime.fromisoformat(found.facts[key]) for key in ("first", "last"))
    return [
        {"label": "为什么预警", "value": _why(found)},
        {"label": "查询时间", "value": f"{format_moment(first)} 至 {format_moment(last)}"},
        {"label": "查询次数", "value": f"{found.facts['count']:,} 次"},
        {"label": "预警时间", "value": format_moment(found.raised_at)},
        {"label": "规则版本", "value": found.rule_version},
    ]


def _why(found: QueryAlarm) -> str:
    facts = found.facts
    if found.rule is AlarmRule.OFF_HOURS:
        return "当天不是工作日。" if facts["free_day"] else "在 07:00 至 21:00 以外查询。"
    if found.rule is AlarmRule.NO_CASE:
        return _why_no_case(found)
    if found.rule is AlarmRule.MANY_REFUSED:
        return f"{facts['minutes']} 分钟内被拒绝 5 次或更多。"
    if "usual_day" in facts:
        return f"一天内的查询超过平日（每天 {facts['usual_day']} 次）的 5 倍。"
    return f"{facts['minutes']} 分钟内查询超过 30 次。"


def _why_no_case(found: QueryAlarm) -> str:
    purposes = "、".join(look_words.purpose_name(code) for code in found.facts["purposes"])
    if not found.facts["known"]:
        return f"用途“{purposes}”不在对外提供的用途之内。"
    wanted = "、".join(CASE_NAMES[CaseKind(code)] for code in found.facts["wanted"])
    return f"用途“{purposes}”应有对应业务（{wanted}），前后 30 天内都没有找到。"


def _review(found: QueryAlarm, names: dict[UUID | None, str]) -> list[Row]:
    return [
        {"label": "核查结果", "value": ALARM_STATE_NAMES[found.state]},
        {"label": "核查人", "value": names.get(found.reviewed_by, UNKNOWN)},
        {"label": "核查时间", "value": format_moment(found.reviewed_at)},
        {"label": "结论", "value": found.conclusion or UNKNOWN},
    ]
