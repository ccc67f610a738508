"""From measures to indicators, column by column: what `rules.finish` says, for many firms.

The causes of 数据不足 come out of `rules.missing_cause` itself, asked once for every situation an
indicator can be in. Divisions are made in steps of 64-bit integers; where those would not hold
all digits, `rules.computed` computes the one value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import product
from uuid import UUID

import ibis.expr.operations as ops
import numpy as np

from xinyidai.catalogue.indicators import Indicator, indicator_dictionary
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.profiles import rules
from xinyidai.profiles.formulas import (
    PACK,
    Change,
    Newest,
    NewestChange,
    Register,
    Share,
    Total,
    aggregates_of,
)
from xinyidai.profiles.grid.evaluating import (
    EPOCH,
    Array,
    Cells,
    Evaluator,
    Node,
    both,
    day_number,
    spread,
)
from xinyidai.profiles.grid.filling import Delta, Grid
from xinyidai.profiles.grid.planning import behind, is_decimal
from xinyidai.profiles.indicators import FORMULAS
from xinyidai.profiles.rules import PLACES, Cell, Reading
from xinyidai.profiles.values import IndicatorValue, Number, ProfileFacts

CAUSES = (None, *MissingCause)
THOUSAND = 1_000
# Beyond these a step of the division, or the quotient as a float, would lose digits.
MOST_DIVISOR = 2**63 // THOUSAND - 1
EXACT_FLOAT = 2**53
# Up to here a float keeps four places apart, so that a whole number is told from its neighbours.
FOUR_PLACES = 2**50
NEVER = -(2**31)


class Form(Enum):
    """What kind of number an indicator is."""

    WHOLE = "whole"  # 整数
    FRACTION = "fraction"  # 小数
    EITHER = "either"  # 整数时不带小数


@dataclass(frozen=True)
class Column:
    """One indicator of some firms: numbers, and the place in `CAUSES` of why there is none."""

    form: Form
    values: Array
    causes: Array


@dataclass(frozen=True)
class Source:
    """What an indicator rests on: newest day (`NEVER`: none) and number of valid records."""

    latest: Array
    records: Array


@dataclass
class Numbers:
    """Values on their way: where they are known, and where only Python's integers hold them."""

    form: Form
    values: Array
    valid: Array
    unsafe: Array | None = None


@dataclass
class Finisher:
    """Finishes firms of one grid; `register` are their facts, `rest` the columns SQL computed."""

    grid: Grid | Delta
    register: Mapping[str, Cells]
    reading: Reading
    rest: Mapping[str, Sequence[Cell]] = field(default_factory=dict)

    def block(self, firms: Array | slice) -> "Block":
        """Return some of the firms, by place."""
        return Block(self, firms)


class Block:
    """Some firms of a grid; parts that indicators share are computed once."""

    def __init__(self, finisher: Finisher, firms: Array | slice) -> None:
        """Take the firms by place."""
        self._grid, self._reading = finisher.grid, finisher.reading
        self._finisher, self._firms = finisher, firms
        self._evaluator = Evaluator(self._field, finisher.grid.words)
        self._sources: dict[tuple[str, ...], Source] = {}
        self._rows = np.arange(finisher.grid.firms)[firms] if isinstance(firms, slice) else firms

    def column(self, code: str) -> Column:
        """Return one indicator of the firms."""
        indicator = indicator_dictionary()[code]
        numbers = self._rest(code) if code in self._grid.plan.left else self._numbers(code)
        source = self.source(indicator)
        causes = _causes(indicator, self._reading, numbers, source)
        values = np.where(numbers.valid & (causes == 0), numbers.values, 0)
        return Column(numbers.form, values, causes)

    def source(self, indicator: Indicator) -> Source:
        """Return what the indicator rests on."""
        kinds = indicator.kinds
        if kinds not in self._sources:
            latest = [self._cells(f"{kind}__on") for kind in kinds]
            days = [np.where(cells.known, cells.values, NEVER) for cells in latest]
            records = [self._cells(f"{kind}__n").values for kind in kinds]
            self._sources[kinds] = Source(np.maximum.reduce(days), np.add.reduce(records))
        return self._sources[kinds]

    def _field(self, node: ops.Field) -> Cells | Node:
        origin = behind(node)
        if origin is not None:
            return origin
        return self._finisher.register[node.name].take(self._rows)

    def _cells(self, name: str) -> Cells:
        node = self._grid.plan.columns[name]
        for place in self._grid.plan.measures_of(name):
            reduction = self._grid.plan.measures[place].node
            if reduction not in self._evaluator.known:
                self._evaluator.known[reduction] = self._grid.measure(place, self._firms)
        cells = self._evaluator(node)
        shape = len(self._rows)
        valid = None if cells.valid is None else spread(cells.valid, shape)
        return Cells(spread(cells.values, shape), valid, cells.scale)

    def _numbers(self, code: str) -> Numbers:
        formula = FORMULAS[code]
        names = tuple(aggregates_of(code, formula)) or (code,)
        cells = [self._cells(name) for name in names]
        numbers = computed(formula, cells)
        if numbers.unsafe is None:
            return numbers
        for place in np.flatnonzero(numbers.unsafe & numbers.valid).tolist():
            row = {name: _cell(part, place) for name, part in zip(names, cells, strict=True)}
            numbers.values[place] = rules.computed(formula, code, row)
        return numbers

    def _rest(self, code: str) -> Numbers:
        formula = FORMULAS[code]
        names = tuple(aggregates_of(code, formula)) or (code,)
        columns = [[self._finisher.rest[name][row] for row in self._rows] for name in names]
        found = [
            rules.computed(formula, code, dict(zip(names, cells, strict=True)))
            for cells in zip(*columns, strict=True)
        ]
        return listed(form_of(code), found)

    def profiles(self, ids: Array) -> Iterator[ProfileFacts]:
        """Yield the firms as `rules.finish` returns them; `ids` are theirs, as bytes."""
        dictionary = indicator_dictionary()
        columns = [self._entries(entry) for entry in dictionary.indicators.values()]
        for enterprise_id, *entries in zip(ids.astype("U").tolist(), *columns, strict=True):
            values = {entry.code: entry for entry in entries}
            yield ProfileFacts(UUID(enterprise_id), self._reading.as_of, dictionary.version, values)

    def _entries(self, indicator: Indicator) -> Iterator[IndicatorValue]:
        column, source = self.column(indicator.code), self.source(indicator)
        days = {day: _day(day) for day in np.unique(source.latest).tolist()}
        rows = zip(
            numbers_of(column.form, column.values),
            column.causes.tolist(),
            source.latest.tolist(),
            source.records.tolist(),
            strict=True,
        )
        for value, cause, latest, records in rows:
            missing = CAUSES[cause]
            yield IndicatorValue(
                indicator.code, Missing(missing) if missing else value, days[latest], records
            )


def form_of(code: str) -> Form:
    """Return what kind of numbers an indicator has."""
    match FORMULAS[code]:
        case Share() | Change() | NewestChange():
            return Form.FRACTION
        case Newest(divisor=divisor) | Register(divisor=divisor):
            return Form.WHOLE if divisor == 1 else Form.EITHER
        case Total():
            return Form.EITHER if is_decimal(code) else Form.WHOLE


def listed(form: Form, found: Sequence[Number | None]) -> Numbers:
    """Return numbers that Python computed as a column."""
    valid = np.array([value is not None for value in found], bool)
    kind = np.int64 if form is Form.WHOLE else np.float64
    return Numbers(form, np.array([value or 0 for value in found], kind), valid)


def numbers_of(form: Form, values: Array) -> list[Number]:
    """Return a column as Python's numbers: 0, and where the form allows any whole one, as int."""
    found: list[Number] = values.tolist()
    if form is Form.WHOLE:
        return found
    if form is Form.FRACTION:
        return [value or 0 for value in found]
    return [int(value) if value == int(value) else value for value in found]


def _day(number: int) -> date | None:
    return None if number == NEVER else EPOCH + timedelta(days=number)


def _cell(cells: Cells, place: int) -> Cell:
    if cells.valid is not None and not cells.valid[place]:
        return None
    value = int(cells.values[place])
    return Decimal(value).scaleb(-cells.scale) if cells.scale else value


def _causes(indicator: Indicator, reading: Reading, numbers: Numbers, source: Source) -> Array:
    """Look each firm's situation up among all there are."""
    value = np.where(numbers.valid, np.where(numbers.values == 0, 1, 2), 0)
    days = indicator.fresh_within_days
    oldest = NEVER if days is None else day_number(reading.as_of) - days
    age = np.where(source.latest == NEVER, 0, np.where(source.latest < oldest, 2, 1))
    situation = (value * 2 + (source.records > 0)) * 3 + age
    found: Array = _situations(indicator.code, reading)[situation]
    return found


@lru_cache(maxsize=1_000)
def _situations(code: str, reading: Reading) -> Array:
    indicator = indicator_dictionary()[code]
    stale = reading.as_of - timedelta(days=(indicator.fresh_within_days or 0) + 1)
    dates = (None, reading.as_of, stale)
    return np.array(
        [
            CAUSES.index(rules.missing_cause(indicator, value, records, day, reading))
            for value, records, day in product((None, 0, 1), (0, 1), dates)
        ],
        np.uint8,
    )


def computed(formula: object, cells: Sequence[Cells]) -> Numbers:
    """Return a formula's values from its columns; where `unsafe`, digits may be wrong."""
    match formula, cells:
        case Total(), [cell]:
            return _plain(cell)
        case Newest(divisor=divisor), [cell]:
            return _divided(_unpacked(cell), divisor)
        case Register(divisor=divisor), [cell]:
            return _divided(cell, divisor)
        case Share(), [over, under]:
            return _share(over, under)
        case Change(), [now, before]:
            return _change(now, before)
        case NewestChange(), [now, before]:
            return _change(_unpacked(now), _unpacked(before))
    raise AssertionError(f"no such formula: {formula}")


def _plain(cell: Cells) -> Numbers:
    if not cell.scale:
        return Numbers(Form.WHOLE, cell.values, cell.known)
    unit = 10**cell.scale
    unsafe = (np.abs(cell.values) >= FOUR_PLACES) & (cell.values % unit != 0)
    return Numbers(Form.EITHER, cell.values / unit, cell.known, unsafe)


def _unpacked(cell: Cells) -> Cells:
    return Cells(cell.values % PACK, cell.valid)


def _divided(cell: Cells, divisor: int) -> Numbers:
    if divisor == 1 or cell.scale:
        return _plain(cell)
    numbers = _share(cell, Cells(np.array(divisor)))
    is_whole = cell.values % divisor == 0
    values = np.where(is_whole, cell.values // divisor, numbers.values)
    return Numbers(Form.EITHER, values, numbers.valid, numbers.unsafe)


def _change(now: Cells, before: Cells) -> Numbers:
    scale = max(now.scale, before.scale)
    difference = now.scaled(scale) - before.scaled(scale)
    return _share(Cells(difference, both(now.valid, before.valid), scale), before)


def _share(numerator: Cells, denominator: Cells) -> Numbers:
    """Divide, rounded half up to nine places, three places a step."""
    scale = max(numerator.scale, denominator.scale)
    under = denominator.scaled(scale)
    valid = numerator.known & denominator.known & (under > 0)
    under = np.where(valid, under, 1)
    whole, left = np.divmod(np.where(valid, numerator.scaled(scale), 0), under)
    unsafe = (under > MOST_DIVISOR) | (np.abs(whole) >= EXACT_FLOAT // PLACES)
    total = whole
    for _ in range(3):
        digits, left = np.divmod(left * THOUSAND, under)
        total = total * THOUSAND + digits
    total += left >= under - left
    return Numbers(Form.FRACTION, total / PLACES, valid, unsafe)
