"""Whether banks serve whitelisted firms first, 优先满足; each number with its list."""

from typing import Any

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.http import page_args
from xinyidai.reporting import service
from xinyidai.reporting.values import (
    NEED_MARKS,
    BehindPriority,
    Period,
    PriorityMark,
    PriorityRow,
)
from xinyidai.web import priority_view as view
from xinyidai.web.office.applications import chosen_id
from xinyidai.web.office.base import OVERSIGHT, blueprint, link, pager_of
from xinyidai.web.office.figures import asked_period


@blueprint.get("/priority")
@allow(*OVERSIGHT)
def priority() -> ResponseReturnValue:
    """Show a line for each bank and the city's total."""
    period = asked_period()
    rows = service.read_priority(g.actor, period)

    def href(row: PriorityRow, mark: PriorityMark) -> str:
        return _list_url(mark, period, row)

    return render_template(
        "office/priority.html",
        period=period,
        application_columns=view.application_columns("银行"),
        applications=view.application_rows(rows, href, link),
        offer_columns=view.offer_columns("银行"),
        offers=view.offer_rows(rows, href, link),
        about=view.ABOUT,
    )


def _list_url(mark: PriorityMark, period: Period, row: PriorityRow) -> str:
    values: dict[str, Any] = {"mark": mark.value, **period.params}
    if row.institution_id is not None:
        values["institution"] = row.institution_id
    return url_for("office.priority_list", **values)


@blueprint.get("/priority/<mark>")
@allow(*OVERSIGHT)
def priority_list(mark: str) -> ResponseReturnValue:
    """Show the applications or needs behind a number."""
    period, page, known = asked_period(), page_args(), view.read_mark(mark)
    rows, total = service.read_priority_behind(
        g.actor, known, period, page, institution_id=chosen_id("institution")
    )
    return render_template(
        "office/priority_list.html",
        title=view.title_of(known),
        period=period,
        rows=[view.behind_row(row, known, _number(row, known), named=True) for row in rows],
        pager=pager_of(page, total),
    )


def _number(row: BehindPriority, mark: PriorityMark) -> str:
    if mark in NEED_MARKS:
        return link(url_for("office.need", need_id=row.subject_id), row.number)
    return link(url_for("office.city_application", application_id=row.subject_id), row.number)
