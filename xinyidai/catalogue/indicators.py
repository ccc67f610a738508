"""The indicator dictionary, 指标字典: strict loader of `indicators.yaml`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique

SECTIONS = (
    "stability",
    "tax_social",
    "invoicing",
    "compliance",
    "innovation",
    "honours",
    "commitments",
    "industry",
    "assets",
)


class Unit(StrEnum):
    """What the number of an indicator counts, 单位."""

    AMOUNT = "amount"  # 金额（分）
    COUNT = "count"  # 次数、件数
    PEOPLE = "people"  # 人数
    MONTHS = "months"  # 月数
    YEARS = "years"  # 年数
    RATIO = "ratio"  # 比率
    KWH = "kwh"  # 千瓦时
    AREA = "area"  # 平方米
    MU = "mu"  # 亩
    GRADE = "grade"  # 等级
    FLAG = "flag"  # 是否


class Direction(StrEnum):
    """Which way is good, 方向."""

    HIGHER_IS_BETTER = "higher_is_better"  # 越高越好
    HIGHER_IS_WORSE = "higher_is_worse"  # 越高越差
    NEUTRAL = "neutral"  # 中性


class WhenAbsent(StrEnum):
    """What a firm without any record has, 无记录时."""

    ZERO = "zero"  # 视为零（须该类信息已归集）
    MISSING = "missing"  # 数据不足


class SupplyWay(StrEnum):
    """Who does something about a missing value, and where, 怎样补."""

    REGISTER = "register"  # 企业到登记机关办
    DECLARE = "declare"  # 企业自愿填报
    SOURCE = "source"  # 企业请来源补报
    WAIT = "wait"  # 等平台归集
    NONE = "none"  # 不涉及的不用处理


@dataclass(frozen=True)
class Supply:
    """What can be done where there is no record: the way, and sentences to show as they are."""

    way: SupplyWay
    text: str


@dataclass(frozen=True)
class Indicator:
    """One entry of the dictionary; texts are Chinese and shown as they are."""

    code: str
    name: str
    section: str
    unit: Unit
    window_months: int | None
    direction: Direction
    kinds: tuple[str, ...]
    when_absent: WhenAbsent
    fresh_within_days: int | None
    definition: str
    legal: str
    supply: Supply
    counter: str | None = None
    scale: Mapping[float, str] | None = None
    firm_field: str | None = None


@dataclass(frozen=True)
class IndicatorDictionary:
    """All indicators in the order of the file, and the sections (维度) they are shown in."""

    version: str
    sections: Mapping[str, str]
    indicators: Mapping[str, Indicator]

    def __getitem__(self, code: str) -> Indicator:
        """Return the entry; an unknown code raises `KeyError`."""
        return self.indicators[code]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return every record kind an indicator rests on, sorted."""
        return tuple(sorted({kind for entry in self.indicators.values() for kind in entry.kinds}))


@lru_cache
def indicator_dictionary() -> IndicatorDictionary:
    """Return the dictionary of this version of the product."""
    return parse_dictionary(read_catalogue("indicators.yaml"))


def parse_dictionary(raw: Entry) -> IndicatorDictionary:
    """Build the dictionary; unknown keys, doubles and contradictions raise `CatalogueBroken`."""
    version, sections = raw.text("version"), raw.entry("sections")
    names = {code: sections.text(code) for code in SECTIONS}
    sections.close()
    raw.labels("texts")
    supplies = _supplies(raw.entries("supplies"))
    entries = [_read_indicator(entry, supplies) for entry in raw.entries("indicators")]
    raw.close()
    require_unique([entry.code for entry in entries], "indicators.yaml")
    return IndicatorDictionary(
        version,
        MappingProxyType(names),
        MappingProxyType({entry.code: entry for entry in entries}),
    )


def _supplies(entries: Sequence[Entry]) -> dict[str, Supply]:
    codes = [entry.text("code") for entry in entries]
    require_unique(codes, "supplies of indicators.yaml")
    found = [Supply(entry.choice("way", SupplyWay), entry.text("text")) for entry in entries]
    for entry in entries:
        entry.close()
    return dict(zip(codes, found, strict=True))


def _supply(code: str, supplies: Mapping[str, Supply], kinds: tuple[str, ...]) -> Supply:
    """Return how an indicator is supplied, with the departments that deliver its kinds."""
    if code not in supplies:
        raise CatalogueBroken(f"supply {code}: not among the supplies")
    names = dict.fromkeys(KINDS[kind].department.name for kind in kinds if kind in KINDS)
    text = supplies[code].text.replace("{source}", "、".join(names))
    return replace(supplies[code], text=text)


def _read_indicator(raw: Entry, supplies: Mapping[str, Supply]) -> Indicator:
    scale = {float(value): name for value, name in raw.labels("scale").items()}
    kinds, supply = raw.texts("kinds"), raw.text("supply")
    indicator = Indicator(
        code=raw.text("code"),
        name=raw.text("name"),
        section=raw.text("section"),
        unit=raw.choice("unit", Unit),
        window_months=raw.optional_integer("window_months"),
        direction=raw.choice("direction", Direction),
        kinds=kinds,
        when_absent=raw.choice("when_absent", WhenAbsent),
        fresh_within_days=raw.optional_integer("fresh_within_days"),
        definition=raw.text("definition"),
        legal=raw.text("legal"),
        supply=_supply(supply, supplies, kinds),
        counter=raw.optional_text("counter"),
        scale=MappingProxyType(scale) if scale else None,
        firm_field=raw.optional_text("firm_field"),
    )
    raw.close()
    _require_consistent(indicator)
    return indicator


def _require_consistent(entry: Indicator) -> None:
    wrong = {
        "unknown section": entry.section not in SECTIONS,
        "rests on no kind that is collected": not entry.kinds or not set(entry.kinds) <= set(KINDS),
        "a grade, and nothing else, has a scale": (entry.unit is Unit.GRADE) != bool(entry.scale),
        "a count, and nothing else, has a counter word": (entry.unit is Unit.COUNT)
        != bool(entry.counter),
        "absence means zero, so it cannot grow stale": entry.when_absent is WhenAbsent.ZERO
        and entry.fresh_within_days is not None,
        "absence means zero, so a value lacks only until the kind is collected, and nowhere else": (
            entry.when_absent is WhenAbsent.ZERO
        )
        != (entry.supply.way is SupplyWay.WAIT),
    }
    for complaint, is_wrong in wrong.items():
        if is_wrong:
            raise CatalogueBroken(f"{entry.code}: {complaint}")
