"""Working days of the People's Republic, 工作日, with 调休 where the calendar is published.

The State Council publishes each year's holidays in the November before; beyond the published
years only Saturdays and Sundays are known to be free, and dates there may move by a few days.
"""

from datetime import date, timedelta
from functools import lru_cache

from chinese_calendar import is_workday

SATURDAY = 5
REMEMBERED_DAYS = 8192  # pages count the same months again and again


@lru_cache(maxsize=REMEMBERED_DAYS)
def is_working_day(day: date) -> bool:
    """Tell whether offices work on this day."""
    try:
        return bool(is_workday(day))
    except NotImplementedError:
        return day.weekday() < SATURDAY


def add_working_days(start: date, days: int) -> date:
    """Return the last day of a term of `days` working days that begins the day after `start`."""
    if days < 0:
        raise ValueError("a term has no negative length")
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """Count working days after `first` up to and including `last`; negative the other way."""
    if last < first:
        return -working_days_between(last, first)
    span = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(is_working_day(day) for day in span)
