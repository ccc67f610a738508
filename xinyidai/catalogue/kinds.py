"""The public credit record catalogue, 公共信用信息目录: loaded once, checked when loaded."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from xinyidai.catalogue.errors import BannedFieldRefused, UnknownItem, UnknownKind
from xinyidai.catalogue.kind_reading import KindCatalogue, read_kind_catalogue
from xinyidai.catalogue.reading import read_catalogue
from xinyidai.catalogue.values import (
    Absence,
    AuthorizationItem,
    BannedField,
    CollectionMode,
    ColumnMap,
    Department,
    DroppedField,
    Edition,
    Effect,
    Field,
    FieldType,
    OpenAttribute,
    RecordKind,
    Sensitivity,
    clean_heading,
)

__all__ = [
    "BANNED_FIELDS",
    "CLASSES",
    "DEPARTMENTS",
    "DROPPED_FIELDS",
    "EDITIONS",
    "ITEMS",
    "KINDS",
    "VERSION",
    "Absence",
    "AuthorizationItem",
    "BannedField",
    "CollectionMode",
    "ColumnMap",
    "Department",
    "DroppedField",
    "Edition",
    "Effect",
    "Field",
    "FieldType",
    "OpenAttribute",
    "RecordKind",
    "Sensitivity",
    "UnknownKind",
    "clean_heading",
    "disclosable_kinds",
    "find_banned_field",
    "find_dropped_field",
    "get_item",
    "get_kind",
    "kinds_of_items",
    "require_collectable",
]


@lru_cache
def _catalogue() -> KindCatalogue:
    return read_kind_catalogue(read_catalogue("record_kinds.yaml"))


EDITIONS: tuple[Edition, ...] = _catalogue().editions
VERSION: str = _catalogue().version
CLASSES: Mapping[str, str] = _catalogue().classes
DEPARTMENTS: Mapping[str, Department] = _catalogue().departments
ITEMS: Mapping[str, AuthorizationItem] = _catalogue().items
KINDS: Mapping[str, RecordKind] = _catalogue().kinds
BANNED_FIELDS: tuple[BannedField, ...] = _catalogue().banned
DROPPED_FIELDS: tuple[DroppedField, ...] = _catalogue().dropped


def get_kind(code: str) -> RecordKind:
    """Return a record kind by its code.

    Raises:
        UnknownKind: the catalogue does not list it, so nothing of it may be collected or shown.

    """
    kind = KINDS.get(code)
    if kind is None:
        raise UnknownKind(f"目录里没有“{code}”这一类信息。请对照公共信用信息目录检查类别代码。")
    return kind


def get_item(code: str) -> AuthorizationItem:
    """Return an authorization item, 授权数据项, or raise `UnknownItem`."""
    item = ITEMS.get(code)
    if item is None:
        raise UnknownItem(f"没有“{code}”这个授权数据项。请在授权数据项清单里选择。")
    return item


def kinds_of_items(codes: Iterable[str]) -> frozenset[str]:
    """Return the codes of all record kinds that the items cover; refuse unknown items."""
    return frozenset(kind for code in codes for kind in get_item(code).kinds)


def disclosable_kinds(codes: Iterable[str]) -> frozenset[str]:
    """Return the kinds of the items that may leave for an institution; 政务共享 never does."""
    return frozenset(
        code
        for code in kinds_of_items(codes)
        if get_kind(code).open_attribute is not OpenAttribute.GOVERNMENT
    )


def find_banned_field(heading: str) -> BannedField | None:
    """Return the ban a heading falls under, if any."""
    return next((banned for banned in BANNED_FIELDS if banned.covers(heading)), None)


def find_dropped_field(heading: str) -> DroppedField | None:
    """Return what is never stored of a column under this heading, if it is one of those."""
    return next((dropped for dropped in DROPPED_FIELDS if dropped.covers(heading)), None)


def require_collectable(headings: Iterable[str]) -> None:
    """Refuse a file, form or message that asks for what may never be collected.

    Raises:
        BannedFieldRefused: with every offending heading and its legal basis.

    """
    bans = {heading: banned for heading in headings if (banned := find_banned_field(heading))}
    if bans:
        named = "、".join(f"“{heading}”（{ban.legal_basis}）" for heading, ban in bans.items())
        raise BannedFieldRefused(
            f"不能采集：{named}。请从文件里删除这些列后重新提交。",
            details={"banned": {heading: ban.code for heading, ban in bans.items()}},
        )
