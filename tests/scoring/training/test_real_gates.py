"""Gates on the real sets that the data cards name; skipped where the folder is absent."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench_models import LINES
from tests.real_tables import SETS, write
from xinyidai.scoring.training.bench import out_of_time
from xinyidai.scoring.training.data_checks import Fault, check_table
from xinyidai.scoring.training.dataset import read_table, splits
from xinyidai.scoring.training.leaks import (
    features_of_ids,
    find_leaks,
    id_leaks,
    single_feature_aucs,
)
from xinyidai.scoring.training.preparing import prepare
from xinyidai.scoring.training.spec import LabelSpec, TrainingSpec

FUNDRAISING = next(real for real in SETS if real.name == "ccf2020-fundraising")
SBA = next(real for real in SETS if real.name == "sba-22k")


@pytest.mark.real_data
def test_the_id_prefix_is_found_by_itself_and_as_a_feature(real_data: Path, tmp_path: Path):
    path = write(FUNDRAISING, real_data, tmp_path, "l.id, substr(l.id, 1, 16) AS district,")
    raw = read_table(path)
    table = prepare(raw, TrainingSpec("t", LabelSpec("label"), exclude=("id",))).table
    folds = splits(table)
    aucs = single_feature_aucs(table, folds)
    assert [leak.feature for leak in find_leaks(aucs, features_of_ids(raw, list(aucs)))] == [
        "district"
    ]
    found = id_leaks(raw, table.label, folds)
    assert [leak.feature for leak in found] == ["id"]
    assert found[0].auc > 0.8


@pytest.mark.real_data
def test_the_repaid_term_and_later_facts_are_found_in_the_raw_loans(
    real_data: Path, tmp_path: Path
):
    raw = read_table(write(SBA, real_data, tmp_path))
    wanted = TrainingSpec(
        "t", LabelSpec(SBA.label, SBA.positive), exclude=("LoanNr_ChkDgt", "Name")
    )
    table = prepare(raw, wanted).table
    leaks = {leak.feature for leak in find_leaks(single_feature_aucs(table, splits(table)))}
    assert leaks == {"Term", "ChgOffDate", "ChgOffPrinGr"}


@pytest.mark.real_data
def test_a_split_by_time_raises_the_drift_alarm(real_data: Path, tmp_path: Path):
    raw = read_table(write(SBA, real_data, tmp_path))
    wanted = TrainingSpec("t", LabelSpec(SBA.label, SBA.positive), exclude=SBA.exclude)
    table = prepare(raw, replace(wanted, time_column="ApprovalDate")).table
    assert Fault.LABEL_SHIFT in {finding.fault for finding in check_table(table, ())}
    train, test = out_of_time(table)
    assert table.label[test].mean() > table.label[train].mean()


def kept() -> dict[str, dict]:
    """Return the comparisons kept in the docs, by set."""
    return {line["set"]: line for line in map(json.loads, LINES.read_text().splitlines())}


def test_the_kept_comparisons_hold_the_gates():
    # 0.74 holds for all rows (test_sba_reference); a drawn part learns a little less
    gates = {"sba-200k": (0.73, 0.90), "polish-5year": (0.95, 1.0), "cumcm2020c": (0.85, 1.0)}
    lines = kept()
    for name, (least, most) in gates.items():
        if name in lines:
            assert least <= lines[name]["models"]["xinyidai"]["auc"]["value"] < most
    for line in lines.values():
        ours = line["models"]["xinyidai"]
        assert ours["brier"]["value"] < ours["brier_base"]


def test_the_kept_comparisons_put_ours_above_the_best_single_peer():
    lines = list(kept().values())
    peers = set.intersection(*(set(line["models"]) for line in lines))
    places: dict[str, list[int]] = {name: [] for name in peers}
    for line in lines:
        best = sorted(peers, key=lambda name: -line["models"][name]["auc"]["value"])
        for place, name in enumerate(best):
            places[name].append(place)
    mean = {name: sum(found) / len(found) for name, found in places.items()}
    assert min(mean, key=lambda name: mean[name]) == "xinyidai"
