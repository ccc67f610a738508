"""Readings of many firms as columns: what batch and reverse matching read.

Numbers are float64 with NaN for missing, sets of tags are bits, everything else is a small code
into the distinct readings. Why something is missing is not kept: no outcome depends on it. Money
is exact up to 2⁵³ 分.

    firms = columns_of([readings_of(subject, wish, on=day), …])
    found = reverse(product.criteria, firms)      # matching.reverse: counts and places
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xinyidai.catalogue.missing import Missing
from xinyidai.products.values import (
    FIELDS,
    INDICATOR_PREFIX,
    NO_RECORD,
    FieldType,
    Reading,
    Readings,
)

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]
NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
WORD = 64


@dataclass(frozen=True)
class NumberColumn:
    """One number of every firm; NaN is missing."""

    values: Floats

    @cached_property
    def gaps(self) -> Flags | None:
        """Return where the number is missing, or None where every firm has it."""
        found: Flags = np.isnan(self.values)
        return found if found.any() else None


@dataclass(frozen=True)
class CodeColumn:
    """One reading of every firm as its place in `readings`; place 0 is missing."""

    codes: Codes
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class TagColumn:
    """The tags of every firm: tag n is bit n % 64 of `words[n // 64]`; `gaps` where unknown."""

    words: tuple[Words, ...]
    tags: tuple[str, ...]
    gaps: Flags


Column = NumberColumn | CodeColumn | TagColumn


@dataclass(frozen=True)
class FirmColumns:
    """Readings of `size` firms by the code of their field; a field without a column is missing."""

    size: int
    columns: Mapping[str, Column]


@dataclass
class ColumnsBuilder:
    """Collects firms one by one, so that their readings need not be kept all at once."""

    size: int = 0
    numbers: dict[str, list[float]] = field(default_factory=dict)
    codes: dict[str, list[int]] = field(default_factory=dict)
    places: dict[str, dict[Reading, int]] = field(default_factory=dict)

    def add(self, readings: Readings) -> None:
        """Add one firm; a field it does not name is missing for it."""
        for code, reading in readings.items():
            if is_number(code):
                numbers = self.numbers.setdefault(code, [])
                numbers.extend([np.nan] * (self.size - len(numbers)))
                numbers.append(_number(reading))
            else:
                codes = self.codes.setdefault(code, [])
                codes.extend([0] * (self.size - len(codes)))
                codes.append(self._place(code, reading))
        self.size += 1

    def build(self) -> FirmColumns:
        """Return the columns of all firms added."""
        columns: dict[str, Column] = {}
        for code, values in self.numbers.items():
            padded = [*values, *[np.nan] * (self.size - len(values))]
            columns[code] = NumberColumn(np.array(padded, dtype=np.float64))
        for code, places in self.codes.items():
            array = np.array([*places, *[0] * (self.size - len(places))], dtype=np.int32)
            coded = CodeColumn(array, (NO_RECORD, *self.places.get(code, {})))
            is_tags = FIELDS[code].type is FieldType.TAGS
            columns[code] = tag_column(coded) if is_tags else coded
        return FirmColumns(self.size, columns)

    def _place(self, code: str, reading: Reading) -> int:
        if isinstance(reading, Missing):
            return 0
        known = self.places.setdefault(code, {})
        return known.setdefault(reading, len(known) + 1)


def columns_of(readings: Iterable[Readings]) -> FirmColumns:
    """Return the readings of firms as columns, in their order."""
    builder = ColumnsBuilder()
    for one in readings:
        builder.add(one)
    return builder.build()


def tag_column(coded: CodeColumn) -> TagColumn:
    """Return sets of tags as bits."""
    sets = [r if isinstance(r, frozenset) else frozenset() for r in coded.readings]
    tags = tuple(sorted(frozenset().union(*sets)))
    places = {tag: place for place, tag in enumerate(tags)}
    words = []
    for first in range(0, max(1, len(tags)), WORD):
        bits = [
            sum(1 << places[tag] - first for tag in one if 0 <= places[tag] - first < WORD)
            for one in sets
        ]
        words.append(np.array(bits, dtype=np.uint64)[coded.codes])
    return TagColumn(tuple(words), tags, coded.codes == 0)


def is_number(code: str) -> bool:
    """Return whether the field's readings are numbers; grades are not, they go by letters."""
    return code.startswith(INDICATOR_PREFIX) or FIELDS[code].type in NUMBERS


def _number(reading: Reading) -> float:
    if isinstance(reading, Missing):
        return np.nan
    if isinstance(reading, int | float):
        return float(reading)
    raise TypeError("a number column cannot keep a text or a set")
