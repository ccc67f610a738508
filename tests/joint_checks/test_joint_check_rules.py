"""What an answer is, when feedback is due, how a file of codes is read; no database."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from xinyidai.catalogue.credit_lists import CREDIT_LISTS, SERIOUS_KINDS
from xinyidai.credit_lists.values import Membership
from xinyidai.joint_checks import rules
from xinyidai.joint_checks.values import CheckOutcome, Gap, Handling, HandlingDecision, Missing
from xinyidai.kernel import clock
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.uscc import invented

NOW = datetime(2026, 5, 1, 9, tzinfo=clock.TZ)
STALE = (Missing(Gap.STALE, "过期"),)


def member(code: str) -> Membership:
    return Membership(uuid4(), uuid4(), CREDIT_LISTS[code], "文号", "单位", date(2026, 1, 1), None)


def test_nothing_found_and_nothing_missing_is_no_hit():
    assert rules.answer("bidding", [], []).outcome is CheckOutcome.NONE


@pytest.mark.parametrize("hits", [[], [member("tax_a")]])
def test_what_could_not_be_looked_at_never_passes(hits):
    assert rules.answer("bidding", hits, STALE).outcome is CheckOutcome.INSUFFICIENT


def test_a_hit_is_a_hit_also_when_another_source_is_stale():
    assert rules.answer("bidding", [member("wage_arrears")], STALE).outcome is CheckOutcome.SERIOUS


def test_a_dishonest_firm_is_offered_no_incentives():
    hits = [member("tax_a"), member("dishonest_debtor")]
    assert rules.answer("government_procurement", hits, []).measures == ("procurement_exclusion",)
    assert rules.answer("government_procurement", hits[:1], []).measures == ("bidding_bonus",)


def test_sources_never_collected_or_stale_are_named():
    fresh = dict.fromkeys(SERIOUS_KINDS, NOW - timedelta(days=2))
    assert rules.source_gaps(fresh, NOW) == ()
    old = {**fresh, "dishonesty_list": NOW - timedelta(days=400)}
    del old["major_tax_violation"]
    assert {one.gap for one in rules.source_gaps(old, NOW)} == {Gap.STALE, Gap.NEVER_COLLECTED}


def test_feedback_is_due_in_working_days():
    assert rules.due_on(date(2026, 9, 30)) > date(2026, 10, 8)
    assert rules.days_left(date(2026, 9, 30), date(2026, 10, 9)) < 0


def test_a_handling_says_which_measures_or_why_none():
    applied, none = HandlingDecision.APPLIED, HandlingDecision.NOT_APPLIED
    assert "measures" in rules.handling_faults(Handling(decision=applied))
    assert "reason" in rules.handling_faults(Handling(decision=none))
    assert "measures" in rules.handling_faults(
        Handling(decision=none, measures=("x",), reason="说明")
    )
    assert rules.handling_faults(Handling(decision=none, reason="另有规定")) == {}


def test_a_list_without_heading_is_read_from_its_first_column():
    rows = rules.read_codes(f"{invented(1)}\n\n{invented(2)}\n".encode())
    assert [(row.number, row.uscc) for row in rows] == [(1, invented(1)), (3, invented(2))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_heading_names_the_column_in_any_encoding(encoding):
    text = f"序号,企业名称,统一社会信用代码\n1,甲公司,{invented(3)}\n"
    [row] = rules.read_codes(text.encode(encoding))
    assert (row.number, row.uscc) == (2, invented(3))


def test_bad_codes_and_doubles_are_told_row_by_row():
    text = f"代码\n{invented(4)}\n123\n{invented(4)[:-1]}0\n{invented(4).lower()}\n"
    good, short, check, double = rules.read_codes(text.encode())
    assert good.fault == ""
    assert "18" in short.fault
    assert check.fault
    assert double.fault == "与第 2 行重复，只核查一次。"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "没有读到任何一行"),
        ("代码\n".encode(), "这次有 0 行"),
        (b"PK\x03\x04abc", "另存为 CSV"),
        (b"a\x00b", "不是文本文件"),
        (b"\xff\xfe\xff", "重新"),
        (b"x\n" * 5001, "5001 行"),
        (b"1" * (rules.MOST_BYTES + 1), "超过 2 MB"),
    ],
)
def test_a_file_that_is_no_list_of_codes_is_refused(content, words):
    if words == "重新":
        assert all(row.fault for row in rules.read_codes(content))
        return
    with pytest.raises(InvalidInput, match=words):
        rules.read_codes(content)
