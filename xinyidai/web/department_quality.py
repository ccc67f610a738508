"""A department's own data quality, 本部门数据质量: scorecard, rows, suspects, tickets."""

from collections.abc import Mapping
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.data_quality import queries
from xinyidai.data_quality.models import QualityRun
from xinyidai.data_quality.service import boards
from xinyidai.data_quality.values import (
    MEASURE_NAMES,
    MEASURE_TEXTS,
    NO_RATE,
    SOURCE_NAMES,
    TICKET_NAMES,
    Measure,
    Period,
    TicketState,
)
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web.chrome import format_day
from xinyidai.web.department import blueprint
from xinyidai.web.office import quality_desk as desk
from xinyidai.web.office import quality_words as words
from xinyidai.web.office.base import asked, pager_of
from xinyidai.web.office.quality import period_name, trend_series

__all__ = ["blueprint"]

PLACE = "department"
S = TicketState
TABS: Mapping[str, tuple[str, frozenset[S]]] = {
    "sent": ("待答复", frozenset({S.SENT})),
    "answered": ("已答复，待核验", frozenset({S.CORRECTED, S.KEPT})),
    "ended": ("已办结或撤销", frozenset({S.VERIFIED, S.CLOSED, S.CANCELLED})),
}


@blueprint.get("/quality")
@allow(Role.DEPARTMENT)
def quality() -> ResponseReturnValue:
    """Show the department's scorecard of a month, its trend, scores and sources."""
    code, month = boards.own_code(g.actor), words.asked_month()
    by_kind = boards.read_department(g.actor, code, month)
    rates = {
        measure: sum((rate for (_, m), rate in by_kind.items() if m is measure), NO_RATE)
        for measure in Measure
    }
    trend = boards.read_trend(g.actor, code, month)
    run = queries.latest_run()
    return render_template(
        "quality/scorecard.html",
        month=words.month_text(month),
        month_name=words.month_name(month),
        months=words.month_options(),
        run=run,
        stats=words.rate_stats(
            rates, {one: desk.rows_url(PLACE, code, month, one) for one in Measure}
        ),
        zeroes=words.zero_stats(
            boards.zeroes_of(code),
            desk.rows_url(PLACE, code, month, Measure.TIMELINESS),
            url_for("department.suspects"),
        ),
        suspects=queries.count_suspects(code),
        tickets=queries.count_tickets(g.actor.party_id),
        definitions={MEASURE_NAMES[one]: MEASURE_TEXTS[one] for one in Measure},
        labels=[f"{one.month}月" for one, _ in trend],
        series=trend_series(trend),
        scores=_scores(code),
        columns=words.score_columns("period", "周期"),
        sources=_sources(code, run),
        source_labels=SOURCE_NAMES,
        bulletins=desk.bulletin_rows(PLACE),
    )


@blueprint.get("/quality/rows")
@allow(Role.DEPARTMENT)
def quality_rows() -> ResponseReturnValue:
    """Show the rows behind one of the department's rates."""
    return desk.rows_page(PLACE, boards.own_code(g.actor))


@blueprint.get("/quality/bulletins/<uuid:bulletin_id>.pdf")
@allow(Role.DEPARTMENT)
def bulletin_pdf(bulletin_id: UUID) -> ResponseReturnValue:
    """Give a published bulletin as PDF."""
    return desk.bulletin_file(bulletin_id, desk.PDF)


@blueprint.get("/quality/bulletins/<uuid:bulletin_id>.xlsx")
@allow(Role.DEPARTMENT)
def bulletin_xlsx(bulletin_id: UUID) -> ResponseReturnValue:
    """Give a published bulletin as a workbook."""
    return desk.bulletin_file(bulletin_id, desk.XLSX)


@blueprint.get("/quality/suspects")
@allow(Role.DEPARTMENT)
def suspects() -> ResponseReturnValue:
    """List the suspects the department has to explain."""
    return desk.suspects_page(PLACE, boards.own_code(g.actor))


@blueprint.get("/quality/suspects/<uuid:suspect_id>")
@allow(Role.DEPARTMENT)
def suspect(suspect_id: UUID) -> ResponseReturnValue:
    """Show one suspect of the department's."""
    return desk.suspect_page(PLACE, suspect_id)


@blueprint.post("/quality/suspects/<uuid:suspect_id>")
@allow(Role.DEPARTMENT)
def suspect_step(suspect_id: UUID) -> ResponseReturnValue:
    """Explain a suspect."""
    return desk.take_suspect_step(PLACE, suspect_id)


@blueprint.get("/tickets")
@allow(Role.DEPARTMENT)
def tickets() -> ResponseReturnValue:
    """List the tickets sent to the department, the earliest due first."""
    tab, page = asked("state") or "sent", page_args()
    if tab not in TABS:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"state": "请从列表里选择"})
    rows, total = queries.tickets(page, states=TABS[tab][1], department_id=g.actor.party_id)
    directory = boards.directory()
    return render_template(
        "quality/tickets.html",
        rows=[
            words.ticket_row(one, directory, url_for("department.ticket", ticket_id=one.id))
            for one in rows
        ],
        tabs=[
            {
                "label": label,
                "href": url_for("department.tickets", state=name),
                "current": name == tab,
            }
            for name, (label, _) in TABS.items()
        ],
        labels=TICKET_NAMES,
        back=url_for("department.quality"),
        new_url="",
        pager=pager_of(page, total),
    )


@blueprint.get("/tickets/<uuid:ticket_id>")
@allow(Role.DEPARTMENT)
def ticket(ticket_id: UUID) -> ResponseReturnValue:
    """Show one ticket sent to the department."""
    return desk.ticket_page(PLACE, ticket_id)


@blueprint.post("/tickets/<uuid:ticket_id>")
@allow(Role.DEPARTMENT)
def ticket_step(ticket_id: UUID) -> ResponseReturnValue:
    """Answer a ticket."""
    return desk.take_ticket_step(PLACE, ticket_id)


def _scores(code: str) -> list[words.Row]:
    directory = boards.directory()
    return [
        words.score_row(one, directory) | {"period": period_name(period, one.starts_on)}
        for period in (Period.YEAR, Period.QUARTER, Period.MONTH)
        for one in queries.score_history(code, period)
    ]


def _sources(code: str, run: QualityRun | None) -> list[words.Row]:
    return [
        {
            "kind": words.kind_name(one.kind),
            "delivered": format_day(one.delivered_on),
            "records": f"{one.records:,}",
            "state": one.state.value,
        }
        for one in (queries.freshness(run.id, code) if run else [])
    ]
