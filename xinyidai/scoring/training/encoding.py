"""From columns to the matrix trees see (特征编码): categories with many levels become numbers.

A category of few levels stays one. One of many becomes two numbers: the smoothed default rate of
its level, taken out of fold for the rows that train, and how often the level occurs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from xinyidai.scoring.training.dataset import Column, Rows
from xinyidai.scoring.values import FeatureKind, Floats

MOST_NATIVE_LEVELS = 24
_PRIOR_ROWS = 15.0
_FOLDS = 5


@dataclass(frozen=True)
class Encoding:
    """What was learned from the training rows: rate and count of each level, by column."""

    columns: tuple[Column, ...]
    rates: dict[int, Floats]
    counts: dict[int, Floats]
    base: float

    @property
    def categories(self) -> list[int]:
        """Positions, in the matrix, of the categories that stay categories."""
        found, position = [], 0
        for i, column in enumerate(self.columns):
            if column.kind is FeatureKind.CATEGORICAL and i not in self.rates:
                found.append(position)
            position += 2 if i in self.rates else 1
        return found

    def matrix(self, rows: Rows, rates: dict[int, Floats] | None = None) -> Floats:
        """Return the matrix of the rows; `rates` replaces the learned rate of each row."""
        parts: list[Floats] = []
        for i, column in enumerate(self.columns):
            values = column.values[rows]
            if i not in self.rates:
                parts.append(values)
                continue
            levels = _levels(values)
            parts.append(self.rates[i][levels] if rates is None else rates[i])
            parts.append(self.counts[i][levels])
        return np.column_stack(parts)


def learn_encoding(
    columns: tuple[Column, ...], label: NDArray[np.int8], rows: Rows, seed: int
) -> tuple[Encoding, Floats]:
    """Learn from the given rows; return the encoding and the training matrix, out of fold."""
    outcome = label[rows].astype(np.float64)
    base = float(outcome.mean())
    many = {
        i: _levels(column.values[rows])
        for i, column in enumerate(columns)
        if len(column.levels) > MOST_NATIVE_LEVELS
    }
    sizes = {i: len(columns[i].levels) + 1 for i in many}
    rates = {i: _rates(levels, outcome, sizes[i], base) for i, levels in many.items()}
    counts = {
        i: np.log1p(np.bincount(levels % sizes[i], minlength=sizes[i]).astype(np.float64))
        for i, levels in many.items()
    }
    encoding = Encoding(columns, rates, counts, base)
    unseen = {i: np.empty(len(rows)) for i in many}
    if many:
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
        for train, test in folds.split(outcome, label[rows]):
            for i, levels in many.items():
                seen = _rates(levels[train], outcome[train], sizes[i], base)
                unseen[i][test] = seen[levels[test]]
    return encoding, encoding.matrix(rows, unseen)


def _levels(values: Floats) -> NDArray[np.intp]:
    """Return the level's number, the last one (-1) where the value is absent."""
    return np.where(np.isnan(values), -1, values).astype(np.intp)


def _rates(levels: NDArray[np.intp], outcome: Floats, size: int, base: float) -> Floats:
    index = np.where(levels < 0, size - 1, levels)
    bad = np.bincount(index, weights=outcome, minlength=size)
    seen = np.bincount(index, minlength=size)
    rates: Floats = (bad + _PRIOR_ROWS * base) / (seen + _PRIOR_ROWS)
    return rates
