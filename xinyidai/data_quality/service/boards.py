"""What the pages and bulletins of data quality show, 看板: read from stored figures only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from xinyidai.catalogue.quality import QUALITY
from xinyidai.credit_records.service import measuring as store
from xinyidai.credit_records.service.measuring import Delivered
from xinyidai.credit_records.values import Rejection
from xinyidai.data_quality import bulletin_sheet, figure_queries, policies, queries, rules
from xinyidai.data_quality.models import QualityRun
from xinyidai.data_quality.service import counting
from xinyidai.data_quality.service.departments import Directory, read_directory
from xinyidai.data_quality.service.measuring import delivered_as
from xinyidai.data_quality.values import FAULT_NAMES, NO_RATE, Measure, Period, Rate
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import Page

TREND_MONTHS = 12


@dataclass(frozen=True)
class DepartmentLine:
    """One department in a month: its rates, its score, and what is open."""

    code: str
    name: str
    rates: Mapping[Measure, Rate]
    score: Decimal | None
    grade: str | None
    late: int
    missed: int
    suspects: int


@dataclass(frozen=True)
class Zeroes:
    """双清零: days since the last late record and since the last suspect; None is not measured.

    `*_last` None means that there was none since measuring began.
    """

    late_days: int | None
    late_last: date | None
    suspect_days: int | None
    suspect_last: date | None


@dataclass(frozen=True)
class Board:
    """A month's quality by department, and of the city."""

    month: date
    run: QualityRun | None
    lines: Sequence[DepartmentLine]
    city: Mapping[Measure, Rate]
    zeroes: Zeroes
    codes: Mapping[str, int] = field(default_factory=dict)


def read_board(actor: Actor, month: date) -> Board:
    """Return a month's board, the worst departments first.

    Raises:
        Forbidden: the actor oversees nothing.

    """
    policies.require_overseer(actor)
    return board_of(month)


def board_of(month: date) -> Board:
    """Return a month's board for a bulletin."""
    run, directory = queries.run_for(month), read_directory()
    rates: dict[str, dict[Measure, Rate]] = {}
    for figure in figure_queries.figures(month):
        own = rates.setdefault(figure.department_code, {})
        rate = Rate(figure.numerator, figure.denominator)
        own[figure.measure] = own.get(figure.measure, NO_RATE) + rate
    scores = {one.department_code: one for one in queries.scores(Period.MONTH, month)}
    late, missed = (
        figure_queries.late_by_department(month),
        figure_queries.missed_by_department(month),
    )
    suspects = figure_queries.suspects_by_department()
    lines = []
    for code, own in rates.items():
        score = scores.get(code)
        lines.append(
            DepartmentLine(
                code=code,
                name=directory.name_of(code),
                rates=_all_measures(own),
                score=score.score if score else None,
                grade=score.grade if score else None,
                late=late.get(code, 0),
                missed=missed.get(code, 0),
                suspects=suspects.get(code, 0),
            )
        )
    city = {measure: rules.together([line.rates[measure] for line in lines]) for measure in Measure}
    lines.sort(key=lambda line: (line.score is None, line.score or 0, line.code))
    return Board(month, run, lines, city, zeroes_of(None), dict(run.codes) if run else {})


def read_department(actor: Actor, code: str, month: date) -> Mapping[tuple[str, Measure], Rate]:
    """Return a department's rates of a month by kind.

    Raises:
        NotFound: not the actor's department.

    """
    policies.require_department(actor, code)
    return {
        (one.kind, one.measure): Rate(one.numerator, one.denominator)
        for one in figure_queries.figures(month, code)
    }


def read_trend(
    actor: Actor, code: str | None, month: date
) -> list[tuple[date, dict[Measure, Rate]]]:
    """Return the rates of the twelve months up to `month`, of a department or of the city."""
    if code is None:
        policies.require_overseer(actor)
    else:
        policies.require_department(actor, code)
    months = [rules.month_after(month, n) for n in range(1 - TREND_MONTHS, 1)]
    sums: dict[date, dict[Measure, Rate]] = {one: {} for one in months}
    for figure in figure_queries.figures_of_months(months, code):
        own, rate = sums[figure.month], Rate(figure.numerator, figure.denominator)
        own[figure.measure] = own.get(figure.measure, NO_RATE) + rate
    return [(one, _all_measures(own)) for one, own in sums.items()]


def zeroes_of(code: str | None) -> Zeroes:
    """Return how many days a department, or the city, has been without a breach, 双清零."""
    first, today = queries.first_run_day(), clock.today()
    if first is None:
        return Zeroes(None, None, None, None)
    late, suspect = queries.last_late_day(code), queries.last_suspect_day(code)
    return Zeroes((today - (late or first)).days, late, (today - (suspect or first)).days, suspect)


def read_rejected(
    actor: Actor, code: str, month: date, kind: str | None, page: Page
) -> tuple[list[tuple[Delivered, Rejection]], int]:
    """Return the rows given back to a department in a month with their deliveries, and how many.

    Raises:
        NotFound: not the actor's department.

    """
    batches = {batch.id: batch for batch in read_batches(actor, code, month, kind)}
    ids = list(batches)
    rows = store.rejected_rows(ids, limit=page.size, offset=page.offset)
    return [(batches[row.batch_id], row) for row in rows], store.count_rejected(ids)[0]


def read_batches(actor: Actor, code: str, month: date, kind: str | None) -> list[Delivered]:
    """Return a department's deliveries of a month, the newest first."""
    policies.require_department(actor, code)
    directory = read_directory()
    found = (delivered_as(batch) for batch in store.list_delivered())
    chosen = [
        batch
        for batch in found
        if rules.month_of(batch.received_on) == month
        and directory.code_of(batch.source) == code
        and kind in (None, batch.kind)
    ]
    return chosen[::-1]


def read_ticket_rows(actor: Actor, ticket_id: UUID, page: Page) -> tuple[list[Rejection], int]:
    """Return the rows that a delivery's ticket is about, and how many entries there are."""
    ticket = policies.require_ticket(actor, queries.get_ticket(ticket_id))
    if ticket.batch_id is None:
        return [], 0
    ids, wanted = [ticket.batch_id], list(QUALITY.code_rules)
    rows = store.rejected_rows(ids, rules=wanted, limit=page.size, offset=page.offset)
    return rows, store.count_rejected(ids, rules=wanted)[0]


def own_code(actor: Actor) -> str:
    """Return the code of the actor's own department, or raise `NotFound`."""
    code = policies.code_of(actor)
    if code is None:
        raise NotFound("没有找到您的部门。")
    return code


def directory() -> Directory:
    """Return the departments of the city."""
    return read_directory()


def _all_measures(rates: Mapping[Measure, Rate]) -> dict[Measure, Rate]:
    return {measure: rates.get(measure, NO_RATE) for measure in Measure}


@dataclass(frozen=True)
class CodeBoard:
    """重错码 of the newest measuring: the rate in a sentence, and its parts."""

    run: QualityRun | None
    line: str
    parts: Sequence[Sequence[str]]
    faulty_firms: int


def read_codes(actor: Actor) -> CodeBoard:
    """Return 重错码 as last counted."""
    policies.require_overseer(actor)
    run = queries.latest_run()
    codes = run.codes if run else {}
    return CodeBoard(
        run,
        bulletin_sheet.code_line(codes),
        bulletin_sheet.code_rows(codes),
        int(codes.get("faulty_firms", 0)),
    )


@dataclass(frozen=True)
class FaultyFirm:
    """A firm whose code is doubled or wrong."""

    name: str
    uscc: str
    faults: Sequence[str]


def read_faulty_firms(actor: Actor, page: Page) -> list[FaultyFirm]:
    """Return the firms whose codes are doubled or wrong; those that share a part together."""
    policies.require_overseer(actor)
    rows = counting.rows(
        counting.FAULTY_FIRMS, **counting.CODE_RULE, limit=page.size, offset=page.offset
    )
    return [FaultyFirm(row.name, row.uscc, _faults(row)) for row in rows]


def _faults(row: Any) -> list[str]:
    found = {
        "duplicate": row.is_shared,
        "wrong_character": not row.is_shaped,
        "wrong_check_digit": row.is_shaped and row.is_unchecked,
    }
    return [FAULT_NAMES[fault] for fault, is_so in found.items() if is_so]
