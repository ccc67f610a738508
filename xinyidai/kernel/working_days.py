"""Working days of the People's Republic, 工作日, with 调休 where the calendar is published.

The State Council publishes each year's holidays in the November before. Beyond the published years
only Saturdays, Sundays and the holidays of the law itself are known to be free (《全国年节及纪念日
放假办法》 of 2025: which days, not what is worked before and after); dates there may move by a few
days, and `is_soon_unpublished` has the pages say so.
"""

from datetime import date, timedelta
from functools import lru_cache

from chinese_calendar import is_workday
from chinese_calendar.constants import holidays

SATURDAY = 5
REMEMBERED_DAYS = 8192  # pages count the same months again and again
PUBLISHED_UNTIL = date(max(holidays).year, 12, 31)
LONGEST_TERM = timedelta(days=60)  # what is promised today ends within these days

# 元旦, 劳动节, 国庆节: the same days in every year.
_FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
# 春节 (from its eve on four days), 清明, 端午, 中秋 of the years that are not published yet.
_MOVING = frozenset(
    [
        *(date(2027, 2, day) for day in (5, 6, 7, 8)),
        *(date(2028, 1, day) for day in (25, 26, 27, 28)),
        *(date(2029, 2, day) for day in (12, 13, 14, 15)),
        *(date(2030, 2, day) for day in (2, 3, 4, 5)),
        *(date(2027, 4, 5), date(2027, 6, 9), date(2027, 9, 15)),
        *(date(2028, 4, 4), date(2028, 5, 28), date(2028, 10, 3)),
        *(date(2029, 4, 4), date(2029, 6, 16), date(2029, 9, 22)),
        *(date(2030, 4, 5), date(2030, 6, 5), date(2030, 9, 12)),
    ]
)


@lru_cache(maxsize=REMEMBERED_DAYS)
def is_working_day(day: date) -> bool:
    """Tell whether offices work on this day."""
    try:
        return bool(is_workday(day))
    except NotImplementedError:
        return day.weekday() < SATURDAY and not _is_free_by_law(day)


def _is_free_by_law(day: date) -> bool:
    return day > PUBLISHED_UNTIL and ((day.month, day.day) in _FIXED or day in _MOVING)


def is_soon_unpublished(today: date) -> bool:
    """Tell whether terms that begin today may end where the holidays are not published."""
    return today + LONGEST_TERM > PUBLISHED_UNTIL


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
