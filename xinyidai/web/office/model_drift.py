"""Drift and performance of a model in use, 漂移监测: month by month, each with its table."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.missing import MissingCause
from xinyidai.kernel.access import allow
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import Page
from xinyidai.model_monitoring import queries
from xinyidai.model_monitoring.models import DriftFigure, MonitoringRun
from xinyidai.model_monitoring.rules import SCORE
from xinyidai.model_monitoring.values import DriftVerdict
from xinyidai.scoring.models import ModelVersion
from xinyidai.web import wording
from xinyidai.web.chrome import format_day
from xinyidai.web.office.base import Row, blueprint, link
from xinyidai.web.office.model_alarms import alarm_row
from xinyidai.web.office.models import READERS, find_model

VERDICTS: Mapping[DriftVerdict, tuple[str, str]] = {
    DriftVerdict.TOO_FEW: ("样本太少，不评价", "plain"),
    DriftVerdict.STABLE: ("没有显著变化", "ok"),
    DriftVerdict.SLIGHT: ("显著但幅度小", "wait"),
    DriftVerdict.SOME: ("中等变化", "todo"),
    DriftVerdict.MUCH: ("明显变化", "error"),
    DriftVerdict.NEW_CATEGORY: ("出现新类别", "error"),
}
CAUSES: Mapping[str, str] = {
    MissingCause.NO_RECORD.value: "没有记录",
    MissingCause.NOT_AUTHORIZED.value: "未授权",
    MissingCause.STALE.value: "已过时",
}
MONTHS = 24
ALARMS = Page(1, 20)


@blueprint.get("/models/<uuid:model_id>/drift")
@allow(*READERS)
def model_drift(model_id: UUID) -> ResponseReturnValue:
    """Show PSI over the months, one month's features with gaps by cause, and performance."""
    model = find_model(model_id)
    runs = queries.runs_of(model_id)[-MONTHS:]
    run = _chosen(runs)
    alarms, _ = queries.alarms(ALARMS, model_id=model_id)
    return render_template(
        "office/model_drift.html",
        model=model,
        labels=wording.MODEL_STATES,
        run=run,
        months=[_month(model, row, run) for row in reversed(runs)],
        chart=_score_chart(runs),
        figures=[_figure(row) for row in _figures(run)],
        performance=_performance(run, _reference(model)),
        alarms=[alarm_row(alarm, model) for alarm in alarms],
    )


def _chosen(runs: Sequence[MonitoringRun]) -> MonitoringRun | None:
    month = request.args.get("month", "")
    if not month:
        return runs[-1] if runs else None
    found = next((run for run in runs if run.month == month), None)
    if found is None:
        raise NotFound("没有这个月的监测。")
    return found


def _month(model: ModelVersion, run: MonitoringRun, shown: MonitoringRun | None) -> Row:
    url = url_for("office.model_drift", model_id=model.id, month=run.month)
    return {
        "month": link(url, run.month),
        "month_sub": "正在看" if run is shown else "",
        "as_of": format_day(run.as_of),
        "firms": f"{run.firms:,}",
        "scored": f"{run.scored:,}",
    }


def _score_chart(runs: Sequence[MonitoringRun]) -> dict[str, Any]:
    """Return the PSI of the score and of the feature that moved most, with the critical value."""
    by_run: dict[UUID, list[DriftFigure]] = {}
    for figure in queries.figures_of([run.id for run in runs]):
        by_run.setdefault(figure.run_id, []).append(figure)
    score, critical, worst = [], [], []
    for run in runs:
        figures = by_run.get(run.id, [])
        own = next((row for row in figures if row.feature == SCORE), None)
        others = [row.psi for row in figures if row.feature != SCORE and row.psi is not None]
        score.append(_rounded(own.psi if own else None))
        critical.append(_rounded(own.critical if own else None))
        worst.append(_rounded(max(others, default=None)))
    return {
        "labels": [run.month for run in runs],
        "series": [
            {"name": "评分 PSI", "values": score},
            {"name": "变化最大的指标 PSI", "values": worst},
            {"name": "评分 PSI 临界值", "values": critical},
        ],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _figures(run: MonitoringRun | None) -> list[DriftFigure]:
    found = [] if run is None else list(queries.figures_of([run.id]))
    return sorted(found, key=lambda row: (row.feature != SCORE, -(row.psi or 0), row.feature))


def feature_name(code: str) -> str:
    """Return the Chinese name of a feature, 评分 for the score itself."""
    if code in {SCORE, ""}:
        return "评分"
    known = indicator_dictionary().indicators.get(code)
    return known.name if known else code


def _figure(row: DriftFigure) -> Row:
    words, tone = VERDICTS[row.verdict]
    if row.new_levels:
        words += "：" + "、".join(row.new_levels)
    lacks = f"{row.missing.get('insufficient', 0) * 100:.1f}%"
    shares = {cause: f"{row.missing.get(cause, 0) * 100:.1f}%" for cause in CAUSES}
    return {
        "feature": feature_name(row.feature),
        "feature_sub": "" if row.feature == SCORE else row.feature,
        "psi": None if row.psi is None else f"{row.psi:.4f}",
        "critical": None if row.critical is None else f"{row.critical:.4f}",
        "n": f"{row.present:,}",
        "verdict": words,
        "tone": tone,
        **(shares if row.feature != SCORE else dict.fromkeys(CAUSES)),
        "lacks": lacks if row.feature == SCORE else None,
    }


def _reference(model: ModelVersion) -> Mapping[str, Any]:
    rows = queries.references_of(model.id)
    return next((row.numbers for row in rows if row.feature == SCORE), {})


def _performance(run: MonitoringRun | None, reference: Mapping[str, Any]) -> list[Row]:
    if run is None:
        return []
    expected, real = run.numbers["expected"], run.numbers["real"]
    known = f"已知结果 {real['n']:,} 笔，违约 {real['bads']:,} 笔"
    return [
        {
            "name": name,
            "name_sub": known if code == "auc" else "",
            "reference": _band(reference.get(code)),
            "expected": _band(expected.get(code)),
            "real": _band(real.get(code)),
        }
        for code, name in (("auc", "AUC"), ("bad_rate", "违约率"))
    ]


def _band(entry: Mapping[str, float] | None) -> str:
    if entry is None:
        return "数据不足"
    return f"{entry['value']:.3f}（{entry['low']:.3f} 至 {entry['high']:.3f}）"
