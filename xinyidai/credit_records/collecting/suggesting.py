"""The mapping assistant, 映射助手: what an unknown file is, which column is what, how sure it is.

It proposes and a person confirms: nothing is collected here. A proposal that would not bind says
so, and where no kind fits well enough it says `unknown` instead of the least bad one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from openpyxl.utils import get_column_letter

from xinyidai.catalogue.kinds import find_banned_field
from xinyidai.credit_records.collecting.binding_guess import (
    Column,
    Guess,
    guess_code,
    guess_day,
    guess_name,
)
from xinyidai.credit_records.collecting.containers import open_delivery
from xinyidai.credit_records.collecting.fields import DAYS
from xinyidai.credit_records.collecting.kind_guess import LEAST_SURE, KindGuess, rank_kinds
from xinyidai.credit_records.collecting.layouts import Found, count_footers, find_table
from xinyidai.credit_records.collecting.limits import LIMITS, Limits
from xinyidai.credit_records.collecting.mapping import find_kind
from xinyidai.credit_records.collecting.reading import RawTable, read_delivery
from xinyidai.credit_records.collecting.rejecting import masked
from xinyidai.credit_records.collecting.shapes import shapes_of
from xinyidai.credit_records.collecting.validating import open_engine
from xinyidai.credit_records.collecting.vocabulary import field_named, is_technical_day

SAMPLE = 2000
TOLD = 200
SHOWN = 3
ALTERNATIVES = 5
UNKNOWN = "unknown"
HIDDEN = "***"
PRIVATE = ("identity_number", "phone")


@dataclass(frozen=True)
class Suggestion:
    """A proposal: the table, the kind (None when unknown) and the columns of each role."""

    path: Path
    found: Found
    raw: RawTable
    columns: tuple[Column, ...]
    best: KindGuess | None
    ranked: tuple[KindGuess, ...]
    code: Guess | None
    name: Guess | None
    day: Guess | None

    @property
    def kind(self) -> str:
        """Return the code of the proposed kind, or `unknown`."""
        return self.best.kind.spec.code if self.best else UNKNOWN

    @property
    def confidence(self) -> float:
        """Return how sure the kind is: less when another one is nearly as likely."""
        if not self.ranked:
            return 0.0
        if self.best and self.best is not self.ranked[0]:
            return round(self.best.score, 2)
        first = self.ranked[0].score
        second = self.ranked[1].score if len(self.ranked) > 1 else 0.0
        apart = min(1.0, (first - second) / 0.2) if first > second else 0.0
        sure = first * (0.6 + 0.4 * apart)
        return round(sure if self.best else 1 - first, 2)

    @property
    def fields(self) -> dict[str, Guess]:
        """Return the proposed column of each fact of the kind, the day included."""
        if self.best is None:
            return {}
        day = self.best.kind.spec.occurred_on
        found = dict(self.best.fields)
        if day and self.day and day not in found:
            found[day] = self.day
        return found

    @property
    def amount(self) -> Guess | None:
        """Return the column of the kind's amount."""
        return self.fields.get(self.best.kind.spec.amount or "") if self.best else None


def suggest(path: Path, *, kind: str | None = None, limits: Limits = LIMITS) -> Suggestion:
    """Look at a file and propose how to collect it; with `kind`, as that kind.

    Raises:
        InvalidInput: the file cannot be read, or there is no such kind.

    """
    wanted = find_kind(kind).code if kind else None
    delivery = open_delivery(path, limits)
    found = find_table(delivery, limits)
    raw = read_delivery(delivery, found.layout, limits)
    footers = count_footers(raw)
    if footers:
        found = _with_footers(found, footers)
        raw = read_delivery(delivery, found.layout, limits)
    columns = _columns(raw, has_headings=found.layout.header_row > 0)
    title = " ".join((path.name, *found.titles))
    ranked = tuple(rank_kinds(title, columns, _told(raw), wanted))
    best = _best(ranked, wanted)
    return _suggestion(path, found, raw, columns, (best, ranked))


def _with_footers(found: Found, footers: int) -> Found:
    return replace(found, layout=replace(found.layout, footer_rows=footers))


def _best(ranked: Sequence[KindGuess], wanted: str | None) -> KindGuess | None:
    if wanted:
        return next((guess for guess in ranked if guess.kind.spec.code == wanted), None)
    return ranked[0] if ranked and ranked[0].score >= LEAST_SURE else None


def _suggestion(
    path: Path,
    found: Found,
    raw: RawTable,
    columns: tuple[Column, ...],
    kinds: tuple[KindGuess | None, tuple[KindGuess, ...]],
) -> Suggestion:
    best, ranked = kinds
    code = best.code if best else guess_code(columns)
    taken = {code.column.place} if code else set()
    name = best.name if best else guess_name(columns, taken)
    taken |= {name.column.place} if name else set()
    return Suggestion(
        path, found, raw, columns, best, ranked, code, name, _day(best, columns, taken)
    )


def _day(best: KindGuess | None, columns: Sequence[Column], taken: set[int]) -> Guess | None:
    """Return the column of the day; a day of export or an empty column is none."""
    if best is None:
        return guess_day(columns, taken, {})
    day = best.kind.spec.occurred_on or "established_on"
    known = best.fields.get(day)
    if known and is_technical_day(known.column.heading) and known.confidence < 1:
        known = None
    return known or guess_day(columns, taken, best.fields)


def _columns(raw: RawTable, *, has_headings: bool) -> tuple[Column, ...]:
    engine = open_engine()
    sample = _sample(raw.rows)
    cells = [sample.column(f"c{n}").to_pylist() for n in range(len(raw.headings))]
    shapes = shapes_of(cells, engine)
    engine.close()
    named = zip(raw.headings, raw.written, shapes, strict=True)
    return tuple(
        Column(n, heading if has_headings else "", written.strip(), shape)
        for n, (heading, written, shape) in enumerate(named)
    )


def _sample(rows: pa.Table) -> pa.Table:
    """Take rows from the whole file: the newest often stand last and look different."""
    if rows.num_rows <= SAMPLE:
        return rows
    step = rows.num_rows / SAMPLE
    return rows.take(pa.array([int(n * step) for n in range(SAMPLE)], pa.int64()))


def _told(raw: RawTable) -> list[str]:
    rows = _sample(raw.rows).slice(0, SAMPLE)
    width = len(raw.headings)
    step = max(1, rows.num_rows // TOLD)
    lists = [rows.column(f"c{n}").to_pylist()[::step] for n in range(width)]
    return [" ".join(cell or "" for cell in cells) for cells in zip(*lists, strict=True)]


def samples_of(raw: RawTable, column: Column) -> list[str]:
    """Return three values of a column, masked so that nobody can be told by them."""
    is_hidden = column.is_dropped or find_banned_field(column.heading)
    if is_hidden or any(map(column.shape.share, PRIVATE)):
        return [HIDDEN] * SHOWN if column.shape.filled else []
    seen = (cell.strip() for cell in raw.rows.column(f"c{column.place}").to_pylist() if cell)
    shown: list[str] = []
    for text in seen:
        mask = masked(text) if len(text) > 1 else "*" * len(text)
        if mask and mask not in shown:
            shown.append(mask)
        if len(shown) == SHOWN:
            break
    return shown


def letter_of(column: Column) -> str:
    """Return the letter by which a spreadsheet calls the column."""
    return get_column_letter(column.place + 1)


def is_day_first(suggestion: Suggestion) -> bool:
    """Tell whether 3/9/2024 is 3 September in the columns that become days."""
    best = suggestion.best
    return best is not None and any(
        guess.column.shape.day_first
        for field, guess in suggestion.fields.items()
        if field_named(best.kind.spec, field).type in DAYS
    )
