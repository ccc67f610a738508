"""Purposes of consent, 授权用途, and listed purposes of platform processing, 平台处理用途."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken, UnknownPurpose
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique

ALL_ITEMS = "all"


class ConsentMode(StrEnum):
    """How data may be used under a consent, 使用方式."""

    VIEW = "view"  # 仅查看
    STORE = "store"  # 可留存
    RESULT = "result"  # 仅结果，可用不可见
    STREAM = "stream"  # 持续推送


@dataclass(frozen=True, kw_only=True)
class PurposeCaps:
    """The most that may be asked for; `max_uses` without a number means no limit of looks."""

    max_valid_days: int
    max_range_months: int
    max_uses: int | None
    max_data_life_days: int
    modes: frozenset[ConsentMode]
    items: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class PurposeDefaults:
    """What the form offers first; never more than the caps."""

    valid_days: int
    range_months: int
    uses: int
    data_life_days: int
    mode: ConsentMode
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """A purpose of consent with the sentence that the firm reads."""

    code: str
    name: str
    text: str
    caps: PurposeCaps
    defaults: PurposeDefaults


@dataclass(frozen=True, kw_only=True)
class PlatformPurpose:
    """A purpose for which the platform itself processes records, without showing them.

    `needs_consent` names the purpose of consent without which a firm is left out.
    """

    code: str
    name: str
    legal_note: str
    needs_consent: str | None


@dataclass(frozen=True)
class PurposeCatalogue:
    """Everything in the purposes file."""

    version: str
    purposes: Mapping[str, Purpose]
    platform_purposes: Mapping[str, PlatformPurpose]


def read_purposes(root: Entry) -> PurposeCatalogue:
    """Return the purposes of a file, or raise `CatalogueBroken`."""
    version = root.text("version")
    purposes = [_purpose(entry) for entry in root.entries("purposes")]
    platform = [_platform_purpose(entry) for entry in root.entries("platform_purposes")]
    root.close()
    require_unique([purpose.code for purpose in purposes], "purposes")
    require_unique([purpose.code for purpose in platform], "platform_purposes")
    wanted = {purpose.needs_consent for purpose in platform} - {None}
    if not wanted <= {purpose.code for purpose in purposes}:
        raise CatalogueBroken("platform_purposes: needs_consent names an unknown purpose")
    return PurposeCatalogue(
        version,
        MappingProxyType({purpose.code: purpose for purpose in purposes}),
        MappingProxyType({purpose.code: purpose for purpose in platform}),
    )


def get_purpose(code: str) -> Purpose:
    """Return a purpose of consent, or raise `UnknownPurpose`."""
    purpose = PURPOSES.get(code)
    if purpose is None:
        raise UnknownPurpose(f"没有“{code}”这个授权用途。请在授权用途清单里选择。")
    return purpose


def get_platform_purpose(code: str) -> PlatformPurpose:
    """Return a listed purpose of platform processing, or raise `UnknownPurpose`."""
    purpose = PLATFORM_PURPOSES.get(code)
    if purpose is None:
        raise UnknownPurpose(f"“{code}”不在平台处理用途清单里，不能处理企业数据。")
    return purpose


def _purpose(entry: Entry) -> Purpose:
    purpose = Purpose(
        code=entry.text("code"),
        name=entry.text("name"),
        text=entry.text("text"),
        caps=_caps(entry.entry("caps")),
        defaults=_defaults(entry.entry("defaults")),
    )
    entry.close()
    _check_defaults(purpose)
    return purpose


def _platform_purpose(entry: Entry) -> PlatformPurpose:
    purpose = PlatformPurpose(
        code=entry.text("code"),
        name=entry.text("name"),
        legal_note=entry.text("legal_note"),
        needs_consent=entry.optional_text("needs_consent"),
    )
    entry.close()
    return purpose


def _caps(entry: Entry) -> PurposeCaps:
    items = entry.take("items")
    caps = PurposeCaps(
        max_valid_days=entry.integer("max_valid_days"),
        max_range_months=entry.integer("max_range_months"),
        max_uses=entry.optional_integer("max_uses"),
        max_data_life_days=entry.integer("max_data_life_days"),
        modes=frozenset(_mode(text, entry.where) for text in entry.texts("modes")),
        items=frozenset(ITEMS) if items == ALL_ITEMS else frozenset(_codes(items, entry.where)),
    )
    entry.close()
    return caps


def _defaults(entry: Entry) -> PurposeDefaults:
    defaults = PurposeDefaults(
        valid_days=entry.integer("valid_days"),
        range_months=entry.integer("range_months"),
        uses=entry.integer("uses"),
        data_life_days=entry.integer("data_life_days"),
        mode=entry.choice("mode", ConsentMode),
        items=tuple(_codes(entry.take("items"), entry.where)),
    )
    entry.close()
    return defaults


def _mode(text: str, where: str) -> ConsentMode:
    try:
        return ConsentMode(text)
    except ValueError as error:
        raise CatalogueBroken(f"{where}: unknown mode {text!r}") from error


def _codes(items: object, where: str) -> list[str]:
    if not isinstance(items, list) or not items or not set(items) <= set(ITEMS):
        raise CatalogueBroken(f"{where}: items must be a list of authorization items")
    return items


def _check_defaults(purpose: Purpose) -> None:
    caps, defaults = purpose.caps, purpose.defaults
    within = (
        0 < defaults.valid_days <= caps.max_valid_days
        and 0 < defaults.range_months <= caps.max_range_months
        and 0 < defaults.uses <= (caps.max_uses or defaults.uses)
        and 0 < defaults.data_life_days <= caps.max_data_life_days
    )
    if not within or defaults.mode not in caps.modes or not caps.items.issuperset(defaults.items):
        raise CatalogueBroken(f"{purpose.code}: the defaults exceed the caps")


@lru_cache
def _catalogue() -> PurposeCatalogue:
    return read_purposes(read_catalogue("purposes.yaml"))


VERSION: str = _catalogue().version
PURPOSES: Mapping[str, Purpose] = _catalogue().purposes
PLATFORM_PURPOSES: Mapping[str, PlatformPurpose] = _catalogue().platform_purposes
