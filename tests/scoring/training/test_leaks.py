from dataclasses import replace

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


def with_ids(columns):
    """The invented firms with ids whose first four digits tell the outcome, as ciphers may."""
    draw = np.random.default_rng(4)
    rows = len(columns["defaulted"])
    told = [bad if draw.random() < 0.8 else 1 - bad for bad in columns["defaulted"]]
    heads = [f"{['a3f0', 'b71c', '09de', 'c4d5'][2 * t + i % 2]}" for i, t in enumerate(told)]
    return (
        columns
        | {"firm_id": [f"{head}{draw.integers(16**8):08x}{i:04x}" for i, head in enumerate(heads)]},
        heads,
        rows,
    )


def test_an_id_whose_beginning_tells_the_outcome_is_reported(table_of, columns):
    table, _, _ = with_ids(columns)
    model = train(replace(SPEC, exclude=("firm_id",)), table_of(table))
    assert [finding.column for finding in model.findings] == ["firm_id"]
    assert model.leaks == ()  # the id itself is no feature


@pytest.mark.parametrize("name", ["district", "firm_id_prefix"])
def test_a_feature_cut_from_an_id_is_reported(table_of, columns, name):
    table, heads, _ = with_ids(columns)
    model = train(replace(SPEC, exclude=("firm_id",)), table_of(table | {name: heads}))
    assert [leak.feature for leak in model.leaks] == [name]
    assert any(name in obstacle for obstacle in model.obstacles)


def test_a_number_made_from_an_id_is_reported(table_of, columns):
    table, heads, _ = with_ids(columns)
    number = {head: 7 * i + 3 for i, head in enumerate(sorted(set(heads)))}
    table |= {"kind": [number[head] for head in heads]}
    model = train(replace(SPEC, exclude=("firm_id",)), table_of(table))
    assert [leak.feature for leak in model.leaks] == ["kind"]
