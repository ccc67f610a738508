import json
import shutil
from dataclasses import replace

import pytest

from xinyidai.scoring.validation import report
from xinyidai.scoring.validation.report import REPORT, ReportRefused


@pytest.fixture
def folder(validated_folder, tmp_path):
    return shutil.copytree(validated_folder, tmp_path / "model")


def without(found, code):
    return replace(found, checks=tuple(c for c in found.checks if c.code != code))


def with_verdict(found, code, passed):
    checks = tuple(replace(c, passed=passed) if c.code == code else c for c in found.checks)
    return replace(found, checks=checks)


def test_a_report_is_read_back_as_it_was_written(found, folder):
    report.write(folder, found)
    assert report.read(folder) == found


def test_a_folder_without_a_report_has_none(folder):
    assert report.read(folder) is None


def test_a_report_on_another_manifest_counts_as_none(found, folder):
    report.write(folder, replace(found, manifest_hash="0" * 64))
    assert report.read(folder) is None


def test_a_verdict_that_its_checks_do_not_give_is_refused(found, folder):
    document = report.as_json(with_verdict(found, "monotone", passed=False))
    (folder / REPORT).write_text(json.dumps(document | {"passed": True}), encoding="utf-8")
    with pytest.raises(ReportRefused):
        report.read(folder)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1}'])
def test_a_file_that_is_no_report_is_refused(folder, text):
    (folder / REPORT).write_text(text, encoding="utf-8")
    with pytest.raises(ReportRefused):
        report.read(folder)


@pytest.mark.parametrize("code", report.REQUIRED)
def test_a_required_check_that_is_absent_or_unjudged_does_not_pass(found, code):
    assert found.passed
    assert not without(found, code).passed
    assert not with_verdict(found, code, passed=None).passed
    assert with_verdict(found, code, passed=None).unmet


def test_a_check_that_only_asks_for_words_does_not_keep_a_model_back(found):
    explained = with_verdict(found, "fairness", passed=False)
    assert explained.passed
    assert "fairness" in [check.code for check in explained.open_findings]
