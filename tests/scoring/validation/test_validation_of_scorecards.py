import json
from dataclasses import replace

import numpy as np
import pytest

from tests.scoring.validation.conftest import FEW
from xinyidai.scoring.artefacts import Algorithm, ArtefactRefused
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.scorecard import scorecard_json
from xinyidai.scoring.training.challengers import fit_scorecard
from xinyidai.scoring.validation import monotone, serving, truth, withholding


@pytest.fixture(scope="module")
def points(subject):
    """The points table of the invented firms, as plain values."""
    card = fit_scorecard(subject.table, np.arange(len(subject.label)))
    return scorecard_json(card, subject.transform)


@pytest.fixture
def with_card(subject):
    def build(points):
        artefact = replace(
            subject.artefact, algorithm=Algorithm.SCORECARD, model_text=json.dumps(points)
        )
        return replace(subject, artefact=artefact, model=Scorer(artefact))

    return build


def test_a_scorecard_is_proved_and_tried_like_trees(with_card, points):
    carded = with_card(points)
    for check in (
        monotone.check_monotone,
        monotone.check_structure,
        truth.check_reason_truth,
        withholding.check_items,
        withholding.check_features,
        withholding.check_construction,
        serving.check_implementation,
    ):
        found = check(carded, FEW)
        assert found.passed is True, found


def test_bins_in_the_wrong_order_do_not_even_load(with_card, points):
    turned = json.loads(json.dumps(points))
    turned["features"][0]["log_odds"].reverse()
    with pytest.raises(ArtefactRefused):
        with_card(turned)
