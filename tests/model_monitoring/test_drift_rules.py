"""Drift by known numbers: groups, PSI, verdicts by sample size, gaps, shadow comparison."""

import math

import numpy as np
import pytest

from xinyidai.model_monitoring import rules
from xinyidai.model_monitoring.values import AlarmKind
from xinyidai.scoring.validation.drift import DriftVerdict as V
from xinyidai.scoring.validation.stats import Estimate

EVEN = np.repeat([0.0, 1.0], 500)
CHI2_1 = 3.841458820694124  # the 95 % point with one degree of freedom


def sample(n: int, seed: int, mean: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1, n)


def test_psi_and_its_critical_value_are_the_known_numbers():
    groups = rules.reference_groups(EVEN, {}, is_category=True)
    found = rules.drift_of(groups, np.repeat([0.0, 1.0], [800, 200]))
    assert found.value == pytest.approx(0.3 * math.log(1.6) - 0.3 * math.log(0.4))
    assert found.critical == pytest.approx(CHI2_1 * (1 / 1000 + 1 / 1000))
    assert found.verdict is V.MUCH


def test_the_same_firms_have_not_drifted():
    values = sample(5000, 1)
    found = rules.drift_of(rules.reference_groups(values, {}), values)
    assert (found.value, found.verdict) == (0, V.STABLE)


def test_ten_groups_hold_a_tenth_each_and_a_frequent_zero_is_a_group():
    groups = rules.reference_groups(np.arange(1000.0), {})
    assert groups.counts == (100,) * 10
    zeros = rules.reference_groups(np.array([0.0] * 900 + list(range(1, 101))), {})
    assert zeros.counts[0] == 900
    assert sum(zeros.counts) == 1000


def test_everybody_in_a_new_category_is_an_alarm_by_itself_even_of_few():
    groups = rules.reference_groups(EVEN, {}, is_category=True)
    found = rules.drift_of(groups, np.full(5, 7.0))
    assert (found.verdict, found.new_categories) == (V.NEW_CATEGORY, ("7",))
    alarm = rules.drift_alarm("tax_grade_latest", found)
    assert alarm.kind is AlarmKind.NEW_CATEGORY
    assert found.value > 5


def test_a_reference_without_values_knows_no_category_to_be_new_against():
    groups = rules.reference_groups(np.array([1.0]), {"no_record": 500}, is_category=True)
    assert rules.drift_of(groups, EVEN).verdict is V.TOO_FEW


def test_below_a_hundred_firms_there_is_no_verdict():
    groups = rules.reference_groups(sample(5000, 1), {})
    far = sample(99, 2, mean=3)
    assert rules.drift_of(groups, far).verdict is V.TOO_FEW
    assert rules.drift_alarm("x", rules.drift_of(groups, far)) is None
    assert rules.drift_of(groups, sample(100, 2, mean=3)).verdict is V.MUCH


def test_without_drift_small_samples_raise_few_alarms():
    groups = rules.reference_groups(sample(20_000, 1), {})
    alarms = sum(
        rules.drift_alarm("x", rules.drift_of(groups, sample(150, seed))) is not None
        for seed in range(400)
    )
    assert alarms <= 40  # the 0.1 line alone would raise about 80


def test_a_unit_error_is_seen_and_the_score_has_an_alarm_of_its_own():
    sales = np.exp(sample(2000, 1) + 10)
    found = rules.drift_of(rules.reference_groups(sales, {}), sales * 10_000)
    assert found.verdict is V.MUCH
    assert rules.drift_alarm(rules.SCORE, found).kind is AlarmKind.SCORE_DRIFT
    assert rules.drift_alarm("sales", found).kind is AlarmKind.FEATURE_DRIFT


def test_a_cause_of_gaps_alarms_when_its_share_rises_by_ten_points():
    groups = rules.reference_groups(sample(900, 1), {"no_record": 100})
    assert rules.missing_rose(groups, {"no_record": 190}, 1000) == ()
    assert rules.missing_rose(groups, {"no_record": 210}, 1000) == ("no_record",)
    assert rules.missing_rose(groups, {"stale": 150}, 1000) == ("stale",)
    assert rules.missing_rose(groups, {"stale": 50}, 60) == ()


def test_performance_alarms_only_when_the_bands_have_parted():
    reference = Estimate(0.78, 0.75, 0.81)
    assert not rules.is_below(Estimate(0.72, 0.70, 0.76), reference)
    assert rules.is_below(Estimate(0.70, 0.66, 0.74), reference)
    assert not rules.is_below(Estimate(0.9, 0.88, 0.92), reference)
    assert rules.is_apart(Estimate(0.9, 0.88, 0.92), reference)


def test_rank_correlation_is_spearmans():
    assert rules.rank_correlation([1, 2, 3, 4], [10, 20, 30, 400]) == pytest.approx(1)
    assert rules.rank_correlation([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert rules.rank_correlation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]) == pytest.approx(0.8)
    assert rules.rank_correlation([1, 2], [1, 2]) is None
    assert rules.rank_correlation([1, 1, 1], [1, 2, 3]) is None


def test_grades_apart_counts_steps_down_the_scale():
    assert rules.grades_apart("AAA", "A") == 2
    assert rules.grades_apart("C", "BBB") == -5
    assert rules.grades_apart(None, "A") is None
