"""Learning the transform: ranges, and where on a feature's axis a missing value stands."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from xinyidai.scoring.calibration import Calibration
from xinyidai.scoring.encoding import smoothed
from xinyidai.scoring.rules import MASTER_SCALE_VERSION
from xinyidai.scoring.training.dataset import Column, LabelledTable, Rows
from xinyidai.scoring.training.encoding import learn_encoding
from xinyidai.scoring.transform import FeatureTransform, Transform
from xinyidai.scoring.values import FeatureKind, Floats, MissingPolicy

_BINS = 20
_TRIALS = 11
_MOST_TRIED_LEVELS = 64
_PRIOR_ROWS = 10.0  # Laplace: each rate is pulled to the base rate by ten invented rows
UNCALIBRATED = Calibration(1.0, 0.0)


def learn_transform(table: LabelledTable, rows: Rows) -> Transform:
    """Learn ranges and positions from the given rows only; calibration is still to come."""
    plain = Transform(
        features=tuple(_learn(column, table, rows) for column in table.columns),
        policy=table.spec.missing,
        calibration=UNCALIBRATED,
        scale_version=MASTER_SCALE_VERSION,
        min_core=table.spec.min_core,
    )
    if table.spec.missing is MissingPolicy.PLACED:
        return plain  # every feature has a sign there, hence none is a category
    levels = [len(column.levels) for column in table.columns]
    seen = plain.matrix(table.matrix[rows])
    return replace(plain, encoding=learn_encoding(levels, seen, table.label[rows]))


def _learn(column: Column, table: LabelledTable, rows: Rows) -> FeatureTransform:
    values = column.values[rows]
    present = values[~np.isnan(values)]
    low, high = (float(present.min()), float(present.max())) if len(present) else (0.0, 0.0)
    sign = column.spec.monotone
    placed = None
    if table.spec.missing is MissingPolicy.PLACED:
        placed = _missing_position(values, table.label[rows], sign) if len(present) else low
    if column.kind is FeatureKind.CATEGORICAL:
        low, high = 0.0, float(len(column.levels) - 1)
        trials = _safest_levels(values, table.label[rows], len(column.levels))
    else:
        trials = _trials(present)
    return FeatureTransform(
        name=column.spec.name,
        kind=column.kind,
        sign=sign,
        low=low,
        high=high,
        placed=placed,
        trials=trials,
        wording=column.spec.wording,
        levels=column.levels,
        core=column.spec.core,
    )


def _safest_levels(values: Floats, label: NDArray[np.int8], count: int) -> tuple[float, ...]:
    """Return all levels, of many only those that defaulted least often."""
    if count <= _MOST_TRIED_LEVELS:
        return tuple(float(i) for i in range(count))
    gap = np.isnan(values)
    level = values[~gap].astype(np.int64)
    seen = np.bincount(level, minlength=count)
    bad = np.bincount(level[label[~gap] == 1], minlength=count)
    safest = np.argsort(smoothed(bad, seen, float(label.mean())), kind="stable")[:_TRIALS]
    return tuple(float(i) for i in np.sort(safest))


def _trials(present: Floats) -> tuple[float, ...]:
    if not len(present):
        return (0.0,)
    cuts = np.quantile(present, np.linspace(0, 1, _TRIALS), method="nearest")
    return tuple(float(value) for value in np.unique(cuts))


def _missing_position(values: Floats, label: NDArray[np.int8], sign: int) -> float:
    """Return the value whose default rate equals that of the rows where the value is absent.

    Rates are Laplace-smoothed, made monotone in the declared direction and read backwards along
    straight lines. Where no row lacks the value there is nothing to learn: the worst value.
    """
    gap = np.isnan(values)
    present, outcome = values[~gap], label[~gap]
    worst = float(present.max() if sign >= 0 else present.min())
    if not gap.any():
        return worst
    base = float(label.mean())
    target = (label[gap].sum() + _PRIOR_ROWS * base) / (gap.sum() + _PRIOR_ROWS)
    middles, rates, weights = _rates(present, outcome, base)
    fitted = IsotonicRegression(increasing=sign >= 0).fit(middles, rates, sample_weight=weights)
    curve = fitted.predict(middles)
    if sign < 0:
        middles, curve = middles[::-1], curve[::-1]
    if target > curve[-1]:
        return worst
    return float(np.interp(target, *_rising(curve, middles)))


def _rates(
    present: Floats, outcome: NDArray[np.int8], base: float
) -> tuple[Floats, Floats, Floats]:
    """Return the middle, the smoothed default rate and the size of up to 20 equal bins."""
    edges = np.unique(np.quantile(present, np.linspace(0, 1, _BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, present, side="left")
    used = np.unique(bins)
    middles = np.array([float(np.median(present[bins == b])) for b in used])
    sizes = np.array([float((bins == b).sum()) for b in used])
    bads = np.array([float(outcome[bins == b].sum()) for b in used])
    return middles, (bads + _PRIOR_ROWS * base) / (sizes + _PRIOR_ROWS), sizes


def _rising(curve: Floats, middles: Floats) -> tuple[Floats, Floats]:
    """Keep of each flat stretch its riskier end, so that reading backwards is never generous."""
    last = np.append(curve[1:] > curve[:-1], True)
    return curve[last], middles[last]
