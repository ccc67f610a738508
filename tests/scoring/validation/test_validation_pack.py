import io
import json
import runpy
import sys
from pathlib import Path

import pypdf
import pytest

from tests.scoring.validation.conftest import FEW, silent
from xinyidai.kernel.errors import Conflict
from xinyidai.scoring.validation import pack
from xinyidai.scoring.validation.answering import answer
from xinyidai.scoring.validation.facts import FACTS
from xinyidai.scoring.validation.questions import questions
from xinyidai.scoring.validation.run import CHECKS, run
from xinyidai.scoring.validation.shaping import say, shape


@pytest.fixture(scope="session")
def written(subject, found, tmp_path_factory) -> Path:
    return pack.write_pack(subject, found, tmp_path_factory.mktemp("验证 包") / "out")


def test_all_thirty_questions_are_answered_with_numbers_and_a_script(written):
    folders = sorted(path.name for path in written.iterdir() if path.is_dir())
    assert folders == [f"{number:02d}" for number in range(1, 31)]
    for name in folders:
        numbers = json.loads((written / name / "numbers.json").read_text(encoding="utf-8"))
        assert numbers["checks"] or numbers["facts"]
        compile((written / name / "script.py").read_text(encoding="utf-8"), name, "exec")


def test_every_check_and_every_fact_answers_some_question(found):
    asked = {code for question in questions() for code in question.checks}
    assert asked == {check.code for check in found.checks}
    assert {name for question in questions() for name in question.facts} == set(FACTS)
    assert len(found.checks) == len(CHECKS)


@pytest.fixture
def arguments(validated_folder, table, monkeypatch):
    """Set the command line of a script: model folder and table."""
    return lambda script: monkeypatch.setattr(
        sys, "argv", [script, str(validated_folder), str(table)]
    )


@pytest.mark.parametrize("name", ["09", "13", "15", "18"])
def test_a_script_computes_the_numbers_of_its_answer_again(written, name, arguments, capsys):
    script = written / name / "script.py"
    arguments(str(script))
    runpy.run_path(str(script), run_name="__main__")
    printed = capsys.readouterr().out
    assert printed == (written / name / "numbers.json").read_text(encoding="utf-8")


def test_the_model_is_rebuilt_to_the_same_bytes(subject):
    assert FACTS["rebuild"](subject)["与清单相同"] == "是"


def test_a_question_without_data_says_who_must_answer(written):
    text = (written / "19" / "answer.md").read_text(encoding="utf-8")
    assert "没有数据" in text
    assert "须由银行统计" in text


def test_the_paper_reads_back_with_every_question(written, found):
    reader = pypdf.PdfReader(io.BytesIO((written / "validation.pdf").read_bytes()))
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    for question in questions():
        assert f"{question.number}.{question.title.replace(' ', '')}（" in text
    assert found.manifest_hash in text
    assert "结论：通过" in text


def test_a_failing_model_is_called_so_on_the_first_page(subject, found, tmp_path):
    failed = type(found)(**{**vars(found), "checks": found.checks[1:]})
    assert "只能登记为参考模型" in pack.verdict_text(failed)


def test_a_folder_with_something_in_it_is_not_written_over(subject, found, written):
    with pytest.raises(Conflict):
        pack.write_pack(subject, found, written)


def test_an_unknown_check_in_a_question_is_an_error(subject, found):
    few = type(found)(**{**vars(found), "checks": ()})
    with pytest.raises(ValueError, match="nothing computes"):
        answer(questions()[12], subject, few)


def test_a_run_writes_its_report_beside_the_artefact(validated_folder, table, subject, found):
    made = run(validated_folder, table, silent, **vars(FEW))
    assert made.manifest_hash == subject.artefact.manifest_hash
    assert [c.passed for c in made.checks] == [c.passed for c in found.checks]
    (validated_folder / "validation.json").unlink()


def test_figures_are_said_as_people_write_them():
    assert [say(v) for v in (None, True, 0.123456, 12_345, ["甲", 2])] == [
        "—",
        "是",
        "0.1235",
        "12,345",
        "甲、2",
    ]


def test_records_become_tables_and_single_values_lines():
    shaped = shape({"a": 1, "rows": [{"n": 1}, {"n": 2, "auc": 0.5}], "in": {"b": "x"}})
    assert shaped.lines == (("a", "1"), ("in：b", "x"))
    assert shaped.tables[0].head == ("行数", "AUC")
    assert shaped.tables[0].rows == (("1", "—"), ("2", "0.5"))
