"""What an outcome means as a label, 表现标签规则: pure, versioned.

Bad: 90 days overdue or written off within twelve months after the payout. Good: never more than
30 days, with reports to the window's end or paid back within it. Between lies 不确定, which trains
nothing. A loan whose window is not over says nothing yet, not even a bad one: early defaults alone
would make the newest loans look worse than they are.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from xinyidai.applications.values import RepaymentState
from xinyidai.model_monitoring.values import OutcomeLabel

VERSION = "labels-2026.1"
WINDOW_MONTHS = 12
BAD_DAYS = 90
GOOD_DAYS = 30
REPORT_GAP = timedelta(days=31)  # the last report may be so far before the window's end
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Told:
    """One report that counts: the newest of its day."""

    state: RepaymentState
    as_of: date
    days_overdue: int


def window_end(disbursed_on: date) -> date:
    """Return the window's last day, 表现期止: the same day a year later, or that month's end."""
    months = disbursed_on.month - 1 + WINDOW_MONTHS
    year, month = disbursed_on.year + months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1
    return date(year, month, min(disbursed_on.day, calendar.monthrange(year, month)[1]))


def label_of(disbursed_on: date, reports: Sequence[Told], today: date) -> OutcomeLabel:
    """Return what the reports known today say of the window."""
    end = window_end(disbursed_on)
    if today <= end:
        return OutcomeLabel.IMMATURE
    if any(_is_written_off(told, end) for told in reports):
        return OutcomeLabel.BAD
    worst = max((_days_within(told, end) for told in reports), default=0)
    if worst >= BAD_DAYS:
        return OutcomeLabel.BAD
    if worst > GOOD_DAYS:
        return OutcomeLabel.INDETERMINATE
    return OutcomeLabel.GOOD if _is_told(reports, end) else OutcomeLabel.UNREPORTED


def _is_written_off(told: Told, end: date) -> bool:
    return told.state is RepaymentState.WRITTEN_OFF and told.as_of <= end


def _days_within(told: Told, end: date) -> int:
    """Return days overdue at the report, or, for a later one, what that means for the last day."""
    return max(0, told.days_overdue - max(0, (told.as_of - end).days))


def _is_told(reports: Sequence[Told], end: date) -> bool:
    """Tell whether the reports reach the window's end, or the loan was paid back before."""
    return any(
        told.as_of >= end - REPORT_GAP
        or (told.state is RepaymentState.SETTLED and told.as_of <= end)
        for told in reports
    )
