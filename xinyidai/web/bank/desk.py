"""A loan officer's first screen, 工作台, its search, and the lists behind its numbers."""

from datetime import timedelta
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.applications import queries as applications
from xinyidai.applications.queries import WorkFilter
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import Page, page_args
from xinyidai.kernel.uscc import is_valid
from xinyidai.leads import service as finding
from xinyidai.reporting import service as reporting
from xinyidai.reporting.values import BankNumbers, Figure, FigureCode, Period
from xinyidai.web import wording
from xinyidai.web.bank import queries, showing
from xinyidai.web.bank.applications import SHOWN_STATES, list_rows
from xinyidai.web.bank.base import OFFICER, bank_id, blueprint, pager_of
from xinyidai.web.bank.queries import ConsentView
from xinyidai.web.chrome import format_day, format_percent

WORK_SHOWN = 12
LEADS_SHOWN = 6
FIGURE_DAYS = 90
REASONS_SHOWN = 5
FIGURES = (FigureCode.MEDIAN_DAYS, FigureCode.APPROVAL_RATE)


@blueprint.get("")
@allow(*OFFICER)
def home() -> ResponseReturnValue:
    """Show work by time left, new leads, authorizations about to end and the bank's numbers."""
    rows, total = applications.work_list(bank_id(), Page(1, WORK_SHOWN))
    shown, lead_count = queries.leads(bank_id(), Page(1, LEADS_SHOWN))
    why = finding.reasons_for(g.actor, [row.enterprise for row in shown])
    return render_template(
        "bank/home.html",
        tiles=_tiles(),
        rows=list_rows(rows),
        total=total,
        labels=wording.APPLICATION_STATES,
        leads=[_lead(row, why[row.enterprise.id]) for row in shown],
        lead_count=lead_count,
        item_count=len(ITEMS),
        ending=queries.ending_consents(bank_id()),
        numbers=_numbers(),
    )


def _tiles() -> list[dict[str, Any]]:
    counts = applications.work_counts(bank_id(), clock.today())
    back = counts["resubmitted"]

    def url(**query: Any) -> str:
        return url_for("bank.list_applications", **query)

    return [
        {
            "value": counts["priority"],
            "label": "白名单优先",
            "href": url(due="priority"),
            "note": "排在最前，承诺时限更短",
        },
        {
            "value": counts["waiting"] + back,
            "label": "待受理",
            "href": url(state="submitted"),
            "note": f"其中补件到齐 {back} 件" if back else "",
        },
        {"value": back, "label": "补件到齐", "href": url(due="resubmitted")},
        {
            "value": counts["due_today"],
            "label": "今日到期",
            "href": url(due="today"),
            "tone": "todo" if counts["due_today"] else "",
        },
        {
            "value": counts["overdue"],
            "label": "已超时",
            "href": url(due="overdue"),
            "tone": "late" if counts["overdue"] else "",
        },
    ]


def _lead(row: queries.ConsentRow, why: list[str]) -> dict[str, Any]:
    missing = [item.name for code, item in ITEMS.items() if code not in row.consent.item_codes]
    return {
        "url": url_for("bank.show_consent", consent_id=row.consent.id),
        "name": row.enterprise.name,
        "industry": showing.industry_of(row.enterprise),
        "on": format_day(row.consent.granted_at),
        "covered": row.covered,
        "missing": missing,
        "why": why,
        "uses": showing.uses_words(row.consent),
    }


def _period() -> Period:
    return Period(clock.today() - timedelta(days=FIGURE_DAYS - 1), clock.today())


def _numbers() -> dict[str, Any]:
    numbers: BankNumbers = reporting.read_bank_numbers(g.actor, bank_id(), _period())
    return {
        "days": FIGURE_DAYS,
        "tiles": [_tile(numbers.median_days), _tile(numbers.approval_rate)],
        "reasons": [
            {"label": reason.name, "value": reason.applications}
            for reason in numbers.reasons[:REASONS_SHOWN]
        ],
    }


def _tile(figure: Figure) -> dict[str, str]:
    is_rate = figure.code is FigureCode.APPROVAL_RATE
    value, unit = "数据不足", ""
    if figure.value is not None and is_rate:
        value = format_percent(figure.value, 0)
    elif figure.value is not None:
        value, unit = f"{figure.value:.9g}", " 个工作日"
    note = f"{figure.numerator} / {figure.denominator} 件" if is_rate else ""
    return {
        "value": value,
        "unit": unit,
        "label": figure.name,
        "note": note,
        "href": url_for("bank.figure_list", code=figure.code.value),
    }


@blueprint.get("/figures/<code>")
@allow(*OFFICER)
def figure_list(code: str) -> ResponseReturnValue:
    """Show the decisions behind one of the bank's numbers."""
    figure = next((known for known in FIGURES if known.value == code), None)
    if figure is None:
        raise InvalidInput("没有这个指标的明细。")
    page = page_args()
    rows, total = reporting.read_behind(g.actor, figure, _period(), page, institution_id=bank_id())
    return render_template(
        "bank/figure.html",
        title="已答复的申请" if figure is FigureCode.MEDIAN_DAYS else "已通过的申请",
        days=FIGURE_DAYS,
        rows=rows,
        pager=pager_of(page, total),
    )


@blueprint.get("/search")
@allow(*OFFICER)
def search() -> ResponseReturnValue:
    """Find applications and authorizations by code, number or name; any firm by its code."""
    text = request.args.get("q", "").strip()
    found = queries.consents_of(bank_id(), Page(1), view=ConsentView.ALL, text=text)
    wanted = WorkFilter(states=SHOWN_STATES, text=text)
    rows, total = applications.work_list(bank_id(), Page(1), wanted) if text else ([], 0)
    return render_template(
        "bank/search.html",
        text=text,
        rows=list_rows(rows),
        total=total,
        labels=wording.APPLICATION_STATES,
        consents=found[0] if text else [],
        firm=enterprises.find_by_code(text) if is_valid(text) else None,
        is_code=is_valid(text),
        purpose_name=showing.purpose_name,
    )
