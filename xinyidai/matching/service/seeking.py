"""Find the firms that meet conditions, 反向匹配: the one function that searches go through.

The caller opens the platform run, and sees to it that nobody learns which firms these are.
Only the fields that a search asks for are read, as columns, and `matching.reverse` judges them.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

import numpy as np

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.enterprises.models import Enterprise
from xinyidai.matching import queries, seeking_queries
from xinyidai.matching.columns import (
    CodeColumn,
    Column,
    FirmColumns,
    Floats,
    NumberColumn,
    is_number,
    tag_column,
)
from xinyidai.matching.grouping import GROUP_INDICATORS
from xinyidai.matching.reverse import reverse
from xinyidai.matching.service.assembling import subject_from
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
    "registered_capital_fen": ("registered_capital_fen",),
    "employees": ("employees",),
    "revenue_fen": ("revenue_fen",),
    TAGS: ("tags",),
    **dict.fromkeys(GROUP_INDICATORS, ("industry_code", "section", "enterprise_type", "tags")),
}
# Read as they stand; every other field has few different values, each of which is read once.
PLAIN = frozenset({"registered_capital_fen", "employees", "revenue_fen"})
QUALIFICATIONS = tuple(sorted({indicator for indicator, _, _ in TAG_INDICATORS}))
K = TypeVar("K")
Found = dict[Outcome, set[UUID]]
MOST_KEPT = 12  # indicators; 100,000 firms of one take some ten megabytes
MOST_SEEN = 3  # sets of columns; 100,000 firms of one take some forty megabytes
Rows = Sequence[Sequence[Any]]
_seen: dict[tuple[date, tuple[str, ...]], tuple[Any, Rows]] = {}
_kept: dict[tuple[date, str], dict[UUID, float]] = {}
_keeping = Lock()


@dataclass(frozen=True)
class _Value:
    value: int | float | Missing


@dataclass(frozen=True)
class _Firms:
    """The firms of a day with the columns `names` of the register, after two ids."""

    on: date
    names: Sequence[str]
    rows: Rows

    def column(self, name: str) -> list[Any]:
        place = 2 + self.names.index(name)
        return [row[place] for row in self.rows]

    @property
    def ids(self) -> list[UUID]:
        return [row[0] for row in self.rows]

    @property
    def snapshot_ids(self) -> list[UUID]:
        return [row[1] for row in self.rows]


def seek(
    searches: Mapping[K, Sequence[Criterion]], on: date, *, only: Collection[UUID] | None = None
) -> dict[K, Found]:
    """Return for each search the firms by outcome; firms without a profile of the day are left out.

    `only` narrows to these firms. The firms are read once for all searches.
    """
    asked = {criterion.field.code for criteria in searches.values() for criterion in criteria}
    facts = sorted({fact for code in asked for fact in FACTS.get(code, ())})
    firms = _Firms(on, facts, _rows(on, facts, only))
    columns = {code: _column(code, firms) for code in asked if _is_read(code)}
    judged = FirmColumns(len(firms.rows), columns)
    ids = np.array(firms.ids, dtype=object)
    found: dict[K, Found] = {}
    for key, criteria in searches.items():
        outcomes = reverse(criteria, judged)
        found[key] = {outcome: set(ids[outcomes.places(outcome)]) for outcome in Outcome}
    return found


def _rows(on: date, facts: Sequence[str], only: Collection[UUID] | None) -> Rows:
    """Return the firms; all of them are kept for the next search, until one of them changes."""
    if only is not None:
        return seeking_queries.profiled_firms(on, facts, only)
    mark, key = seeking_queries.mark_of(on), (on, tuple(facts))
    with _keeping:
        former = _seen.get(key)
    if former is not None and former[0] == mark:
        return former[1]
    rows = seeking_queries.profiled_firms(on, facts, None)
    with _keeping:
        for each in [each for each in _seen if each[0] != on or each == key]:
            del _seen[each]
        while len(_seen) >= MOST_SEEN:
            del _seen[next(iter(_seen))]
        _seen[key] = mark, rows
    return rows


def _is_read(code: str) -> bool:
    """Tell whether a field is known of firms that have not said what they wish."""
    return code in FACTS or code == GRADE or code.startswith(INDICATOR_PREFIX)


def _column(code: str, firms: _Firms) -> Column:
    if code.startswith(INDICATOR_PREFIX):
        return NumberColumn(_numbers(code.removeprefix(INDICATOR_PREFIX), firms))
    if code in PLAIN:
        values = [np.nan if value is None else value for value in firms.column(code)]
        return NumberColumn(np.array(values, dtype=np.float64))
    if code == GRADE:
        return _coded(code, _grades(firms), _read_grade)
    if code == TAGS:
        return _coded(code, _qualified(firms), _read_tags)
    if code in GROUP_INDICATORS:
        return _coded(code, _grouped(code, firms), partial(_read_group, code))
    names = FACTS[code]
    raws = list(zip(*map(firms.column, names), strict=True))

    def read(raw: tuple[Any, ...]) -> Reading:
        facts = dict(zip(names, raw, strict=True))
        subject = subject_from(Enterprise(tags=[], **facts), {})
        return readings_of(subject, Wish(), on=firms.on)[code]

    return _coded(code, raws, read)


def _coded(code: str, raws: Sequence[Hashable], read: Callable[[Any], Reading]) -> Column:
    """Return a column of which each different raw value is read once."""
    places: dict[Hashable, int] = {}
    drawn = np.array([places.setdefault(raw, len(places)) for raw in raws], dtype=np.int32)
    readings = [read(raw) for raw in places]
    if is_number(code):
        known = [np.nan if isinstance(one, Missing) else float(str(one)) for one in readings]
        return NumberColumn(np.array(known, dtype=np.float64)[drawn])
    codes = [0 if isinstance(one, Missing) else place for place, one in enumerate(readings, 1)]
    column = CodeColumn(np.array(codes, dtype=np.int32)[drawn], (NO_RECORD, *readings))
    return tag_column(column) if FIELDS[code].type is FieldType.TAGS else column


def _grades(firms: _Firms) -> list[str | None]:
    grades = queries.present_grades(firms.ids)
    return [grades.get(firm_id) for firm_id in firms.ids]


def _read_grade(grade: str | None) -> Reading:
    subject = subject_from(Enterprise(tags=[]), {}, grade=grade)
    return readings_of(subject, Wish(), on=date.min)[GRADE]


def _qualified(firms: _Firms) -> list[Hashable]:
    """Return what a firm's tags follow from: its own, its lists, and its qualifications."""
    lists = whitelist.list_codes_by_enterprise(firms.ids)
    held = [_numbers(code, firms) for code in QUALIFICATIONS]
    known = [_boxed(values) for values in held]
    return [
        (tuple(own), lists.get(firm_id, frozenset()), *values)
        for firm_id, own, *values in zip(firms.ids, firms.column("tags"), *known, strict=True)
    ]


def _grouped(code: str, firms: _Firms) -> list[Hashable]:
    """Return what a group follows from: the register, then each indicator's number or cause."""
    facts = zip(*(firms.column(name) for name in FACTS[code][:-1]), strict=True)
    entries = zip(*(_entries(one, firms) for one in GROUP_INDICATORS[code]), strict=True)
    return [
        (tuple(own), *known, *found)
        for own, known, found in zip(firms.column("tags"), facts, entries, strict=True)
    ]


def _entries(code: str, firms: _Firms) -> list[float | str]:
    """Return an indicator's number, or why there is none: a cause may tell a group from a gap."""
    values = _boxed(_numbers(code, firms))
    lacking = [one for one, value in zip(firms.snapshot_ids, values, strict=True) if value is None]
    causes = dict(seeking_queries.indicator_causes(code, firms.on, lacking)) if lacking else {}
    unknown = NO_RECORD.cause.value
    return [
        causes.get(one, unknown) if value is None else value
        for one, value in zip(firms.snapshot_ids, values, strict=True)
    ]


def _read_group(code: str, raw: tuple[Any, ...]) -> Reading:
    own, *rest = raw
    names = FACTS[code][:-1]
    facts = dict(zip(names, rest, strict=False))
    indicators = {
        one: _Value(Missing(MissingCause(found)) if isinstance(found, str) else found)
        for one, found in zip(GROUP_INDICATORS[code], rest[len(names) :], strict=True)
    }
    subject = subject_from(Enterprise(tags=list(own), **facts), indicators)
    return readings_of(subject, Wish(), on=date.min)[code]


def _boxed(values: Floats) -> list[float | None]:
    boxed = values.astype(object)
    boxed[np.isnan(values)] = None
    found: list[float | None] = boxed.tolist()
    return found


def _read_tags(raw: tuple[Any, ...]) -> Reading:
    own, lists, *values = raw
    indicators = {
        code: _Value(NO_RECORD if value is None else value)
        for code, value in zip(QUALIFICATIONS, values, strict=True)
    }
    subject = subject_from(Enterprise(tags=list(own)), indicators, list_codes=lists)
    return readings_of(subject, Wish(), on=date.min)[TAGS]


def _numbers(code: str, firms: _Firms) -> Floats:
    """Return an indicator of every firm; NaN where its snapshot says none.

    Snapshots never change, so what was read of one is kept for the day; a firm whose facts
    changed has another snapshot, and is read again.
    """
    known, asked = _kept.get((firms.on, code), {}), firms.snapshot_ids
    lacking = [snapshot_id for snapshot_id in asked if snapshot_id not in known]
    if lacking:
        read = dict(seeking_queries.indicator_values(code, firms.on, lacking))
        known = known | {snapshot_id: read.get(snapshot_id, np.nan) for snapshot_id in lacking}
        _keep(firms.on, code, known)
    return np.array([known[snapshot_id] for snapshot_id in asked], dtype=np.float64)


def _keep(on: date, code: str, known: dict[UUID, float]) -> None:
    """Keep an indicator of the day, and of no other day; the one kept longest goes first."""
    with _keeping:
        for key in [key for key in _kept if key[0] != on or key[1] == code]:
            del _kept[key]
        while len(_kept) >= MOST_KEPT:
            del _kept[next(iter(_kept))]
        _kept[on, code] = known
