"""One value of an example: its JSON and text forms, and the values worth trying for a field."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from xinyidai.kernel.errors import InvalidInput
from xinyidai.products.rules.members import write_member
from xinyidai.products.rules.parsing import finite
from xinyidai.products.rules.value_text import NO_TAGS, YES_NO, read_bound, read_value, write_one
from xinyidai.products.values import (
    FLAG_SCALE,
    GRADES,
    TAG_NAMES,
    Criterion,
    Field,
    FieldType,
    Operator,
    Reading,
    industry_path,
    region_path,
)

_TAG = re.compile(r"[a-z][a-z0-9_]*(:[A-Za-z0-9_\-]+)?")
WAN = 1_000_000  # 分 of one 万元, the step in which amounts are tried
SHARE_STEP = 0.01
REGIONS = ("110101", "310101", "410482", "420102")
INDUSTRIES = ("C1311", "F5211", "A0111", "I6510", "E4710", "B0610", "K7010", "G5430")
COUNTY_DIGITS = 6
NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})


def reading_from_json(field: Field, raw: object) -> Reading:
    """Return one reading of its JSON form, or raise `InvalidInput`."""
    if field.type in NUMBERS:
        return finite(raw, f"“{field.name}”")
    found = _FROM_JSON[field.type](field, raw)
    if found is None:
        raise InvalidInput(f"“{field.name}”没有“{raw}”这个值。")
    return found


def _flag(_: Field, raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _tags(_: Field, raw: object) -> frozenset[str] | None:
    is_list = isinstance(raw, list | tuple) and all(_is_tag(tag) for tag in raw)
    return frozenset(raw) if is_list and isinstance(raw, list | tuple) else None


def _region(_: Field, raw: object) -> str | None:
    return region_path(raw) if isinstance(raw, str) else None


def _industry(_: Field, raw: object) -> str | None:
    return industry_path(raw) if isinstance(raw, str) else None


def _grade(_: Field, raw: object) -> str | None:
    return raw if isinstance(raw, str) and raw in GRADES else None


def _choice(field: Field, raw: object) -> str | None:
    return raw if isinstance(raw, str) and raw in field.choices else None


_FROM_JSON: Mapping[FieldType, Callable[[Field, object], Reading | None]] = {
    FieldType.FLAG: _flag,
    FieldType.TAGS: _tags,
    FieldType.REGION: _region,
    FieldType.INDUSTRY: _industry,
    FieldType.GRADE: _grade,
    FieldType.CHOICE: _choice,
}


def _is_tag(tag: object) -> bool:
    return isinstance(tag, str) and _TAG.fullmatch(tag) is not None


def reading_to_json(reading: Reading) -> object:
    """Return the JSON form of a reading."""
    return sorted(reading) if isinstance(reading, frozenset) else reading


def read_reading(field: Field, text: str) -> Reading:
    """Return the reading that a person typed; «无» is a firm without any tag."""
    cleaned = text.strip()
    match field.type:
        case FieldType.FLAG:
            if cleaned not in YES_NO:
                raise InvalidInput(f"“{field.name}”请填“是”或“否”，不填表示缺数据。")
            return YES_NO[cleaned]
        case FieldType.TAGS:
            tags = [] if cleaned == NO_TAGS else read_value(field, Operator.HAS_ANY, cleaned)
            return reading_from_json(field, tags)
        case FieldType.NUMBER | FieldType.MONEY | FieldType.GRADE:
            return reading_from_json(field, read_bound(field, cleaned))
        case _:
            (only, *more) = _parts(field, cleaned)
            if more:
                raise InvalidInput(f"“{field.name}”只能填一个值。")
            return reading_from_json(field, only)


def _parts(field: Field, text: str) -> list[str]:
    found = read_value(field, Operator.IS_ONE_OF, text)
    return [str(part) for part in found] if isinstance(found, list) else [text]


def write_reading(field: Field, reading: Reading) -> str:
    """Return a reading as `read_reading` takes it."""
    if isinstance(reading, bool):
        return "是" if reading else "否"
    if isinstance(reading, frozenset):
        return "、".join(write_member(field, tag) for tag in sorted(reading)) or NO_TAGS
    if field.type is FieldType.REGION:
        return write_member(field, str(reading).ljust(COUNTY_DIGITS, "0"))
    return write_one(field, reading)


def candidates(criteria: Sequence[Criterion]) -> list[Reading]:
    """Return readings worth trying for the field of these criteria, the thresholds first."""
    field = criteria[0].field
    if field.type in NUMBERS:
        return _numbers(field, criteria)
    return _CANDIDATES[field.type](criteria)


def _named(criteria: Sequence[Criterion]) -> list[str]:
    return [
        str(part)
        for criterion in criteria
        for part in (criterion.value if isinstance(criterion.value, tuple) else (criterion.value,))
    ]


def _numbers(field: Field, criteria: Sequence[Criterion]) -> list[Reading]:
    if field.scale and field.scale != FLAG_SCALE:
        return [*_bounds(criteria), *sorted(field.scale)]
    if field.scale == FLAG_SCALE:
        return [0, 1]
    bounds = _bounds(criteria)
    step = WAN if field.type is FieldType.MONEY else (SHARE_STEP if field.unit == "%" else 1)
    around: list[Reading] = []
    for times in (1, 5, 20):
        for bound in bounds:
            around += [_tidy(bound + times * step), _tidy(bound - times * step)]
    middles = [_tidy((low + high) / 2) for low, high in pairwise(bounds)]
    if field.type is FieldType.MONEY:
        middles = [int(middle) for middle in middles]
    # A firm of minus one employee proves nothing, unless the rule itself speaks of below zero.
    lowest = min(0, *bounds) - (step * 20 if min(bounds) < 0 or field.unit == "%" else 0)
    if any(0 >= criterion.bounds[0] >= lowest for criterion in criteria):
        lowest -= step  # nothing else would fail
    found = [*bounds, *middles, *around]
    return [*dict.fromkeys(n for n in found if isinstance(n, int | float) and n >= lowest)]


def _bounds(criteria: Sequence[Criterion]) -> list[float]:
    ends = {end for one in criteria for end in one.bounds if math.isfinite(end)}
    return sorted(ends)


def _tidy(number: float) -> float:
    rounded = round(number, 9)
    return int(rounded) if rounded == int(rounded) else rounded


def _tag_sets(criteria: Sequence[Criterion]) -> list[Reading]:
    needed = {m for c in criteria if c.operator is Operator.HAS_ALL for m in c.members}
    banned = {m for c in criteria if c.operator is Operator.HAS_NONE for m in c.members}
    choices = [sorted(c.members) for c in criteria if c.operator is Operator.HAS_ANY]
    allowed = [[m for m in some if m not in banned] or some for some in choices]
    least = frozenset(needed | {some[0] for some in allowed})
    most = frozenset(needed | {m for some in allowed for m in some})
    spare = [tag for tag in TAG_NAMES if tag not in banned | least | most][:1]
    last = frozenset(needed | {some[-1] for some in allowed})
    found = [least, last, most, least | frozenset(spare), frozenset(), frozenset(spare)]
    found += [least | {ban} for ban in sorted(banned)]
    found += [least - {one} for one in sorted(needed)]
    return [*dict.fromkeys(found)]


def _paths(
    criteria: Sequence[Criterion], usual: Sequence[str], path_of: Callable[[str], str | None]
) -> list[Reading]:
    members = [m for criterion in criteria for m in sorted(criterion.members)]
    finer = [m.ljust(COUNTY_DIGITS, "0")[:-1] + "1" for m in members if m.isdigit()]
    paths = (path_of(code) for code in (*members, *usual, *finer))
    return [*dict.fromkeys(path for path in paths if path)]


_CANDIDATES: Mapping[FieldType, Callable[[Sequence[Criterion]], list[Reading]]] = {
    FieldType.FLAG: lambda _: [True, False],
    FieldType.GRADE: lambda criteria: [*dict.fromkeys((*_named(criteria), *GRADES))],
    FieldType.CHOICE: lambda criteria: [
        *dict.fromkeys((*_named(criteria), *criteria[0].field.choices))
    ],
    FieldType.TAGS: _tag_sets,
    FieldType.REGION: lambda criteria: _paths(criteria, REGIONS, region_path),
    FieldType.INDUSTRY: lambda criteria: _paths(criteria, INDUSTRIES, industry_path),
}
