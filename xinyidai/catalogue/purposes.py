"""Purposes of consent, 授权用途, and listed purposes of platform processing, 平台处理用途."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

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
    """The most that may be asked for; no number in `max_uses` or `max_per_month` means no limit.

    `max_per_month` counts the looks of a calendar month.
    """

    max_valid_days: int
    max_range_months: int
    max_uses: int | None
    max_data_life_days: int
    modes: frozenset[ConsentMode]
    items: frozenset[str]
    max_per_month: int | None = None

    def within(self, other: "PurposeCaps") -> bool:
        """Tell whether these caps allow nothing that the other ones do not."""
        return (
            self.max_valid_days <= other.max_valid_days
            and self.max_range_months <= other.max_range_months
            and self.max_data_life_days <= other.max_data_life_days
            and _not_above(self.max_uses, other.max_uses)
            and _not_above(self.max_per_month, other.max_per_month)
            and self.modes <= other.modes
            and self.items <= other.items
        )


@dataclass(frozen=True, kw_only=True)
class PurposeDefaults:
    """What the form offers first; never more than the caps."""

    valid_days: int
    range_months: int
    uses: int
    data_life_days: int
    mode: ConsentMode
    items: tuple[str, ...]
    per_month: int | None = None


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

    `needs_consent` names the purpose of consent without which a firm is left out. `replays` lets
    the past be computed once more with what has been repaired, corrected or withdrawn since.
    """

    code: str
    name: str
    legal_note: str
    needs_consent: str | None
    replays: bool = False


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


def as_content(purpose: Purpose) -> dict[str, Any]:
    """Return a purpose as plain JSON, as its templates store it; the name is the catalogue's."""
    caps, defaults = purpose.caps, purpose.defaults
    return {
        "text": purpose.text,
        "caps": {
            "max_valid_days": caps.max_valid_days,
            "max_range_months": caps.max_range_months,
            "max_uses": caps.max_uses,
            "max_per_month": caps.max_per_month,
            "max_data_life_days": caps.max_data_life_days,
            "modes": sorted(caps.modes),
            "items": sorted(caps.items),
        },
        "defaults": {
            "valid_days": defaults.valid_days,
            "range_months": defaults.range_months,
            "uses": defaults.uses,
            "per_month": defaults.per_month,
            "data_life_days": defaults.data_life_days,
            "mode": defaults.mode.value,
            "items": list(defaults.items),
        },
    }


def from_content(code: str, content: Mapping[str, Any]) -> Purpose:
    """Return the purpose that a template's content describes.

    Raises:
        UnknownPurpose: the catalogue has no such purpose.
        CatalogueBroken: a field is missing, unknown, or beyond the caps that the catalogue sets.

    """
    shipped = get_purpose(code)
    purpose = _purpose(Entry({"code": code, "name": shipped.name, **content}, code))
    if not purpose.caps.within(shipped.caps):
        raise CatalogueBroken(f"{code}: the caps exceed those of the catalogue")
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
        replays=entry.flag("replays"),
    )
    entry.close()
    return purpose


def _caps(entry: Entry) -> PurposeCaps:
    items = entry.take("items")
    caps = PurposeCaps(
        max_valid_days=entry.integer("max_valid_days"),
        max_range_months=entry.integer("max_range_months"),
        max_uses=entry.optional_integer("max_uses"),
        max_per_month=entry.optional_integer("max_per_month"),
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
        per_month=entry.optional_integer("per_month"),
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
        and (defaults.per_month is None or defaults.per_month > 0)
        and (caps.max_per_month is None or _bounded(defaults, caps.max_per_month))
    )
    if not within or defaults.mode not in caps.modes or not caps.items.issuperset(defaults.items):
        raise CatalogueBroken(f"{purpose.code}: the defaults exceed the caps")


def _not_above(wanted: int | None, most: int | None) -> bool:
    return most is None or (wanted is not None and wanted <= most)


def _bounded(defaults: PurposeDefaults, most_per_month: int) -> bool:
    return (defaults.per_month or defaults.uses) <= most_per_month


@lru_cache
def _catalogue() -> PurposeCatalogue:
    return read_purposes(read_catalogue("purposes.yaml"))


VERSION: str = _catalogue().version
PURPOSES: Mapping[str, Purpose] = _catalogue().purposes
PLATFORM_PURPOSES: Mapping[str, PlatformPurpose] = _catalogue().platform_purposes
