"""Figures of the city, 运行统计: each with numerator, denominator, definition and its list."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.kernel.money import format_wan
from xinyidai.reporting import service
from xinyidai.reporting.values import (
    FUNNEL_NAMES,
    DeclineReason,
    Figure,
    FigureCode,
    Funnel,
    FunnelRow,
    FunnelStep,
    Period,
    Unit,
)
from xinyidai.web.chrome import format_day, format_percent
from xinyidai.web.office.base import OVERSIGHT, Row, asked, asked_day, blueprint, link, pager_of

DEFAULT_DAYS = 365


@blueprint.get("/figures")
@allow(*OVERSIGHT)
def figures() -> ResponseReturnValue:
    """Show the figures, the funnel and the reasons for refusals of a period."""
    period = asked_period()
    funnel = service.read_funnel(g.actor, period)
    return render_template(
        "office/figures.html",
        period=period,
        figures=[figure_row(figure) for figure in service.read_figures(g.actor, period)],
        funnel=funnel_steps(funnel.total, period),
        banks=bank_rows(funnel, period),
        columns=bank_columns(),
        reasons=reason_rows(service.read_decline_reasons(g.actor, period), period),
    )


@blueprint.get("/figures/list")
@allow(*OVERSIGHT)
def figure_list() -> ResponseReturnValue:
    """Show the list behind one figure."""
    period, page = asked_period(), page_args()
    code = _code(asked("figure"))
    rows, total = service.read_behind(g.actor, code, period, page)
    names = {figure.code: figure for figure in service.read_figures(g.actor, period)}
    return render_template(
        "office/figure_list.html",
        figure=names.get(code),
        period=period,
        rows=[
            {
                "firm": row.enterprise_name,
                "firm_sub": row.uscc,
                "on": format_day(row.on) if row.on else None,
                "number": row.application_no,
                "bank": row.institution_name,
                "amount": None if row.amount_fen is None else format_wan(row.amount_fen),
            }
            for row in rows
        ],
        pager=pager_of(page, total),
    )


def asked_period() -> Period:
    """Read the period from the query string; by default the last year up to today."""
    last = asked_day("last") or clock.today()
    return Period(asked_day("first") or last - timedelta(days=DEFAULT_DAYS - 1), last)


def figure_row(figure: Figure) -> Row:
    """Return one figure in words."""
    params: dict[str, Any] = dict(figure.list_params)
    href = url_for(figure.list_url_name, **params) if figure.list_url_name else ""
    return {
        "code": figure.code.value,
        "name": figure.name,
        **figure_value(figure),
        "basis": _basis(figure),
        "definition": figure.definition,
        "href": href,
    }


def figure_value(figure: Figure) -> Row:
    """Return value and unit as they are written; None is 数据不足, never zero."""
    if figure.value is None:
        return {"value": "数据不足", "unit": ""}
    if figure.unit is Unit.RATIO:
        return {"value": format_percent(Decimal(figure.value)), "unit": ""}
    if figure.unit is Unit.FEN:
        number, unit = format_wan(int(figure.value)).split(" ")
        return {"value": number, "unit": unit}
    return {"value": f"{figure.value:,}", "unit": "笔"}


def funnel_steps(row: FunnelRow, period: Period) -> list[Row]:
    """Return the steps of the funnel for the chart, each with the list of its applications."""
    return [
        {
            "label": FUNNEL_NAMES[step],
            "value": row.counts[step],
            "href": _reached(row, step, period),
        }
        for step in FunnelStep
    ]


def bank_columns() -> list[Row]:
    """Return the columns of the funnel by bank."""
    steps = [{"key": step.value, "label": FUNNEL_NAMES[step], "num": True} for step in FunnelStep]
    return [
        {"key": "bank", "label": "银行", "head": True},
        *steps,
        {"key": "days", "label": "决定用时中位数", "num": True},
    ]


def bank_rows(funnel: Funnel, period: Period) -> list[Row]:
    """Return the funnel by bank, the city's total last."""
    return [_bank_row(row, period) for row in (*funnel.banks, funnel.total)]


def reason_rows(reasons: Sequence[DeclineReason], period: Period) -> list[Row]:
    """Return the reasons for refusals, commonest first."""
    return [
        {
            "name": reason.name,
            "applications": link(
                _list_url(period, reason=reason.code),
                f"{reason.applications:,}",
            ),
            "share": format_percent(reason.share, 1),
        }
        for reason in reasons
    ]


def _list_url(period: Period, **wanted: Any) -> str:
    params: dict[str, Any] = {**wanted, **period.params}
    return url_for("office.city_applications", **params)


def _reached(row: FunnelRow, step: FunnelStep, period: Period) -> str:
    return _list_url(period, institution=row.institution_id, reached=step.value)


def _bank_row(row: FunnelRow, period: Period) -> Row:
    bank: str = row.institution_name
    if row.institution_id is not None:
        url = url_for("office.city_applications", institution=row.institution_id)
        bank = link(url, row.institution_name)
    days = None if row.median_days is None else f"{row.median_days.normalize():f} 个工作日"
    counts = {
        step.value: link(_reached(row, step, period), f"{row.counts[step]:,}")
        for step in FunnelStep
    }
    return {"bank": bank, "days": days, **counts}


def _basis(figure: Figure) -> str:
    if figure.denominator is None:
        return ""
    if figure.code is FigureCode.CREDIT_LOAN_SHARE:
        return f"{format_wan(figure.numerator)} ÷ {format_wan(figure.denominator)}"
    return f"{figure.numerator:,} ÷ {figure.denominator:,}"


def _code(text: str) -> FigureCode:
    try:
        return FigureCode(text)
    except ValueError as error:
        raise InvalidInput("没有这个指标。", fields={"figure": "请从统计页面进入"}) from error
