"""The cost sheet and what a loan costs a year in all; nothing unknown is zero."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.products import factories
from tests.products import repayment_oracle as oracle
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products import service
from xinyidai.products.rules import (
    check_facts,
    cost_item_to_json,
    parse_cost_items,
    settled,
)
from xinyidai.products.values import (
    BorneBy,
    CostBasis,
    CostCode,
    CostItem,
    Loan,
    RepaymentMethod,
    Terms,
    all_in_cost,
)

YEARLY, SHARE, FIXED = CostBasis
LOAN = Loan(100_000_000, Decimal("0.06"), 12, RepaymentMethod.INTEREST_FIRST)
GUARANTEE = CostItem(CostCode.GUARANTEE_FEE, YEARLY, Decimal("0.01"))
EVALUATION = CostItem(CostCode.EVALUATION_FEE, FIXED, 300_000)
TERMS = factories.TERMS


def test_random_loans_with_fees_discount_to_what_the_firm_received():
    assert oracle.count_cost_differences(200) == 0


def test_without_fees_the_cost_is_the_rate_of_the_contract():
    cost = all_in_cost(LOAN, ())
    assert cost.nominal == Decimal("0.06")
    assert cost.rate == Decimal("0.06167781")
    assert (cost.fees_fen, cost.firm_fen) == (0, 6_000_000)


def test_each_fee_is_counted_once_and_raises_the_cost():
    cost = all_in_cost(LOAN, (GUARANTEE, EVALUATION))
    assert [line.fen for line in cost.lines] == [1_000_000, 300_000]
    assert (cost.upfront_fen, cost.firm_fen) == (1_300_000, 7_300_000)
    assert cost.rate > all_in_cost(LOAN, (GUARANTEE,)).rate > all_in_cost(LOAN, ()).rate


def test_a_yearly_fee_is_paid_each_year_and_an_unfinished_one_by_its_months():
    cost = all_in_cost(replace(LOAN, months=18), (GUARANTEE,))
    assert cost.lines[0].fen == 1_500_000
    assert cost.upfront_fen == 1_000_000


def test_what_bank_or_government_bears_is_shown_and_not_counted():
    borne = [replace(GUARANTEE, borne_by=who) for who in (BorneBy.BANK, BorneBy.GOVERNMENT)]
    cost = all_in_cost(LOAN, borne)
    assert [line.fen for line in cost.lines] == [1_000_000, 1_000_000]
    assert cost.rate == all_in_cost(LOAN, ()).rate


@pytest.mark.parametrize("sheet", [None, (replace(GUARANTEE, value=None),)])
def test_what_is_not_published_makes_the_cost_a_floor(sheet):
    cost = all_in_cost(LOAN, sheet)
    assert not cost.is_complete
    assert all(line.fen is None for line in cost.lines)


def test_a_fee_not_published_that_the_bank_bears_leaves_the_cost_complete():
    item = replace(GUARANTEE, value=None, borne_by=BorneBy.BANK)
    assert all_in_cost(LOAN, (item,)).is_complete


@pytest.mark.parametrize("fixed", [100_000_000, 200_000_000])
def test_fees_that_eat_the_amount_up_have_no_rate(fixed):
    cost = all_in_cost(LOAN, (replace(EVALUATION, value=fixed),))
    assert (cost.rate, cost.nominal) == (None, None)


def test_a_rate_beyond_all_sense_leaves_the_sums_and_the_nominal_rate():
    cost = all_in_cost(replace(LOAN, months=1), (replace(EVALUATION, value=99_999_999),))
    assert cost.rate is None
    assert cost.nominal > 1_000_000
    assert cost.firm_fen == 100_499_999


def test_terms_show_the_case_nearest_to_a_million_over_a_year():
    assert Terms().reference_case == (100_000_000, 12)
    narrow = Terms(amount_max_fen=30_000_000, term_min_months=24, term_max_months=60)
    assert narrow.reference_case == (30_000_000, 24)
    assert Terms().cost_of(100, 1) is None


def test_the_rate_ranked_by_counts_the_sheet_and_refuses_what_is_hidden():
    known = replace(TERMS, cost_items=(GUARANTEE, EVALUATION))
    assert known.all_in_rate > replace(TERMS, cost_items=()).all_in_rate == TERMS.rate_max
    assert replace(TERMS, cost_items=(replace(GUARANTEE, value=None),)).all_in_rate is None


def test_the_json_form_is_read_back_equal():
    items = (GUARANTEE, EVALUATION, replace(EVALUATION, value=None), replace(GUARANTEE, value=None))
    assert parse_cost_items([cost_item_to_json(item) for item in items]) == items
    assert parse_cost_items(None) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "bribe"},
        {"basis": "monthly"},
        {"borne_by": "nobody"},
        {"rate": "many"},
        {"amount_fen": 5},
        {"basis": "once_fixed"},
        {"basis": "once_fixed", "rate": None, "amount_fen": True},
        {"basis": "once_fixed", "rate": None, "amount_fen": 1.5},
        {"note": 7},
        {"hidden": True},
    ],
)
def test_an_item_that_is_not_known_is_refused(changes):
    with pytest.raises(InvalidInput) as refused:
        parse_cost_items([cost_item_to_json(GUARANTEE) | changes])
    assert list(refused.value.fields) == ["cost_items.0"]


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (CostItem(CostCode.OTHER, YEARLY, Decimal("0.01")), "cost_items.0"),
        (replace(GUARANTEE, value=Decimal("1.5")), "cost_items.0"),
        (replace(GUARANTEE, value=Decimal("-0.1")), "cost_items.0"),
        (replace(EVALUATION, value=-1), "cost_items.0"),
        (replace(EVALUATION, note="长" * 201), "cost_items.0"),
    ],
)
def test_a_sheet_that_cannot_be_right_is_told_by_item(item, field):
    facts = replace(factories.FACTS, terms=replace(TERMS, cost_items=(item,)))
    assert field in check_facts(facts)


def test_the_same_fee_twice_or_another_sum_than_the_sheet_is_refused():
    twice = replace(factories.FACTS, terms=replace(TERMS, cost_items=(GUARANTEE, GUARANTEE)))
    assert "cost_items" in check_facts(twice)
    other = replace(TERMS, cost_items=(GUARANTEE,), fee_rate=Decimal("0.02"))
    assert "fee_rate" in check_facts(replace(factories.FACTS, terms=other))


def test_a_yearly_fee_alone_becomes_an_item_and_stays_in_step():
    terms = settled(replace(TERMS, fee_rate=Decimal("0.02"), fee_note="担保费"))
    assert terms.cost_items == (
        CostItem(CostCode.OTHER, YEARLY, Decimal("0.02"), BorneBy.FIRM, "担保费"),
    )
    assert settled(terms) == terms
    assert settled(TERMS) == TERMS


def test_a_sheet_is_kept_with_the_version_and_goes_into_the_next(db):
    manager = factories.manager_of(factories.bank())
    sheet = (GUARANTEE, EVALUATION)
    version = factories.listed_version(manager, terms=replace(TERMS, cost_items=sheet))
    assert version.terms.cost_items == sheet
    assert version.fee_rate == Decimal("0.01")
    assert service.revise_product(manager, version.product_id).terms.cost_items == sheet


def test_nothing_published_stays_nothing_and_no_fees_stay_none(db):
    manager = factories.manager_of(factories.bank())
    assert factories.draft(manager).terms.cost_items is None
    free = factories.draft(manager, code="FREE", terms=replace(TERMS, cost_items=()))
    assert free.terms.cost_items == ()
