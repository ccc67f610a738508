"""What would better a product's place: every promised point is one that the formula gives."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.products.worlds import listed, parsed
from xinyidai.matching.bettering import betterments, own_points
from xinyidai.matching.ranking import WEIGHTS, Asker, score_of
from xinyidai.matching.rules import standing_from
from xinyidai.matching.values import Lever, OutcomeCounts
from xinyidai.products.values import Outcome, Terms, Wish

TERMS = Terms(rate_max=Decimal("0.06"), promise_days=5, cost_items=())
PRODUCT = listed(1, [parsed("employees", "at_least", 5)], TERMS)
WORDY = replace(PRODUCT, text_conditions=("经营稳定", "用途真实", "股东同意"))
COUNTS = OutcomeCounts(decided=40, approved=20, promised=25, kept=15, leads_judged=30, leads_fit=10)


def levers(product, counts):
    return {one.lever: one for one in betterments(product, counts)}


def score(product, counts):
    """Return the points of 100 for a firm that fits, by the function that orders products."""
    asker = Asker({}, Wish())
    return 100 * score_of(product, Outcome.ELIGIBLE, asker, standing_from(counts))


@pytest.mark.parametrize(
    ("lever", "after"),
    [
        (Lever.KEEP, (WORDY, replace(COUNTS, kept=25))),
        (Lever.CHECKABLE, (PRODUCT, COUNTS)),
        (Lever.APPROVE, (WORDY, replace(COUNTS, approved=24))),
        (Lever.LEADS, (WORDY, replace(COUNTS, leads_fit=30))),
        (Lever.FASTER, (replace(WORDY, terms=replace(TERMS, promise_days=4)), COUNTS)),
        (Lever.CHEAPER, (replace(WORDY, terms=replace(TERMS, rate_max=Decimal("0.05"))), COUNTS)),
    ],
)
def test_the_points_promised_are_the_points_the_order_gives(lever, after):
    gained = score(*after) - score(WORDY, COUNTS)
    assert levers(WORDY, COUNTS)[lever].points == pytest.approx(gained, abs=0.06)
    assert gained > 0


def test_own_points_are_the_score_without_the_firms_part():
    fit = 100 * WEIGHTS["fit"]
    assert own_points(PRODUCT, COUNTS) == pytest.approx(score(PRODUCT, COUNTS) - fit, abs=1e-6)


def test_deeds_stand_before_price_each_with_most_points_first_and_what_counts_later_last():
    found = betterments(WORDY, replace(COUNTS, decided=3, approved=1))
    deeds, price = found[:3], found[3:5]
    assert [one.points for one in deeds] == sorted((one.points for one in deeds), reverse=True)
    assert {one.lever for one in price} == {Lever.CHEAPER, Lever.FASTER}
    assert [one.lever for one in found[5:]] == [Lever.MORE_DECISIONS]


def test_what_is_not_published_is_named():
    found = levers(replace(PRODUCT, terms=Terms()), COUNTS)
    assert {Lever.PROMISE, Lever.PUBLISH_RATE} <= set(found)


def test_what_is_too_little_to_count_says_how_much_is_lacking():
    few = OutcomeCounts(decided=12, approved=3, promised=5, kept=4, leads_judged=1)
    found = levers(PRODUCT, few)
    assert found[Lever.MORE_DECISIONS].number == 18
    assert found[Lever.MORE_LEADS].number == 19
    assert (found[Lever.MORE_PROMISES].number, found[Lever.MORE_PROMISES].points) == (1, None)


def test_nothing_but_price_and_speed_is_suggested_where_everything_is_full():
    best = OutcomeCounts(
        decided=40, approved=40, promised=25, kept=25, leads_judged=30, leads_fit=30
    )
    assert set(levers(PRODUCT, best)) == {Lever.FASTER, Lever.CHEAPER}
