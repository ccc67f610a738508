"""Alarms on the model in use, 模型预警: taken with a plan, closed with what was done."""

from collections.abc import Mapping
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.http import page_args
from xinyidai.model_monitoring import queries, service
from xinyidai.model_monitoring.models import ModelAlarm
from xinyidai.model_monitoring.values import ALARM_NAMES, AlarmState
from xinyidai.scoring import queries as scoring
from xinyidai.scoring.models import ModelVersion
from xinyidai.web.chrome import format_moment
from xinyidai.web.office.base import (
    OFFICE,
    Row,
    attempted,
    blueprint,
    chosen_state,
    done,
    link,
    options,
    pager_of,
    typed,
)
from xinyidai.web.office.models import READERS

STATES: Mapping[AlarmState, str] = {
    AlarmState.OPEN: "待认领",
    AlarmState.TAKEN: "处理中",
    AlarmState.CLOSED: "已关闭",
}
CAUSES = {"no_record": "没有记录", "not_authorized": "未授权", "stale": "已过时"}


@blueprint.get("/models/alarms")
@allow(*READERS)
def model_alarms() -> ResponseReturnValue:
    """List alarms, newest first."""
    page, state = page_args(), chosen_state(AlarmState)
    found, total = queries.alarms(page, state)
    return render_template(
        "office/model_alarms.html",
        rows=[alarm_row(alarm, _model(alarm)) for alarm in found],
        states=options(STATES),
        chosen=state.value if state else "",
        pager=pager_of(page, total),
    )


@blueprint.get("/models/alarms/<uuid:alarm_id>")
@allow(*READERS)
def model_alarm(alarm_id: UUID) -> ResponseReturnValue:
    """Show one alarm: numbers, owner, plan, conclusion."""
    return _page(alarm_id, {}, "")


@blueprint.post("/models/alarms/<uuid:alarm_id>")
@allow(*OFFICE)
def decide_model_alarm(alarm_id: UUID) -> ResponseReturnValue:
    """Take the alarm or close it, as the button pressed says."""
    action, words = typed("action"), typed("words")
    deeds = {"take": service.take_alarm, "close": service.close_alarm}
    if action not in deeds:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    with attempted("words") as attempt, own_transaction():
        deeds[action](g.actor, alarm_id, words)
    if attempt.errors:
        errors = dict.fromkeys(("words",), next(iter(attempt.errors.values())))
        return _page(alarm_id, errors, words), attempt.status
    said = "已认领，您是负责人。" if action == "take" else "预警已关闭。"
    return done(said, "office.model_alarm", alarm_id=alarm_id)


def alarm_row(alarm: ModelAlarm, model: ModelVersion) -> Row:
    """Return one line of a list of alarms."""
    return {
        "what": link(url_for("office.model_alarm", alarm_id=alarm.id), _title(alarm)),
        "what_sub": f"{model.code} {model.version}",
        "month": alarm.month,
        "state": STATES[alarm.state],
        "owner": alarm.owner_name,
        "closed": format_moment(alarm.closed_at) if alarm.closed_at else None,
    }


def _model(alarm: ModelAlarm) -> ModelVersion:
    model = scoring.find_model(alarm.model_id)
    if model is None:
        raise NotFound("没有登记过这个模型。")
    return model


def _title(alarm: ModelAlarm) -> str:
    known = indicator_dictionary().indicators.get(alarm.feature)
    about = f"：{known.name if known else alarm.feature}" if alarm.feature else ""
    return ALARM_NAMES[alarm.kind] + ("" if alarm.feature == "score" else about)


def _page(alarm_id: UUID, errors: Mapping[str, str], words: str) -> str:
    alarm = queries.find_alarm(alarm_id)
    if alarm is None:
        raise NotFound("没有找到这条模型预警。")
    model = _model(alarm)
    return render_template(
        "office/model_alarm.html",
        alarm=alarm,
        title=_title(alarm),
        state=STATES[alarm.state],
        facts=_facts(alarm, model),
        drift=url_for("office.model_drift", model_id=model.id, month=alarm.month),
        may_act=g.actor.role in OFFICE,
        is_owner=alarm.owner_id == g.actor.account_id,
        errors=errors,
        words=words,
    )


def _facts(alarm: ModelAlarm, model: ModelVersion) -> list[Row]:
    rows = [
        {"label": "模型", "value": f"{model.code} {model.version}"},
        {"label": "月份", "value": alarm.month},
        {"label": "发现时间", "value": format_moment(alarm.raised_at)},
        *_numbers(alarm),
        {"label": "认领人", "value": alarm.owner_name or "还没有人认领"},
    ]
    if alarm.taken_at:
        rows.append({"label": "认领时间", "value": format_moment(alarm.taken_at)})
        rows.append({"label": "处理办法", "value": alarm.plan})
    if alarm.closed_at:
        closed = f"{format_moment(alarm.closed_at)}（{alarm.closer_name}）"
        rows.append({"label": "关闭", "value": closed})
        rows.append({"label": "核查结果", "value": alarm.conclusion})
    return rows


def _numbers(alarm: ModelAlarm) -> list[Row]:
    facts = alarm.facts
    if "psi" in facts:
        words = f"{facts['psi']:.4f}，临界值 {facts['critical']:.4f}，{facts['n']:,} 家"
        return [{"label": "PSI", "value": words}]
    if "levels" in facts:
        return [{"label": "新类别", "value": "、".join(facts["levels"])}]
    if "causes" in facts:
        names = "、".join(CAUSES[cause] for cause in facts["causes"])
        return [{"label": "上升的缺失原因", "value": names}]
    words = f"{facts['value']:.3f}（{facts['low']:.3f} 至 {facts['high']:.3f}）"
    return [{"label": "数值（95% 区间）", "value": words}]
