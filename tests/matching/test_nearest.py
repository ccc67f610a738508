"""差一点: the change works, no smaller one does, and what cannot change is told as such."""

from datetime import date

import pytest

from tests.matching import naive
from tests.matching.nearest_proving import (
    match_nearest_is_smallest,
    nearest_change,
    obstacles,
    plain,
)
from tests.matching.proving import written_products
from tests.products.worlds import TODAY, criterion, dice_of, listed, random_subject, random_wish
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.matching.values import ChangeKind
from xinyidai.products.rules import parse_criteria
from xinyidai.products.service.vocabulary import indicator_names
from xinyidai.products.values import MatchSubject, Wish, readings_of


def product(*raw):
    for place, one in enumerate(raw):
        one["code"] = f"c{place}"
    return listed(1, parse_criteria(list(raw), indicator_names()))


def change_of(raw, **readings):
    [change] = nearest_change(product(raw), readings).changes
    return change.kind, change.after, change.step


def test_the_change_works_and_no_smaller_one_does():
    assert match_nearest_is_smallest(400) == 0


def test_on_random_products_the_change_works_and_each_part_of_it_is_needed():
    dice, suggested = dice_of(5), 0
    written, products = written_products(dice, 120)
    for raw, one in zip(written, products, strict=True):
        for _ in range(8):
            readings = readings_of(random_subject(dice), random_wish(dice), on=TODAY)
            change = nearest_change(one, readings)
            if change is None:
                fits = naive.product_says(raw, plain(readings)) == naive.YES
                assert fits or obstacles(one, readings)
                continue
            suggested += 1
            after = change.apply(readings)
            assert naive.product_says(raw, plain(after)) == naive.YES
            for part in change.changes:
                without = {**after, part.field.code: part.before}
                assert naive.product_says(raw, plain(without)) != naive.YES
    assert suggested > 200


def test_a_young_firm_waits_to_the_month():
    asks = product(criterion("years_established", "at_least", 2))
    firm = readings_of(MatchSubject(established_on=date(2024, 11, 20)), Wish(), on=TODAY)
    [change] = nearest_change(asks, firm).changes
    assert (change.kind, round(change.step * 12), change.after) == (ChangeKind.WAIT, 6, 2.0)


@pytest.mark.parametrize(
    ("raw", "readings", "expected"),
    [
        (
            criterion("indicator:tax_grade_latest", "at_least", 3),
            {"indicator:tax_grade_latest": 2.0},
            (ChangeKind.IMPROVE, 3.0, 2.0),  # C → M → B
        ),
        (
            criterion("tags", "has_any", ["little_giant", "high_tech"]),
            {"tags": frozenset({"tech_sme"})},
            (ChangeKind.IMPROVE, frozenset({"tech_sme", "high_tech"}), 1.0),
        ),
        (
            criterion("amount_fen", "at_most", 300),
            {"amount_fen": 500},
            (ChangeKind.WISH, 300, 200),
        ),
        (
            criterion("indicator:tax_arrears_amount", "at_most", 0),
            {"indicator:tax_arrears_amount": 5.0},
            (ChangeKind.IMPROVE, 0, 5.0),
        ),
        (
            criterion("guarantee", "is_one_of", ["mortgage"]),
            {"guarantee": "credit"},
            (ChangeKind.WISH, "mortgage", 1.0),
        ),
        (
            criterion("employees", "at_least", 10),
            {"employees": Missing(MissingCause.NO_RECORD)},
            (ChangeKind.SUPPLY, 10, 0.0),
        ),
        (
            criterion("region_code", "in_region", ["410482"]),
            {"region_code": "4104"},
            (ChangeKind.SUPPLY, "410482", 0.0),
        ),
    ],
)
def test_the_smallest_step_of_each_field(raw, readings, expected):
    assert change_of(raw, **readings) == expected


@pytest.mark.parametrize(
    ("raw", "readings"),
    [
        (criterion("region_code", "in_region", ["42"]), {"region_code": "410482"}),
        (criterion("years_established", "at_most", 2), {"years_established": 3.0}),
        (criterion("indicator:penalties_24m", "at_most", 0), {"indicator:penalties_24m": 2.0}),
        (criterion("tags", "has_none", ["high_tech"]), {"tags": frozenset({"high_tech"})}),
        (criterion("in_operation", "is_true"), {"in_operation": False}),
        (criterion("grade", "at_most", "B"), {"grade": "A"}),
    ],
)
def test_what_the_firm_cannot_change_gives_no_suggestion(raw, readings):
    asks = product(raw)
    assert nearest_change(asks, readings) is None
    assert [field.code for field in obstacles(asks, readings)] == [raw["field"]]


def test_one_obstacle_is_enough_for_no_suggestion():
    asks = product(
        criterion("amount_fen", "at_most", 300), criterion("region_code", "in_region", ["42"])
    )
    readings = {"amount_fen": 500, "region_code": "410482"}
    assert nearest_change(asks, readings) is None
    assert [field.code for field in obstacles(asks, readings)] == ["region_code"]


def test_a_product_that_fits_needs_no_change():
    assert nearest_change(product(criterion("employees", "at_least", 1)), {"employees": 3}) is None


def test_conditions_that_contradict_each_other_are_an_obstacle():
    asks = product(criterion("employees", "at_least", 9), criterion("employees", "at_most", 3))
    assert nearest_change(asks, {"employees": 5}) is None
