import csv
import gzip
import json

import pytest
from click.testing import CliRunner

from xinyidai.kernel.uscc import invented_for
from xinyidai.scoring.training.cli import model
from xinyidai.scoring.training.console import REFUSED

SPEC = """
code: t
label: {column: defaulted}
features: [{name: sales, label: 销售额}]
"""


@pytest.fixture
def files(tmp_path):
    def write(outcomes, ids=("E1", "E2", "E3")):
        codes = [invented_for("contest", name) for name in ("E1", "E2", "E9")]
        features = "".join(f"{code},{n},7\n" for n, code in enumerate(codes))
        (tmp_path / "features.csv").write_text("uscc,sales,other\n" + features)
        rows = "".join(f"{name},{out},A\n" for name, out in zip(ids, outcomes, strict=True))
        (tmp_path / "labels.csv").write_text("企业代号,是否违约,信誉评级\n" + rows)
        (tmp_path / "spec.yaml").write_text(SPEC)
        return tmp_path

    return write


def run(folder, *more):
    names = {"features": "features.csv", "labels": "labels.csv", "spec": "spec.yaml"}
    words = [w for name, file in names.items() for w in (f"--{name}", str(folder / file))]
    words += ["--id-column", "企业代号", "--label-column", "是否违约", "--positive", "是"]
    words += ["--namespace", "contest", "--out", str(folder / "out.csv.gz"), *more]
    return CliRunner().invoke(model, ["label-table", *words])


def test_only_code_features_and_outcome_are_written(files):
    folder = files(("是", "否", "否"))
    answer = json.loads(run(folder).stdout)
    with gzip.open(folder / "out.csv.gz", "rt") as lines:
        rows = list(csv.DictReader(lines))
    assert {tuple(row) for row in rows} == {("uscc", "sales", "defaulted")}
    assert {row["uscc"]: row["defaulted"] for row in rows}[invented_for("contest", "E1")] == "1"
    assert (answer["rows"], answer["bads"]) == (2, 1)
    assert (answer["without_features"], answer["without_label"]) == (1, 1)


@pytest.mark.parametrize(
    ("outcomes", "ids"),
    [
        (("是", "否", "也许"), ("E1", "E2", "E3")),
        (("否", "否", "否"), ("E1", "E2", "E3")),
        (("是", "否", ""), ("E1", "E2", "E3")),
        (("是", "否", "否"), ("E1", "E1", "E3")),
        (("是", "否", "否"), ("E1", "", "E3")),
        (("是", "否", "否"), ("X1", "X2", "X3")),
    ],
)
def test_an_outcome_or_id_that_cannot_be_right_is_refused(files, outcomes, ids):
    folder = files(outcomes, ids)
    result = run(folder)
    assert (result.exit_code, result.stdout) == (REFUSED, "")
    assert not (folder / "out.csv.gz").exists()


def test_an_absent_column_or_another_ending_is_refused(files):
    folder = files(("是", "否", "否"))
    assert run(folder, "--id-column", "没有").exit_code == REFUSED
    assert run(folder, "--out", str(folder / "out.txt")).exit_code == REFUSED
