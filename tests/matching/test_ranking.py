"""The public ranking: deterministic, explained, nothing for sale."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.products.worlds import TODAY, dice_of, listed, parsed, random_product, random_subject
from xinyidai.kernel.db import db as database
from xinyidai.matching.index import ProductIndex, Verdicts
from xinyidai.matching.ranking import (
    PRIOR_CASES,
    READ,
    WEIGHTS,
    Asker,
    chance_of,
    explain,
    rank_products,
    score_of,
)
from xinyidai.matching.ranking_rules import RULES, current_rule
from xinyidai.matching.rules import standing_from
from xinyidai.matching.service import match_enterprise
from xinyidai.matching.values import OutcomeCounts, StandingBasis
from xinyidai.products.values import (
    CostBasis,
    CostCode,
    CostItem,
    GuaranteeKind,
    MatchSubject,
    Outcome,
    Terms,
    Wish,
    readings_of,
)

FEE = CostItem(CostCode.GUARANTEE_FEE, CostBasis.PER_YEAR_OF_AMOUNT, Decimal("0.01"))
GOOD = Terms(
    amount_min_fen=0,
    amount_max_fen=500_000_000,
    term_max_months=36,
    rate_max=Decimal("0.04"),
    cost_items=(),
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
        {"cost_items": (FEE,)},
        {"cost_items": (replace(FEE, value=None),)},
        {"cost_items": None},
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


def standing(**counts):
    return standing_from(OutcomeCounts(**counts))


def test_few_outcomes_say_nothing_and_enough_of_them_count_on_the_product_before_its_peers():
    few = standing(decided=29, approved=0, promised=19, kept=0, leads_judged=19)
    assert few.basis is StandingBasis.DECLARED
    assert (few.approval_rate, few.kept_promise, few.lead_quality) == (None, None, None)
    peers = standing(decided=29, approved=29, peer_decided=40, peer_approved=10)
    assert (peers.basis, peers.approval_rate, peers.decided) == (StandingBasis.PEERS, 0.25, 40)
    own = standing(decided=30, approved=15, peer_decided=400, peer_approved=400)
    assert (own.basis, own.approval_rate) == (StandingBasis.PRODUCT, 0.5)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"decided": 40, "approved": 30}, {"decided": 40, "approved": 29}),
        ({"promised": 20, "kept": 20}, {"promised": 20, "kept": 19}),
        ({"leads_judged": 20, "leads_fit": 20}, {"leads_judged": 20, "leads_fit": 19}),
        ({}, {"promised": 50, "kept": 0}),
        ({"decided": 29, "approved": 0}, {"decided": 30, "approved": 0}),
    ],
)
def test_worse_outcomes_rank_lower(better, worse):
    asker = Asker(readings_of(FIRM, WISH, on=TODAY), WISH)
    product = listed(1, terms=GOOD)
    scores = [
        score_of(product, Outcome.ELIGIBLE, asker, standing(**each)) for each in (better, worse)
    ]
    assert scores[0] > scores[1]


def test_the_approval_share_is_drawn_towards_the_declared_rule():
    product = replace(
        listed(1, [parsed("employees", "at_least", 5)]), text_conditions=("经营正常",)
    )
    counted = standing(decided=30, approved=30)
    assert chance_of(product, standing()) == 0.5
    assert chance_of(product, counted) == pytest.approx((30 + PRIOR_CASES * 0.5) / 50)


def test_a_ranked_product_is_explained_with_the_outcomes_it_was_placed_by():
    product = listed(1, terms=GOOD)
    counted = standing(decided=50, approved=40, promised=40, kept=30)
    index = ProductIndex([product], "x", standings={product.product_id: counted})
    _, [match] = match_enterprise(index, FIRM, WISH, on=TODAY)
    likelihood, _, speed, _ = match.factors
    assert "决定 50 件，通过 80%" in likelihood.text
    assert likelihood.numbers["approval_rate"] == 0.8
    assert "到期 40 件，按时答复 75%" in speed.text
    assert speed.value == pytest.approx((1 - 3 / 20) * 0.75)
    assert match.score == pytest.approx(sum(f.value * f.weight for f in match.factors), abs=1e-8)
    assert not any("信用评分" in factor.text for factor in match.factors)


class Watched:
    """Stands for a value and notes what is read of it."""

    def __init__(self, value, seen, parts=()):
        self.value, self.seen, self.parts = value, seen, dict(parts)

    def __getattr__(self, name):
        self.seen.add(name)
        return self.parts.get(name, getattr(self.value, name))


@pytest.mark.parametrize("enough", [True, False])
def test_the_order_reads_nothing_of_a_product_but_what_is_published(enough):
    product = replace(
        listed(1, [parsed("employees", "at_least", 5)], GOOD), text_conditions=("查",)
    )
    counted = standing(decided=50, approved=40, promised=40, kept=30) if enough else standing()
    seen = {"product": set(), "terms": set(), "standing": set()}
    terms = Watched(GOOD, seen["terms"])
    watched = Watched(product, seen["product"], {"terms": terms})
    index = ProductIndex(
        [], "x", standings={product.product_id: Watched(counted, seen["standing"])}
    )
    index.products, index.everything = (watched,), 1
    asker = Asker(readings_of(FIRM, WISH, on=TODAY), WISH)
    rank_products(index, Verdicts(1, 0, 0), asker, on=TODAY, limit=1)
    assert seen["product"]
    for what, names in seen.items():
        assert names <= READ[what]


def test_nothing_that_is_read_of_a_product_could_be_paid_for():
    paid = ("bid", "boost", "sponsor", "paid", "promotion", "advert", "priority", "commission")
    tables = ("loan_product", "product_version", "institution", "product_standing")
    names = {name for part in READ.values() for name in part}
    for table in tables:
        names |= set(database.metadata.tables[table].columns.keys())
    assert [name for name in names if any(word in name for word in paid)] == []


def test_the_history_begins_with_the_version_in_force():
    assert RULES[0] is current_rule()
    days = [rule.since for rule in RULES]
    assert days == sorted(days, reverse=True)
