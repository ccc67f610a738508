"""Values of the profile, 企业画像: what an indicator is worth for one firm on one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from xinyidai.catalogue.missing import Missing

DAY_WINDOWS = (12, 24, 36)
MONTH_WINDOWS = (0, 12, 24, 36)
A_MONTH = timedelta(days=31)

Number = int | float


@dataclass(frozen=True)
class FirmFacts:
    """What the register says about one firm; amounts in 分, `None` where it does not say."""

    enterprise_id: UUID
    established_on: date | None = None
    registered_capital_fen: int | None = None
    employees: int | None = None
    revenue_fen: int | None = None


@dataclass(frozen=True)
class IndicatorValue:
    """One indicator of one firm: the value or why there is none, and what it rests on.

    Amounts are whole 分, shares decimal fractions. `source_on` is the date of the newest record
    of the indicator's kinds, `records` how many of them are in force and within validity.
    """

    code: str
    value: Number | Missing
    source_on: date | None
    records: int


@dataclass(frozen=True)
class ProfileFacts:
    """All indicators of one firm on one day, by code in the order of the dictionary."""

    enterprise_id: UUID
    as_of: date
    dictionary_version: str
    values: Mapping[str, IndicatorValue]


@dataclass(frozen=True)
class Distribution:
    """How an indicator is spread among the firm's peers: 101 quantiles and the number of peers."""

    points: Sequence[float]
    peers: int


class KindSummary(NamedTuple):
    """How many valid records of one kind a firm has, and when the newest one, valid or not, is."""

    records: int
    latest_on: date | None


@dataclass(frozen=True)
class RawProfile:
    """What an engine returns for one firm: exact sums and counts before any division."""

    enterprise_id: UUID
    columns: Mapping[str, int | Decimal | None]
    kinds: Mapping[str, KindSummary]


def bounds_of(as_of: date) -> dict[str, date]:
    """Return every date the expressions compare with, by name.

    `from_N` opens a window of N months that ends with `as_of` (exclusive: a record of that very
    day is out). Monthly figures count for whole months only: `month_0` is the first day of the
    running month, which is out, `month_N` the first day of the month N months earlier.
    """
    bounds = {"as_of": as_of}
    for months in DAY_WINDOWS:
        bounds[f"from_{months}"] = months_before(as_of, months)
    first = as_of.replace(day=1)
    for months in MONTH_WINDOWS:
        bounds[f"month_{months}"] = months_before(first, months)
    return bounds


def window_is_within(window_months: int | None, since: date | None, as_of: date) -> bool:
    """Tell whether an authorized period that begins on `since` holds an indicator's whole window.

    No window, or no period at all, leaves nothing out. A period of N months counts back from the
    day of consent, a window in whole months or from today; the two may differ by a month.
    """
    if since is None or window_months is None:
        return True
    return months_before(as_of, window_months) + A_MONTH > since


def months_before(day: date, months: int) -> date:
    """Return the same day `months` earlier, or the last day of that month when it has no such."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(last, day.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
