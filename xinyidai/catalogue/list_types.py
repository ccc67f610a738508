"""Whitelist types, 白名单类型, with the standards an entry is checked against."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken, UnknownListType
from xinyidai.catalogue.kinds import DEPARTMENTS
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique


class StandardCheck(StrEnum):
    """Who tells whether a standard is met."""

    AUTO = "auto"  # 自动核查
    OPINION = "opinion"  # 部门意见


@dataclass(frozen=True)
class ListStandard:
    """One standard of a whitelist type, 入选标准."""

    code: str
    name: str
    text: str
    check: StandardCheck


@dataclass(frozen=True)
class Promise:
    """What a list promises its firms, 优先满足; both in working days."""

    answer_days: int
    contact_days: int


@dataclass(frozen=True, kw_only=True)
class ListType:
    """A whitelist type; without publicity days (公示期) an entry is listed straight away.

    `priority` None promises nothing.
    """

    code: str
    name: str
    text: str
    lead_department: str
    valid_months: int
    publicity_days: int
    priority: Promise | None = None
    standards: tuple[ListStandard, ...]


def get_list_type(code: str) -> ListType:
    """Return a whitelist type, or raise `UnknownListType`."""
    list_type = LIST_TYPES.get(code)
    if list_type is None:
        raise UnknownListType(f"没有“{code}”这种白名单。请在白名单类型里选择。")
    return list_type


def read_list_types(root: Entry) -> tuple[str, Mapping[str, ListType]]:
    """Return version and types of a file, or raise `CatalogueBroken`."""
    version = root.text("version")
    types = [_list_type(entry) for entry in root.entries("list_types")]
    root.close()
    require_unique([list_type.code for list_type in types], "list_types")
    return version, MappingProxyType({list_type.code: list_type for list_type in types})


def _list_type(entry: Entry) -> ListType:
    list_type = ListType(
        code=entry.text("code"),
        name=entry.text("name"),
        text=entry.text("text"),
        lead_department=entry.text("lead_department"),
        valid_months=entry.integer("valid_months"),
        publicity_days=entry.integer("publicity_days"),
        priority=_promise(entry.entry("priority")) if entry.has("priority") else None,
        standards=tuple(_standard(standard) for standard in entry.entries("standards")),
    )
    entry.close()
    require_unique([standard.code for standard in list_type.standards], list_type.code)
    if list_type.lead_department not in DEPARTMENTS:
        raise CatalogueBroken(f"{entry.where}: unknown department {list_type.lead_department}")
    return list_type


def _promise(entry: Entry) -> Promise:
    promise = Promise(entry.positive("answer_days"), entry.positive("contact_days"))
    entry.close()
    return promise


def _standard(entry: Entry) -> ListStandard:
    standard = ListStandard(
        entry.text("code"),
        entry.text("name"),
        entry.text("text"),
        entry.choice("check", StandardCheck),
    )
    entry.close()
    return standard


@lru_cache
def _catalogue() -> tuple[str, Mapping[str, ListType]]:
    return read_list_types(read_catalogue("list_types.yaml"))


VERSION: str = _catalogue()[0]
LIST_TYPES: Mapping[str, ListType] = _catalogue()[1]
