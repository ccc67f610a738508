"""Figures from counts; no database."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from xinyidai.kernel.errors import InvalidInput
from xinyidai.reporting import rules
from xinyidai.reporting.values import (
    Decided,
    DecisionDays,
    Disbursed,
    FigureCode,
    FunnelStep,
    Granted,
    Period,
    Population,
    Reached,
)

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
BANK, OTHER = UUID(int=1), UUID(int=2)


def days(submitted, decided, applications=1, bank=BANK):
    return DecisionDays(bank, date(2026, 5, submitted), date(2026, 5, decided), applications)


def by_code(figures):
    return {figure.code: figure for figure in figures}


def test_nothing_to_divide_by_is_insufficient_and_not_zero():
    assert rules.ratio(0, 0) is None
    assert rules.ratio(0, 3) == 0
    assert rules.ratio(1, 3) == Decimal("0.333333333")


def test_shares_show_both_counts_and_lead_to_their_list():
    registered, authorized = rules.population_figures(Population(200, 30, 4), MAY)
    assert (registered.value, registered.numerator, registered.denominator) == (
        Decimal("0.15"),
        30,
        200,
    )
    assert authorized.value == Decimal("0.02")
    assert authorized.list_params == {
        "figure": "authorized_share",
        "first": "2026-05-01",
        "last": "2026-05-31",
    }


def test_an_empty_city_has_no_shares():
    figures = rules.population_figures(Population(0, 0, 0), MAY)
    figures += rules.lending_figures(Granted(0, 0), Disbursed(0, 0, 0, 0, 0, 0), MAY)
    empty = {figure.code for figure in figures if figure.value is None}
    assert empty == {
        FigureCode.REGISTERED_SHARE, FigureCode.AUTHORIZED_SHARE,
        FigureCode.FIRST_LOAN_RATE, FigureCode.CREDIT_LOAN_SHARE,
    }  # fmt: skip


def test_what_banks_left_open_is_in_no_denominator():
    paid = Disbursed(
        loans=10,
        amount_fen=1000,
        credit_fen=300,
        known_guarantee_fen=600,
        first_loans=2,
        of_known_kind=8,
    )
    figures = by_code(rules.lending_figures(Granted(12, 1200), paid, MAY))
    assert figures[FigureCode.FIRST_LOAN_RATE].value == Decimal("0.25")
    assert figures[FigureCode.CREDIT_LOAN_SHARE].value == Decimal("0.5")
    assert figures[FigureCode.DISBURSED_COUNT].value == 10


def test_every_figure_has_a_definition():
    assert set(rules.WORDS) == set(FigureCode)
    assert all(words.definition for words in rules.WORDS.values())


@pytest.mark.parametrize(
    ("pairs", "median"),
    [
        ([], None),
        ([days(11, 12)], Decimal(1)),
        ([days(11, 12), days(11, 13)], Decimal("1.5")),
        ([days(11, 12, applications=3), days(11, 15)], Decimal(1)),
        ([days(15, 18)], Decimal(1)),
        ([days(11, 11)], Decimal(0)),
    ],
)
def test_the_median_counts_working_days_by_application(pairs, median):
    assert rules.median_days(pairs) == median


def test_the_funnel_adds_banks_up_and_takes_the_median_over_all():
    counts = dict.fromkeys(FunnelStep, 1)
    reached = [Reached(BANK, "演示甲银行", counts), Reached(OTHER, "演示乙银行", counts)]
    funnel = rules.funnel(MAY, reached, [days(11, 12), days(11, 15, bank=OTHER)])
    assert funnel.total.counts[FunnelStep.DISBURSED] == 2
    assert [bank.median_days for bank in funnel.banks] == [Decimal(1), Decimal(4)]
    assert (funnel.total.median_days, funnel.total.decided) == (Decimal("2.5"), 2)


def test_a_bank_that_decided_nothing_has_no_approval_rate():
    assert rules.approval_rate(Decided(0, 0), MAY).value is None
    assert rules.approval_rate(Decided(1, 4), MAY).value == Decimal("0.25")


def test_a_period_holds_both_of_its_days():
    assert MAY.starts_at.isoformat() == "2026-05-01T00:00:00+08:00"
    assert MAY.ends_before.isoformat() == "2026-06-01T00:00:00+08:00"
    with pytest.raises(InvalidInput):
        Period(date(2026, 5, 2), date(2026, 5, 1))
