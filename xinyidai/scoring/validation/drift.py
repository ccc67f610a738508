"""Drift (漂移): PSI with a floor and a verdict by sample size, and performance without labels.

NumPy alone, so that what serves requests may use it. The usual libraries say 0.0 when everybody
moves to a category never seen, and cry wolf on small samples; both are handled here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from xinyidai.scoring.validation import limits
from xinyidai.scoring.validation.stats import TWO_SIDED_95, Estimate, chi2_quantile, midranks
from xinyidai.scoring.values import Floats

_SIGNIFICANCE = 0.95


class DriftVerdict(StrEnum):
    """What a comparison of two samples says, 漂移结论."""

    TOO_FEW = "too_few"  # 样本太少，不评价
    STABLE = "stable"  # 没有显著变化
    SLIGHT = "slight"  # 有显著变化，幅度小
    SOME = "some"  # 中等变化
    MUCH = "much"  # 明显变化
    NEW_CATEGORY = "new_category"  # 出现没见过的类别


ALERTS = frozenset({DriftVerdict.SOME, DriftVerdict.MUCH, DriftVerdict.NEW_CATEGORY})


@dataclass(frozen=True)
class Psi:
    """Population stability index of two samples; `critical` is what chance alone may reach.

    `new_categories` are those of the later sample that the earlier lacks: an alert by themselves.
    """

    value: float
    critical: float
    earlier: int
    later: int
    new_categories: tuple[str, ...] = ()

    @property
    def verdict(self) -> DriftVerdict:
        """Whether anything changed, by sample size, and how much, by the usual lines."""
        if self.new_categories:
            return DriftVerdict.NEW_CATEGORY
        if min(self.earlier, self.later) < limits.PSI_ROWS:
            return DriftVerdict.TOO_FEW
        if self.value <= self.critical:
            return DriftVerdict.STABLE
        if self.value < limits.PSI_SOME:
            return DriftVerdict.SLIGHT
        return DriftVerdict.SOME if self.value < limits.PSI_MUCH else DriftVerdict.MUCH


def psi_of_shares(earlier: Floats, later: Floats) -> float:
    """Return the index of two distributions over the same groups; a share is at least 1e-4."""
    p = np.maximum(earlier, limits.PSI_FLOOR)
    q = np.maximum(later, limits.PSI_FLOOR)
    return float(((q - p) * np.log(q / p)).sum())


def critical_psi(groups: int, earlier: int, later: int) -> float:
    """Return the 95 % point of PSI without drift: chi-squared times 1/N + 1/M."""
    if groups < 2 or not earlier or not later:  # noqa: PLR2004 - one group cannot move
        return math.inf
    return chi2_quantile(_SIGNIFICANCE, groups - 1) * (1 / earlier + 1 / later)


def psi(earlier: Floats, later: Floats, bins: int = limits.PSI_BINS) -> Psi:
    """Compare two samples of numbers over the earlier one's quantiles; gaps are a group of theirs.

    Values outside the earlier range fall into the outer groups.
    """
    present = earlier[~np.isnan(earlier)]
    cuts = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.unique(np.quantile(present, cuts)) if len(present) else np.empty(0)
    groups = len(edges) + 2
    before, after = (_counts(sample, edges, groups) for sample in (earlier, later))
    return _psi(before, after, ())


def _counts(sample: Floats, edges: Floats, groups: int) -> Floats:
    gap = np.isnan(sample)
    # a value on an edge belongs below it, so that a frequent value such as zero is a group
    places = np.where(gap, groups - 1, np.searchsorted(edges, np.nan_to_num(sample), side="left"))
    return np.bincount(places, minlength=groups).astype(np.float64)


def psi_of_categories(earlier: Sequence[str], later: Sequence[str]) -> Psi:
    """Compare two samples of categories; one not seen before is an alert by itself."""
    names = sorted({*earlier, *later})
    place = {name: i for i, name in enumerate(names)}
    before, after = (
        np.bincount([place[name] for name in sample], minlength=len(names)).astype(np.float64)
        for sample in (earlier, later)
    )
    fresh = tuple(n for n, p, q in zip(names, before, after, strict=True) if q and not p)
    return _psi(before, after, fresh)


def _psi(before: Floats, after: Floats, fresh: tuple[str, ...]) -> Psi:
    n, m = int(before.sum()), int(after.sum())
    used = int(((before > 0) | (after > 0)).sum())
    value = psi_of_shares(before / max(n, 1), after / max(m, 1))
    return Psi(value, critical_psi(used, n, m), n, m, fresh)


@dataclass(frozen=True)
class Expected:
    """What calibrated probabilities promise of outcomes not yet known, each with a 95 % band."""

    bad_rate: Estimate
    auc: Estimate


def expected_performance(pd: Floats, simulations: int = 200, seed: int = 1) -> Expected:
    """Estimate bad rate and AUC without labels (无标签估计), as confidence-based estimation does.

    Each firm counts as bad with its probability. The band says how far outcomes may lie from that
    by chance where the probabilities are right; outcomes outside it mean that they no longer are.
    """
    n = len(pd)
    rate = float(pd.mean())
    reach = TWO_SIDED_95 * math.sqrt(float((pd * (1 - pd)).sum())) / n
    draw = np.random.default_rng(seed)
    ranks = midranks(pd)
    drawn = [_auc_by_rank(ranks, draw.random(n) < pd) for _ in range(simulations)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Expected(
        Estimate(rate, max(0.0, rate - reach), min(1.0, rate + reach)),
        Estimate(expected_auc(pd), float(low), float(high)),
    )


def expected_auc(pd: Floats) -> float:
    """Return the AUC that the probabilities promise: weights p for bads, 1 - p for goods."""
    values, place = np.unique(pd, return_inverse=True)
    bad = np.bincount(place, weights=pd)
    good = np.bincount(place, weights=1 - pd)
    own = float((pd * (1 - pd)).sum())  # a firm is not compared with itself
    below = np.cumsum(good) - good
    pairs = float(bad.sum() * good.sum()) - own
    won = float((bad * (below + good / 2)).sum()) - own / 2
    return won / pairs if len(values) > 1 and pairs > 0 else 0.5


def _auc_by_rank(ranks: Floats, bad: NDArray[np.bool_]) -> float:
    few, many = int(bad.sum()), int((~bad).sum())
    if not few or not many:
        return math.nan
    return float((ranks[bad].sum() - few * (few + 1) / 2) / (few * many))
