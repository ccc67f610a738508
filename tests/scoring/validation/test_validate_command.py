import json
import shutil

import pytest
from click.testing import CliRunner

from tests.scoring.conftest import firms, write_csv
from xinyidai.scoring.commands import model
from xinyidai.scoring.validation import cli
from xinyidai.scoring.validation.report import REPORT


@pytest.fixture
def folder(artefact_folder, tmp_path):
    return shutil.copytree(artefact_folder, tmp_path / "model")


@pytest.fixture
def few(monkeypatch):
    """Let a trial be even smaller, for a test."""
    monkeypatch.setattr(cli, "TRIAL", {**cli.TRIAL, "pairs": 2_000, "withheld_rows": 10})


def validate(*arguments):
    return CliRunner().invoke(model, ["validate", *map(str, arguments)])


def test_a_sound_model_passes_and_a_pack_is_written(folder, table, tmp_path, few):
    ran = validate(folder, "--table", table, "--trial", "--json", "--out", tmp_path / "pack")
    assert ran.exit_code == 0, ran.stderr
    assert json.loads(ran.stdout)["passed"] is True
    assert (tmp_path / "pack" / "validation.pdf").is_file()


def test_a_trial_leaves_no_report_that_could_be_registered(folder, table, few):
    validate(folder, "--table", table, "--trial")
    assert not (folder / REPORT).exists()


def test_a_table_on_which_the_model_fails_ends_with_three(folder, tmp_path, few):
    columns = firms(1_500, seed=21)
    columns["defaulted"] = [1 - value for value in columns["defaulted"]]
    ran = validate(folder, "--table", write_csv(tmp_path / "other.csv", columns), "--trial")
    assert ran.exit_code == 3
    assert "未通过" in ran.stdout


def test_a_folder_that_is_no_artefact_is_refused(tmp_path, table):
    ran = validate(tmp_path, "--table", table)
    assert ran.exit_code == 2
    assert "缺少文件" in ran.stderr


def test_a_folder_needs_a_table(folder):
    assert "--table" in validate(folder).stderr


def test_a_registered_version_needs_somebody_who_answers_for_it():
    assert "--as" in validate("test-city", "1").stderr
