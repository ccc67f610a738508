import math

import numpy as np
import pytest

from xinyidai.scoring.validation import drift, stats
from xinyidai.scoring.validation.drift import DriftVerdict
from xinyidai.scoring.validation.rejects import bounds, rate_if

PD = np.array([0.1, 0.4, 0.35, 0.8, 0.8, 0.2, 0.65])
LABEL = np.array([0, 0, 1, 1, 0, 0, 1], dtype=np.int8)


def brute_auc(pd, label):
    """Compare every bad with every good; return the area and DeLong's standard error."""
    bad, good = pd[label == 1], pd[label == 0]
    wins = np.array([[1.0 * (b > g) + 0.5 * (b == g) for g in good] for b in bad])
    variance = wins.mean(axis=1).var(ddof=1) / len(bad) + wins.mean(axis=0).var(ddof=1) / len(good)
    return wins.mean(), math.sqrt(variance)


@pytest.mark.parametrize("seed", range(5))
def test_auc_and_its_interval_are_those_of_comparing_every_pair(seed):
    draw = np.random.default_rng(seed)
    pd = np.round(draw.random(80), 1)  # with ties
    label = (draw.random(80) < 0.3).astype(np.int8)
    area, error = brute_auc(pd, label)
    found = stats.auc(pd, label)
    assert found.value == pytest.approx(area)
    assert found.high - found.value == pytest.approx(min(1 - area, 1.959964 * error), abs=1e-6)


def test_auc_by_hand():
    # bads .35 .8 .65 against goods .1 .4 .8 .2: 2 + 3.5 + 3 of 12 pairs
    assert stats.auc(PD, LABEL).value == pytest.approx(8.5 / 12)


def test_ks_by_hand():
    # at .2: no bad, two of four goods
    assert stats.ks(PD, LABEL) == pytest.approx(0.5)


def test_the_largest_distance_is_found_within_equal_scores_once():
    assert stats.ks(np.array([0.5, 0.5, 0.5]), np.array([1, 0, 1], dtype=np.int8)) == 0


def test_ece_by_hand():
    # ten groups of one: promised .05 .15 …, nobody defaulted: the mean promise itself
    pd = np.linspace(0.05, 0.95, 10)
    assert stats.ece(pd, np.zeros(10, dtype=np.int8)) == pytest.approx(0.5)


def test_ece_of_two_values_by_hand():
    # fifty promised .2 of which 15 defaulted, fifty promised .6 of which 30 did
    pd = np.repeat([0.2, 0.6], 50)
    label = np.zeros(100, dtype=np.int8)
    label[[*range(0, 50, 10), *range(1, 50, 10), *range(2, 50, 10)]] = 1
    label[50:80] = 1
    first = 5 * 10 * abs(0.2 - 0.3)
    second = 3 * 10 * 0.4 + 2 * 10 * 0.6
    assert stats.ece(pd, label) == pytest.approx((first + second) / 100)


def test_a_perfect_model_has_an_ece_of_its_own_that_falls_with_n():
    draw = np.random.default_rng(1)
    few, many = draw.uniform(0.01, 0.2, 500), draw.uniform(0.01, 0.2, 20_000)
    assert stats.ece_of_perfect(few, 200) > 3 * stats.ece_of_perfect(many, 200)


def test_the_calibration_line_finds_a_planted_slope():
    draw = np.random.default_rng(2)
    x = draw.normal(-2, 1, 40_000)
    label = (draw.random(40_000) < 1 / (1 + np.exp(-(0.5 * x - 0.3)))).astype(np.int8)
    line = stats.calibration_line(1 / (1 + np.exp(-x)), label)
    assert line.slope.low < 0.5 < line.slope.high
    assert line.intercept.low < -0.3 < line.intercept.high
    assert line.slope.high - line.slope.low < 0.08


def test_the_interval_of_the_slope_holds_the_truth_as_often_as_it_says():
    draw = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        pd = draw.uniform(0.02, 0.4, 800)
        line = stats.calibration_line(pd, (draw.random(800) < pd).astype(np.int8))
        held += line.slope.low <= 1 <= line.slope.high
    assert 180 <= held <= 198


def test_binomial_tail_by_hand():
    assert stats.binomial_at_least(2, 3, 0.5) == pytest.approx(0.5)
    assert stats.binomial_at_least(3, 3, 0.5) == pytest.approx(0.125)
    assert stats.binomial_at_least(0, 3, 0.5) == 1


def test_chi_squared_quantiles_are_those_of_the_tables():
    assert stats.chi2_quantile(0.95, 9) == pytest.approx(16.919, abs=0.001)
    assert stats.chi2_quantile(0.95, 1) == pytest.approx(3.841, abs=0.001)


def test_wilson_of_none_in_ten():
    found = stats.wilson(0, 10)
    assert (found.low, found.high) == (0, pytest.approx(0.2775, abs=0.0005))


def test_psi_by_hand():
    # (.4-.5) ln(.4/.5) + (.6-.5) ln(.6/.5)
    expected = -0.1 * math.log(0.8) + 0.1 * math.log(1.2)
    assert drift.psi_of_shares(np.array([0.5, 0.5]), np.array([0.4, 0.6])) == pytest.approx(
        expected
    )


def test_everybody_moving_to_a_new_category_is_not_zero():
    found = drift.psi_of_categories(["A"] * 500 + ["B"] * 500, ["C"] * 1_000)
    assert found.value > 8
    assert found.new_categories == ("C",)
    assert found.verdict is DriftVerdict.NEW_CATEGORY


def test_a_new_category_alerts_however_rare_it_is():
    found = drift.psi_of_categories(["A"] * 500, ["A"] * 499 + ["C"])
    assert found.verdict is DriftVerdict.NEW_CATEGORY


def test_fewer_than_a_hundred_rows_give_no_verdict():
    draw = np.random.default_rng(4)
    assert drift.psi(draw.normal(size=5_000), draw.normal(3, 1, 99)).verdict is DriftVerdict.TOO_FEW


def test_the_critical_value_shrinks_with_the_sample():
    # the values of the design: 0.17 at 100, 0.018 at 1,000 against a reference of 20,000
    assert drift.critical_psi(10, 20_000, 100) == pytest.approx(0.17, abs=0.003)
    assert drift.critical_psi(10, 20_000, 1_000) == pytest.approx(0.0178, abs=0.0003)


def test_no_drift_alarms_about_one_time_in_twenty():
    draw = np.random.default_rng(5)
    reference = draw.normal(size=20_000)
    found = [drift.psi(reference, draw.normal(size=300)) for _ in range(200)]
    assert sum(one.verdict is not DriftVerdict.STABLE for one in found) <= 20


def test_a_shift_that_fixed_lines_overlook_is_seen():
    draw = np.random.default_rng(6)
    found = drift.psi(draw.normal(size=20_000), draw.normal(0.3, 1, 1_000))
    assert found.value > found.critical
    assert found.verdict is not DriftVerdict.STABLE


def test_a_rise_in_gaps_is_drift():
    values = np.random.default_rng(7).normal(size=2_000)
    holes = np.where(np.arange(2_000) % 3 == 0, np.nan, values)
    assert drift.psi(values, holes).verdict is DriftVerdict.MUCH


def test_two_empty_columns_do_not_drift():
    empty = np.full(200, np.nan)
    assert drift.psi(empty, empty).verdict is DriftVerdict.STABLE


def test_the_expected_auc_is_that_of_weighing_every_pair():
    pd = np.array([0.1, 0.3, 0.3, 0.9])
    won = sum(
        pd[i] * (1 - pd[j]) * (1.0 * (pd[i] > pd[j]) + 0.5 * (pd[i] == pd[j]))
        for i in range(4)
        for j in range(4)
        if i != j
    )
    pairs = sum(pd[i] * (1 - pd[j]) for i in range(4) for j in range(4) if i != j)
    assert drift.expected_auc(pd) == pytest.approx(won / pairs)


def test_outcomes_of_honest_probabilities_lie_in_the_expected_band():
    draw = np.random.default_rng(8)
    pd = draw.beta(1, 12, 8_000)
    label = (draw.random(8_000) < pd).astype(np.int8)
    found = drift.expected_performance(pd)
    assert found.bad_rate.low < label.mean() < found.bad_rate.high
    assert found.auc.low < stats.auc(pd, label).value < found.auc.high


def test_outcomes_of_understated_probabilities_lie_outside_it():
    draw = np.random.default_rng(9)
    pd = draw.beta(1, 12, 8_000)
    label = draw.random(8_000) < np.minimum(1, pd * 1.5)
    assert label.mean() > drift.expected_performance(pd).bad_rate.high


def test_bounds_of_rejects_by_hand():
    assert bounds(0.06, 0.3) == (pytest.approx(0.042), pytest.approx(0.342))
    assert rate_if(0.06, 0.3, 2) == pytest.approx(0.078)
