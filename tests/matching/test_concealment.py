"""What a bank does not say of its costs never serves its place: a property over random sheets."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.matching.sheets import NAMED, ranks_before, sheets
from tests.products.worlds import TODAY, listed
from xinyidai.matching.counted_costs import CostKnown, at_ceilings
from xinyidai.matching.index import ProductIndex, Verdicts
from xinyidai.matching.placing import place_products
from xinyidai.matching.ranking import Asker, explain, score_of, seeds_of
from xinyidai.matching.ranking_rules import RULES, rule_of
from xinyidai.products.rules import cost_problems
from xinyidai.products.values import (
    FEE_CEILINGS,
    BorneBy,
    CostBasis,
    CostCode,
    CostItem,
    Outcome,
    RepaymentMethod,
    Terms,
    Wish,
    ceiling_value,
)

ASKER = Asker({}, Wish())
RATE = Decimal("0.04")
EVALUATION = CostItem(CostCode.EVALUATION_FEE, CostBasis.ONCE_OF_AMOUNT, Decimal("0.005"))
GUARANTEE = CostItem(CostCode.GUARANTEE_FEE, CostBasis.PER_YEAR_OF_AMOUNT, Decimal("0.01"))
UNSAID = replace(EVALUATION, value=None)
OPEN = replace(GUARANTEE, value=None)
TERMS = st.builds(
    Terms,
    amount_max_fen=st.sampled_from((None, 5_000_000, 30_000_000, 500_000_000)),
    term_min_months=st.sampled_from((None, 3, 24)),
    rate_max=st.decimals("0.001", "0.24", places=4),
    repayment=st.sampled_from(RepaymentMethod),
    promise_days=st.sampled_from((None, 5)),
    cost_items=sheets(),
)


def key(terms):
    """Return where terms stand, the lower the better; the day's seed is the same for both."""
    product = listed(1, terms=terms)
    index = ProductIndex([product], "x")
    return -score_of(product, Outcome.ELIGIBLE, ASKER), seeds_of(index, TODAY)[0]


@settings(max_examples=150, deadline=None)
@given(terms=TERMS, place=st.integers(0, 9))
def test_saying_a_number_never_costs_a_place(terms, place):
    assume(terms.cost_items and not cost_problems(terms))
    place %= len(terms.cost_items)
    items = list(terms.cost_items)
    items[place] = replace(items[place], value=None)
    assert key(terms) <= key(replace(terms, cost_items=tuple(items)))


@settings(max_examples=150, deadline=None)
@given(terms=TERMS, unsaid=st.sets(st.integers(0, 9)))
def test_a_sheet_never_stands_behind_the_same_product_without_one(terms, unsaid):
    assume(not cost_problems(terms))
    items = tuple(
        replace(item, value=None) if place in unsaid else item
        for place, item in enumerate(terms.cost_items)
    )
    hidden = key(replace(terms, cost_items=None))
    assert key(replace(terms, cost_items=items)) < hidden
    assert hidden < key(replace(terms, cost_items=None, rate_max=None))


def test_the_rule_before_rewarded_hiding_and_this_one_does_not():
    honest, hidden = (
        listed(1, terms=Terms(rate_max=RATE, cost_items=sheet)) for sheet in ((UNSAID,), None)
    )
    former, newest = rule_of("2026.2"), RULES[0]
    for rule, is_honest_first in ((former, False), (newest, True)):
        scores = [score_of(one, Outcome.ELIGIBLE, ASKER, rule=rule) for one in (honest, hidden)]
        assert (scores[0] > scores[1]) is is_honest_first


@pytest.mark.parametrize(
    ("sheet", "known", "rate"),
    [
        ((), CostKnown.COMPLETE, RATE),
        ((GUARANTEE,), CostKnown.COMPLETE, Decimal("0.05046455")),
        ((UNSAID,), CostKnown.AT_CEILINGS, Decimal("0.06")),
        ((OPEN, UNSAID), CostKnown.OPEN, None),
        ((replace(OPEN, borne_by=BorneBy.BANK),), CostKnown.COMPLETE, RATE),
        (None, CostKnown.NO_SHEET, None),
    ],
)
def test_what_counts_is_known_from_the_sheet(sheet, known, rate):
    cost = at_ceilings(Terms(rate_max=RATE, cost_items=sheet))
    assert cost.known is known
    assert (cost.rate is None) is (rate is None)
    assert rate is None or abs(cost.rate - rate) < Decimal("0.002")


def test_a_fee_without_a_number_costs_what_its_ceiling_costs():
    for code in FEE_CEILINGS:
        for basis in CostBasis:
            unsaid = CostItem(code, basis, None)
            said = replace(unsaid, value=ceiling_value(unsaid, 100_000_000))
            both = [at_ceilings(Terms(rate_max=RATE, cost_items=(one,))) for one in (unsaid, said)]
            assert both[0].rate == both[1].rate


def test_equal_scores_stand_in_the_order_of_openness_on_every_path():
    worse = Terms(rate_max=Decimal("0.2"))
    shown = [(), (UNSAID,), (OPEN,), None]
    products = [
        listed(number, terms=replace(worse, cost_items=sheet))
        for number, sheet in enumerate(shown * 5)
    ]
    index = ProductIndex(products, "x")
    placed = place_products(index, Verdicts(index.everything, 0, 0), ASKER, on=TODAY, limit=20)
    assert [place % 4 for place, _, _ in placed] == sorted(place % 4 for place in range(20))
    assert ranks_before(index, ASKER) == [place for place, _, _ in placed]


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (None, "没有公布费用清单，按上限 12% 计，本项 0 分"),
        ((OPEN,), "“担保费”没有写数额，按上限 12% 计"),
        ((UNSAID, GUARANTEE), "“评估费”没有写数额，按上限计。这样算，年化综合成本最高 7."),
    ],
)
def test_what_is_not_said_is_marked_as_lacking_data(sheet, said):
    product = listed(1, terms=Terms(rate_max=RATE, cost_items=sheet))
    cost = explain(product, Outcome.ELIGIBLE, ASKER)[1]
    assert cost.text.startswith("数据不足：")
    assert said in cost.text
    assert cost.numbers["known"] in NAMED


def test_a_tariffed_fee_above_its_ceiling_goes_by_another_name():
    dear = replace(EVALUATION, value=Decimal("0.021"))
    assert "改列为“其他费用”" in cost_problems(Terms(cost_items=(dear,)))["cost_items.0"]
    other = replace(dear, code=CostCode.OTHER, note="评估费")
    for fine in (other, EVALUATION, UNSAID):
        assert cost_problems(Terms(cost_items=(fine,))) == {}
    fixed = CostItem(CostCode.NOTARY_FEE, CostBasis.ONCE_FIXED, 300_000)
    assert cost_problems(Terms(cost_items=(fixed,))) == {}
    assert cost_problems(Terms(amount_max_fen=10_000_000, cost_items=(fixed,)))
