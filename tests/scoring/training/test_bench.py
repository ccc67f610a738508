import json

import numpy as np
import pytest
from click.testing import CliRunner

from xinyidai.scoring.training.bench import out_of_time
from xinyidai.scoring.training.bench_cli import bench_command
from xinyidai.scoring.training.dataset import read_table
from xinyidai.scoring.training.intervals import auc_estimates, bootstrap, calibration_line
from xinyidai.scoring.training.preparing import prepare
from xinyidai.scoring.training.spec import LabelSpec, TrainingSpec


def mixed(rows: int = 300) -> dict[str, list[object]]:
    """A table as it comes: dates, money as text, infinities, empty, constant and id columns."""
    draw = np.random.default_rng(3)
    x, kind, city = draw.normal(size=rows), draw.integers(0, 4, rows), draw.integers(0, 60, rows)
    bad = draw.random(rows) < 1 / (1 + np.exp(1.5 - 2 * x - 2 * (kind == 2)))
    return {
        "编号": [f"C{i:05d}" for i in range(rows)],
        "x": ["" if i % 9 == 0 else float(v) for i, v in enumerate(x)],
        "ratio": ["inf" if i % 50 == 0 else float(v) for i, v in enumerate(x**2)],
        "money": [f"¥{v * 1e4:,.2f}" for v in draw.lognormal(size=rows)],
        "kind": ["" if i % 20 == 0 else "甲乙丙丁"[k] for i, k in enumerate(kind)],
        "city": [f"城市{c}" for c in city],
        "opened": [f"{2000 + i % 20}/{1 + i % 12}/{1 + i % 28}" for i in range(rows)],
        "flag": [bool(i % 3) for i in range(rows)],
        "empty": [""] * rows,
        "constant": [7] * rows,
        "month": [f"2024-{1 + i * 12 // rows:02d}" for i in range(rows)],
        "outcome": ["坏" if b else "好" for b in bad],
    }


def run(table, *arguments):
    result = CliRunner().invoke(
        bench_command, ["--table", str(table), "--label", "outcome", "--json", *arguments]
    )
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    from tests.scoring.conftest import write_csv

    path = write_csv(tmp_path_factory.mktemp("bench") / "mixed.csv", mixed())
    return run(path, "--folds", "2", "--exclude", "month", "--peer", "lightgbm", "--peer", "toad")


def test_a_mixed_table_is_compared_on_the_same_rows(compared):
    assert compared["models"].keys() | compared["failed"].keys() == {"xinyidai", "lightgbm", "toad"}
    ours = compared["models"]["xinyidai"]
    assert ours["auc"]["low"] < ours["auc"]["value"] < ours["auc"]["high"]
    assert {"ks", "brier", "ece", "calibration_slope", "calibration_intercept"} <= ours.keys()
    assert ours["auc"]["value"] > 0.65
    assert ours["fit_seconds"] > 0


def test_what_is_no_feature_is_dropped_and_named(compared):
    assert {item["column"] for item in compared["dropped"]} == {
        *("编号", "empty", "constant", "month")
    }
    assert any("取较少的一种" in note for note in compared["notes"])


def test_a_peer_that_is_not_installed_says_so(compared):
    from xinyidai.scoring.training.peers import installed_version

    if installed_version("toad") is None:
        assert compared["failed"] == {"toad": "未安装"}


def test_text_money_and_dates_become_numbers(table_of):
    spec = TrainingSpec("t", LabelSpec("outcome"), time_column="month")
    table = prepare(read_table(table_of(mixed())), spec).table
    kinds = {column.spec.name: column.kind.value for column in table.columns}
    assert kinds["money"] == kinds["opened"] == kinds["ratio"] == kinds["flag"] == "numeric"
    assert kinds["kind"] == kinds["city"] == "categorical"
    assert np.isfinite(table.matrix[:, list(kinds).index("ratio")]).mean() < 1
    train, test = out_of_time(table)
    assert table.times[train].max() < table.times[test].min()


def test_delong_equals_the_plain_area_and_covers_the_truth():
    draw = np.random.default_rng(1)
    label = (draw.random(400) < 0.3).astype(np.int8)
    good, noise = label + draw.normal(size=400), draw.normal(size=400)
    values, covariance = auc_estimates([good, good + 0.0, noise], label, [np.arange(400)])
    from sklearn.metrics import roc_auc_score

    assert values[0] == pytest.approx(roc_auc_score(label, good))
    assert covariance[0, 0] == pytest.approx(covariance[0, 1])  # the same scores differ by nothing
    assert abs(values[2] - 0.5) < 3 * covariance[2, 2] ** 0.5


def test_honest_probabilities_have_slope_one_within_the_interval():
    draw = np.random.default_rng(2)
    pd = draw.beta(1, 6, 3_000)
    label = (draw.random(3_000) < pd).astype(np.int8)
    slope, intercept = calibration_line(pd, label)
    assert slope.low < 1 < slope.high
    assert intercept.low < 0 < intercept.high
    found = bootstrap(pd, label)
    assert found["ece"].value < 0.03
    assert found["brier"].low < found["brier"].value < found["brier"].high
