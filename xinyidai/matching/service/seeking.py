"""Find the firms that meet conditions, 反向匹配: the one function that searches go through.

The caller opens the platform run, and sees to it that nobody learns which firms these are.
Only what a search asks for is read, as columns, and `matching.reverse` judges them.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import numpy as np

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import EnterpriseScale, RegistrationStatus
from xinyidai.matching import seeking_queries
from xinyidai.matching.columns import CodeColumn, Column, FirmColumns, NumberColumn, is_number
from xinyidai.matching.columns import tag_column as as_tags
from xinyidai.matching.grouping import GROUP_INDICATORS
from xinyidai.matching.packed import Coded, Numbers, coded_numbers, joined
from xinyidai.matching.reverse import reverse
from xinyidai.matching.service.assembling import subject_from
from xinyidai.matching.service.keeping import Firms, firms_of, grades_of, indicators_of
from xinyidai.matching.values import TAG_INDICATORS
from xinyidai.products.values import (
    FIELDS,
    INDICATOR_PREFIX,
    NO_RECORD,
    Criterion,
    FieldType,
    Outcome,
    Reading,
    Wish,
    readings_of,
)
from xinyidai.whitelist import queries as whitelist

GRADE, TAGS = "grade", "tags"
# What of the register each field rests on.
FACTS: Mapping[str, tuple[str, ...]] = {
    "region_code": ("region_code",),
    "industry": ("industry_code", "section"),
    "scale": ("scale",),
    "years_established": ("established_on",),
    "enterprise_kind": ("enterprise_type",),
    "in_operation": ("status",),
    TAGS: ("tags",),
    **dict.fromkeys(GROUP_INDICATORS, ("tags", "industry_code", "section", "enterprise_type")),
}
# Words of the register that are members of a list of ours.
MEMBERS: Mapping[str, Callable[[str], Any]] = {
    "scale": EnterpriseScale,
    "status": RegistrationStatus,
}
QUALIFICATIONS = tuple(sorted({indicator for indicator, _, _ in TAG_INDICATORS}))
K = TypeVar("K")
Found = dict[Outcome, set[UUID]]
Indicators = Mapping[str, Numbers]


@dataclass(frozen=True)
class _Value:
    value: int | float | Missing


def seek(
    searches: Mapping[K, Sequence[Criterion]], on: date, *, only: Collection[UUID] | None = None
) -> dict[K, Found]:
    """Return for each search the firms by outcome; firms without a profile of the day are left out.

    `only` narrows to these firms. The firms are read once for all searches.
    """
    asked = {criterion.field.code for criteria in searches.values() for criterion in criteria}
    firms = firms_of(on, only)
    indicators = indicators_of(firms, {one for code in asked for one in _rests_on(code)})
    columns = {code: _column(code, firms, indicators) for code in asked if _is_read(code)}
    judged = FirmColumns(len(firms.ids), columns)
    found: dict[K, Found] = {}
    for key, criteria in searches.items():
        outcomes = reverse(criteria, judged)
        found[key] = {outcome: set(firms.ids[outcomes.places(outcome)]) for outcome in Outcome}
    return found


def _rests_on(code: str) -> Sequence[str]:
    """Return the indicators that a field follows from."""
    if code.startswith(INDICATOR_PREFIX):
        return (code.removeprefix(INDICATOR_PREFIX),)
    return QUALIFICATIONS if code == TAGS else GROUP_INDICATORS.get(code, ())


def _is_read(code: str) -> bool:
    """Tell whether a field is known of firms that have not said what they wish."""
    is_fact = code in FACTS or code in seeking_queries.AMOUNTS
    return is_fact or code == GRADE or code.startswith(INDICATOR_PREFIX)


def _column(code: str, firms: Firms, indicators: Indicators) -> Column:
    if code.startswith(INDICATOR_PREFIX):
        return NumberColumn(indicators[code.removeprefix(INDICATOR_PREFIX)].values)
    if code in seeking_queries.AMOUNTS:
        return NumberColumn(firms.packed.amounts[code])
    if code == GRADE:
        return _read_each(code, grades_of(firms), _read_grade)
    if code == TAGS:
        return _tags(firms, indicators)
    if code in GROUP_INDICATORS:
        return _group(code, firms, indicators)
    if code not in firms.columns:
        raws = joined([firms.packed.words[name] for name in FACTS[code]])
        firms.columns[code] = _read_each(code, raws, partial(_read_fact, code, firms.on))
    return firms.columns[code]


def _read_each(code: str, raws: Coded, read: Callable[[Any], Reading]) -> Column:
    """Return a column of which each different raw value is read once."""
    readings = [read(raw) for raw in raws.values]
    if is_number(code):
        known = [np.nan if isinstance(one, Missing) else float(str(one)) for one in readings]
        return NumberColumn(np.array(known, dtype=np.float64)[raws.places])
    codes = [0 if isinstance(one, Missing) else place for place, one in enumerate(readings, 1)]
    column = CodeColumn(np.array(codes, dtype=np.int32)[raws.places], (NO_RECORD, *readings))
    return as_tags(column) if FIELDS[code].type is FieldType.TAGS else column


def _read_fact(code: str, on: date, raw: Sequence[Any]) -> Reading:
    subject = subject_from(Enterprise(tags=[], **_facts(FACTS[code], raw)), {})
    return readings_of(subject, Wish(), on=on)[code]


def _facts(names: Sequence[str], raw: Sequence[Any]) -> dict[str, Any]:
    """Return words of the register as a firm has them."""
    return {
        name: MEMBERS[name](word) if name in MEMBERS and word is not None else word
        for name, word in zip(names, raw, strict=True)
    }


def _read_grade(grade: str | None) -> Reading:
    subject = subject_from(Enterprise(tags=[]), {}, grade=grade)
    return readings_of(subject, Wish(), on=date.min)[GRADE]


def _tags(firms: Firms, indicators: Indicators) -> Column:
    """Return the tags: they follow from a firm's own, its lists, and its qualifications."""
    lists = firms.known(whitelist.list_codes_by_enterprise(firms.only), frozenset())
    held = [coded_numbers(indicators[code]) for code in QUALIFICATIONS]
    return _read_each(TAGS, joined([firms.packed.words["tags"], lists, *held]), _read_tags)


def _read_tags(raw: Sequence[Any]) -> Reading:
    own, lists, *values = raw
    known = _values(QUALIFICATIONS, values)
    subject = subject_from(Enterprise(tags=list(own)), known, list_codes=lists)
    return readings_of(subject, Wish(), on=date.min)[TAGS]


def _group(code: str, firms: Firms, indicators: Indicators) -> Column:
    """Return whether firms are of a group; a cause of absence may tell a group from a gap."""
    facts = [firms.packed.words[name] for name in FACTS[code]]
    entries = [coded_numbers(indicators[one]) for one in GROUP_INDICATORS[code]]
    return _read_each(code, joined([*facts, *entries]), partial(_read_group, code))


def _read_group(code: str, raw: Sequence[Any]) -> Reading:
    own, *rest = raw
    names = FACTS[code][1:]
    facts = _facts(names, rest[: len(names)])
    known = _values(GROUP_INDICATORS[code], rest[len(names) :])
    subject = subject_from(Enterprise(tags=list(own), **facts), known)
    return readings_of(subject, Wish(), on=date.min)[code]


def _values(codes: Sequence[str], raw: Sequence[Hashable]) -> dict[str, _Value]:
    return {
        code: _Value(Missing(one) if isinstance(one, MissingCause) else float(str(one)))
        for code, one in zip(codes, raw, strict=True)
    }
