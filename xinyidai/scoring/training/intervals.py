"""Uncertainty of metrics (置信区间): DeLong for the order, Wald for calibration, bootstrap else.

E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Biometrics 44 (1988): the areas under several ROC
curves on the same rows have a joint covariance that needs no resampling.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from xinyidai.scoring.training.fit import platt_line
from xinyidai.scoring.values import Floats

Z95 = 1.959963984540054
_DIGITS = 6
_BINS = 10
_EDGE = 1e-9
_DRAWS = 200


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % confidence interval."""

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        """Return plain rounded values."""
        return {
            "value": round(self.value, _DIGITS),
            "low": round(self.low, _DIGITS),
            "high": round(self.high, _DIGITS),
        }


def auc_estimates(
    scores: Sequence[Floats], label: NDArray[np.int8], parts: Sequence[NDArray[np.intp]]
) -> tuple[Floats, Floats]:
    """Return the mean AUC over the parts for each score, and the covariance of those means.

    `parts` are row numbers (the test folds); rows of different parts are independent.
    """
    aucs, covariances = [], []
    for part in parts:
        found, covariance = _delong(np.array([score[part] for score in scores]), label[part])
        aucs.append(found)
        covariances.append(covariance)
    mean: Floats = np.mean(aucs, axis=0)
    joint: Floats = np.sum(covariances, axis=0) / len(parts) ** 2
    return mean, joint


def interval(value: float, variance: float) -> Estimate:
    """Return a normal 95 % interval."""
    half = Z95 * float(np.sqrt(max(variance, 0.0)))
    return Estimate(float(value), float(value - half), float(value + half))


def difference(values: Floats, covariance: Floats, one: int, other: int) -> Estimate:
    """Return `one` minus `other` with its paired interval."""
    variance = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
    return interval(float(values[one] - values[other]), float(variance))


def _delong(scores: Floats, label: NDArray[np.int8]) -> tuple[Floats, Floats]:
    """Return the AUC of each row of `scores` and their covariance (DeLong's midrank form)."""
    bad, good = scores[:, label == 1], scores[:, label == 0]
    bads, goods = bad.shape[1], good.shape[1]
    pooled = np.array([rankdata(np.concatenate(pair)) for pair in zip(bad, good, strict=True)])
    of_bad = (pooled[:, :bads] - np.array([rankdata(row) for row in bad])) / goods
    of_good = 1 - (pooled[:, bads:] - np.array([rankdata(row) for row in good])) / bads
    aucs: Floats = of_bad.mean(axis=1)
    covariance = np.zeros((len(scores), len(scores)))
    for values, count in ((of_bad, bads), (of_good, goods)):
        if count > 1:
            covariance += np.atleast_2d(np.cov(values)) / count
    return aucs, covariance


def calibration_line(pd: Floats, label: NDArray[np.int8]) -> tuple[Estimate, Estimate]:
    """Return slope and intercept of the outcome over promised log-odds, with Wald intervals."""
    safe = np.clip(pd, _EDGE, 1 - _EDGE)
    log_odds = np.log(safe / (1 - safe))
    slope, intercept = platt_line(log_odds, label)
    fitted = 1 / (1 + np.exp(-np.clip(slope * log_odds + intercept, -500, 500)))
    weight = fitted * (1 - fitted)
    design = np.column_stack([log_odds, np.ones(len(pd))])
    covariance = np.linalg.pinv(design.T @ (design * weight[:, None]))
    return interval(slope, covariance[0, 0]), interval(intercept, covariance[1, 1])


def bootstrap(pd: Floats, label: NDArray[np.int8], *, seed: int = 1) -> dict[str, Estimate]:
    """Return KS, Brier score and ECE with 95 % intervals from resampled rows."""
    order = np.argsort(pd, kind="stable")
    pd, outcome = pd[order], label[order].astype(np.float64)
    last = np.append(pd[1:] > pd[:-1], True)  # KS is read only where the score changes
    draw = np.random.default_rng(seed)
    plain = _weighed(pd, outcome, np.ones(len(pd)), last)
    tried = np.array(
        [
            _weighed(pd, outcome, draw.poisson(1.0, len(pd)).astype(np.float64), last)
            for _ in range(_DRAWS)
        ]
    )
    low, high = np.nanpercentile(tried, [2.5, 97.5], axis=0)
    return {
        name: Estimate(plain[i], float(min(low[i], plain[i])), float(max(high[i], plain[i])))
        for i, name in enumerate(("ks", "brier", "ece"))
    }


def _weighed(
    pd: Floats, outcome: Floats, weight: Floats, last: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Return KS, Brier and ECE of rows in the order of their score, each with a weight."""
    bad, good = np.cumsum(weight * outcome), np.cumsum(weight * (1 - outcome))
    if not bad[-1] or not good[-1]:
        return float("nan"), float("nan"), float("nan")
    ks = float(np.max((good / good[-1] - bad / bad[-1])[last], initial=0.0))
    total = float(weight.sum())
    brier = float((weight * (pd - outcome) ** 2).sum() / total)
    edges = np.searchsorted(np.cumsum(weight), total * np.arange(1, _BINS) / _BINS)
    starts = np.unique(np.concatenate([[0], edges]))
    gap = np.add.reduceat(weight * (pd - outcome), starts)
    return ks, brier, float(np.abs(gap).sum() / total)
