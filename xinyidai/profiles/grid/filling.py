"""The cells of a grid, one for each firm and measure, and how records are added to them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

import ibis.expr.operations as ops
import numpy as np

from xinyidai.profiles.grid.batches import Batch
from xinyidai.profiles.grid.evaluating import (
    MONTHS_A_YEAR,
    MOST,
    Array,
    Cells,
    Evaluator,
    Node,
    TooLarge,
    Words,
    largest,
    spread,
)
from xinyidai.profiles.grid.planning import How, Measure, Plan, behind, constant, empty

LAST_BIT = 62


@dataclass(frozen=True)
class Cube:
    """The cells: measures of 32 and of 64 bits, and where a sum has taken in a value.

    Rows are measures, columns are firms: adding one kind's records touches little memory.
    """

    small: Array
    large: Array
    told: Array

    @classmethod
    def blank(cls, plan: Plan, firms: int) -> Self:
        """Return cells that have seen no record."""
        small, large = plan.heights
        cube = cls(
            np.zeros((small, firms), np.int32),
            np.zeros((large, firms), np.int64),
            np.zeros((large, firms), np.bool_),
        )
        cube.start(plan)
        return cube

    def start(self, plan: Plan) -> None:
        """Write into cells of zeros what stands for no record."""
        for is_small, row, start in plan.starts:
            (self.small if is_small else self.large)[row] = start


@dataclass
class Grid:
    """The cells of some firms on one day."""

    plan: Plan
    as_of: date
    cube: Cube
    peaks: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the words of the day."""
        self.words: Words = self.plan.words_on(self.as_of)
        self.rows = self.plan.rows

    def add(self, batch: Batch) -> None:
        """Take in records; those that some formula's filter leaves out change nothing.

        Raises:
            TooLarge: a sum or a date does not fit; the cells are of no use any more.

        """
        for kind, rows in by_kind(self.plan, batch):
            self.add_kind(batch, kind, rows)

    def add_kind(self, batch: Batch, kind: str, rows: Array) -> None:
        """Take in those rows of a batch, all of one kind; errors as of `add`."""
        _Addition(self, batch, kind, rows).run(self.plan.by_kind[kind])

    @property
    def firms(self) -> int:
        """Return the number of firms."""
        return int(self.cube.small.shape[1])

    def raw(self, place: int, firms: Array | slice) -> tuple[Array, Array | None]:
        """Return a measure's cells of some firms, and for a sum where it has taken in a value."""
        is_small, row = self.rows[place]
        if is_small:
            return self.cube.small[row][firms], None
        told = self.cube.told[row][firms] if self.plan.measures[place].how is How.SUM else None
        return self.cube.large[row][firms], told

    def measure(self, place: int, firms: Array | slice) -> Cells:
        """Return a measure of some firms; a count and months always have a value."""
        return as_cells(self.plan.measures[place], *self.raw(place, firms))


@dataclass
class Delta:
    """New records of some firms over the kept cells of all; nothing kept is written to.

    Firms are numbered by their place in `places`, the sorted places of theirs in `base`.
    """

    base: Grid
    fresh: Grid
    places: Array

    def __post_init__(self) -> None:
        """Take plan and words from what is kept."""
        self.plan, self.words = self.base.plan, self.base.words

    @property
    def firms(self) -> int:
        """Return the number of firms with new records."""
        return len(self.places)

    def measure(self, place: int, firms: Array | slice) -> Cells:
        """Return a measure with kept and new records taken together."""
        measure = self.plan.measures[place]
        kept, told = self.base.raw(place, self.places[firms])
        new, newly_told = self.fresh.raw(place, firms)
        known = None if told is None or newly_told is None else told | newly_told
        return as_cells(measure, TOGETHER[measure.how](kept, new), known)


TOGETHER: Mapping[How, Callable[[Array, Array], Array]] = {
    How.COUNT: np.add,
    How.SUM: np.add,
    How.MAX: np.maximum,
    How.MIN: np.minimum,
    How.MONTHS: np.bitwise_or,
}


def as_cells(measure: Measure, values: Array, told: Array | None) -> Cells:
    """Return a measure's cells as a column; a count and months always have a value."""
    match measure.how:
        case How.COUNT:
            return Cells(values)
        case How.MONTHS:
            return Cells(np.bitwise_count(values).astype(np.int64))
        case How.SUM:
            return Cells(values, told, scale_of(measure))
        case How.MAX | How.MIN:
            valid = values != empty(measure)
            return Cells(np.where(valid, values, 0), valid, scale_of(measure))


def scale_of(measure: Measure) -> int:
    """Return the decimal places of what is summed or compared."""
    kind = None if measure.argument is None else measure.argument.dtype
    return int(kind.scale or 0) if kind is not None and kind.is_decimal() else 0


def by_kind(plan: Plan, batch: Batch) -> Iterator[tuple[str, Array]]:
    """Yield the kinds of a batch that any indicator rests on, each with its rows."""
    order = np.argsort(batch.kinds, kind="stable")
    sorted_kinds = batch.kinds[order]
    codes = np.array([plan.words[kind] for kind in plan.by_kind], sorted_kinds.dtype)
    firsts = np.searchsorted(sorted_kinds, codes, "left")
    lasts = np.searchsorted(sorted_kinds, codes, "right")
    kinds = list(plan.by_kind)
    for number in np.flatnonzero(firsts < lasts).tolist():
        yield kinds[number], order[firsts[number] : lasts[number]]


class _Addition:
    """Records of one kind on their way into the cells."""

    def __init__(self, grid: Grid, batch: Batch, kind: str, rows: Array) -> None:
        self.grid, self.batch, self.kind = grid, batch, kind
        self.rows, self.columns = rows, dict[str, Cells]()
        self.evaluator = Evaluator(self.field, grid.words)
        for condition in grid.plan.filters:
            self._narrow(condition)
        self.places = batch.places[self.rows]
        self.chosen: dict[Node | None, Array | None] = {}

    def _narrow(self, condition: Node) -> None:
        mask = self.evaluator.chosen(condition, len(self.rows))
        if mask is None or mask.all():
            return
        self.rows, self.columns = self.rows[mask], {}
        self.evaluator = Evaluator(self.field, self.grid.words)

    def field(self, node: ops.Field) -> Cells | Node:
        origin = behind(node)
        if origin is not None:
            return origin
        if node.name == "kind":
            return constant(self.grid.plan.words[self.kind])
        if node.name not in self.columns:
            self.columns[node.name] = self.batch.columns[node.name].take(self.rows)
        return self.columns[node.name]

    def run(self, places: tuple[int, ...]) -> None:
        for place in places:
            self._add(place, self.grid.plan.measures[place])

    def _add(self, place: int, measure: Measure) -> None:
        mask = self._mask(measure.where)
        if measure.argument is None:
            return self._put(place, measure, self._places(mask), None)
        cells = self.evaluator(measure.argument)
        if cells.valid is not None:
            mask = cells.valid if mask is None else mask & cells.valid
        values = spread(cells.values, len(self.rows))
        self._put(place, measure, self._places(mask), values if mask is None else values[mask])
        return None

    def _mask(self, where: Node | None) -> Array | None:
        if where not in self.chosen:
            self.chosen[where] = self.evaluator.chosen(where, len(self.rows))
        return self.chosen[where]

    def _places(self, mask: Array | None) -> Array:
        return self.places if mask is None else self.places[mask]

    def _put(self, place: int, measure: Measure, firms: Array, values: Array | None) -> None:
        is_small, row = self.grid.rows[place]
        cells = (self.grid.cube.small if is_small else self.grid.cube.large)[row]
        if not len(firms):
            return
        if measure.how is How.COUNT or values is None:
            np.add.at(cells, firms, cells.dtype.type(1))
        elif measure.how is How.SUM:
            self._require_room(place, cells, values)
            np.add.at(cells, firms, values.astype(np.int64, copy=False))
            self.grid.cube.told[row][firms] = True
        elif measure.how is How.MONTHS:
            np.bitwise_or.at(cells, firms, month_bits(values, self.grid.as_of))
        else:
            bound = np.maximum if measure.how is How.MAX else np.minimum
            bound.at(cells, firms, values.astype(cells.dtype, copy=False))

    def _require_room(self, place: int, cells: Array, values: Array) -> None:
        """Raise unless every sum stays within 64 bits, whatever firms the values belong to."""
        most = largest(values) * len(values)
        peak = self.grid.peaks.get(place, 0) + most
        if peak >= MOST:
            peak = largest(cells) + most
        if peak >= MOST:
            raise TooLarge
        self.grid.peaks[place] = peak


def month_bits(months: Array, as_of: date) -> Array:
    """Return year × 100 + month as the bit of its distance from the running month."""
    number = as_of.year * MONTHS_A_YEAR + as_of.month
    back = number - (months // 100 * MONTHS_A_YEAR + months % 100)
    if len(back) and (back.min() < 0 or back.max() > LAST_BIT):
        raise TooLarge
    return np.asarray(np.left_shift(np.int64(1), back.astype(np.int64)))
