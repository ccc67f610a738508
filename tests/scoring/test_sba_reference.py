from dataclasses import replace
from pathlib import Path

import pytest

from xinyidai.kernel.settings import package_path
from xinyidai.scoring import artefacts
from xinyidai.scoring.training.dataset import labelled, read_table, splits
from xinyidai.scoring.training.leaks import find_leaks, single_feature_aucs
from xinyidai.scoring.training.pipeline import evaluate, train
from xinyidai.scoring.training.spec import LabelSpec, TrainingSpec, read_spec

pytestmark = pytest.mark.real_data
GATE_SBA, GATE_SBA_LEAK, GATE_POLISH = 0.74, 0.90, 0.95


@pytest.fixture(scope="module")
def sba(real_data: Path) -> Path:
    return real_data / "sba" / "sba_national_engineered_200k.csv.gz"


def test_the_shipped_metrics_are_reproduced_from_the_data(sba):
    found = evaluate(artefacts.shipped_folder("sba-reference", "1"), sba)
    assert found.is_refit
    assert found.differences == ()
    assert GATE_SBA <= found.metrics["auc_mean"] < GATE_SBA_LEAK


def test_the_repaid_term_is_found_to_leak_when_it_is_left_in(sba):
    table = labelled(read_table(sba), TrainingSpec("t", LabelSpec("Approve", "0")))
    leaks = find_leaks(single_feature_aucs(table, splits(table)))
    assert [leak.feature for leak in leaks] == ["Term"]


def test_the_bankruptcy_table_reaches_its_gate(real_data):
    spec = read_spec(package_path("models") / "specs" / "polish-5year.yaml")
    model = train(
        replace(spec, params={}, folds=2), real_data / "polish_bankruptcy" / "5year.csv.gz"
    )
    assert model.validation.as_json()["auc_mean"] >= GATE_POLISH
    assert model.validation.overall.brier < model.validation.overall.brier_base
