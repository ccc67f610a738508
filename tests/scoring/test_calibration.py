import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinyidai.scoring.calibration import Calibration, probability


@given(st.floats(-800, 800), st.floats(-800, 800))
def test_a_larger_log_odds_is_never_a_smaller_probability(one, other):
    low, high = sorted((one, other))
    assert 0 <= probability(low) <= probability(high) <= 1


def test_log_odds_of_nineteen_to_one_are_five_percent():
    assert math.isclose(Calibration(1, 0).pd(-math.log(19)), 0.05)


@pytest.mark.parametrize("slope", [0.0, -1.0, math.nan, math.inf])
def test_a_calibration_that_would_turn_the_order_is_refused(slope):
    with pytest.raises(ValueError, match="positive slope"):
        Calibration(slope, 0.0)
