"""Put together what matching reads of one firm: register, indicators, grade, lists."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Protocol

from xinyidai.catalogue.missing import Missing
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import (
    COMPLETE_FOR_DAYS,
    TITLE_LISTS,
    RegistrationStatus,
    absent_mark,
)
from xinyidai.kernel import clock
from xinyidai.matching import grouping
from xinyidai.matching.grouping import MARKS, FirmFacts
from xinyidai.matching.values import TAG_INDICATORS
from xinyidai.products.values import (
    NO_RECORD,
    EnterpriseKind,
    GuaranteeKind,
    MatchSubject,
    Wish,
    titles,
)

# Words of the registered enterprise type, first match wins.
KIND_WORDS: tuple[tuple[str, EnterpriseKind], ...] = (
    ("个体", EnterpriseKind.INDIVIDUAL),
    ("合作社", EnterpriseKind.COOPERATIVE),
    ("合伙", EnterpriseKind.PARTNERSHIP),
    ("个人独资", EnterpriseKind.PARTNERSHIP),
    ("公司", EnterpriseKind.COMPANY),
)


class HasValue(Protocol):
    """An indicator of a profile, as `profiles.values.IndicatorValue` is."""

    @property
    def value(self) -> int | float | Missing:
        """Return the number, or why there is none."""


def subject_from(
    enterprise: Enterprise,
    indicators: Mapping[str, HasValue],
    *,
    grade: str | Missing | None = None,
    list_codes: Collection[str] = (),
) -> MatchSubject:
    """Return the firm as criteria read it.

    `indicators` come from a profile of the same `facts_version`; `list_codes` are the whitelists
    the firm stands on. A qualification whose indicator is missing makes all tags missing: not
    knowing is neither having nor lacking.
    """
    values = {code: entry.value for code, entry in indicators.items()}
    kind = _kind(enterprise.enterprise_type)
    trade = enterprise.industry_code or enterprise.section
    facts = FirmFacts(trade, kind, frozenset(enterprise.tags), values)
    return MatchSubject(
        region_code=_known(enterprise.region_code),
        industry_code=_known(trade),
        scale=NO_RECORD if enterprise.scale is None else enterprise.scale.value,
        kind=kind,
        established_on=enterprise.established_on or NO_RECORD,
        in_operation=_in_operation(enterprise.status),
        registered_capital_fen=_number(enterprise.registered_capital_fen),
        employees=_number(enterprise.employees),
        revenue_fen=_number(enterprise.revenue_fen),
        tags=_tags(enterprise.tags, values, list_codes),
        owns_ip=grouping.owns_ip(facts),
        first_loan=grouping.first_loan(facts),
        agriculture=grouping.agriculture(facts),
        grade=grade,
        indicators=values,
    )


def _known(text: str | None) -> str | Missing:
    return text or NO_RECORD


def _number(value: int | None) -> int | Missing:
    return NO_RECORD if value is None else value


def _kind(enterprise_type: str | None) -> EnterpriseKind | Missing:
    if not enterprise_type:
        return NO_RECORD
    kinds = (kind for word, kind in KIND_WORDS if word in enterprise_type)
    return next(kinds, EnterpriseKind.OTHER)


def _in_operation(status: RegistrationStatus) -> bool | Missing:
    if status is RegistrationStatus.UNKNOWN:
        return NO_RECORD
    return status is RegistrationStatus.ACTIVE


def _tags(
    own: Collection[str], values: Mapping[str, int | float | Missing], list_codes: Collection[str]
) -> frozenset[str] | Missing:
    found = {*_titles(own), *(f"whitelist:{code}" for code in list_codes)}
    for indicator, tag, lowest in TAG_INDICATORS:
        value = values.get(indicator, NO_RECORD)
        if isinstance(value, Missing):
            return value
        if value >= lowest:
            found.add(tag)
    return frozenset(found)


def _titles(own: Collection[str]) -> set[str]:
    """Return the titles of delivered lists: held, not held by a complete list, or not known.

    A list that names the firm speaks for it. One that does not speaks only where it was declared
    complete for the firm's region, and for a year: whatever else is missing is 数据不足.
    """
    oldest = clock.today() - timedelta(days=COMPLETE_FOR_DAYS)
    absences = {tag: day for tag, day in titles.absences(own).items() if day > oldest}
    found = titles.held(own) - MARKS
    open_ones = TITLE_LISTS - found - absences.keys()
    return {
        *found,
        *(absent_mark(tag, day) for tag, day in absences.items()),
        *map(titles.unknown, open_ones),
    }


def wish_json(wish: Wish) -> dict[str, Any]:
    """Return a wish as it is stored."""
    return {
        "amount_fen": wish.amount_fen,
        "term_months": wish.term_months,
        "guarantee": wish.guarantee.value if wish.guarantee else None,
    }


def wish_of(stored: Mapping[str, Any]) -> Wish:
    """Return a stored wish; what it does not name is not stated."""
    guarantee = stored.get("guarantee")
    return Wish(
        stored.get("amount_fen"),
        stored.get("term_months"),
        GuaranteeKind(guarantee) if guarantee else None,
    )
