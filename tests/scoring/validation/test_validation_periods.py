from dataclasses import replace

import numpy as np
import pytest

from tests.scoring.conftest import firms, write_csv
from tests.scoring.validation.conftest import FEW, silent
from xinyidai.scoring.training.card import write_artefact
from xinyidai.scoring.training.pipeline import train
from xinyidai.scoring.validation import fairness, inputs, periods, segments
from xinyidai.scoring.validation.inputs import InputFault
from xinyidai.scoring.validation.subject import Split, load


@pytest.fixture(scope="module")
def timed(spec, tmp_path_factory):
    """A subject whose table has a date, a region and the number of employees, not trained on."""
    folder = tmp_path_factory.mktemp("timed")
    columns = firms(2_000, seed=11)
    draw = np.random.default_rng(11)
    columns["decided_on"] = [f"20{10 + i % 10}-06-30" for i in range(2_000)]
    columns["region"] = draw.choice(["甲区", "乙区", ""], 2_000, p=[0.6, 0.3, 0.1]).tolist()
    columns["employees"] = draw.integers(1, 400, 2_000).tolist()
    table = write_csv(folder / "firms.csv", columns)
    spec = replace(spec, exclude=("decided_on", "region", "employees"))
    return load(write_artefact(train(spec, table), folder / "model"), table, silent)


def test_a_column_of_dates_makes_the_test_out_of_time(timed):
    assert timed.split is Split.OUT_OF_TIME
    first = timed.times.min()
    assert (timed.times[timed.tested] > first).all()
    assert len(timed.tested) < len(timed.label)


def test_without_a_date_the_test_is_out_of_fold(subject):
    assert subject.split is Split.OUT_OF_FOLD
    assert sorted(subject.tested) == list(range(len(subject.label)))
    assert periods.check_stability(subject, FEW).passed is None


def test_another_table_is_external_and_may_have_columns_of_its_own(validated_folder, tmp_path):
    columns = firms(400, seed=12) | {"officer": [f"第{i}人" for i in range(400)]}
    table = write_csv(tmp_path / "bank.csv", columns)
    assert load(validated_folder, table, silent).split is Split.EXTERNAL


def test_periods_that_look_alike_raise_no_alarm(timed):
    assert periods.check_stability(timed, FEW).passed is True
    assert periods.check_resemblance(timed, FEW).passed is True


def test_a_drifted_table_is_noticed(timed):
    later = periods.is_later(timed)
    matrix = timed.matrix.copy()
    matrix[later, 0] *= 5
    drifted = replace(timed, matrix=matrix)
    found = periods.check_stability(drifted, FEW)
    assert found.passed is False
    assert "指标sales" in found.value
    assert periods.check_resemblance(drifted, FEW).passed is False


def test_a_label_shift_leaves_the_band_expected_without_labels(subject):
    assert periods.check_expected(subject, FEW).passed is True
    assert periods.check_expected(replace(subject, pd=subject.pd / 2), FEW).passed is False


@pytest.mark.parametrize("factor", [10_000, 1 / 10_000])
def test_a_unit_error_is_caught_at_the_gate(subject, factor):
    wrong = subject.matrix.copy()
    wrong[:, 0] *= factor
    alarms = inputs.find_alarms(subject.transform.features, subject.matrix, wrong)
    assert (alarms[0].feature, alarms[0].fault) == ("sales", InputFault.UNIT)
    assert alarms[0].figure == pytest.approx(np.log10(factor), abs=0.01)


def test_a_unit_error_is_caught_where_most_firms_have_none(subject):
    amounts = np.zeros(5_000)
    amounts[:200] = np.random.default_rng(3).lognormal(10, 1, 200)
    assert inputs.unit_shift(amounts, amounts * 10_000) == pytest.approx(4)


def test_a_source_that_falls_silent_is_caught_at_the_gate(subject):
    wrong = subject.matrix.copy()
    wrong[: len(wrong) // 2, 1] = np.nan
    alarms = inputs.find_alarms(subject.transform.features, subject.matrix, wrong)
    assert {("months", InputFault.MISSING)} <= {(a.feature, a.fault) for a in alarms}


def test_a_batch_like_the_training_rows_raises_no_alarm(subject):
    features = subject.transform.features
    assert inputs.find_alarms(features, subject.matrix, subject.matrix) == ()


def test_segments_are_read_from_columns_beside_the_features(timed):
    found = {axis.axis: axis for axis in segments.segmentations(timed)}
    assert found["地区"].names == ["甲区", "乙区"]
    assert set(found["规模"].names) <= {"不足 10 人", "10–50 人", "50–300 人", "300 人及以上"}
    assert "行业" in segments.absent_axes(timed)


def test_a_group_whose_risk_is_overstated_must_be_explained(timed):
    axis = next(one for one in segments.segmentations(timed) if one.axis == "地区")
    pd = np.where(axis.inside("乙区"), np.minimum(0.99, timed.pd * 3), timed.pd)
    fair, unfair = (fairness.check_fairness(one, FEW) for one in (timed, replace(timed, pd=pd)))
    assert fair.passed is True
    assert unfair.passed is False
    assert "乙区" in unfair.value
