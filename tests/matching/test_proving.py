"""Samples of what `make prove` counts in full, and that the checks themselves can fail."""

from tests.matching import naive
from tests.matching.proving import (
    match_engine_equals_naive,
    match_missing_never_passes,
    written_products,
)
from tests.products.worlds import TODAY, criterion, dice_of, random_subject, random_wish
from xinyidai.products.values import Operator


def test_index_and_columns_equal_the_naive_evaluator_on_twenty_thousand_pairs():
    assert match_engine_equals_naive(20_000) == 0


def test_the_sample_asks_by_every_operator_and_hears_every_outcome():
    dice = dice_of(20260615)
    written, _ = written_products(dice, 500)
    assert {one["operator"] for raw in written for one in raw} == set(Operator)
    firms = [naive.firm_as_dict(random_subject(dice), random_wish(dice), TODAY) for _ in range(20)]
    heard = [naive.product_says(raw, firm) for raw in written for firm in firms]
    assert min(heard.count(one) for one in (naive.YES, naive.NO, naive.UNKNOWN)) > 1000


def test_removing_any_field_never_turns_into_eligible():
    assert match_missing_never_passes(15) == 0


def test_the_naive_evaluator_tells_a_county_from_its_city():
    asks = [criterion("region_code", "in_region", ["410482"])]
    says = [naive.product_says(asks, {"region_code": code}) for code in ("410482", "410400", "42")]
    assert says == [naive.YES, naive.UNKNOWN, naive.NO]
    assert naive.product_says(asks, {}) == naive.UNKNOWN
