"""The firm and its wish as criteria read them."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.products.values.codes import industry_path, region_path
from xinyidai.products.values.fields import GRADE_RANKS, INDICATOR_PREFIX
from xinyidai.products.values.kinds import EnterpriseKind, GuaranteeKind

NO_RECORD = Missing(MissingCause.NO_RECORD)
Reading = int | float | str | bool | frozenset[str] | Missing
Readings = Mapping[str, Reading]
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Wish:
    """What the firm would like to borrow; None is not stated."""

    amount_fen: int | None = None
    term_months: int | None = None
    guarantee: GuaranteeKind | None = None


@dataclass(frozen=True)
class MatchSubject:
    """The facts of one firm that criteria may read; what is unknown is `Missing` with its cause.

    Money is in 分; `industry_code` is GB/T 4754, down to the section letter where no more is known:
    one field and no fallback, or removing the finer of two contradicting codes could open a
    product. `tags` carry marks beside what is held, see `titles`. `indicators` go by their
    dictionary code; `grade` is None when there is none.
    """

    region_code: str | Missing = NO_RECORD
    industry_code: str | Missing = NO_RECORD
    scale: str | Missing = NO_RECORD
    kind: EnterpriseKind | Missing = NO_RECORD
    established_on: date | Missing = NO_RECORD
    in_operation: bool | Missing = NO_RECORD
    registered_capital_fen: int | Missing = NO_RECORD
    employees: int | Missing = NO_RECORD
    revenue_fen: int | Missing = NO_RECORD
    tags: frozenset[str] | Missing = NO_RECORD
    owns_ip: bool | Missing = NO_RECORD
    first_loan: bool | Missing = NO_RECORD
    agriculture: bool | Missing = NO_RECORD
    grade: str | Missing | None = None
    indicators: Mapping[str, float | Missing] = field(default_factory=dict)


def readings_of(subject: MatchSubject, wish: Wish, *, on: date) -> dict[str, Reading]:
    """Return what each field reads for this firm on this day; never a guess for what is missing."""
    indicators = {
        INDICATOR_PREFIX + code: _number(value) for code, value in subject.indicators.items()
    }
    return {
        "region_code": _region(subject.region_code),
        "industry": _industry(subject.industry_code),
        "scale": subject.scale,
        "years_established": _years(subject.established_on, on),
        "enterprise_kind": subject.kind,
        "in_operation": subject.in_operation,
        "registered_capital_fen": _number(subject.registered_capital_fen),
        "employees": _number(subject.employees),
        "revenue_fen": _number(subject.revenue_fen),
        "tags": _tags(subject.tags),
        "owns_ip": subject.owns_ip,
        "first_loan": subject.first_loan,
        "agriculture": subject.agriculture,
        "grade": _grade(subject.grade),
        "amount_fen": _stated(wish.amount_fen),
        "term_months": _stated(wish.term_months),
        "guarantee": _stated(wish.guarantee),
        **indicators,
    }


def completed_months(start: date, on: date) -> int:
    """Return whole months from `start` to `on`; never negative."""
    months = (on.year - start.year) * MONTHS_A_YEAR + on.month - start.month
    return max(0, months - (on.day < start.day))


def _number(value: float | Missing) -> float | Missing:
    # NaN and infinity are no measurements; adding 0 makes a number of a flag kept as bool.
    if isinstance(value, Missing):
        return value
    return value + 0 if math.isfinite(value) else NO_RECORD


def _tags(tags: Iterable[str] | Missing) -> frozenset[str] | Missing:
    return tags if isinstance(tags, Missing) else frozenset(tags)


def _years(start: date | Missing, on: date) -> float | Missing:
    if isinstance(start, Missing):
        return start
    return completed_months(start, on) / MONTHS_A_YEAR


def _region(code: str | Missing) -> str | Missing:
    return code if isinstance(code, Missing) else region_path(code) or NO_RECORD


def _industry(code: str | Missing) -> str | Missing:
    return code if isinstance(code, Missing) else industry_path(code) or NO_RECORD


def _grade(grade: str | Missing | None) -> str | Missing:
    if isinstance(grade, Missing):
        return grade
    return grade if grade in GRADE_RANKS else NO_RECORD


def _stated(value: int | str | None) -> int | str | Missing:
    return NO_RECORD if value is None else value
