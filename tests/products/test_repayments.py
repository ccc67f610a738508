"""Repayment plans: exact to the 分, whatever the loan."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.products import repayment_oracle as oracle
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import LARGEST_FEN
from xinyidai.products.values import (
    Loan,
    RepaymentMethod,
    due_date,
    repayment_plan,
    total_interest,
)

M = RepaymentMethod
LOAN = Loan(100_000_000, Decimal("0.0435"), 12, M.EQUAL_INSTALMENTS)


def test_random_loans_agree_with_the_independent_computation():
    assert oracle.count_differences(500) == 0


def test_a_million_over_a_year_by_hand():
    plan = repayment_plan(LOAN)
    assert [plan[0].interest_fen, plan[0].principal_fen] == [362_500, 8_168_490]
    assert {one.total_fen for one in plan[:-1]} == {8_530_990}
    assert total_interest(plan) == sum(one.total_fen for one in plan) - LOAN.amount_fen


@pytest.mark.parametrize("method", oracle.METHODS)
@pytest.mark.parametrize("amount", [1, 99, 10**8, LARGEST_FEN])
@pytest.mark.parametrize("months", [1, 7, 360])
@pytest.mark.parametrize("rate", ["0", "0.000001", "0.0435", "1"])
def test_the_principal_paid_is_the_amount_lent(method, amount, months, rate):
    plan = repayment_plan(Loan(amount, Decimal(rate), months, method))
    assert sum(one.principal_fen for one in plan) == amount
    assert plan[-1].balance_fen == 0
    assert all(one.principal_fen >= 0 and one.interest_fen >= 0 for one in plan)
    assert (total_interest(plan) == 0) or rate != "0"


def test_equal_principal_and_interest_first_by_hand():
    level = repayment_plan(replace(LOAN, method=M.EQUAL_PRINCIPAL))
    assert [one.principal_fen for one in level] == [8_333_333] * 11 + [8_333_337]
    later = repayment_plan(replace(LOAN, method=M.INTEREST_FIRST))
    assert [one.total_fen for one in later] == [362_500] * 11 + [100_362_500]


def test_lump_sum_does_not_compound():
    [only] = repayment_plan(replace(LOAN, method=M.LUMP_SUM, months=18))
    assert (only.number, only.interest_fen) == (18, 6_525_000)


@pytest.mark.parametrize(("basis", "interest"), [(360, 120_833), (365, 119_178)])
def test_by_the_day_interest_is_for_the_days_used(basis, interest):
    loan = Loan(100_000_000, Decimal("0.0435"), 1, M.REVOLVING, day_count=basis, days=10)
    [only] = repayment_plan(loan)
    assert only.interest_fen == interest


def test_by_the_day_a_leap_day_is_a_day():
    loan = Loan(10**8, Decimal("0.036"), 1, M.REVOLVING, date(2028, 2, 28), days=2)
    assert repayment_plan(loan)[0].due_on == date(2028, 3, 1)


def test_a_short_month_pays_on_its_last_day():
    plan = repayment_plan(replace(LOAN, starts_on=date(2027, 12, 31)))
    days = [one.due_on for one in plan[:4]]
    assert days == [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)]
    assert due_date(date(2027, 1, 31), 1) == date(2027, 2, 28)


def test_a_broken_first_period_is_reckoned_by_the_day():
    loan = replace(LOAN, starts_on=date(2026, 1, 20), repay_day=5)
    first, second = repayment_plan(loan)[:2]
    assert (first.due_on, second.due_on) == (date(2026, 2, 5), date(2026, 3, 5))
    assert first.interest_fen == 193_333  # sixteen days of 360
    assert first.principal_fen == repayment_plan(LOAN)[0].principal_fen
    assert second.interest_fen == repayment_plan(LOAN)[1].interest_fen


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_fen": 0}, "amount"),
        ({"amount_fen": LARGEST_FEN + 1}, "amount"),
        ({"yearly_rate": Decimal("-0.01")}, "rate"),
        ({"yearly_rate": Decimal("1.01")}, "rate"),
        ({"yearly_rate": Decimal("NaN")}, "rate"),
        ({"yearly_rate": Decimal("0.0000001")}, "rate"),
        ({"months": 0}, "months"),
        ({"months": 361}, "months"),
        ({"method": M.NEGOTIABLE}, "method"),
        ({"day_count": 366}, "day_count"),
        ({"repay_day": 32, "starts_on": date(2026, 1, 1)}, "repay_day"),
        ({"repay_day": 5}, "starts_on"),
        ({"starts_on": date(9999, 12, 1)}, "starts_on"),
        ({"method": M.REVOLVING, "days": 0}, "days"),
        ({"method": M.REVOLVING, "days": 10**9}, "days"),
    ],
)
def test_a_loan_that_cannot_be_right_is_refused_by_field(changes, field):
    with pytest.raises(InvalidInput) as refused:
        repayment_plan(replace(LOAN, **changes))
    assert list(refused.value.fields) == [field]
