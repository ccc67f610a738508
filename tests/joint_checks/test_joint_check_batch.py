"""A file of five thousand codes, good, bad, unknown and doubled, is checked in one go."""

import pytest

from tests.factories import parties
from xinyidai.credit_records import queries as log
from xinyidai.credit_records.values import QueryKind
from xinyidai.joint_checks import service
from xinyidai.joint_checks.values import BatchOrder, CheckOutcome
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from xinyidai.kernel.http import Page
from xinyidai.kernel.uscc import invented

HEADING = "序号,企业名称,统一社会信用代码"


def order(lines, encoding="utf-8", **changes) -> BatchOrder:
    content = "\n".join([HEADING, *lines]).encode(encoding)
    facts = {"occasion": "fiscal_funds", "case_no": "2026 年第一批", "content": content,
             "file_name": "企业.csv", "request_key": "k1"}  # fmt: skip
    return BatchOrder(**{**facts, **changes})


def test_five_thousand_rows_each_get_an_answer_or_a_fault(town):
    town.listed()
    firms = [town.firm, *(parties.enterprise() for _ in range(9))]
    codes = [firm.uscc for firm in firms] + [invented(700_000 + n) for n in range(4_900)]
    codes += ["123"] * 60 + [town.firm.uscc] * 30
    lines = [f"{number},甲,{code}" for number, code in enumerate(codes, 1)]
    batch = service.check_batch(town.buyer.as_actor(), order(lines))
    assert (batch.row_count, batch.bad_count) == (5000, 90)
    _, rows, outcomes = service.read_batch(town.buyer.as_actor(), batch.id, None)
    assert len(rows) == 5000
    assert outcomes == {
        CheckOutcome.SERIOUS: 1,
        CheckOutcome.NONE: 9,
        CheckOutcome.INSUFFICIENT: 4900,
    }
    assert rows[-1][0].fault == "与第 2 行重复，只核查一次。"
    assert len(log.looks_at_enterprise(town.firm.id, kinds=[QueryKind.CHECK])) == 1


def test_a_file_in_gbk_is_read(town):
    town.listed()
    batch = service.check_batch(
        town.buyer.as_actor(), order([f"1,鹰川公司,{town.firm.uscc}"], encoding="gbk")
    )
    [(row, check, name)] = service.read_batch(town.buyer.as_actor(), batch.id, Page())[1]
    assert (row.number, check.outcome, name) == (2, CheckOutcome.SERIOUS, town.firm.name)


def test_the_same_file_sent_again_is_one_batch_and_another_file_is_refused(town):
    lines = [f"1,甲,{town.firm.uscc}"]
    first, second = (service.check_batch(town.buyer.as_actor(), order(lines)) for _ in range(2))
    assert first.id == second.id
    with pytest.raises(Conflict):
        service.check_batch(town.buyer.as_actor(), order([*lines, "2,乙,123"]))


def test_a_file_of_bad_codes_alone_checks_nobody(town):
    batch = service.check_batch(town.buyer.as_actor(), order(["1,甲,123", "2,乙,"]))
    assert batch.bad_count == batch.row_count == 2


def test_too_many_rows_and_strangers_are_refused(town):
    with pytest.raises(InvalidInput):
        service.check_batch(town.buyer.as_actor(), order(["1,甲,1"] * 5001))
    with pytest.raises(Forbidden):
        service.check_batch(town.boss, order(["1,甲,1"]))
    batch = service.check_batch(town.buyer.as_actor(), order([f"1,甲,{town.firm.uscc}"]))
    with pytest.raises(NotFound):
        service.read_batch(town.judge.as_actor(), batch.id, Page())
