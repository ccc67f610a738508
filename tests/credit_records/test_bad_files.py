"""Every bad delivery gets its own Chinese sentence, and nothing of it stays half-written."""

import csv
import re

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from tests.credit_records.bad_files import REFUSED
from tests.credit_records.bad_rows import REJECTED
from xinyidai.credit_records.collecting import rejecting
from xinyidai.credit_records.commands import collect
from xinyidai.credit_records.service.write import list_batches
from xinyidai.enterprises.models import Enterprise, PendingName
from xinyidai.kernel.db import db as database

CHINESE = re.compile(r"[\u4e00-\u9fff]")
STACK = re.compile(r"Traceback|File \"|line \d+, in|Error:|Exception")


@pytest.fixture
def deliver(db, tmp_path):
    def run(case):
        path = tmp_path / case.name
        path.write_bytes(case.content())
        args = [str(path), "--source", "测试来源", "--json", "--report", str(tmp_path / "退回.csv")]
        args += ["--kind", case.kind] if case.kind else []
        mapping = getattr(case, "mapping", None)
        if mapping is not None:
            given = tmp_path / "映射.yaml"
            given.write_bytes(mapping.encode("utf-8", "surrogateescape"))
            args += ["--mapping", str(given)]
        return CliRunner().invoke(collect, args)

    return run


def counted():
    tables = (Enterprise, PendingName)
    return [len(list_batches())] + [
        database.session.scalar(select(func.count()).select_from(table)) for table in tables
    ]


def test_there_are_three_hundred_of_them_and_no_two_are_called_the_same():
    names = [case.id for case in (*REFUSED, *REJECTED)]
    assert len(names) >= 300
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
def test_a_bad_file_is_refused_as_a_whole_and_says_why(deliver, case):
    before = counted()
    run = deliver(case)
    assert run.exit_code == 2, run.output
    assert re.search(case.says, run.stderr) or case.says in run.stderr, run.stderr
    assert CHINESE.search(run.stderr)
    assert not STACK.search(run.output)
    assert counted() == before


@pytest.mark.parametrize("case", REJECTED, ids=lambda case: case.id)
def test_a_bad_row_is_rejected_with_row_field_masked_value_rule_and_advice(deliver, tmp_path, case):
    run = deliver(case)
    assert run.exit_code == 3, run.output
    assert not STACK.search(run.output)
    with (tmp_path / "退回.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = [row for row in rows if row["规则"] in case.rule.split("|")]
    assert found, rows
    assert {row["行号"] for row in rows} == {str(case.row)}
    assert not case.field or case.field in {row["字段"] for row in found}, found
    assert all(row["怎么办"] in rejecting.ADVICE.values() for row in rows)
    assert all("乙有限公司" not in row["值（已脱敏）"] for row in rows)


@pytest.mark.parametrize("case", [*REFUSED, *REJECTED], ids=lambda case: case.id)
def test_the_assistant_never_stumbles_over_a_bad_file(tmp_path, case):
    path = tmp_path / case.name
    path.write_bytes(case.content())
    run = CliRunner().invoke(collect, [str(path), "--suggest", "--json"])
    assert run.exit_code in {0, 2}, run.output
    assert not STACK.search(run.output)
    assert CHINESE.search(run.output)
