import numpy as np
import pytest

from xinyidai.scoring.training.dataset import Column, LabelledTable
from xinyidai.scoring.training.placement import learn_transform
from xinyidai.scoring.training.spec import FeatureSpec, LabelSpec, TrainingSpec
from xinyidai.scoring.transform import Wording
from xinyidai.scoring.values import FeatureKind, MissingPolicy

ROWS = 4_000


def placed_at(values: np.ndarray, label: np.ndarray, sign: int) -> float:
    feature = FeatureSpec("x", Wording("x"), sign, "by construction")
    spec = TrainingSpec("t", LabelSpec("y"), features=(feature,), missing=MissingPolicy.PLACED)
    column = Column(feature, FeatureKind.NUMERIC, values)
    table = LabelledTable(spec, (column,), label.astype(np.int8), None, "t", "0")
    placed = learn_transform(table, np.arange(len(values))).features[0].placed
    assert placed is not None
    return placed


def rising_risk(gap_rate: float) -> tuple[np.ndarray, np.ndarray]:
    """x from 0 to 1 with a default rate of x / 2, and one row in five missing at `gap_rate`."""
    draw = np.random.default_rng(3)
    values = draw.random(ROWS)
    gap = draw.random(ROWS) < 0.2
    label = draw.random(ROWS) < np.where(gap, gap_rate, values / 2)
    return np.where(gap, np.nan, values), label


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.4])
def test_a_gap_stands_where_the_default_rate_is_its_own(rate):
    assert placed_at(*rising_risk(rate), sign=1) == pytest.approx(rate * 2, abs=0.12)


def test_the_axis_runs_the_other_way_for_a_protective_feature():
    values, label = rising_risk(0.25)
    assert placed_at(-values, label, sign=-1) == pytest.approx(-0.5, abs=0.12)


def test_a_gap_riskier_than_any_value_stands_worst():
    values, label = rising_risk(0.95)
    assert placed_at(values, label, sign=1) == np.nanmax(values)


@pytest.mark.parametrize("sign", [1, -1])
def test_where_nothing_was_missing_a_gap_stands_worst(sign):
    draw = np.random.default_rng(3)
    values = draw.random(500)
    worst = values.max() if sign > 0 else values.min()
    assert placed_at(values, draw.random(500) < 0.3, sign) == worst
