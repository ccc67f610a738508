"""Factoring and credit insurance: what amount, price and money mean for them."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from xinyidai.products.rules.facts import check_facts
from xinyidai.products.values import (
    CostBasis,
    CostCode,
    CostItem,
    ProductFacts,
    ProductKind,
    Terms,
    meaning_of,
)
from xinyidai.seeds.shelf import read_products
from xinyidai.web import costs_view

PREMIUM = CostItem(CostCode.INSURANCE_FEE, CostBasis.PER_YEAR_OF_AMOUNT, Decimal("0.006"))
INSURED = Terms(
    amount_max_fen=200_000_000, term_min_months=6, term_max_months=12, cost_items=(PREMIUM,)
)
POLICY = ProductFacts("P-1", "国内贸易信用保险", ProductKind.CREDIT_INSURANCE, INSURED)


def test_a_premium_is_a_fee_of_the_sheet_and_no_interest():
    [interest, premium] = costs_view.sheet_rows(INSURED, ProductKind.CREDIT_INSURANCE)
    assert (interest["name"], interest["value"]) == ("利息", "不收")
    assert "不是利息" in interest["note"]
    assert (premium["name"], premium["value"]) == ("保险费", "0.60%")
    assert premium["basis"] == "每年按保险金额的比例"


def test_a_policy_shows_its_premium_and_no_cost_of_a_loan():
    card = costs_view.product_costs(uuid4(), INSURED, ProductKind.CREDIT_INSURANCE)
    said = {row["label"]: row["value"] for row in card["example"]}
    assert said == {"综合融资成本（年化）": "不适用", "保费合计": "6,000.00 元"}
    assert card["calculator"] == card["reckoned"] == ""
    assert "不发放贷款" in card["about"]


def test_half_a_year_costs_half_the_premium_and_an_unpublished_one_is_not_zero():
    half = replace(INSURED, term_max_months=6)
    rows = costs_view.reference_rows(half, ProductKind.CREDIT_INSURANCE)
    assert rows[-1]["value"] == "3,000.00 元"
    unsaid = replace(INSURED, cost_items=(replace(PREMIUM, value=None),))
    rows = costs_view.reference_rows(unsaid, ProductKind.CREDIT_INSURANCE)
    assert rows[-1]["value"] == costs_view.UNPUBLISHED


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (replace(INSURED, rate_max=Decimal("0.006")), "rate_max"),
        (replace(INSURED, rate_min=Decimal(0)), "rate_max"),
        (replace(INSURED, cost_items=()), "cost_items"),
        (replace(INSURED, cost_items=None), "cost_items"),
    ],
)
def test_a_policy_with_a_rate_or_without_a_premium_is_refused(terms, field):
    assert field in check_facts(replace(POLICY, terms=terms))


def test_a_sound_policy_and_a_loan_without_a_premium_are_let_through():
    assert check_facts(POLICY) == {}
    loan = replace(POLICY, kind=ProductKind.CREDIT_LOAN, terms=Terms(rate_max=Decimal("0.05")))
    assert check_facts(loan) == {}


def test_factoring_speaks_of_receivables_and_its_fee_beside_the_interest():
    fee = CostItem(CostCode.SERVICE_FEE, CostBasis.ONCE_OF_AMOUNT, Decimal("0.003"))
    terms = Terms(rate_max=Decimal("0.05"), cost_items=(fee,))
    rows = costs_view.sheet_rows(terms, ProductKind.FACTORING)
    assert [row["name"] for row in rows] == ["融资利息", "服务费"]
    assert "应收账款" in meaning_of(ProductKind.FACTORING).about
    assert meaning_of(ProductKind.FACTORING).lends


@pytest.mark.parametrize("kind", [ProductKind.FACTORING, ProductKind.CREDIT_INSURANCE])
def test_the_invented_city_sells_one_of_each(kind):
    found = [one.facts for one in read_products() if one.facts.kind is kind]
    assert found
    assert all(check_facts(facts) == {} for facts in found)
    assert all("演示" in facts.name for facts in found)
