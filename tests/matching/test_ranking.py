"""The public ranking: deterministic, explained, nothing for sale."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.products.worlds import TODAY, dice_of, listed, parsed, random_product, random_subject
from xinyidai.matching.index import ProductIndex
from xinyidai.matching.ranking import WEIGHTS, Asker, explain, rank_products, score_of
from xinyidai.matching.service import match_enterprise
from xinyidai.products.values import (
    GuaranteeKind,
    MatchSubject,
    Outcome,
    Terms,
    Wish,
    readings_of,
)

GOOD = Terms(
    amount_min_fen=0,
    amount_max_fen=500_000_000,
    term_max_months=36,
    rate_max=Decimal("0.04"),
    guarantee=GuaranteeKind.CREDIT,
    promise_days=3,
)
WISH = Wish(200_000_000, 12, GuaranteeKind.CREDIT)
FIRM = MatchSubject(employees=20, grade="A")


def ranked(products, wish=WISH, on=TODAY, limit=100, firm=FIRM):
    _, matches = match_enterprise(ProductIndex(products, "x"), firm, wish, on=on, limit=limit)
    return matches


def test_eligible_products_come_first_then_insufficient_then_ineligible():
    products = [
        listed(1, [parsed("employees", "at_least", 50)], GOOD),
        listed(2, [parsed("revenue_fen", "at_least", 1)], GOOD),
        listed(3, [parsed("employees", "at_least", 5)], Terms()),
    ]
    matches = ranked(products)
    assert [m.outcome for m in matches] == [
        Outcome.ELIGIBLE, Outcome.INSUFFICIENT, Outcome.INELIGIBLE,
    ]  # fmt: skip
    assert [m.rank for m in matches] == [1, 2, 3]
    assert matches[1].missing[0].remedy
    assert matches[2].unmet[0].value_text == "20 人"


@pytest.mark.parametrize(
    "worse",
    [
        {"rate_max": Decimal("0.06")},
        {"rate_max": None},
        {"fee_rate": Decimal("0.01")},
        {"promise_days": 10},
        {"promise_days": None},
        {"amount_max_fen": 100_000_000},
        {"amount_max_fen": None},
        {"amount_min_fen": 300_000_000},
        {"term_max_months": 6},
        {"guarantee": GuaranteeKind.MORTGAGE},
    ],
)
def test_worse_or_unpublished_terms_never_rank_higher(worse):
    asker = Asker(readings_of(FIRM, WISH, on=TODAY), WISH)
    good = score_of(listed(1, terms=GOOD), Outcome.ELIGIBLE, asker)
    assert score_of(listed(1, terms=replace(GOOD, **worse)), Outcome.ELIGIBLE, asker) < good


def test_no_grade_counts_as_the_lowest_grade():
    def score(grade):
        readings = readings_of(replace(FIRM, grade=grade), WISH, on=TODAY)
        return score_of(listed(1, terms=GOOD), Outcome.ELIGIBLE, Asker(readings, WISH))

    assert score(None) == score("D") < score("AAA")


def test_the_score_is_the_weighted_sum_of_the_explained_factors():
    asker = Asker(readings_of(FIRM, WISH, on=TODAY), WISH)
    factors = explain(listed(1, terms=GOOD), Outcome.ELIGIBLE, asker)
    total = score_of(listed(1, terms=GOOD), Outcome.ELIGIBLE, asker)
    assert sum(f.value * f.weight for f in factors) == pytest.approx(total, abs=1e-8)
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert all(f.text and 0 <= f.value <= 1 for f in factors)


def test_the_order_does_not_depend_on_the_order_of_the_products():
    dice = dice_of(11)
    products = [random_product(dice, number) for number in range(120)]
    firm = random_subject(dice)
    first = [m.version_id for m in ranked(products, firm=firm)]
    dice.shuffle(products)
    assert [m.version_id for m in ranked(products, firm=firm)] == first


def test_ties_are_broken_anew_each_day_and_the_same_all_day():
    products = [listed(number, terms=GOOD) for number in range(30)]
    days = [TODAY + timedelta(days=number) for number in range(3)]
    orders = [tuple(m.version_id for m in ranked(products, on=day)) for day in days]
    assert len(set(orders)) == 3
    assert tuple(m.version_id for m in ranked(products, on=TODAY)) == orders[0]


def test_conditions_the_platform_cannot_check_lower_the_likelihood():
    asker = Asker(readings_of(FIRM, WISH, on=TODAY), WISH)
    checkable = listed(1, [parsed("employees", "at_least", 5)], GOOD)
    vague = replace(checkable, text_conditions=("经营正常", "有固定场所"))
    assert score_of(vague, Outcome.ELIGIBLE, asker) < score_of(checkable, Outcome.ELIGIBLE, asker)


def test_only_the_asked_number_of_products_is_returned():
    index = ProductIndex([listed(number) for number in range(10)], "x")
    asker = Asker(readings_of(FIRM, Wish(), on=TODAY), Wish())
    assert len(rank_products(index, index.judge(asker.readings), asker, on=TODAY, limit=4)) == 4


def test_a_firm_without_a_wish_is_told_that_fit_is_equal():
    asker = Asker(readings_of(FIRM, Wish(), on=TODAY), Wish())
    fit = explain(listed(1, terms=GOOD), Outcome.ELIGIBLE, asker)[-1]
    assert fit.value == 1.0
    assert "没有填写需求" in fit.text
