from dataclasses import replace

import numpy as np
import pytest

from xinyidai.scoring.training.data_checks import Fault, unit_step
from xinyidai.scoring.training.pipeline import evaluate, train
from xinyidai.scoring.training.spec import LabelSpec, TrainingSpec

PLAIN = TrainingSpec("t", LabelSpec("defaulted"), folds=3, search=False)
TIMED = replace(PLAIN, time_column="month")


def faults(model):
    return {(finding.fault, finding.column) for finding in model.findings}


@pytest.fixture
def timed(columns):
    """The invented firms, in the order of fifteen months."""
    return columns | {"month": [i // 100 for i in range(len(columns["sales"]))]}


def test_an_honest_table_raises_no_alarm(table_of, timed):
    assert train(TIMED, table_of(timed)).findings == ()


def test_a_planted_leak_is_named(table_of, timed):
    known_later = [float(bad) + i % 7 / 100 for i, bad in enumerate(timed["defaulted"])]
    model = train(TIMED, table_of(timed | {"recovered": known_later}))
    assert (Fault.LEAK, "recovered") in faults(model)
    assert "recovered" in model.findings[0].text
    assert any("recovered" in obstacle for obstacle in model.obstacles)


def test_a_planted_shift_of_the_outcome_over_time_is_named(table_of, timed):
    draw = np.random.default_rng(1)
    late = np.array(timed["month"]) >= 10
    bad = np.array(timed["defaulted"]) | (late & (draw.random(len(late)) < 0.3))
    model = train(TIMED, table_of(timed | {"defaulted": bad.astype(int).tolist()}))
    assert (Fault.LABEL_SHIFT, "defaulted") in faults(model)
    assert any("违约率从较早的" in finding.text for finding in model.findings)


def test_a_planted_new_category_in_the_later_part_is_named(table_of, timed):
    kinds = ["甲乙"[i % 2] if m < 11 or i % 5 else "戊" for i, m in enumerate(timed["month"])]
    model = train(TIMED, table_of(timed | {"trade": kinds}))
    assert faults(model) == {(Fault.NEW_CATEGORY, "trade")}
    assert "戊" in model.findings[0].text


def test_a_planted_unit_error_in_some_rows_is_named(table_of, columns):
    mixed = [v * 10_000 if i % 4 == 0 else v for i, v in enumerate(columns["sales"])]
    model = train(PLAIN, table_of(columns | {"sales": mixed}))
    assert faults(model) == {(Fault.UNIT, "sales")}
    assert "元和万元" in model.findings[0].text


def test_a_planted_unit_error_from_some_month_on_is_named(table_of, timed):
    late = [
        v / 10_000 if month >= 11 else v
        for v, month in zip(timed["sales"], timed["month"], strict=True)
    ]
    model = train(TIMED, table_of(timed | {"sales": late}))
    assert (Fault.UNIT, "sales") in faults(model)


def test_scoring_data_in_another_unit_is_named(artefact_folder, table_of, columns):
    wan = columns | {"sales": [v / 10_000 for v in columns["sales"]]}
    found = evaluate(artefact_folder, table_of(wan)).findings
    assert [(f.fault, f.column, f.figure) for f in found] == [(Fault.UNIT, "sales", 10_000)]


def test_scoring_data_like_the_training_data_raises_no_alarm(artefact_folder, table_of, columns):
    half = {name: values[:700] for name, values in columns.items()}
    assert evaluate(artefact_folder, table_of(half)).findings == ()


def test_a_wide_spread_alone_is_no_unit_error():
    draw = np.random.default_rng(1)
    assert unit_step(draw.lognormal(3, 2, 500), draw.lognormal(3.5, 2, 500)) is None
    assert unit_step(draw.lognormal(3, 2, 500), draw.lognormal(3, 2, 10)) is None
