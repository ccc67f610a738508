"""How the bank serves whitelisted firms, 白名单优先; each number with its list."""

from datetime import timedelta

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel import clock
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
from xinyidai.web.bank import showing
from xinyidai.web.bank.base import OFFICER, bank_id, blueprint, pager_of

DAYS = 365


@blueprint.get("/priority")
@allow(*OFFICER)
def priority() -> ResponseReturnValue:
    """Show the bank's own line of the last year."""
    rows = service.read_priority(g.actor, _period(), institution_id=bank_id())
    return render_template(
        "bank/priority.html",
        days=DAYS,
        application_columns=view.application_columns("银行"),
        applications=view.application_rows(rows, _href, showing.link),
        offer_columns=view.offer_columns("银行"),
        offers=view.offer_rows(rows, _href, showing.link),
        about=view.ABOUT,
    )


@blueprint.get("/priority/<mark>")
@allow(*OFFICER)
def priority_list(mark: str) -> ResponseReturnValue:
    """Show the bank's own applications or places in needs behind a number.

    Whose a need is stands on its page, which asks whether the bank may still know.
    """
    page, known = page_args(), view.read_mark(mark)
    rows, total = service.read_priority_behind(
        g.actor, known, _period(), page, institution_id=bank_id()
    )
    named = known not in NEED_MARKS
    return render_template(
        "bank/priority_list.html",
        title=view.title_of(known),
        days=DAYS,
        named=named,
        rows=[view.behind_row(row, known, _number(row, known), named=named) for row in rows],
        pager=pager_of(page, total),
    )


def _period() -> Period:
    return Period(clock.today() - timedelta(days=DAYS - 1), clock.today())


def _href(_row: PriorityRow, mark: PriorityMark) -> str:
    return url_for("bank.priority_list", mark=mark.value)


def _number(row: BehindPriority, mark: PriorityMark) -> str:
    if mark in NEED_MARKS:
        return showing.link(url_for("bank.show_need", need_id=row.subject_id), row.number)
    url = url_for("bank.show_application", application_id=row.subject_id)
    return showing.link(url, row.number)
