"""Learning how categories of many levels become numbers (特征编码), without showing a row itself.

A row that trains sees rates counted on other rows; a row that is scored sees those of all.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from xinyidai.scoring.encoding import Encoding, LevelTable, keys_of, smoothed
from xinyidai.scoring.values import Floats

Split = tuple[NDArray[np.intp], NDArray[np.intp]]

MOST_NATIVE_LEVELS = 24
_FOLDS = 5
_TENTHS = 10
_MOST_PAIRS = 20
_MOST_DISTINCT = 0.6  # pairs that hardly repeat say nothing
_NEWS = 1.02  # a pair must tell more states apart than either of its categories


def learn_encoding(levels: Sequence[int], seen: Floats, label: NDArray[np.int8]) -> Encoding | None:
    """Return the encoding learned from all given rows; None where every category has few levels.

    `levels` are the number of levels of each feature, zero for numbers. Pairs are made of two
    categories of which one at least has many levels.
    """
    many = [place for place, count in enumerate(levels) if count > MOST_NATIVE_LEVELS]
    if not many:
        return None
    sources: list[tuple[int, ...]] = [(place,) for place in many]
    sources += _pairs(levels, many, seen)
    return Encoding(
        features=len(levels),
        kept=tuple(place for place in range(len(levels)) if place not in many),
        tables=tuple(_counted(pair, levels[pair[-1]] + 1, seen, label) for pair in sources),
        base=float(label.mean()),
    )


def out_of_fold(
    encoding: Encoding | None,
    seen: Floats,
    label: NDArray[np.int8],
    seed: int,
    times: NDArray[np.generic] | None = None,
) -> Floats:
    """Return the matrix to train on: what a row shows of its levels was counted on other rows.

    Without times the rates are counted on the other folds; with times, rates and counts on the
    earlier tenths, as it will be in use.
    """
    if encoding is None:
        return seen
    found = encoding.widen(seen)
    parts = _folds(label, seed) if times is None else _earlier(times)
    places = range(len(encoding.kept), encoding.columns, 2)
    for place, table in zip(places, encoding.tables, strict=True):
        _, index = np.unique(table.keys_of(seen), return_inverse=True)
        size = int(index.max()) + 1
        for train, test in parts:
            rows = np.bincount(index[train], minlength=size)
            bad = np.bincount(index[train][label[train] == 1], minlength=size)
            found[test, place] = smoothed(bad, rows, encoding.base)[index[test]]
            if times is not None:
                found[test, place + 1] = np.log1p(rows)[index[test]]
    return found


def _folds(label: NDArray[np.int8], seed: int) -> list[Split]:
    fewest = int(min(np.bincount(label, minlength=2)))
    folds = StratifiedKFold(max(2, min(_FOLDS, fewest)), shuffle=True, random_state=seed)
    return list(folds.split(np.zeros(len(label)), label))


def _earlier(times: NDArray[np.generic]) -> list[Split]:
    """Return for each tenth in time all rows before it and its own; the first has none before."""
    ranks = np.searchsorted(np.sort(times), times, side="left") / len(times)
    tenth = (ranks * _TENTHS).astype(np.int64)
    return [(np.flatnonzero(tenth < k), np.flatnonzero(tenth == k)) for k in range(_TENTHS)]


def categories_among(levels: Sequence[int], encoding: Encoding | None) -> list[int]:
    """Return the places, among the trees' columns, of categories that stay categories."""
    kept = range(len(levels)) if encoding is None else encoding.kept
    return [place for place, feature in enumerate(kept) if levels[feature]]


def signs_among(signs: Sequence[int], encoding: Encoding | None) -> list[int]:
    """Return the sign of each of the trees' columns; rates and counts have none."""
    if encoding is None:
        return list(signs)
    return [signs[place] for place in encoding.kept] + [0] * (2 * len(encoding.tables))


def _pairs(levels: Sequence[int], many: Sequence[int], seen: Floats) -> list[tuple[int, ...]]:
    """Return the pairs worth counting, those that repeat most, without a look at the outcome."""
    named = [place for place, count in enumerate(levels) if count]
    alone = {place: _distinct((place,), levels, seen) for place in named}
    found = []
    for pair in combinations(named, 2):
        if not set(pair) & set(many):
            continue
        count = _distinct(pair, levels, seen)
        news = count > _NEWS * max(alone[place] for place in pair)
        if news and count <= _MOST_DISTINCT * len(seen):
            found.append((count, pair))
    return sorted(pair for _, pair in sorted(found)[:_MOST_PAIRS])


def _distinct(sources: tuple[int, ...], levels: Sequence[int], seen: Floats) -> int:
    return len(np.unique(keys_of(seen, sources, levels[sources[-1]] + 1)))


def _counted(
    sources: tuple[int, ...], width: int, seen: Floats, label: NDArray[np.int8]
) -> LevelTable:
    keys, index = np.unique(keys_of(seen, sources, width), return_inverse=True)
    rows = np.bincount(index, minlength=len(keys))
    bad = np.bincount(index[label == 1], minlength=len(keys))
    return LevelTable(
        sources, width, tuple(keys.tolist()), tuple(rows.tolist()), tuple(bad.tolist())
    )
