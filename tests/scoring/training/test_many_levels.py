"""Tables with categories of many levels: trained, kept, scored and rebuilt as any other."""

import json
import shutil

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.scoring.conftest import write_csv
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.scoring.artefacts import ArtefactRefused
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.training.card import write_artefact
from xinyidai.scoring.training.encoding import learn_encoding, out_of_fold
from xinyidai.scoring.training.pipeline import evaluate, train
from xinyidai.scoring.training.rebuilding import rebuild
from xinyidai.scoring.training.spec import LabelSpec, TrainingSpec
from xinyidai.scoring.values import MissingPolicy

SPEC = TrainingSpec(
    "towns",
    LabelSpec("bad"),
    folds=2,
    search=False,
    missing=MissingPolicy.NATIVE,
    params={"trees": 20, "num_leaves": 6},
)


def towns(rows=1_200, count=90, seed=5):
    """Risk lies in the town (90 of them) and in town and trade together."""
    draw = np.random.default_rng(seed)
    town, trade = draw.integers(0, count, rows), draw.integers(0, 4, rows)
    effect, both = draw.normal(0, 1.2, count), draw.normal(0, 0.8, (count, 4))
    sales = draw.normal(size=rows)
    risk = effect[town] + both[town, trade] - 0.5 * sales - 1
    bad = draw.random(rows) < 1 / (1 + np.exp(-risk))
    return {
        "town": ["" if i % 40 == 0 else f"镇{t}" for i, t in enumerate(town)],
        "trade": [f"业{t}" for t in trade],
        "sales": [float(v) for v in sales],
        "bad": [int(v) for v in bad],
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The table and the artefact trained on it."""
    folder = tmp_path_factory.mktemp("towns")
    table = write_csv(folder / "towns.csv", towns())
    return table, write_artefact(train(SPEC, table), folder / "model" / "towns" / "1")


def test_the_artefact_keeps_the_encoding_and_needs_nothing_else(place):
    _, folder = place
    document = json.loads((folder / "transform.json").read_text())["encoding"]
    assert [table["sources"] for table in document["tables"]] == [[0], [0, 1]]
    assert len(Scorer.from_folder(folder).transform.features[0].levels) == 90


def test_one_firm_and_many_have_the_same_score_and_reasons_name_features(place):
    _, folder = place
    scorer = Scorer.from_folder(folder)
    draw = np.random.default_rng(1)
    raw = np.column_stack(
        [draw.integers(0, 90, 40), draw.integers(0, 4, 40), draw.normal(size=40)]
    ).astype(np.float64)
    raw[::7, 0] = np.nan
    block = scorer.score_many(raw)
    levels = [feature.levels for feature in scorer.transform.features]
    for row, pd in zip(raw.tolist(), block.pd.tolist(), strict=True):
        town = Missing(MissingCause.NO_RECORD) if np.isnan(row[0]) else levels[0][int(row[0])]
        values = {"town": town, "trade": levels[1][int(row[1])], "sales": row[2]}
        outcome = scorer.score_one(values)
        assert outcome.pd == pd == scorer.score_row(np.array(row))[0]
        assert {reason.feature for reason in outcome.reasons} <= set(values)


def test_a_town_never_seen_scores_as_one_without_a_record(place):
    _, folder = place
    scorer = Scorer.from_folder(folder)
    rest = {"trade": "业1", "sales": 0.2}
    new = scorer.score_one({**rest, "town": "新设镇"})
    none = scorer.score_one({**rest, "town": Missing(MissingCause.NO_RECORD)})
    assert new.pd == none.pd


def test_training_again_gives_the_same_bytes_and_the_card_its_figures(place):
    table, folder = place
    assert rebuild(folder, table, lambda _: None).differing == ()
    assert evaluate(folder, table).differences == ()


def test_a_changed_count_is_noticed(place, tmp_path):
    table, folder = place
    copy = shutil.copytree(folder, tmp_path / "towns")
    text = (copy / "transform.json").read_text()
    (copy / "transform.json").write_text(text.replace('"width": 91', '"width": 92'))
    with pytest.raises(ArtefactRefused):
        rebuild(copy, table, lambda _: None)


def test_a_row_that_trains_is_not_shown_its_own_outcome():
    """Of towns with two rows each and no effect, plain rates tell the outcome, ours nothing."""
    draw = np.random.default_rng(2)
    seen = np.repeat(np.arange(600.0), 2).reshape(-1, 1)
    label = draw.integers(0, 2, 1_200).astype(np.int8)
    encoding = learn_encoding([600], seen, label)
    assert roc_auc_score(label, encoding.widen(seen)[:, 0]) > 0.8
    assert abs(roc_auc_score(label, out_of_fold(encoding, seen, label, 1)[:, 0]) - 0.5) < 0.06
    times = draw.permutation(1_200)
    dated = out_of_fold(encoding, seen, label, 1, times)
    assert abs(roc_auc_score(label, dated[:, 0]) - 0.5) < 0.06
    oldest = times < 120
    assert (dated[oldest] == [encoding.base, 0.0]).all()
