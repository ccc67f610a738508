import numpy as np
import pytest

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.training.dataset import read_table
from xinyidai.scoring.training.leaks import refuse_unfit_features
from xinyidai.scoring.training.pipeline import train
from xinyidai.scoring.training.spec import LabelSpec, TrainingSpec

SPEC = TrainingSpec(code="t", label=LabelSpec("defaulted"), search=False)


def test_a_feature_that_alone_tells_the_outcome_is_reported(table_of, columns):
    draw = np.random.default_rng(1)
    label = np.array(columns["defaulted"])
    # tells by its value, not by its order: a plain rank correlation would miss it
    told = np.where(label == 1, draw.choice([3, 7], len(label)), draw.choice([1, 5, 9], len(label)))
    model = train(SPEC, table_of(columns | {"term": told.tolist()}))
    assert [leak.feature for leak in model.leaks] == ["term"]
    assert any("term" in obstacle and "泄露" in obstacle for obstacle in model.obstacles)


def test_honest_features_raise_no_alarm(trained):
    assert trained.leaks == ()
    assert max(trained.aucs_alone.values()) < 0.85


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("serial", list(range(100_000, 101_500))),
        ("letters", [f"firm {i}" for i in range(1_500)]),
        ("uscc", [1.5] * 1_500),
    ],
)
def test_ids_are_refused_as_features(table_of, columns, name, values):
    with pytest.raises(InvalidInput, match=f"--exclude.*{name}"):
        train(SPEC, table_of(columns | {name: values}))


def test_distinct_amounts_are_no_ids(table_of):
    amounts = np.random.default_rng(1).integers(0, 10**9, 100)
    refuse_unfit_features(read_table(table_of({"amount_fen": amounts.tolist()})), ["amount_fen"])


def test_personal_points_are_refused(table_of, columns):
    with pytest.raises(InvalidInput, match="不得进入评分"):
        train(SPEC, table_of(columns | {"商鼎分": columns["sales"]}))
