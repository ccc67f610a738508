"""Members of a list by their names: places, trades, titles and lists, as people write them.

A code is written where a name is not known or would not come back to the very same code.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.enterprises.reference import industries, region_path, regions
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.widths import half_width
from xinyidai.products.values import GRADE_RANKS, TAG_NAMES, Criterion, Field, FieldType
from xinyidai.products.values import industry_path as path_of_industry
from xinyidai.products.values import region_path as path_of_region

LIST_PREFIX = "whitelist:"
MARKS = re.compile(r"[,，、；;\s]")
PROVINCE_DIGITS = 2
REGION_DIGITS = 6
MOST_HINTS = 3
_UPPER = frozenset({FieldType.INDUSTRY, FieldType.GRADE})
ENDINGS = ("市", "县", "区", "省", "镇")


def read_member(field: Field, text: str) -> str:
    """Return the code of one member given by its name or code.

    Raises:
        InvalidInput: nothing is called so; the nearest names are offered.

    """
    names = codes_by_name(field)
    wanted = half_width(text)
    if field.type in _UPPER:
        wanted = wanted.upper()
    found = names.get(text.strip()) or names.get(wanted)
    if found is not None:
        return found
    if _is_code(field, wanted):
        return wanted
    raise InvalidInput(f"“{field.name}”没有“{text}”这个选项。{_hint(text, names)}")


def write_member(field: Field, code: str) -> str:
    """Return the name of a member where it comes back to this code in a list, else the code."""
    if field.type in _TABLES:
        return _names_by_code(field.type).get(code, code)
    return field.choices.get(code, code)


def with_codes(field: Field, text: str) -> str:
    """Return a list with codes for the names that hold a mark of their own, 农、林、牧、渔业."""
    names = codes_by_name(field)
    for name in sorted((name for name in names if MARKS.search(name)), key=len, reverse=True):
        text = text.replace(name, names[name])
    return text


def unknown_members(criteria: Sequence[Criterion]) -> dict[str, str]:
    """Return a sentence for each criterion that names a list, title or province nobody has.

    The keys are `criteria.<place>`. What a stored version names is not asked again.
    """
    problems: dict[str, str] = {}
    for place, criterion in enumerate(criteria):
        values = criterion.value if isinstance(criterion.value, tuple) else ()
        strange = [str(one) for one in values if not _is_known(criterion.field, str(one))]
        if strange:
            names = "、".join(strange)
            problems[f"criteria.{place}"] = f"“{criterion.field.name}”没有“{names}”这个选项。"
    return problems


def unknown_regions(codes: Sequence[str]) -> list[str]:
    """Return the codes that no province of GB/T 2260 begins."""
    return [code for code in codes if not _in_a_province(code)]


def _is_known(field: Field, code: str) -> bool:
    if field.type is FieldType.REGION:
        return _in_a_province(code)
    if field.type is FieldType.TAGS:
        return code in TAG_NAMES or code.removeprefix(LIST_PREFIX) in LIST_TYPES
    return True


def _in_a_province(code: str) -> bool:
    return code[:PROVINCE_DIGITS].ljust(REGION_DIGITS, "0") in regions()


def _is_code(field: Field, text: str) -> bool:
    if field.type is FieldType.REGION:
        return path_of_region(text) is not None and _in_a_province(text)
    if field.type is FieldType.INDUSTRY:
        return path_of_industry(text) is not None
    if field.type is FieldType.TAGS:
        return text in TAG_NAMES or (text.startswith(LIST_PREFIX) and _is_known(field, text))
    return text in field.choices or (field.type is FieldType.GRADE and text in GRADE_RANKS)


def codes_by_name(field: Field) -> Mapping[str, str]:
    """Return the codes by every name that may be written for them."""
    if field.type in _TABLES:
        return _TABLES[field.type]()
    return {name: code for code, name in field.choices.items()}


@lru_cache
def _names_by_code(kind: FieldType) -> Mapping[str, str]:
    # The first name of a code is its own; full paths and shorter words only help to read.
    found: dict[str, str] = {}
    for name, code in _TABLES[kind]().items():
        if not MARKS.search(name):
            found.setdefault(code, name)
    return MappingProxyType(found)


@lru_cache
def _region_codes() -> Mapping[str, str]:
    own: dict[str, str] = {}
    for code, region in regions().items():
        own.setdefault(region.name, code)
    paths = {region_path(code): code for code in regions()}
    short = {name[:-1]: code for name, code in own.items() if name[-1] in ENDINGS and name[2:]}
    return MappingProxyType(own | {**short, **paths, **own})


@lru_cache
def _industry_codes() -> Mapping[str, str]:
    # A section is named before a division of the same name.
    found: dict[str, str] = {}
    for industry in industries().values():
        code = industry.code if industry.code.isalpha() else industry.section + industry.code
        if found.setdefault(industry.name, code) != code and code.isalpha():
            found[industry.name] = code
    return MappingProxyType(found)


@lru_cache
def _tag_codes() -> Mapping[str, str]:
    own = {name: code for code, name in TAG_NAMES.items()}
    lists = {kind.name: LIST_PREFIX + code for code, kind in LIST_TYPES.items()}
    return MappingProxyType(own | {**lists, **own})


_TABLES: Mapping[FieldType, Callable[[], Mapping[str, str]]] = {
    FieldType.REGION: _region_codes,
    FieldType.INDUSTRY: _industry_codes,
    FieldType.TAGS: _tag_codes,
}


def _hint(text: str, names: Mapping[str, str]) -> str:
    within = [name for name in names if text in name or name in text]
    near = within or get_close_matches(text, list(names), n=MOST_HINTS, cutoff=0.4)
    return f"是不是想写：{'、'.join(near[:MOST_HINTS])}？" if near else ""
