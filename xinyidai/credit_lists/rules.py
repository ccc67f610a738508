"""Rules of credit lists, pure: terms, typed entries, what must be said."""

import calendar
import csv
import io
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from xinyidai.catalogue.credit_lists import CREDIT_LISTS, SERIOUS_KINDS, CreditListType
from xinyidai.credit_lists.values import TypedEntry
from xinyidai.kernel.uscc import compact, describe_problem, find_problem

VERSION = "2026.1"
MOST_ROWS = 5000
SHORTEST_WORDS = 5
LONGEST_WORDS = 1000
LONGEST_TITLE = 200
LONGEST_CELL = 200
COLUMNS = "统一社会信用代码，依据文号，认定单位，列入日期，到期日期（可空）"
LEAST_COLUMNS, MOST_COLUMNS = 4, 5
MONTHS_A_YEAR = 12
LONGEST_MONTH = 31
LONGEST_TERM = 120  # months; for a list whose entries end with their records alone
DAY_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")


def planned_out_on(
    list_type: CreditListType, in_on: date, valid_until: date | None = None
) -> date | None:
    """Return the last day of an entry: the record's own end, else the list's term; None: open."""
    if valid_until is not None:
        return valid_until
    if list_type.term_months is None:
        return None
    years, month = divmod(
        in_on.year * MONTHS_A_YEAR + in_on.month - 1 + list_type.term_months, MONTHS_A_YEAR
    )
    last = calendar.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(in_on.day, last))


def first_days(on: date) -> dict[str, date]:
    """Return for each kind of the serious lists the first day of its longest term, by today."""
    months = {
        kind: max(
            one.term_months or LONGEST_TERM
            for one in CREDIT_LISTS.values()
            if one.is_serious and one.source and one.source.kind == kind
        )
        for kind in SERIOUS_KINDS
    }
    # A month counts 31 days: a day too many asks once more, a day too few would pass.
    return {kind: on - timedelta(days=LONGEST_MONTH * number) for kind, number in months.items()}


def words_faults(name: str, words: str, ask: str) -> dict[str, str]:
    """Return a sentence when words that must be given are too few or too many."""
    if len(words.strip()) < SHORTEST_WORDS:
        return {name: f"{ask}，至少 {SHORTEST_WORDS} 个字。"}
    if len(words) > LONGEST_WORDS:
        return {name: f"最多 {LONGEST_WORDS} 个字。"}
    return {}


def title_faults(title: str) -> dict[str, str]:
    """Return a sentence when a release has no sound title."""
    if 1 <= len(title.strip()) <= LONGEST_TITLE:
        return {}
    return {"title": f"请填写批次名称，最多 {LONGEST_TITLE} 个字。"}


def read_typed(text: str, today: date) -> tuple[list[TypedEntry], list[str]]:
    """Read typed entries, one a line; return them and a sentence for each line that is not sound.

    A first line without a code is a heading and passed over.
    """
    lines = unicodedata.normalize("NFKC", text).replace("\t", ",").splitlines()
    entries, faults = [], []
    for number, cells in enumerate(csv.reader(io.StringIO("\n".join(lines))), start=1):
        trimmed = [cell.strip() for cell in cells]
        if not any(trimmed) or (number == 1 and find_problem(trimmed[0]) and "代码" in trimmed[0]):
            continue
        try:
            entries.append(_typed(number, trimmed, today))
        except ValueError as error:
            faults.append(f"第 {number} 行：{error}")
    return entries, faults


def read_day(text: str) -> date | None:
    """Return the day that a text names in one of the usual forms, or None."""
    for form in DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _typed(number: int, cells: Sequence[str], today: date) -> TypedEntry:
    if not LEAST_COLUMNS <= len(cells) <= MOST_COLUMNS:
        raise ValueError(f"应有 {LEAST_COLUMNS} 到 {MOST_COLUMNS} 列：{COLUMNS}。")
    problem = find_problem(cells[0])
    if problem is not None:
        raise ValueError(describe_problem(cells[0], problem))
    document, organ = cells[1], cells[2]
    if not document or not organ or max(len(document), len(organ)) > LONGEST_CELL:
        raise ValueError(f"依据文号和认定单位都要填写，各不超过 {LONGEST_CELL} 字。")
    in_on, out_on = read_day(cells[3]), read_day(cells[4]) if len(cells) == MOST_COLUMNS else None
    if in_on is None or in_on > today:
        raise ValueError("列入日期写成 2026-05-01 这样，且不晚于今天。")
    if len(cells) == MOST_COLUMNS and cells[4] and (out_on is None or out_on <= in_on):
        raise ValueError("到期日期写成 2027-05-01 这样，且晚于列入日期。")
    return TypedEntry(
        row=number,
        uscc=compact(cells[0]),
        document=document,
        organ=organ,
        in_on=in_on,
        out_planned_on=out_on,
    )
