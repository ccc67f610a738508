"""Statistics of the checks, on NumPy alone: written here so that a validator can read them whole.

`pd` are probabilities of default, `label` is 1 for default. Sources: DeLong, DeLong and
Clarke-Pearson (1988) in the midrank form of Sun and Xu (2014) for the variance of an AUC; the
observed Fisher information for the calibration line; exact binomial tails for grades.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from xinyidai.scoring.values import Floats

Labels = NDArray[np.int8]
NORMAL = NormalDist()
TWO_SIDED_95 = NORMAL.inv_cdf(0.975)
ECE_GROUPS = 10
_EDGE = 1e-12
_ROUNDS = 50
_STILL = 1e-8
_FLAT = 1e14


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def meets(self, low: float, high: float) -> bool:
        """Tell whether the interval and the band from `low` to `high` share a point."""
        return self.low <= high and self.high >= low

    def __str__(self) -> str:
        """Write figure and interval to three decimals."""
        return f"{self.value:.3f}（{self.low:.3f}–{self.high:.3f}）"


@dataclass(frozen=True)
class Line:
    """Calibration line: log-odds of the outcome over promised log-odds, with 95 % intervals."""

    slope: Estimate
    intercept: Estimate


def midranks(values: Floats) -> Floats:
    """Return ranks from 1, equal values sharing the mean of theirs."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ends = np.r_[starts[1:], len(values)]
    shared = np.repeat((starts + ends + 1) / 2, ends - starts)
    ranks = np.empty(len(values))
    ranks[order] = shared
    return ranks


def auc(pd: Floats, label: Labels) -> Estimate:
    """Return the area under the ROC curve with DeLong's interval; both outcomes must occur."""
    bad, good = pd[label == 1], pd[label == 0]
    many, few = len(good), len(bad)
    together = midranks(np.concatenate([bad, good]))
    above_good = (together[:few] - midranks(bad)) / many
    below_bad = 1 - (together[few:] - midranks(good)) / few
    value = float(above_good.mean())
    variance = _variance(above_good) / few + _variance(below_bad) / many
    reach = TWO_SIDED_95 * math.sqrt(variance)
    return Estimate(value, max(0.0, value - reach), min(1.0, value + reach))


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def ks(pd: Floats, label: Labels) -> float:
    """Return the Kolmogorov-Smirnov distance between the scores of bads and goods."""
    order = np.argsort(pd, kind="stable")
    ordered, bad = pd[order], label[order] == 1
    last = np.r_[ordered[1:] != ordered[:-1], True]
    gap = np.cumsum(bad) / bad.sum() - np.cumsum(~bad) / (~bad).sum()
    return float(np.abs(gap[last]).max())


def ks_interval(pd: Floats, label: Labels, resamples: int, seed: int = 1) -> Estimate:
    """Return KS with a percentile bootstrap interval; bads and goods are drawn apart."""
    draw = np.random.default_rng(seed)
    bad, good = pd[label == 1], pd[label == 0]
    outcome = np.repeat([1, 0], [len(bad), len(good)]).astype(np.int8)
    found = [
        ks(np.concatenate([draw.choice(bad, len(bad)), draw.choice(good, len(good))]), outcome)
        for _ in range(resamples)
    ]
    low, high = np.quantile(found, [0.025, 0.975])
    return Estimate(ks(pd, label), float(low), float(high))


def calibration_line(pd: Floats, label: Labels) -> Line:
    """Fit the outcome's log-odds over the promised ones by Newton's method, without penalty.

    It starts from a flat line at the base rate and halves a step that would make the fit worse.
    Raises `ValueError` where the outcomes can be told apart without error, for then no line fits.
    """
    design = np.column_stack([np.ones(len(pd)), logit(pd)])
    rate = float(label.mean())
    beta = np.array([math.log(rate / (1 - rate)), 0.0])
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -500, 500)))
        information = (design * (p * (1 - p))[:, None]).T @ design
        if np.linalg.cond(information) > _FLAT:
            break
        step = np.linalg.solve(information, design.T @ (label - p))
        while _misfit(design @ (beta + step), label) > _misfit(design @ beta, label) + _STILL:
            step = step / 2
        beta = beta + step
        if np.abs(step).max() < _STILL:
            reach = TWO_SIDED_95 * np.sqrt(np.diag(np.linalg.inv(information)))
            return Line(_around(beta[1], reach[1]), _around(beta[0], reach[0]))
    raise ValueError("the calibration line does not settle")


def _misfit(log_odds: Floats, label: Labels) -> float:
    """Return the negative log-likelihood."""
    return float((np.logaddexp(0, log_odds) - label * log_odds).sum())


def _around(value: float, reach: float) -> Estimate:
    return Estimate(float(value), float(value - reach), float(value + reach))


def logit(pd: Floats) -> Floats:
    """Return log-odds of probabilities, kept finite."""
    safe = np.clip(pd, _EDGE, 1 - _EDGE)
    odds: Floats = np.log(safe / (1 - safe))
    return odds


def ece(pd: Floats, label: Labels) -> float:
    """Return the mean distance of promised and seen rates over ten equal groups by promise."""
    order = np.argsort(pd, kind="stable")
    edges = np.linspace(0, len(pd), ECE_GROUPS + 1).astype(int)
    gaps = (pd - label)[order]
    return float(np.abs(np.diff(np.r_[0.0, np.cumsum(gaps)][edges])).sum() / len(pd))


def ece_of_perfect(pd: Floats, simulations: int, seed: int = 1) -> float:
    """Return the 95th percentile of the ECE that a perfectly calibrated model shows at this n.

    Outcomes are drawn from the promised probabilities themselves, so every distance is chance.
    """
    draw = np.random.default_rng(seed)
    ordered = np.sort(pd)
    found = [
        ece(ordered, (draw.random(len(ordered)) < ordered).astype(np.int8))
        for _ in range(simulations)
    ]
    return float(np.quantile(found, 0.95))


def brier(pd: Floats, label: Labels) -> float:
    """Return the mean squared distance of promise and outcome."""
    return float(np.mean((pd - label) ** 2))


def binomial_at_least(count: int, n: int, p: float) -> float:
    """Return the probability of at least `count` among `n` at chance `p`, exact."""
    if count <= 0:
        return 1.0
    if p <= 0 or p >= 1:
        return float(p >= 1)
    k = np.arange(count, n + 1)
    logs = np.array([_log_choose(n, int(i)) for i in k])
    logs += k * math.log(p) + (n - k) * math.log1p(-p)
    return min(1.0, float(np.exp(logs).sum()))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def wilson(count: int, n: int) -> Estimate:
    """Return a rate with Wilson's 95 % interval, which stays sound near zero."""
    rate, z = count / n, TWO_SIDED_95
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return Estimate(rate, max(0.0, centre - reach) if count else 0.0, min(1.0, centre + reach))


def chi2_quantile(share: float, degrees: int) -> float:
    """Return the chi-squared quantile, by halving on the regularised incomplete gamma function."""
    low, high = 0.0, 10.0 * degrees + 100.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _chi2_below(middle, degrees) < share else (low, middle)
    return (low + high) / 2


def _chi2_below(x: float, degrees: int) -> float:
    """Return P(chi² < x) by the series of the lower incomplete gamma function."""
    a, half = degrees / 2, x / 2
    if half <= 0:
        return 0.0
    term = total = 1 / a
    k = 0
    while term > total * 1e-16:
        k += 1
        term *= half / (a + k)
        total += term
    return min(1.0, total * math.exp(a * math.log(half) - half - math.lgamma(a)))
