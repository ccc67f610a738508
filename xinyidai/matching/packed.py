"""Raw facts of many firms as arrays: what a search reads before criteria can judge it; pure.

Firms and snapshots are named by the sixteen bytes of their ids. Facts with few different values
are places into those values, so that each different one is understood once.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinyidai.catalogue.missing import MissingCause
from xinyidai.matching.columns import Codes, Floats

Keys = NDArray[np.bytes_]
Causes = NDArray[np.int16]
Places = NDArray[np.intp]
KEY = np.dtype("S16")
# How a cause is packed: its place here and one; 0 says that there is a number.
CAUSES: tuple[MissingCause, ...] = tuple(MissingCause)
NO_RECORD_CAUSE = CAUSES.index(MissingCause.NO_RECORD) + 1
BYTES_EACH = 10  # of one indicator of one snapshot: number and cause


@dataclass(frozen=True)
class Coded:
    """One value of every firm as its place in `values`, where each stands once."""

    places: Codes
    values: Sequence[Hashable]


@dataclass(frozen=True)
class Numbers:
    """One indicator of every snapshot; NaN is missing, and `causes` says why."""

    values: Floats
    causes: Causes

    def take(self, places: Places) -> "Numbers":
        """Return the numbers of these places; place -1 has no record."""
        absent = places < 0
        if not len(self.values):
            return Numbers.unknown(len(places))
        values, causes = self.values[places], self.causes[places]
        values[absent], causes[absent] = np.nan, NO_RECORD_CAUSE
        return Numbers(values, causes)

    @staticmethod
    def unknown(size: int) -> "Numbers":
        """Return an indicator that nobody has a record of."""
        return Numbers(np.full(size, np.nan), np.full(size, NO_RECORD_CAUSE, dtype=np.int16))


@dataclass(frozen=True)
class Table:
    """Indicators of the snapshots `keys`, which are in their order and each there once."""

    keys: Keys
    columns: Mapping[str, Numbers]

    def take(self, keys: Keys) -> "Table":
        """Return the same indicators of these snapshots; one that is not here has no record."""
        places = places_in(self.keys, keys)
        return Table(keys, {code: one.take(places) for code, one in self.columns.items()})


def coded(raws: Iterable[Hashable]) -> Coded:
    """Return raw values as places into the different ones."""
    known: dict[Hashable, int] = {}
    places = np.array([known.setdefault(raw, len(known)) for raw in raws], dtype=np.int32)
    return Coded(places, tuple(known))


def coded_numbers(numbers: Numbers) -> Coded:
    """Return an indicator as places into its different numbers and causes of absence."""
    found, number_places = np.unique(numbers.values, return_inverse=True)
    causes = np.where(np.isnan(numbers.values), numbers.causes, 0)
    pairs = number_places.astype(np.int64) * (len(CAUSES) + 2) + causes
    different, firsts, places = np.unique(pairs, return_index=True, return_inverse=True)
    del different
    values = [
        CAUSES[causes[first] - 1] if causes[first] else float(found[number_places[first]])
        for first in firsts
    ]
    return Coded(places.astype(np.int32), values)


def joined(parts: Sequence[Coded]) -> Coded:
    """Return the different rows that the parts make together, each as a tuple."""
    places = np.zeros(len(parts[0].places), dtype=np.int64)
    firsts = np.zeros(0, dtype=np.intp)
    for part in parts:
        pairs = places * max(1, len(part.values)) + part.places
        _, firsts, places = np.unique(pairs, return_index=True, return_inverse=True)
    values = [tuple(part.values[part.places[first]] for part in parts) for first in firsts]
    return Coded(places.astype(np.int32), values)


def places_in(known: Keys, asked: Keys) -> Places:
    """Return where each key stands among the sorted ones, -1 where it does not."""
    if not len(known):
        return np.full(len(asked), -1, dtype=np.intp)
    places = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[places] == asked, places, -1)


def table_of(packed: bytes, codes: Sequence[str]) -> Table:
    """Read what `seeking_queries.packed_indicators` returns."""
    fields = [(f"v{n}", ">f8") for n in range(len(codes))]
    causes = [(f"c{n}", ">i2") for n in range(len(codes))]
    rows = np.frombuffer(packed, dtype=[("key", KEY), *fields, *causes])
    rows = rows[np.argsort(rows["key"])]
    columns = {
        code: Numbers(rows[f"v{n}"].astype(np.float64), rows[f"c{n}"].astype(np.int16))
        for n, code in enumerate(codes)
    }
    return Table(rows["key"].copy(), columns)
