"""From the model's raw log-odds to a probability of default (Platt scaling)."""

import math
from dataclasses import dataclass


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
    """Return the probability of log-odds.

    `math.exp` value by value and not NumPy over an array: the vector form may differ in the last
    bit with the length of the array, and one firm and many must agree exactly.
    """
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1.0 + odds)
