"""A scorecard scores, explains and withholds as the trees do."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.scoring.bench_scoring import population
from tests.scoring.test_score import HIDDEN, inputs
from xinyidai.scoring import artefacts
from xinyidai.scoring.artefacts import Algorithm, ArtefactRefused
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.scorecard import (
    FeatureBins,
    points_of_entry,
    scorecard_from_json,
    scorecard_json,
)
from xinyidai.scoring.values import FeatureKind


def document_of(transform):
    """Three bins a feature that follow its sign; missing lies between."""
    features = []
    for feature in transform.features:
        third = (feature.high - feature.low) / 3
        features.append(
            {
                "name": feature.name,
                "edges": [feature.low + third, feature.low + 2 * third],
                "log_odds": [-0.5 * feature.sign, 0.0, 0.7 * feature.sign],
                "missing": 0.25,
                "average": 0.05,
            }
        )
    return {"format": 1, "intercept": -2.5, "features": features}


@pytest.fixture(scope="module")
def card(scorer) -> Scorer:
    text = json.dumps(document_of(scorer.transform))
    return Scorer(replace(scorer.artefact, algorithm=Algorithm.SCORECARD, model_text=text))


def test_one_firm_and_many_get_the_same_bits(card):
    raw = population(card.transform, 1_000)
    many = card.score_many(raw)
    pd = [card.score_row(row)[0] for row in raw]
    assert [value for value in pd if value is not None] == many.pd[~many.insufficient].tolist()


def test_the_sum_is_the_intercept_and_one_entry_a_feature(card):
    features = card.transform.features
    worst = {f.name: f.worst for f in features}
    expected = -2.5 + sum(0.7 if f.sign > 0 else 0.5 for f in features)
    found = card.score_many(np.array([[worst[f.name] for f in features]])).log_odds[0]
    assert found == pytest.approx(card.transform.calibration.log_odds(expected))


def test_every_reason_of_a_card_is_true(card):
    raw = population(card.transform, 200)
    for row in raw:
        given = inputs(card, row)
        told = card.score_one(given)
        assert len(told.reasons) <= 4
        best = {f.name: f.best_values[0] for f in card.transform.features}
        for reason in told.reasons:
            assert card.score_one(given | {reason.feature: best[reason.feature]}).pd < told.pd


def test_withholding_never_helps_and_never_beats_a_gap(card):
    for row in population(card.transform, 60):
        given = inputs(card, row)
        plain = card.score_one(given)
        for name in given:
            held = card.score_one(given | {name: HIDDEN})
            assert held.insufficient or (not plain.insufficient and held.pd >= plain.pd)


def test_reading_what_was_written_gives_the_same_card(card, scorer):
    document = document_of(scorer.transform)
    read = scorecard_from_json(document, scorer.transform)
    assert scorecard_from_json(scorecard_json(read, scorer.transform), scorer.transform) == read


def test_a_category_has_the_entry_of_its_group_and_an_ungrouped_one_is_missing(scorer):
    feature = replace(
        scorer.transform.features[0],
        kind=FeatureKind.CATEGORICAL,
        levels=("shop", "farm", "mine"),
    )
    transform = replace(scorer.transform, features=(feature,))
    groups = {"name": feature.name, "groups": [["farm"], ["shop"]], "log_odds": [0.1, -0.1]}
    entry = groups | {"missing": 0.4, "average": 0.0}
    [bins] = scorecard_from_json(
        {"format": 1, "intercept": 0, "features": [entry]}, transform
    ).features
    column = np.array([0.0, 1.0, 2.0, np.nan])
    assert bins.entries_of(column).tolist() == [-0.1, 0.1, 0.4, 0.4]
    assert [bins.entry_of(value) for value in column] == [-0.1, 0.1, 0.4, 0.4]
    assert scorecard_from_json(
        scorecard_json(
            scorecard_from_json({"format": 1, "intercept": 0, "features": [entry]}, transform),
            transform,
        ),
        transform,
    ).features == (bins,)


def test_a_value_on_an_edge_belongs_to_the_bin_above():
    bins = FeatureBins("x", (1.0, 2.0), (0.1, 0.2, 0.3), 0.0, 0.0)
    column = np.array([0.9, 1.0, 2.0, 5.0])
    assert bins.entries_of(column).tolist() == [0.1, 0.2, 0.3, 0.3]
    assert [bins.entry_of(value) for value in column] == [0.1, 0.2, 0.3, 0.3]


def test_halving_the_odds_is_worth_fifty_points():
    assert points_of_entry(-np.log(2), 1.0) == pytest.approx(50)


@pytest.mark.parametrize(
    "broken",
    [
        {"log_odds": [0.7, 0.0, -0.5]},
        {"log_odds": [0.1]},
        {"edges": [2.0, 1.0]},
        {"missing": "high"},
        {"average": float("nan")},
        {"name": "another"},
    ],
)
def test_a_card_that_does_not_fit_is_refused(scorer, broken):
    document = document_of(scorer.transform)
    risky = next(i for i, f in enumerate(scorer.transform.features) if f.sign > 0)
    document["features"][risky] |= broken
    text = json.dumps(document)
    artefact = replace(scorer.artefact, algorithm=Algorithm.SCORECARD, model_text=text)
    with pytest.raises(ArtefactRefused):
        Scorer(artefact)


def rewrite(folder: Path, manifest: dict[str, object], **files: str) -> Path:
    """Write files and a manifest that lists them."""
    import hashlib

    hashes = dict(manifest["files"])
    named = {name.replace("_json", ".json"): content for name, content in files.items()}
    for name, content in named.items():
        (folder / name).write_text(content)
        hashes[name] = hashlib.sha256(content.encode()).hexdigest()
    manifest = manifest | {"files": {k: v for k, v in hashes.items() if (folder / k).exists()}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def folder(artefact_folder, tmp_path):
    import shutil

    return Path(shutil.copytree(artefact_folder, tmp_path / "copy"))


def test_a_scorecard_artefact_needs_no_trees(folder, scorer):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "model.txt").unlink()
    card = json.dumps(document_of(scorer.transform))
    rewrite(folder, manifest | {"algorithm": "scorecard"}, scorecard_json=card)
    loaded = Scorer.from_folder(folder)
    assert loaded.artefact.algorithm is Algorithm.SCORECARD
    assert loaded.score_many(population(loaded.transform, 5)).pd.shape == (5,)


def test_what_training_adds_is_read_and_hashed(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    rewrite(folder, manifest, challengers_json='{"split": "out_of_fold"}', search_json="[]")
    assert artefacts.load(folder).extras["challengers.json"] == {"split": "out_of_fold"}
    (folder / "challengers.json").write_text('{"split": "out_of_time"}')
    with pytest.raises(ArtefactRefused, match="改动"):
        artefacts.load(folder)


def test_a_file_nobody_knows_is_refused(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    rewrite(folder, manifest, notes_json="{}")
    with pytest.raises(ArtefactRefused, match="不符"):
        artefacts.load(folder)
    rewrite(folder, manifest | {"algorithm": "neural"})
    with pytest.raises(ArtefactRefused):
        artefacts.load(folder)
