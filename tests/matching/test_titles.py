"""Titles of delivered lists, 名单: held, 否 by a complete list and its day, else 数据不足."""

from datetime import timedelta

import pytest

from tests.matching.factories import firm
from tests.products.worlds import criterion, listed, parsed
from xinyidai.enterprises.values import COMPLETE_FOR_DAYS
from xinyidai.kernel import clock
from xinyidai.matching import service
from xinyidai.matching.change_words import nearest_json
from xinyidai.matching.columns import columns_of
from xinyidai.matching.reverse import reverse
from xinyidai.matching.rules import findings_for
from xinyidai.products.rules import parse_criteria
from xinyidai.products.values import Outcome, Wish, readings_of
from xinyidai.profiles.values import IndicatorValue

QUALIFIED = ("high_tech_valid", "tech_sme_valid", "specialised_new_valid")
VALUES = {code: IndicatorValue(code, 0, None, 0) for code in QUALIFIED}
WANTS = parsed("tags", "has_any", ["gazelle"])
DAY = "2026-05-20"
ABSENT = f"none:gazelle:{DAY}"


def tags_read(db, *tags):
    subject = service.subject_from(firm(tags=list(tags)), VALUES)
    return readings_of(subject, Wish(), on=clock.today())["tags"]


def days_ago(days):
    return f"none:gazelle:{clock.today() - timedelta(days=days)}"


@pytest.mark.parametrize(
    ("tags", "outcome"),
    [
        (["gazelle"], Outcome.ELIGIBLE),
        ([], Outcome.INSUFFICIENT),
        ([days_ago(0)], Outcome.INELIGIBLE),
        ([days_ago(COMPLETE_FOR_DAYS - 1)], Outcome.INELIGIBLE),
        ([days_ago(COMPLETE_FOR_DAYS)], Outcome.INSUFFICIENT),
        ([days_ago(0).replace("gazelle", "unicorn")], Outcome.INSUFFICIENT),
    ],
)
def test_a_firm_is_refused_for_a_list_only_where_a_complete_one_of_the_year_names_it_not(
    db, tags, outcome
):
    assert WANTS.judge(tags_read(db, *tags)) is outcome


@pytest.mark.parametrize(
    ("operator", "asked", "tags", "outcome"),
    [
        ("has_any", ["gazelle", "high_tech"], {"high_tech", "?gazelle"}, Outcome.ELIGIBLE),
        ("has_any", ["unicorn"], {"?gazelle"}, Outcome.INELIGIBLE),
        ("has_all", ["gazelle", "high_tech"], {"?gazelle"}, Outcome.INELIGIBLE),
        ("has_all", ["gazelle", "high_tech"], {"high_tech", "?gazelle"}, Outcome.INSUFFICIENT),
        ("has_none", ["gazelle"], {"?gazelle"}, Outcome.INSUFFICIENT),
        ("has_none", ["gazelle", "unicorn"], {"?gazelle", "unicorn"}, Outcome.INELIGIBLE),
        ("has_none", ["gazelle"], {ABSENT}, Outcome.ELIGIBLE),
    ],
)
def test_what_is_not_known_decides_nothing_and_hides_nothing(operator, asked, tags, outcome):
    one = parsed("tags", operator, asked)
    assert one.judge(frozenset(tags)) is outcome
    assert reverse([one], columns_of([{"tags": frozenset(tags)}])).counts[outcome] == 1


def test_a_refusal_names_the_list_and_its_day_and_a_gap_says_that_no_list_came():
    refused = WANTS.check({"tags": frozenset({"high_tech", ABSENT, "?unicorn"})})
    assert refused.value_text == "国家高新技术企业；瞪羚企业：不在2026年5月20日的完整名单上"
    unknown = WANTS.check({"tags": frozenset({"?gazelle", "?unicorn"})})
    assert unknown.value_text == "瞪羚企业：还没有收到完整名单"
    assert "完整名单" in unknown.remedy


def test_a_condition_that_the_bank_keeps_is_not_told_by_what_is_missing():
    raw = criterion("tags", "has_any", ["gazelle"]) | {"show_threshold": False}
    [kept] = parse_criteria([raw], {})
    found = kept.check({"tags": frozenset({"?gazelle", "?unicorn"})})
    assert found.value_text == "瞪羚企业：还没有收到完整名单；独角兽企业：还没有收到完整名单"


def test_what_opens_the_product_is_the_list_and_nothing_to_gain():
    product = listed(1, [WANTS])
    readings = {"tags": frozenset({"?gazelle"})}
    [step] = nearest_json(findings_for(product, readings))["steps"]
    assert (step["kind"], step["act"], step["step"]) == ("supply", "source", 0.0)
    assert step["text"] == (
        "核实是否在名单上（须至少具有其中一项：瞪羚企业），已列入的请认定部门报送名单"
    )
