"""The gate for a batch of inputs (输入关口): what a delivery must not look like unnoticed.

A unit error, 元 for 万元, moves amounts by four decades; PSI over quantiles overlooks it where most
firms have zero, so the middle of the present amounts is compared on a logarithmic scale.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from xinyidai.scoring.transform import FeatureTransform
from xinyidai.scoring.validation import limits
from xinyidai.scoring.validation.drift import psi
from xinyidai.scoring.values import FeatureKind, Floats

_FEWEST_AMOUNTS = 20


class InputFault(StrEnum):
    """What is wrong with a column of a batch, 输入异常."""

    UNIT = "unit"  # 疑似单位错误
    OUT_OF_RANGE = "out_of_range"  # 超出训练范围过多
    MISSING = "missing"  # 缺失明显增多
    DRIFT = "drift"  # 分布明显变化
    NEW_CATEGORY = "new_category"  # 出现没见过的类别


@dataclass(frozen=True)
class InputAlarm:
    """One fault of one feature, with the figure that gave it away."""

    feature: str
    fault: InputFault
    figure: float


def find_alarms(
    features: tuple[FeatureTransform, ...], earlier: Floats, later: Floats
) -> tuple[InputAlarm, ...]:
    """Compare a new batch with the rows a model learned from, column by column.

    Both are rows x features, NaN where absent; in the new batch a category that the model does not
    know is NaN too, so pass `new_categories` of the reading on beside this where there are any.
    """
    found = []
    for i, feature in enumerate(features):
        found += _alarms(feature, earlier[:, i], later[:, i])
    return tuple(found)


def _alarms(feature: FeatureTransform, earlier: Floats, later: Floats) -> list[InputAlarm]:
    alarms = []
    decades = unit_shift(earlier, later)
    if feature.kind is FeatureKind.NUMERIC and abs(decades) >= limits.UNIT_STEP:
        alarms.append(InputAlarm(feature.name, InputFault.UNIT, round(decades, 2)))
    outside = _outside(feature, later)
    if outside > limits.OUT_OF_RANGE:
        alarms.append(InputAlarm(feature.name, InputFault.OUT_OF_RANGE, round(outside, 4)))
    rise = float(np.isnan(later).mean() - np.isnan(earlier).mean())
    if rise > limits.MISSING_STEP:
        alarms.append(InputAlarm(feature.name, InputFault.MISSING, round(rise, 4)))
    index = psi(earlier, later)
    if min(index.earlier, index.later) >= limits.PSI_ROWS and index.value >= max(
        limits.PSI_MUCH, index.critical
    ):
        alarms.append(InputAlarm(feature.name, InputFault.DRIFT, round(index.value, 4)))
    return alarms


def unit_shift(earlier: Floats, later: Floats) -> float:
    """Return by how many decades the middle of the present, non-zero amounts moved.

    Zero where either side has fewer than twenty such amounts: then nothing can be said.
    """
    sides = [np.abs(side[~np.isnan(side) & (side != 0)]) for side in (earlier, later)]
    if min(len(side) for side in sides) < _FEWEST_AMOUNTS:
        return 0.0
    before, after = (float(np.median(np.log10(side))) for side in sides)
    return after - before


def _outside(feature: FeatureTransform, values: Floats) -> float:
    present = values[~np.isnan(values)]
    if not len(present):
        return 0.0
    return float(((present < feature.low) | (present > feature.high)).mean())
