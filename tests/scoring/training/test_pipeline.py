from dataclasses import replace
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.scoring.artefacts import HASHED_FILES
from xinyidai.scoring.training.card import write_artefact
from xinyidai.scoring.training.pipeline import evaluate, train
from xinyidai.scoring.training.proofs import prove
from xinyidai.scoring.training.spec import LabelSpec, TrainingSpec
from xinyidai.scoring.values import MissingPolicy


def test_training_twice_gives_the_same_bytes(spec, table, artefact_folder, tmp_path):
    again = write_artefact(train(spec, table), tmp_path / "again")
    names = [*HASHED_FILES, "manifest.json"]
    assert [(again / n).read_bytes() for n in names] == [
        (artefact_folder / n).read_bytes() for n in names
    ]


def test_the_model_orders_and_its_probabilities_are_honest(trained):
    overall = trained.validation.overall
    assert overall.auc > 0.75
    assert overall.brier < overall.brier_base
    assert overall.slope == pytest.approx(1, abs=0.15)
    assert overall.ece < 0.03


def test_a_signed_placed_model_may_be_activated_and_passed_its_proofs(trained):
    assert trained.obstacles == ()
    assert trained.proofs.monotone_pairs == 20_000
    assert trained.proofs.failures == 0


def test_a_model_without_signs_may_not_be_activated(spec, table):
    unsigned = tuple(replace(feature, monotone=0) for feature in spec.features)
    spec = replace(spec, features=unsigned, missing=MissingPolicy.NATIVE, folds=2)
    assert train(spec, table).obstacles


def test_the_proof_finds_a_model_that_is_not_monotone(trained, raw):
    turned = replace(
        trained.transform,
        features=tuple(replace(f, sign=-f.sign) for f in trained.transform.features),
    )
    booster = lightgbm.Booster(model_str=trained.model_text)
    proofs = prove(booster, turned, raw, pairs=500, rows=50)
    assert proofs.monotone_violations > 0
    assert proofs.withholding_gains > 0


def test_evaluating_on_the_training_table_reproduces_the_card(artefact_folder, table):
    found = evaluate(artefact_folder, table)
    assert found.is_refit
    assert found.differences == ()


def test_another_table_measures_the_model_itself(artefact_folder, columns, table_of):
    half = {name: values[:700] for name, values in columns.items()}
    found = evaluate(artefact_folder, table_of(half))
    assert not found.is_refit
    assert found.metrics["rows"] == 700


def test_a_table_without_any_signal_gives_no_model(table_of):
    flat = {"x": [3.0] * 399 + [4.0], "y": [i % 2 for i in range(400)]}
    with pytest.raises(InvalidInput, match="规律"):
        train(TrainingSpec("t", LabelSpec("y"), search=False), table_of(flat))


def test_an_existing_version_is_not_overwritten(trained, artefact_folder: Path):
    with pytest.raises(Conflict):
        write_artefact(trained, artefact_folder)


def test_splitting_by_time_trains_and_reports_forward_folds(spec, columns, table_of):
    times = np.arange(len(columns["sales"])) // 10
    table = table_of(columns | {"month": times.tolist()})
    model = train(replace(spec, time_column="month", folds=3), table)
    assert len(model.validation.folds) == 3
    assert "month" not in model.transform.names
