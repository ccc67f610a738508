"""Categories of many levels as numbers (类别编码): how often a level was seen and defaulted.

A level, or a pair of levels of two categories, is two numbers for the trees: its default rate in
training, pulled to the base rate by fifteen invented rows, and the logarithm of one plus how often
it was seen. One that training has not seen has the base rate and was seen never. The artefact
keeps counts, from which the same arithmetic gives the same bits in training and in use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xinyidai.scoring.values import Floats

PRIOR_ROWS = 15.0
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class LevelTable:
    """Counts of one category (one source) or of a pair: of key k, `seen` rows and `bad` of them.

    A key is the level's number plus one, zero for none; of a pair, the first times `width` plus
    the second. Keys ascend.
    """

    sources: tuple[int, ...]
    width: int
    keys: tuple[int, ...]
    seen: tuple[int, ...]
    bad: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse counts that could not have been counted."""
        arrays = (self.keys, self.seen, self.bad)
        if len({len(array) for array in arrays}) != 1 or len(self.sources) not in {1, 2}:
            raise ValueError("a level table of uneven parts")
        if list(self.keys) != sorted(set(self.keys)):
            raise ValueError("the keys of a level table do not ascend")
        if any(not 0 <= b <= s for s, b in zip(self.seen, self.bad, strict=True)):
            raise ValueError("a level table counts more defaults than rows")

    def keys_of(self, seen: Floats) -> Counts:
        """Return the key of each row."""
        return keys_of(seen, self.sources, self.width)

    def numbers(self, keys: Counts, base: float) -> tuple[Floats, Floats]:
        """Return rate and log count of each key."""
        known, seen, bad = self._arrays
        if not len(known):
            return np.full(len(keys), base), np.zeros(len(keys))
        at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        is_known = known[at] == keys
        rows = np.where(is_known, seen[at], 0)
        return smoothed(np.where(is_known, bad[at], 0), rows, base), np.log1p(rows)

    @cached_property
    def _arrays(self) -> tuple[Counts, Counts, Counts]:
        return (
            np.array(self.keys, dtype=np.int64),
            np.array(self.seen, dtype=np.int64),
            np.array(self.bad, dtype=np.int64),
        )


@dataclass(frozen=True)
class Encoding:
    """Which of so many features the trees see as they are, and what they see of the others.

    The trees' columns are the kept features in order, then rate and count of each table.
    """

    features: int
    kept: tuple[int, ...]
    tables: tuple[LevelTable, ...]
    base: float

    def __post_init__(self) -> None:
        """Refuse places beyond the features and features nobody shows to the trees."""
        shown = {*self.kept, *(place for table in self.tables for place in table.sources)}
        if shown != set(range(self.features)):
            raise ValueError("the encoding does not fit the features")

    @property
    def columns(self) -> int:
        """Number of the trees' columns."""
        return len(self.kept) + 2 * len(self.tables)

    @property
    def pairs(self) -> tuple[int, ...]:
        """Places, among the trees' columns, of what rests on pairs."""
        starts = [
            len(self.kept) + 2 * number
            for number, table in enumerate(self.tables)
            if len(table.sources) > 1
        ]
        return tuple(place for start in starts for place in (start, start + 1))

    def widen(self, seen: Floats) -> Floats:
        """Return the trees' columns for rows as the transform shows them."""
        found = np.empty((len(seen), self.columns), dtype=np.float64)
        found[:, : len(self.kept)] = seen[:, list(self.kept)]
        for number, table in enumerate(self.tables):
            place = len(self.kept) + 2 * number
            rate, count = table.numbers(table.keys_of(seen), self.base)
            found[:, place], found[:, place + 1] = rate, count
        return found

    def folded(self, shares: Floats) -> Floats:
        """Return contributions by feature; a pair's belong to both of its features by halves."""
        found = np.zeros((len(shares), self.features), dtype=np.float64)
        found[:, list(self.kept)] = shares[:, : len(self.kept)]
        for number, table in enumerate(self.tables):
            place = len(self.kept) + 2 * number
            both = (shares[:, place] + shares[:, place + 1]) / len(table.sources)
            for source in table.sources:
                found[:, source] += both
        return found


def keys_of(seen: Floats, sources: Sequence[int], width: int) -> Counts:
    """Return the key of each row for one category or a pair; see `LevelTable`."""
    found = _codes(seen[:, sources[0]])
    for source in sources[1:]:
        found = found * width + _codes(seen[:, source])
    return found


def smoothed(bad: Counts, seen: Counts, base: float) -> Floats:
    """Return default rates, pulled to the base rate."""
    found: Floats = (bad + PRIOR_ROWS * base) / (seen + PRIOR_ROWS)
    return found


def _codes(values: Floats) -> Counts:
    found: Counts = np.where(np.isnan(values), -1.0, values).astype(np.int64) + 1
    return found


def encoding_json(encoding: Encoding) -> dict[str, object]:
    """Return the encoding as plain JSON values."""
    return {
        "features": encoding.features,
        "kept": list(encoding.kept),
        "base": encoding.base,
        "tables": [
            {
                "sources": list(table.sources),
                "width": table.width,
                "keys": list(table.keys),
                "seen": list(table.seen),
                "bad": list(table.bad),
            }
            for table in encoding.tables
        ],
    }


def encoding_from_json(document: Mapping[str, object]) -> Encoding:
    """Return the encoding a JSON document describes; a missing or odd part is an error."""
    tables = document["tables"]
    base = document["base"]
    if not isinstance(tables, list) or not isinstance(base, float) or not 0 < base < 1:
        raise ValueError("the encoding cannot be read")
    return Encoding(
        features=_integers([document["features"]])[0],
        kept=_integers(document["kept"]),
        tables=tuple(_table_from_json(table) for table in tables),
        base=base,
    )


def _table_from_json(table: Mapping[str, object]) -> LevelTable:
    return LevelTable(
        sources=_integers(table["sources"]),
        width=_integers([table["width"]])[0],
        keys=_integers(table["keys"]),
        seen=_integers(table["seen"]),
        bad=_integers(table["bad"]),
    )


def _integers(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or any(type(item) is not int for item in value):
        raise TypeError("a list of whole numbers was expected")
    return tuple(value)
