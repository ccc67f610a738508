"""The public page of the ranking rule, and what a bank is told to say."""

from dataclasses import replace
from decimal import Decimal

from tests.products.worlds import listed
from xinyidai.kernel import clock
from xinyidai.matching.bettering import betterments
from xinyidai.matching.ranking_rules import RULES, rule_on
from xinyidai.matching.values import Lever, OutcomeCounts
from xinyidai.products.values import CostBasis, CostCode, CostItem, Terms
from xinyidai.web.standing_words import betterment_text

SHEETLESS = Terms(rate_max=Decimal("0.04"), promise_days=1)


def test_anybody_reads_how_an_unknown_cost_counts_and_which_rule_is_in_force(live, client_as):
    page = client_as(None).get("/ranking").text
    for words in ("费用没有公布怎么计", "数据不足", "12%", "评估费、公证费、登记费", "2%"):
        assert words in page
    assert f"规则版本 {rule_on(clock.today()).version}" in page
    assert all(rule.version in page for rule in RULES)


def told(terms):
    """Return what a bank is told about saying its costs, by lever."""
    found = betterments(listed(1, terms=terms), OutcomeCounts())
    said = {Lever.PUBLISH_RATE, Lever.PUBLISH_SHEET, Lever.FILL_FEES}
    return {one.lever: betterment_text(one) for one in found if one.lever in said}


def test_a_bank_is_told_what_publishing_its_sheet_brings():
    assert told(SHEETLESS)[Lever.PUBLISH_SHEET].endswith("排序得分多 20 分。")
    unsaid = CostItem(CostCode.NOTARY_FEE, CostBasis.ONCE_OF_AMOUNT, None)
    part = replace(SHEETLESS, cost_items=(unsaid,))
    assert told(part)[Lever.FILL_FEES].startswith("费用清单里有 1 项没写数额")
    assert told(replace(SHEETLESS, cost_items=())) == {}
    assert set(told(replace(SHEETLESS, rate_max=None))) == {Lever.PUBLISH_RATE}
