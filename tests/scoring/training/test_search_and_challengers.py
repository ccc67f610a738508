import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from click.testing import CliRunner

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring import artefacts
from xinyidai.scoring.artefacts import Algorithm
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.training.blending import blended
from xinyidai.scoring.training.card import write_artefact
from xinyidai.scoring.training.cli import DIFFERS, model
from xinyidai.scoring.training.fit import Share, TreeParams, fit_trees, raw_scores
from xinyidai.scoring.training.pipeline import evaluate, train
from xinyidai.scoring.training.rebuilding import rebuild
from xinyidai.scoring.training.search import Problem, inner_splits, search

SMALL = TreeParams(trees=10, num_leaves=4, min_data_in_leaf=5)


def problem(rows=400, seed=1):
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(rows, 4))
    matrix[draw.random(matrix.shape) < 0.1] = np.nan
    risk = np.nan_to_num(matrix[:, 0]) - 1 + (np.nan_to_num(matrix[:, 1]) > 0.5)
    label = (draw.random(rows) < 1 / (1 + np.exp(-risk))).astype(np.int8)
    return Problem(matrix, label, [1, 0, 0, 0], [])


def test_a_blend_is_the_weighted_mean_of_its_boosters():
    given = problem()
    wide = replace(SMALL, num_leaves=8)
    one, other = (
        fit_trees(given.matrix, given.label, p, signs=given.signs, categories=[], seed=s)
        for p, s in ((SMALL, 1), (wide, 102))
    )
    mean = 0.7 * raw_scores(one, given.matrix) + 0.3 * raw_scores(other, given.matrix)
    assert raw_scores(blended([(one, 0.7), (other, 0.3)]), given.matrix) == pytest.approx(mean)
    blend = blended([(one, 0.7), (other, 0.3)])
    again = lightgbm.Booster(model_str=blend.model_to_string())
    assert (raw_scores(again, given.matrix) == raw_scores(blend, given.matrix)).all()
    assert blend.num_trees() == one.num_trees() + other.num_trees()


def test_settings_come_back_from_a_manifest_as_they_went():
    params = TreeParams(blend=(Share("a", 0.5, 2, SMALL), Share("b", 0.5, 1, SMALL)))
    assert TreeParams(**json.loads(json.dumps(asdict(params)))) == params


def test_inner_splits_of_dated_rows_end_with_one_that_looks_forward():
    given = problem()
    timed = replace(given, times=np.arange(400) // 7)
    train_rows, test_rows = inner_splits(timed)[-1]
    assert timed.times[train_rows].max() < timed.times[test_rows].min()
    assert len(inner_splits(timed)) == len(inner_splits(given)) + 1


@pytest.fixture(scope="module")
def searched(spec, tmp_path_factory):
    """A searched model with challengers, and its artefact, from few firms in time order."""
    from tests.scoring.conftest import firms, write_csv

    columns = firms(600, seed=5)
    columns["month"] = [i // 30 for i in range(600)]
    table = write_csv(tmp_path_factory.mktemp("searched") / "firms.csv", columns)
    wanted = replace(spec, time_column="month", folds=3, search=True, challengers=True)
    found = train(wanted, table)
    folder = write_artefact(found, tmp_path_factory.mktemp("models") / "test-city" / "2")
    return found, table, folder


def test_the_last_part_in_time_served_neither_search_nor_calibration(searched):
    found, _, _ = searched
    late = found.validation.folds[-1].rows
    assert max(trial.rows for trial in found.search.trials) == 600 - late
    assert found.challenge.split == "out_of_time"
    assert found.challenge.metrics["scorecard"].rows == late


def test_challengers_are_compared_and_the_card_says_so(searched):
    _, _, folder = searched
    found = json.loads((folder / "challengers.json").read_text())
    gain = found["gain_over_scorecard"]
    assert gain["low"] < gain["mean"] < gain["high"]
    assert {"lightgbm", "scorecard", "ebm"} <= found.keys()
    assert "与挑战者模型比较" in (folder / "card.md").read_text()
    assert json.loads((folder / "search.json").read_text())["trials"]


def test_where_trees_do_not_clearly_win_the_scorecard_is_the_artefact(searched):
    found, table, folder = searched
    assert found.challenge.card_wins  # 600 firms with a nearly linear risk
    artefact = artefacts.load(folder)
    assert artefact.algorithm is Algorithm.SCORECARD
    assert not (folder / "model.txt").exists()
    assert "本制品是评分卡" in artefact.card
    scores = Scorer(artefact).score_many(np.full((1, 6), np.nan))
    assert scores.insufficient[0]
    assert evaluate(folder, table).differences == ()


def test_a_rebuild_gives_the_same_bytes_and_notices_a_difference(artefact_folder, table, tmp_path):
    found = rebuild(artefact_folder, table, lambda _: None)
    assert found.differing == ()
    assert found.rebuilt_hash == found.kept_hash
    other = tmp_path / "other.csv"
    other.write_text(table.read_text() + "\n")
    with pytest.raises(InvalidInput, match="不是训练时的表"):
        rebuild(artefact_folder, other, lambda _: None)


def test_a_rebuild_that_differs_exits_with_three(artefact_folder, table, tmp_path):
    copy = Path(shutil.copytree(artefact_folder, tmp_path / "copy"))
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["training"]["spec"]["seed"] = 2
    (copy / "manifest.json").write_text(json.dumps(manifest))
    result = CliRunner().invoke(model, ["rebuild", str(copy), "--table", str(table)])
    assert result.exit_code == DIFFERS
    assert "model.txt" in json.loads(result.stdout)["differing"]


def test_the_search_prefers_a_model_that_orders_unseen_rows():
    found = search(problem(rows=300, seed=3))
    assert found.auc > 0.65
    assert sum(share.weight for share in found.params.blend) == pytest.approx(1, abs=1e-4)
