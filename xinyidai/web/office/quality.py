"""The credit office's board of data quality, 数据质量看板, and the lists behind its numbers."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import CLASSES
from xinyidai.catalogue.quality import QUALITY
from xinyidai.data_quality import queries, rules
from xinyidai.data_quality.models import CoverageCell
from xinyidai.data_quality.rules import percent
from xinyidai.data_quality.service import boards, bulletins
from xinyidai.data_quality.service.boards import Board, DepartmentLine
from xinyidai.data_quality.values import (
    COVERAGE_NAMES,
    FAULT_NAMES,
    MEASURE_NAMES,
    MEASURE_TEXTS,
    PERIOD_NAMES,
    SOURCE_NAMES,
    UNASSIGNED,
    CoverageState,
    Measure,
    Period,
    Rate,
    SourceState,
)
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web.chrome import format_day
from xinyidai.web.office import quality_desk as desk
from xinyidai.web.office import quality_words as words
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    Row,
    asked,
    attempted,
    blueprint,
    chosen_state,
    done,
    link,
    pager_of,
    typed,
)

PLACE = "office"


@blueprint.get("/data/quality")
@allow(*OVERSIGHT)
def quality() -> ResponseReturnValue:
    """Show a month: the city's rates, each department's, and twelve months back."""
    month = words.asked_month()
    board = boards.read_board(g.actor, month)
    trend = boards.read_trend(g.actor, None, month)
    return render_template(
        "quality/board.html",
        month=words.month_text(month),
        month_name=words.month_name(month),
        months=words.month_options(),
        run=board.run,
        stats=words.rate_stats(board.city, dict.fromkeys(Measure, "#departments")),
        zeroes=words.zero_stats(
            board.zeroes, url_for("office.quality_late"), url_for("office.suspects")
        ),
        waiting=_waiting(board),
        rows=[_line(line, month) for line in board.lines],
        definitions={MEASURE_NAMES[one]: MEASURE_TEXTS[one] for one in Measure},
        labels=[f"{one.month}月" for one, _ in trend],
        series=trend_series(trend),
    )


@blueprint.get("/data/quality/rows")
@allow(*OVERSIGHT)
def quality_rows() -> ResponseReturnValue:
    """Show the rows behind one rate of one department and month."""
    return desk.rows_page(PLACE, _department())


@blueprint.get("/data/quality/late")
@allow(*OVERSIGHT)
def quality_late() -> ResponseReturnValue:
    """Show late records of the city, the newest first."""
    month = words.asked_month() if asked("month") else None
    page, directory = page_args(), boards.directory()
    rows, total = queries.late_records(page, month=month, department=asked("department") or None)
    return render_template(
        "quality/late.html",
        rows=[words.late_row(one, directory) for one in rows],
        months=words.month_options(),
        month=words.month_text(month) if month else "",
        back=url_for("office.quality"),
        term=QUALITY.term_days,
        pager=pager_of(page, total),
    )


@blueprint.get("/data/quality/codes")
@allow(*OVERSIGHT)
def quality_codes() -> ResponseReturnValue:
    """Show 重错码: the rate, its parts, and the firms whose codes are doubled or wrong."""
    codes, page = boards.read_codes(g.actor), page_args()
    return render_template(
        "quality/codes.html",
        run=codes.run,
        line=codes.line,
        rows=[{"fault": name, "number": number} for name, number in codes.parts],
        firms=[
            {"name": one.name, "code": one.uscc, "fault": "、".join(one.faults)}
            for one in boards.read_faulty_firms(g.actor, page)
        ],
        pager=pager_of(page, codes.faulty_firms),
        waiting=enterprises.count_pending_names(),
        can_settle=g.actor.role in OFFICE,
    )


@blueprint.get("/data/quality/coverage")
@allow(*OVERSIGHT)
def quality_coverage() -> ResponseReturnValue:
    """Show which domains firms have facts of, and how sources keep their kinds up."""
    run = queries.latest_run()
    wanted = chosen_state(SourceState)
    sources = queries.freshness(run.id) if run else []
    directory = boards.directory()
    return render_template(
        "quality/coverage.html",
        run=run,
        cells=[_cell_row(one) for one in (queries.coverage_cells(run.id) if run else [])],
        sources=[
            {
                "kind": words.kind_name(one.kind),
                "kind_sub": directory.name_of(one.department_code),
                "delivered": format_day(one.delivered_on),
                "records": f"{one.records:,}",
                "state": one.state.value,
            }
            for one in sources
            if wanted in (None, one.state)
        ],
        tabs=[
            {
                "label": label,
                "href": url_for("office.quality_coverage", state=state),
                "current": wanted is state,
                "count": sum(one.state is state for one in sources),
            }
            for state, label in SOURCE_NAMES.items()
        ],
        labels=SOURCE_NAMES,
        cycles=QUALITY.stale_cycles,
    )


@blueprint.get("/data/quality/coverage/firms")
@allow(*OVERSIGHT)
def quality_firms() -> ResponseReturnValue:
    """Show the firms that have, lack, or have only old facts of a domain."""
    state = chosen_state(CoverageState) or CoverageState.MISSING
    code, page, run = asked("domain"), page_args(), queries.latest_run()
    if code not in CLASSES:
        raise InvalidInput("没有这个领域。", fields={"domain": "请从覆盖矩阵进入"})
    cells = {one.class_code: one for one in (queries.coverage_cells(run.id) if run else [])}
    total = int(getattr(cells[code], state.value)) if code in cells else 0
    return render_template(
        "quality/firms.html",
        title=f"{CLASSES[code]}：{COVERAGE_NAMES[state]}",
        rows=[
            {"name": name, "code": uscc} for name, uscc in queries.covered_firms(code, state, page)
        ],
        pager=pager_of(page, total),
    )


@blueprint.get("/data/quality/scores")
@allow(*OVERSIGHT)
def quality_scores() -> ResponseReturnValue:
    """Show the scores of a month, quarter or year, the best first."""
    period = chosen_state(Period, "period") or Period.QUARTER
    start = rules.period_start(period, words.asked_month())
    directory = boards.directory()
    rows = [words.score_row(one, directory) for one in queries.scores(period, start)]
    return render_template(
        "quality/scores.html",
        rows=rows,
        columns=words.score_columns("department", "部门"),
        title=period_name(period, start),
        tabs=[
            {
                "label": label,
                "href": url_for("office.quality_scores", period=one.value, month=asked("month")),
                "current": one is period,
            }
            for one, label in PERIOD_NAMES.items()
        ],
        months=words.month_options(),
        month=words.month_text(words.asked_month()),
        period=period.value,
        version=QUALITY.version,
    )


@blueprint.get("/data/quality/bulletins")
@allow(*OVERSIGHT)
def bulletins_page() -> ResponseReturnValue:
    """Show the published bulletins with their files."""
    return _bulletins({})


@blueprint.post("/data/quality/bulletins")
@allow(*OFFICE)
def publish_bulletin() -> ResponseReturnValue:
    """Publish a month's bulletin."""
    number = ""
    with attempted("month") as attempt, own_transaction():
        number = bulletins.publish(g.actor, _typed_month()).number
    if attempt.errors:
        return _bulletins(attempt.errors), attempt.status
    return done(f"通报 {number} 已发布。", "office.bulletins_page")


@blueprint.get("/data/quality/bulletins/<uuid:bulletin_id>.pdf")
@allow(*OVERSIGHT)
def bulletin_pdf(bulletin_id: UUID) -> ResponseReturnValue:
    """Give a bulletin as PDF."""
    return desk.bulletin_file(bulletin_id, desk.PDF)


@blueprint.get("/data/quality/bulletins/<uuid:bulletin_id>.xlsx")
@allow(*OVERSIGHT)
def bulletin_xlsx(bulletin_id: UUID) -> ResponseReturnValue:
    """Give a bulletin as a workbook."""
    return desk.bulletin_file(bulletin_id, desk.XLSX)


def trend_series(trend: list[tuple[date, dict[Measure, Rate]]]) -> list[Row]:
    """Return the rates month by month for a line chart; no data is a gap."""
    return [
        {
            "name": MEASURE_NAMES[measure],
            "values": [_points(rates[measure]) for _, rates in trend],
        }
        for measure in Measure
    ]


def _points(rate: Rate) -> float | None:
    return None if rate.value is None else round(float(rate.value) * 100, 2)


def period_name(period: Period, start: date) -> str:
    """Return a period as people say it."""
    if period is Period.YEAR:
        return f"{start.year}年"
    if period is Period.QUARTER:
        return f"{start.year}年第{(start.month + 2) // 3}季度"
    return words.month_name(start)


def _line(line: DepartmentLine, month: date) -> Row:
    row: Row = {
        "name": line.name,
        "late": line.late,
        "missed": line.missed,
        "suspects": line.suspects,
        "score": "数据不足" if line.score is None else f"{line.score:.1f}",
        "score_sub": words.GRADES.get(line.grade or "", ""),
    }
    for measure, rate in line.rates.items():
        url = desk.rows_url(PLACE, line.code, month, measure)
        row[measure.value] = words.rate_cell(rate, url)
        row[f"{measure.value}_sub"] = words.fraction(rate)
    late_url = desk.rows_url(PLACE, line.code, month, Measure.TIMELINESS)
    missed_url = desk.rows_url(PLACE, line.code, month, Measure.REPORTING)
    row["late"] = link(late_url, str(line.late)) if line.late else 0
    row["missed"] = link(missed_url, str(line.missed)) if line.missed else 0
    row["suspects"] = link(missed_url, str(line.suspects)) if line.suspects else 0
    return row


def _waiting(board: Board) -> list[Row]:
    today = clock.today()
    late = queries.count_tickets(None, late_on=today)
    return [
        {
            "value": queries.count_suspects(None),
            "label": "未了结的瞒报疑点",
            "unit": "条",
            "href": url_for("office.suspects"),
        },
        {
            "value": queries.count_unclosed_tickets(),
            "label": "未办结的纠错单",
            "unit": "张",
            "href": url_for("office.tickets"),
            "note": f"超期 {late} 张" if late else "",
            "tone": "late" if late else "",
        },
        {
            "value": _code_share(board),
            "label": "重错码率",
            "href": url_for("office.quality_codes"),
            "note": f"目标低于 {percent(QUALITY.city_code_target)}",
        },
    ]


def _code_share(board: Board) -> str:
    subjects = board.codes.get("subjects", 0)
    return percent(Rate(_faulty(board.codes), subjects).value, 3)


def _faulty(codes: Mapping[str, int]) -> int:
    return sum(codes.get(fault, 0) for fault in FAULT_NAMES)


def _cell_row(one: CoverageCell) -> Row:
    total = one.have + one.stale + one.missing
    row: Row = {"domain": CLASSES[one.class_code], "share": words.share(Rate(one.have, total))}
    for state in CoverageState:
        number = getattr(one, state.value)
        url = url_for("office.quality_firms", domain=one.class_code, state=state.value)
        row[state.value] = link(url, f"{number:,}") if number else "0"
    return row


def _bulletins(errors: dict[str, str]) -> str:
    return render_template(
        "quality/bulletins.html",
        rows=desk.bulletin_rows(PLACE),
        months=words.month_options()[1:],
        typed=typed("month"),
        can_publish=g.actor.role in OFFICE,
        back=url_for("office.quality"),
        errors=errors,
    )


def _typed_month() -> date:
    try:
        return date.fromisoformat(f"{typed('month')}-01")
    except ValueError as error:
        raise InvalidInput("请选择月份。", fields={"month": "请选择月份。"}) from error


def _department() -> str:
    code = asked("department")
    if code not in {UNASSIGNED, *boards.directory().names}:
        raise InvalidInput("没有这个部门。", fields={"department": "请从看板进入"})
    return code
