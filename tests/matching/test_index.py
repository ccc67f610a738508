"""The compiled index says what the criteria say."""

import pytest

from tests.products.worlds import (
    TODAY,
    dice_of,
    listed,
    parsed,
    random_product,
    random_subject,
    random_wish,
)
from xinyidai.matching.index import ProductIndex, places
from xinyidai.products.rules import assess
from xinyidai.products.values import MatchSubject, Outcome, Wish, readings_of

PRODUCTS = 250
FIRMS = 240  # 60,000 pairs


def test_the_index_equals_the_naive_evaluation_on_sixty_thousand_pairs():
    dice = dice_of(20260615)
    products = [random_product(dice, number) for number in range(PRODUCTS)]
    index = ProductIndex(products, "x")
    seen = dict.fromkeys(Outcome, 0)
    for _ in range(FIRMS):
        readings = readings_of(random_subject(dice), random_wish(dice), on=TODAY)
        verdicts = index.judge(readings)
        naive = [assess(product.criteria, readings).outcome for product in products]
        assert [verdicts.of(place) for place in range(PRODUCTS)] == naive
        for outcome in naive:
            seen[outcome] += 1
    assert min(seen.values()) > 2000


def test_the_three_masks_cover_every_product_once():
    dice = dice_of(7)
    index = ProductIndex([random_product(dice, number) for number in range(100)], "x")
    verdicts = index.judge(readings_of(random_subject(dice), random_wish(dice), on=TODAY))
    assert verdicts.eligible | verdicts.insufficient | verdicts.ineligible == index.everything
    assert verdicts.eligible & verdicts.insufficient == 0
    assert (verdicts.eligible | verdicts.insufficient) & verdicts.ineligible == 0


def test_two_region_conditions_of_one_product_must_both_be_met():
    product = listed(
        1,
        [parsed("region_code", "in_region", ["4104"]), parsed("region_code", "in_region", ["42"])],
    )
    index = ProductIndex([product], "x")
    readings = readings_of(MatchSubject(region_code="410482"), Wish(), on=TODAY)
    assert index.judge(readings).of(0) is Outcome.INELIGIBLE


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("in_region", Outcome.INSUFFICIENT), ("is_none_of", Outcome.INSUFFICIENT)],
)
def test_a_firm_known_only_by_city_is_undecided_for_a_county(operator, expected):
    index = ProductIndex([listed(1, [parsed("region_code", operator, ["410482"])])], "x")
    readings = readings_of(MatchSubject(region_code="410400"), Wish(), on=TODAY)
    assert index.judge(readings).of(0) is expected


def test_an_index_without_products_judges_nothing():
    verdicts = ProductIndex([], "x").judge({})
    assert verdicts.eligible == verdicts.insufficient == verdicts.ineligible == 0


def test_a_product_without_criteria_fits_everybody():
    assert ProductIndex([listed(1)], "x").judge({}).of(0) is Outcome.ELIGIBLE


def test_places_are_the_set_bits():
    assert list(places(0b1010001)) == [0, 4, 6]
