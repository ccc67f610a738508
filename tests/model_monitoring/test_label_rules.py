"""What outcomes mean as labels."""

from datetime import date, timedelta

import pytest

from xinyidai.applications.values import RepaymentState as R
from xinyidai.model_monitoring.label_rules import Told, label_of, window_end
from xinyidai.model_monitoring.values import OutcomeLabel as L

PAID = date(2025, 3, 31)
END = date(2026, 3, 31)
LATER = END + timedelta(days=1)


def told(days: int, as_of: date = END, state: R | None = None) -> Told:
    return Told(state or (R.OVERDUE if days else R.NORMAL), as_of, days)


@pytest.mark.parametrize(
    ("paid", "end"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2025, 12, 31), date(2026, 12, 31)),
        (PAID, END),
    ],
)
def test_the_window_ends_a_year_later_or_with_that_month(paid, end):
    assert window_end(paid) == end


@pytest.mark.parametrize(
    ("reports", "label"),
    [
        ([told(0)], L.GOOD),
        ([told(30)], L.GOOD),
        ([told(31)], L.INDETERMINATE),
        ([told(89)], L.INDETERMINATE),
        ([told(90)], L.BAD),
        ([told(90, date(2025, 9, 1)), told(0)], L.BAD),
        ([told(0, state=R.WRITTEN_OFF)], L.BAD),
        ([], L.UNREPORTED),
        ([told(0, END - timedelta(days=32))], L.UNREPORTED),
        ([told(0, END - timedelta(days=31))], L.GOOD),
        ([told(0, date(2025, 6, 1), R.SETTLED)], L.GOOD),
        ([told(40, date(2025, 5, 30)), told(0, date(2025, 6, 1), R.SETTLED)], L.INDETERMINATE),
    ],
)
def test_a_full_window_has_one_label(reports, label):
    assert label_of(PAID, reports, LATER) is label


def test_what_happens_after_the_window_counts_only_as_far_as_it_reaches_back():
    after = END + timedelta(days=60)
    assert label_of(PAID, [told(60, after)], after) is L.GOOD  # overdue only since the last day
    assert label_of(PAID, [told(149, after)], after) is L.INDETERMINATE
    assert label_of(PAID, [told(150, after)], after) is L.BAD
    assert label_of(PAID, [told(0, after, R.WRITTEN_OFF)], after) is L.GOOD


def test_until_the_window_is_over_nothing_is_known_not_even_a_default():
    early = [told(120, date(2025, 9, 1))]
    assert label_of(PAID, early, END) is L.IMMATURE
    assert label_of(PAID, early, LATER) is L.BAD
