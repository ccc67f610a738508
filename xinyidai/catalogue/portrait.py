"""What a profile shows beside its indicators, 画像: strict loader of `portrait.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.indicators import Unit, indicator_dictionary
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique
from xinyidai.catalogue.values import FieldType


class Measure(StrEnum):
    """Which number of a record a series is made of, 取数."""

    AMOUNT = "amount"  # 金额（分）
    QUANTITY = "quantity"  # 数量


class Fold(StrEnum):
    """How the records of one month become one value, 合并."""

    SUM = "sum"  # 相加
    MAX = "max"  # 取最大


@dataclass(frozen=True, kw_only=True)
class TrendRule:
    """One monthly series, 趋势; `level` None takes every record of the kind."""

    code: str
    name: str
    kind: str
    level: str | None
    measure: Measure
    fold: Fold
    unit: Unit
    indicators: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TieRule:
    """How records of one kind tie the firm to somebody else, 关系."""

    kind: str
    group: str
    party: str
    role: str
    outward: bool


@dataclass(frozen=True)
class PortraitRules:
    """All rules of one version; `groups` are the kinds of relation in their order."""

    version: str
    trends: Mapping[str, TrendRule]
    groups: Mapping[str, str]
    ties: Mapping[str, TieRule]


@lru_cache
def portrait_rules() -> PortraitRules:
    """Return the rules of this version of the product."""
    return parse_rules(read_catalogue("portrait.yaml"))


@lru_cache
def event_kinds() -> frozenset[str]:
    """Return the kinds whose records are dated events; monthly figures are series instead."""
    return frozenset(
        kind.code
        for kind in KINDS.values()
        if kind.field(kind.map.occurred_on).type is not FieldType.MONTH
    )


def parse_rules(raw: Entry) -> PortraitRules:
    """Build the rules; unknown keys, doubles and contradictions raise `CatalogueBroken`."""
    version, groups = raw.text("version"), raw.labels("groups")
    trends = [_trend(entry) for entry in raw.entries("trends")]
    ties = [_tie(entry, groups) for entry in raw.entries("ties")]
    raw.close()
    require_unique([trend.code for trend in trends], "portrait.yaml: trends")
    require_unique([tie.kind for tie in ties], "portrait.yaml: ties")
    return PortraitRules(
        version,
        MappingProxyType({trend.code: trend for trend in trends}),
        MappingProxyType(groups),
        MappingProxyType({tie.kind: tie for tie in ties}),
    )


def _trend(raw: Entry) -> TrendRule:
    trend = TrendRule(
        code=raw.text("code"),
        name=raw.text("name"),
        kind=raw.text("kind"),
        level=raw.optional_text("level"),
        measure=raw.choice("measure", Measure),
        fold=raw.choice("fold", Fold),
        unit=raw.choice("unit", Unit),
        indicators=raw.texts("indicators"),
    )
    raw.close()
    unknown = [code for code in trend.indicators if code not in indicator_dictionary().indicators]
    if trend.kind not in KINDS or trend.kind in event_kinds() or unknown:
        raise CatalogueBroken(f"{raw.where}: no monthly kind {trend.kind}, or no {unknown}")
    return trend


def _tie(raw: Entry, groups: Mapping[str, str]) -> TieRule:
    tie = TieRule(
        kind=raw.text("kind"),
        group=raw.text("group"),
        party=raw.text("party"),
        role=raw.text("role"),
        outward=raw.flag("outward"),
    )
    raw.close()
    kind = KINDS.get(tie.kind)
    if kind is None or tie.group not in groups or tie.kind not in event_kinds():
        raise CatalogueBroken(f"{raw.where}: unknown kind or group")
    kind.field(tie.party)
    return tie
