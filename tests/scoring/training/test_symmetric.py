from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.training.fit import TreeParams, fit_trees, growth_of, plain_params, raw_scores
from xinyidai.scoring.training.symmetric import grow, learn_bins

PARAMS = TreeParams(
    trees=12, learning_rate=0.1, max_bin=16, feature_fraction=1.0, lambda_l2=3.0, symmetric_depth=3
)


def rows(count=400, seed=3):
    draw = np.random.default_rng(seed)
    matrix = np.column_stack([draw.normal(size=(count, 2)), draw.integers(0, 5, count)])
    matrix[draw.random(matrix.shape) < 0.1] = np.nan
    risk = 2 * np.nan_to_num(matrix[:, 0]) * (matrix[:, 2] == 3) + (matrix[:, 1] > 0) - 1
    label = (draw.random(count) < 1 / (1 + np.exp(-risk))).astype(np.int8)
    return matrix, label


def grown(matrix, label, seed=1):
    bins = learn_bins(matrix, label, [2], PARAMS.max_bin)
    return bins, list(grow(bins.codes(matrix), label, bins, growth_of(PARAMS, seed), [0, 1, 2]))


def test_lightgbm_reads_the_trees_as_they_were_grown():
    """Numbers, a category, gaps, and values beyond the range all take the same branches."""
    matrix, label = rows()
    bins, trees = grown(matrix, label)
    booster = fit_trees(matrix, label, PARAMS, signs=[0, 0, 0], categories=[2], seed=1)
    assert booster.num_trees() == len(trees) == 12
    far = np.concatenate([matrix, matrix * 50, np.full((1, 3), np.nan)])
    far[:, 2] = np.where(far[:, 2] > 4, np.nan, far[:, 2])
    codes = bins.codes(far)
    filled = np.all([tree.rows[tree.leaves(codes)] > 0 for tree in trees], axis=0)
    expected = np.sum([tree.values[tree.leaves(codes)] for tree in trees], axis=0)
    assert filled[: len(matrix)].all()  # branches nobody took are left out of the text
    assert raw_scores(booster, far)[filled] == pytest.approx(expected[filled], abs=1e-12)


def test_contributions_add_up_to_the_score():
    matrix, label = rows()
    booster = fit_trees(matrix, label, PARAMS, signs=[0, 0, 0], categories=[2], seed=1)
    shares = booster.predict(matrix, pred_contrib=True)
    assert shares.sum(axis=1) == pytest.approx(raw_scores(booster, matrix), abs=1e-9)


def test_the_same_seed_gives_the_same_text_and_another_seed_another():
    matrix, label = rows()
    texts = [
        fit_trees(matrix, label, PARAMS, signs=[0] * 3, categories=[2], seed=s).model_to_string()
        for s in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_symmetric_trees_find_what_two_columns_say_together():
    matrix, label = rows(800)
    booster = fit_trees(
        matrix[:500],
        label[:500],
        replace(PARAMS, trees=60),
        signs=[0] * 3,
        categories=[2],
        seed=1,
    )
    scores = raw_scores(booster, matrix[500:])
    assert roc_auc_score(label[500:], scores) > 0.62


def test_a_declared_direction_refuses_symmetric_trees():
    matrix, label = rows(100)
    with pytest.raises(InvalidInput):
        fit_trees(matrix, label, PARAMS, signs=[1, 0, 0], categories=[2], seed=1)


def test_newer_settings_are_named_only_where_they_are_used():
    assert "symmetric_depth" not in plain_params(TreeParams())
    assert plain_params(PARAMS)["symmetric_depth"] == 3
    assert TreeParams(**plain_params(PARAMS)) == PARAMS
