"""From the model's raw log-odds to a probability of default (Platt scaling).

One firm and many give the same bits: every step but the exponential is one IEEE operation, which
NumPy and Python round alike, and the exponential is `math.exp` in both. `numpy.exp` is not: its
vector form may differ in the last bit with the processor and the length of the array.
"""

import math
from dataclasses import dataclass

import numpy as np

from xinyidai.scoring.values import Floats


@dataclass(frozen=True)
class Calibration:
    """p = 1 / (1 + exp(-(slope · raw + intercept))); the slope is positive, so order is kept."""

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        """Refuse a slope that would turn the order of firms round."""
        if not (math.isfinite(self.slope) and math.isfinite(self.intercept) and self.slope > 0):
            raise ValueError("a calibration needs finite values and a positive slope")

    def log_odds(self, raw: float) -> float:
        """Return calibrated log-odds of default."""
        return self.slope * raw + self.intercept

    def pd(self, raw: float) -> float:
        """Return the calibrated probability of default."""
        return probability(self.log_odds(raw))


def probability(log_odds: float) -> float:
    """Return the probability of log-odds; the exponential never overflows."""
    odds = math.exp(-abs(log_odds))
    return (1.0 if log_odds >= 0 else odds) / (1.0 + odds)


def probabilities(log_odds: Floats) -> Floats:
    """Return `probability` of each, to the last bit; NaN stays NaN."""
    exponents = (-np.abs(log_odds)).tolist()
    odds = np.fromiter(map(math.exp, exponents), dtype=np.float64, count=len(log_odds))
    found: Floats = np.where(log_odds >= 0, 1.0, odds) / (1.0 + odds)
    return found
