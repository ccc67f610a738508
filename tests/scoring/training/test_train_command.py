import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from xinyidai.scoring.training.cli import DIFFERS, model
from xinyidai.scoring.training.console import REFUSED


def run(*arguments: object) -> Result:
    return CliRunner().invoke(model, [str(argument) for argument in arguments])


@pytest.fixture
def folder(table: Path, tmp_path: Path) -> Path:
    out = tmp_path / "out"
    run(
        "train",
        "any",
        "--table",
        table,
        "--label",
        "defaulted",
        "--no-search",
        "--folds",
        3,
        "--out",
        out,
    )
    return out


def test_any_labelled_table_trains_without_a_specification(folder, table):
    again = folder.parent / "again"
    result = run(
        "train", "any", "--table", table, "--label", "defaulted", "--no-search", "--out", again
    )
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert answer["auc_mean"] > 0.7
    assert not answer["activatable"]
    assert "第 5/5 折" in result.stderr


def test_evaluate_check_passes_on_the_training_table(folder, table):
    result = run("evaluate", folder, "--table", table, "--json", "--check")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["reproduced"]


def test_evaluate_check_fails_on_another_table(folder, table_of, columns):
    other = table_of({name: values[:900] for name, values in columns.items()})
    assert run("evaluate", folder, "--table", other, "--check").exit_code == DIFFERS


def test_an_inverted_label_counts_the_other_outcome(folder, table, tmp_path):
    arguments = (
        "train",
        "any",
        "--table",
        table,
        "--label",
        "defaulted",
        "--no-search",
        "--folds",
        3,
        "--out",
    )
    plain = json.loads((folder / "manifest.json").read_text())["training"]
    result = run(*arguments, tmp_path / "inverted", "--label-invert")
    assert json.loads(result.stdout)["bads"] == plain["rows"] - plain["bads"]


@pytest.mark.parametrize(
    "arguments", [("--label", "nothing"), ("--label", "defaulted", "--exclude", "nothing"), ()]
)
def test_a_refusal_is_one_sentence_and_exit_code_two(table, tmp_path, arguments):
    result = run("train", "any", "--table", table, "--out", tmp_path / "x", *arguments)
    assert result.exit_code == REFUSED
    assert result.stdout == ""
    assert result.stderr.strip()


def test_a_changed_artefact_is_not_evaluated(folder, table):
    (folder / "model.txt").write_text("tampered")
    assert run("evaluate", folder, "--table", table).exit_code == REFUSED
