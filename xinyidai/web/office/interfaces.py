"""The board of data exchange interfaces, 数据交换接口监测: calls, times, failures, last success."""

from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.deliveries import queries
from xinyidai.deliveries.queries import CallFigures
from xinyidai.deliveries.values import INTERFACE_NAMES, Interface
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web.chrome import format_moment
from xinyidai.web.office.base import OVERSIGHT, Row, asked, blueprint, pager_of

PERIODS = {"day": ("24 小时", timedelta(days=1)), "month": ("30 天", timedelta(days=30))}
OWNER = "信用办数据归集岗"


@blueprint.get("/data/interfaces")
@allow(*OVERSIGHT)
def interfaces() -> ResponseReturnValue:
    """Show how each interface did."""
    code = _period()
    figures = queries.call_figures(clock.now() - PERIODS[code][1])
    return render_template(
        "deliveries/interfaces.html",
        rows=[_row(each, figures.get(each), code) for each in Interface],
        tabs=_tabs("office.interfaces", code),
        period=PERIODS[code][0],
    )


@blueprint.get('/data/interfaces/<any("push", "push_status", "pull", "drop"):interface>')
@allow(*OVERSIGHT)
def interface_calls(interface: str) -> ResponseReturnValue:
    """Show the calls behind the numbers of one interface."""
    code, page, is_failed = _period(), page_args(), bool(asked("failed"))
    chosen = Interface(interface)
    since = clock.now() - PERIODS[code][1]
    calls, total = queries.list_calls(chosen, since, page, failed_only=is_failed)
    return render_template(
        "deliveries/calls.html",
        name=INTERFACE_NAMES[chosen],
        rows=[
            {
                "at": format_moment(call.called_at),
                "source": source or "未能识别",
                "milliseconds": f"{call.milliseconds:,}",
                "result": "成功" if call.code is None else "失败",
                "code": call.code or "—",
            }
            for call, source in calls
        ],
        tabs=_tabs("office.interface_calls", code, interface=interface),
        is_failed=is_failed,
        pager=pager_of(page, total),
    )


def _period() -> str:
    code = asked("period") or "day"
    if code not in PERIODS:
        raise InvalidInput("没有这个时段，请重新选择。", fields={"period": "请从列表里选择"})
    return code


def _tabs(endpoint: str, chosen: str, **values: Any) -> list[Row]:
    return [
        {
            "label": f"近 {label}",
            "href": url_for(endpoint, period=code, **values),
            "current": code == chosen,
        }
        for code, (label, _) in PERIODS.items()
    ]


def _row(interface: Interface, figures: CallFigures | None, period: str) -> Row:
    place: Row = {"interface": interface.value, "period": period}
    calls, failed = (figures.calls, figures.failed) if figures else (0, 0)
    p95 = figures.p95 if figures else None
    return {
        "name": INTERFACE_NAMES[interface],
        "calls": f"{calls:,}",
        "calls_href": url_for("office.interface_calls", **place),
        "failed": f"{failed:,}",
        "failed_href": url_for("office.interface_calls", failed="1", **place),
        "rate": f"{failed / calls:.2%}" if calls else "数据不足",
        "p95": "数据不足" if p95 is None else f"{p95:,.0f} 毫秒",
        "last": format_moment(figures.last_success) if figures else "—",
        "owner": OWNER,
    }
