"""Symmetric trees (对称树) in LightGBM's text: each level of a tree asks all rows one question.

LightGBM grows leaf by leaf. A tree of one question a level has far fewer shapes to choose from,
which is a strong regularisation on tables of many noisy columns. The choice of splits is first
order with noise that fades as the model grows, after Prokhorenkova et al., CatBoost (NeurIPS 2018)
and Dorogush et al. (2018); leaves take a few Newton steps. What is written is ordinary LightGBM.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinyidai.scoring.values import Floats

_NEWTON_STEPS = 6
_MOST_SPLITTING_ROWS = 6_000
_DIGITS = 12  # so that a last bit, which processors differ in, decides nothing
_PRIOR_ROWS = 15.0
_TINY = 1e-12
_LOWEST = -1.7976931348623157e308
_GAPS_LEFT = 10  # a number; gaps are NaN and go left
_CATEGORY = 1

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Growth:
    """How trees are grown; the meaning is that of `TreeParams`."""

    trees: int
    depth: int
    learning_rate: float
    feature_fraction: float
    lambda_l2: float
    seed: int


@dataclass(frozen=True)
class Bins:
    """Cuts of each column; of a category the levels in order of their default rate."""

    cuts: tuple[Floats, ...]
    orders: dict[int, Places]
    count: int

    def codes(self, matrix: Floats) -> Places:
        """Return columns × rows: a number's gap is 0, a category's gap or unknown level is last."""
        found = np.empty(matrix.shape[::-1], dtype=np.int64)
        for place, cuts in enumerate(self.cuts):
            values = matrix[:, place]
            gap = np.isnan(values)
            if place in self.orders:
                order = self.orders[place]
                gap |= values >= len(order)
                level = np.where(gap, 0, values).astype(np.int64)
                found[place] = np.where(gap, self.count - 1, order[level])
            else:
                found[place] = np.where(gap, 0, 1 + np.searchsorted(cuts, values, side="left"))
        return found


@dataclass(frozen=True)
class Tree:
    """One question a level (column and bin; above the bin goes right), values of the leaves."""

    columns: tuple[int, ...]
    bins: tuple[int, ...]
    values: Floats
    rows: Places

    def leaves(self, codes: Places) -> Places:
        """Return the leaf of each row."""
        found = np.zeros(codes.shape[1], dtype=np.int64)
        for column, cut in zip(self.columns, self.bins, strict=True):
            found = 2 * found + (codes[column] > cut)
        return found


def learn_bins(
    matrix: Floats, label: NDArray[np.int8], categories: Sequence[int], count: int
) -> Bins:
    """Return at most so many bins for each column, as evenly filled as its values allow."""
    orders = {}
    cuts = []
    for place in range(matrix.shape[1]):
        values = matrix[:, place]
        present = values[~np.isnan(values)]
        if place in categories:
            orders[place] = _order(values, label)
            count = max(count, len(orders[place]) + 1)
            cuts.append(np.empty(0))
            continue
        steps = np.linspace(0, 1, count)[1:-1]
        known = np.quantile(present, steps, method="nearest") if len(present) else np.zeros(1)
        cuts.append(np.unique(known))
    return Bins(tuple(cuts), orders, count)


def _order(values: Floats, label: NDArray[np.int8]) -> Places:
    """Return the rank of each level by its smoothed default rate."""
    is_known = ~np.isnan(values)
    level = values[is_known].astype(np.int64)
    seen = np.bincount(level)
    bad = np.bincount(level, weights=label[is_known])
    rates = (bad + _PRIOR_ROWS * label.mean()) / (seen + _PRIOR_ROWS)
    order = np.empty(len(seen), dtype=np.int64)
    order[np.argsort(rates, kind="stable")] = np.arange(len(seen))
    return order


def grow(
    codes: Places, label: NDArray[np.int8], bins: Bins, growth: Growth, columns: Sequence[int]
) -> Iterator[Tree]:
    """Yield trees one after the other; only the given columns are asked about."""
    draw = np.random.default_rng(growth.seed)
    outcome = label.astype(np.float64)
    raw = np.zeros(len(label))
    most = max(1, round(growth.feature_fraction * len(columns)))
    for number in range(growth.trees):
        gradient = np.round(outcome - _chance(raw), _DIGITS)
        left = float(np.exp(np.log(len(label)) - number * growth.learning_rate))
        noise = float(np.sqrt((gradient**2).mean())) * left / (1 + left)
        rows = np.arange(len(label))
        if len(rows) > _MOST_SPLITTING_ROWS:
            rows = np.sort(draw.permutation(len(rows))[:_MOST_SPLITTING_ROWS])
        asked = np.sort(draw.permutation(np.asarray(columns))[:most])
        part = codes[np.ix_(asked, rows)]
        splits = _splits(part, gradient[rows], bins.count, growth, (noise, draw))
        tree = Tree(
            tuple(int(asked[place]) for place, _ in splits),
            tuple(cut for _, cut in splits),
            np.empty(0),
            np.empty(0, dtype=np.int64),
        )
        leaf = tree.leaves(codes)
        values = _leaf_values(leaf, outcome, raw, growth)
        raw = raw + values[leaf]
        sizes = np.bincount(leaf, minlength=len(values))
        yield Tree(tree.columns, tree.bins, values, sizes)


def _chance(raw: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-raw))
    return found


def _splits(
    part: Places,
    gradient: Floats,
    count: int,
    growth: Growth,
    chance: tuple[float, np.random.Generator],
) -> list[tuple[int, int]]:
    """Choose the question of each level: where the gradient's means agree most with the rows."""
    noise, draw = chance
    asked, size = part.shape
    weight = draw.exponential(size=size)
    pulled = np.tile(gradient * weight, asked)
    weights = np.tile(weight, asked)
    offsets = part + (np.arange(asked) * count)[:, None]
    leaf = np.zeros(size, dtype=np.int64)
    found = []
    for level in range(growth.depth):
        keys = (offsets + leaf * (asked * count)).ravel()
        cells = (1 << level) * asked * count
        shape = (1 << level, asked, count)
        pull = np.bincount(keys, weights=pulled, minlength=cells).reshape(shape).cumsum(axis=2)
        mass = np.bincount(keys, weights=weights, minlength=cells).reshape(shape).cumsum(axis=2)
        scores = _scores(pull, mass, growth.lambda_l2)
        scores += draw.normal(size=scores.shape) * noise
        column, cut = np.unravel_index(int(np.argmax(scores)), scores.shape)
        leaf = 2 * leaf + (part[column] > cut)
        found.append((int(column), int(cut)))
    return found


def _scores(pull: Floats, mass: Floats, ridge: float) -> Floats:
    """Return the cosine between gradients and what the leaves would answer, by column and cut."""
    left, left_mass = pull[:, :, :-1], mass[:, :, :-1]
    right, right_mass = pull[:, :, -1:] - left, mass[:, :, -1:] - left_mass
    low, high = left / (left_mass + ridge), right / (right_mass + ridge)
    agreed = (left * low + right * high).sum(axis=0)
    length = (low * low * left_mass + high * high * right_mass).sum(axis=0)
    found: Floats = agreed / np.sqrt(length + _TINY)
    parts = (left_mass.sum(axis=0) > _TINY) & (right_mass.sum(axis=0) > _TINY)
    return np.where(parts, found, -np.inf)


def _leaf_values(leaf: Places, outcome: Floats, raw: Floats, growth: Growth) -> Floats:
    size = 1 << growth.depth
    values = np.zeros(size)
    for _ in range(_NEWTON_STEPS):
        chance = _chance(raw + values[leaf])
        pull = np.bincount(leaf, weights=outcome - chance, minlength=size)
        curve = np.bincount(leaf, weights=chance * (1 - chance), minlength=size)
        values = values + pull / (curve + growth.lambda_l2)
    return np.round(growth.learning_rate * values, _DIGITS)


def tree_text(tree: Tree, bins: Bins) -> str:
    """Return a tree's lines as LightGBM writes them; branches that no row took are left out."""
    writer = _Writer(tree, bins)
    writer.node(0, 0, len(tree.values))
    return writer.text()


class _Writer:
    """The lists of a tree's text, filled from the root down."""

    def __init__(self, tree: Tree, bins: Bins) -> None:
        self._tree, self._bins = tree, bins
        self._nodes: list[tuple[int, str, int, int, float]] = []
        self._children: list[list[int]] = []
        self._leaves: list[int] = []
        self._sets: list[list[int]] = []

    def node(self, level: int, low: int, high: int) -> int:
        """Write what lies between two leaves; return its number, a leaf's below zero."""
        tree = self._tree
        if level == len(tree.columns):
            self._leaves.append(low)
            return -len(self._leaves)
        middle = (low + high) // 2
        if not tree.rows[low:middle].sum():
            return self.node(level + 1, middle, high)
        if not tree.rows[middle:high].sum():
            return self.node(level + 1, low, middle)
        threshold, kind = self._question(tree.columns[level], tree.bins[level])
        rows = tree.rows[low:high]
        mean = float(tree.values[low:high] @ rows / rows.sum())
        number = len(self._nodes)
        self._nodes.append((tree.columns[level], threshold, kind, int(rows.sum()), mean))
        self._children.append([])
        self._children[number].append(self.node(level + 1, low, middle))
        self._children[number].append(self.node(level + 1, middle, high))
        return number

    def _question(self, column: int, cut: int) -> tuple[str, int]:
        if column not in self._bins.orders:
            return repr(float(self._bins.cuts[column][cut - 1]) if cut else _LOWEST), _GAPS_LEFT
        levels = np.flatnonzero(self._bins.orders[column] <= cut)
        words = [0] * (int(levels.max()) // 32 + 1)
        for level in levels.tolist():
            words[level // 32] |= 1 << (level % 32)
        self._sets.append(words)
        return str(len(self._sets) - 1), _CATEGORY

    def text(self) -> str:
        """Return the lines of the whole tree."""
        tree, nodes = self._tree, self._nodes
        values = [float(tree.values[leaf]) for leaf in self._leaves]
        sizes = [int(tree.rows[leaf]) for leaf in self._leaves]
        lines: dict[str, Sequence[object]] = {
            "num_leaves": [len(self._leaves)],
            "num_cat": [len(self._sets)],
            "split_feature": [column for column, *_ in nodes],
            "split_gain": [1] * len(nodes),
            "threshold": [threshold for _, threshold, *_ in nodes],
            "decision_type": [kind for _, _, kind, *_ in nodes],
            "left_child": [left for left, _ in self._children],
            "right_child": [right for _, right in self._children],
            "leaf_value": [repr(value) for value in values],
            "leaf_weight": sizes,
            "leaf_count": sizes,
            "internal_value": [repr(mean) for *_, mean in nodes],
            "internal_weight": [rows for *_, rows, _ in nodes],
            "internal_count": [rows for *_, rows, _ in nodes],
        }
        if self._sets:
            lengths = [len(words) for words in self._sets]
            lines["cat_boundaries"] = [0, *np.cumsum(lengths).tolist()]
            lines["cat_threshold"] = [word for words in self._sets for word in words]
        lines |= {"is_linear": [0], "shrinkage": [1]}
        body = "\n".join(f"{name}={' '.join(map(str, some))}" for name, some in lines.items())
        return f"{body}\n\n\n"
