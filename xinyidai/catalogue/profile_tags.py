"""Tags of a firm, 标签: strict loader of `profile_tags.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.portrait import event_kinds
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique


class TagTone(StrEnum):
    """What a tag says about the firm, 标签性质."""

    GOOD = "good"  # 有利
    PLAIN = "plain"  # 说明
    CAUTION = "caution"  # 需要留意


class Pick(StrEnum):
    """Which of the chosen records count, 取法."""

    ANY = "any"  # 有就算
    NEWEST = "newest"  # 只看最近一条
    NONE = "none"  # 没有才算


@dataclass(frozen=True)
class Condition:
    """What an indicator must be, both ends included; None leaves an end open."""

    indicator: str
    at_least: Decimal | None
    at_most: Decimal | None


@dataclass(frozen=True, kw_only=True)
class TagRule:
    """One tag: its rule over records (`kinds`) or over indicators (`conditions`), and its basis."""

    code: str
    name: str
    tone: TagTone
    meaning: str
    basis: str
    kinds: tuple[str, ...]
    levels: tuple[str, ...]
    pick: Pick | None
    exactly: int | None
    within_months: int | None
    text_has: str | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class TagRules:
    """All tags of one version in the order of the file."""

    version: str
    tags: Mapping[str, TagRule]


@lru_cache
def tag_rules() -> TagRules:
    """Return the tags of this version of the product."""
    return parse_tags(read_catalogue("profile_tags.yaml"))


def parse_tags(raw: Entry) -> TagRules:
    """Build the tags; unknown keys, doubles and contradictions raise `CatalogueBroken`."""
    version = raw.text("version")
    tags = [_tag(entry) for entry in raw.entries("tags")]
    raw.close()
    require_unique([tag.code for tag in tags], "profile_tags.yaml")
    return TagRules(version, MappingProxyType({tag.code: tag for tag in tags}))


def _tag(raw: Entry) -> TagRule:
    tag = TagRule(
        code=raw.text("code"),
        name=raw.text("name"),
        tone=raw.choice("tone", TagTone),
        meaning=raw.text("meaning"),
        basis=raw.text("basis"),
        kinds=raw.texts("kinds"),
        levels=raw.texts("levels"),
        pick=raw.choice("pick", Pick) if raw.has("pick") else None,
        exactly=raw.optional_integer("exactly"),
        within_months=raw.optional_integer("within_months"),
        text_has=raw.optional_text("text_has"),
        conditions=_conditions(raw),
    )
    raw.close()
    _require_consistent(tag)
    return tag


def _conditions(raw: Entry) -> tuple[Condition, ...]:
    if not raw.has("indicators"):
        return ()
    found = []
    for entry in raw.entries("indicators"):
        low, high = entry.optional_number("at_least"), entry.optional_number("at_most")
        found.append(Condition(entry.text("indicator"), low, high))
        entry.close()
    return tuple(found)


def _require_consistent(tag: TagRule) -> None:
    known = indicator_dictionary().indicators
    wrong = {
        "rests on records or on indicators, one of them": bool(tag.kinds) == bool(tag.conditions),
        "a rule over records says which of them count": bool(tag.kinds) != (tag.pick is not None),
        "names a kind without dated records": not event_kinds().issuperset(tag.kinds),
        "names an unknown level": not _levels(tag.kinds).issuperset(tag.levels),
        "names an unknown indicator": any(c.indicator not in known for c in tag.conditions),
        "leaves both ends open": any(c.at_least is c.at_most is None for c in tag.conditions),
    }
    for complaint, is_wrong in wrong.items():
        if is_wrong:
            raise CatalogueBroken(f"{tag.code}: {complaint}")


def _levels(kinds: tuple[str, ...]) -> frozenset[str]:
    """Return every level that records of these kinds may have."""
    fields = [KINDS[kind].field(KINDS[kind].map.level or "") for kind in kinds if _is_graded(kind)]
    return frozenset(code for field in fields for code in field.values)


def _is_graded(kind: str) -> bool:
    return kind in KINDS and KINDS[kind].map.level is not None
