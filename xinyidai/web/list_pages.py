"""Public pages of the credit lists, 名单公示: who is on them now, on which basis; corrections."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue import measures as catalogue
from xinyidai.catalogue.credit_lists import CREDIT_LISTS, SIDE_NAMES, Side, get_credit_list
from xinyidai.credit_lists import queries, service
from xinyidai.credit_lists.queries import NoticeRow
from xinyidai.kernel import rate
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import page_args
from xinyidai.web import list_words
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.office.base import Row, asked, pager_of
from xinyidai.web.spreadsheet import csv_file

FILES_A_MINUTE = 10
LONGEST_SEARCH = 100
HEAD = ("名单", "企业名称", "统一社会信用代码", "依据文号", "认定单位", "列入日期", "期满日期")

blueprint = Blueprint("lists", __name__, url_prefix="/lists")


@blueprint.get("")
@allow(Role.PUBLIC)
def index() -> ResponseReturnValue:
    """Show all lists of both sides with how many firms are on each."""
    counts = service.counts_in_force()
    rows = [list_words.type_row(one, counts[one.code]) for one in CREDIT_LISTS.values()]
    return render_template(
        "public/lists.html",
        sides=[
            {"name": name, "rows": [row for row in rows if row["side"] == name]}
            for name in (SIDE_NAMES[Side.HONOUR], SIDE_NAMES[Side.SERIOUS])
        ],
    )


@blueprint.get("/measures")
@allow(Role.PUBLIC)
def measures() -> ResponseReturnValue:
    """Show which measures there are at all, on which basis, who executes them."""
    rows = [list_words.measure_row(one) for one in catalogue.MEASURES.values()]
    incentives = {one.code for one in catalogue.MEASURES.values() if one.is_incentive}
    return render_template(
        "public/measures.html",
        version=catalogue.VERSION,
        editions=list(catalogue.EDITIONS.values()),
        measures=[row for row in rows if row["code"] not in incentives],
        incentives=[row for row in rows if row["code"] in incentives],
    )


@blueprint.get("/notices")
@allow(Role.PUBLIC)
def notices() -> ResponseReturnValue:
    """Show the correction notices, newest first."""
    page = page_args()
    rows, total = queries.notices(page)
    return render_template(
        "public/list_notices.html",
        rows=[_notice_row(row) for row in rows],
        pager=pager_of(page, total),
    )


@blueprint.get("/notices/<uuid:notice_id>")
@allow(Role.PUBLIC)
def notice(notice_id: UUID) -> ResponseReturnValue:
    """Show one correction notice with the firms that it clears."""
    row = queries.find_notice(notice_id)
    if row is None:
        raise NotFound("没有找到这份更正公告。")
    return render_template(
        "public/list_notice.html",
        row=_notice_row(row),
        firms=[{"name": name, "uscc": uscc} for name, uscc in row.firms],
    )


@blueprint.get("/<code>")
@allow(Role.PUBLIC)
def entries(code: str) -> ResponseReturnValue:
    """Show one list: only entries in force, searched and page by page."""
    list_type, text, page = get_credit_list(code), asked("q")[:LONGEST_SEARCH], page_args()
    found, total = service.public_entries(code, page, text)
    return render_template(
        "public/list_entries.html",
        list_type=list_type,
        facts=list_words.type_facts(list_type),
        columns=list_words.ENTRY_COLUMNS,
        rows=[list_words.entry_row(entry) for entry in found],
        text=text,
        pager=pager_of(page, total),
    )


@blueprint.get("/<code>/entries.csv")
@allow(Role.PUBLIC)
def entries_file(code: str) -> ResponseReturnValue:
    """Hand out one list as it stands at this moment."""
    list_type = get_credit_list(code)
    rate.count(f"lists:file:{request.remote_addr}", limit=FILES_A_MINUTE, seconds=60)
    rows = (
        (
            list_type.name,
            entry.name,
            entry.uscc,
            entry.document,
            entry.organ,
            entry.in_on.isoformat(),
            entry.out_planned_on.isoformat() if entry.out_planned_on else "",
        )
        for entry in service.all_entries(code)
    )
    return csv_file(f"{code}.csv", HEAD, rows)


def _notice_row(row: NoticeRow) -> Row:
    notice = row.notice
    return {
        "number": notice.number,
        "href": url_for("lists.notice", notice_id=notice.id),
        "list": queries.list_name(notice.list_type),
        "reason": notice.reason,
        "on": format_day(notice.published_at),
        "at": format_moment(notice.published_at),
        "number_of_firms": len(row.firms),
    }
