"""The profile as a person reads it, 画像展示: plain Chinese, sources, dates; pure."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinyidai.catalogue.indicators import Direction, Indicator, Unit, indicator_dictionary
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.kernel.money import FEN_PER_WAN, format_wan, format_yuan
from xinyidai.profiles.values import Distribution, IndicatorValue, Number, ProfileFacts

TOP = 100

_FORMATS = {
    Unit.COUNT: "{0:,} {1}",
    Unit.PEOPLE: "{0:,} 人",
    Unit.MONTHS: "{0:,} 个月",
    Unit.YEARS: "{0:.1f} 年",
    Unit.RATIO: "{0:.1%}",
    Unit.KWH: "{0:,} 千瓦时",
    Unit.AREA: "{0:,} 平方米",
    Unit.MU: "{0:,} 亩",
}
RANKS = {
    Direction.HIGHER_IS_BETTER: "优于",
    Direction.HIGHER_IS_WORSE: "优于",
    Direction.NEUTRAL: "高于",
}


@dataclass(frozen=True)
class IndicatorView:
    """One indicator on a page; `text` is the value or 数据不足, never an invented zero."""

    code: str
    name: str
    text: str
    value: Number | None
    direction: Direction
    source_on: date | None
    records: int
    missing: MissingCause | None
    explanation: str | None
    supply: str | None
    rank: str | None
    definition: str
    legal: str


@dataclass(frozen=True)
class SectionView:
    """One dimension, 维度: its indicators and how many of them have a value."""

    code: str
    name: str
    known: int
    indicators: tuple[IndicatorView, ...]

    @property
    def summary(self) -> str:
        """Say how complete the section is."""
        return f"{len(self.indicators)} 项指标中 {self.known} 项有数据"


@dataclass(frozen=True)
class ProfileView:
    """A profile as shown: sections in the order of the dictionary."""

    enterprise_id: UUID
    as_of: date
    dictionary_version: str
    sections: tuple[SectionView, ...]

    @property
    def missing(self) -> tuple[IndicatorView, ...]:
        """Return the indicators without a value, for the list of what would help."""
        return tuple(i for section in self.sections for i in section.indicators if i.missing)


def show(
    facts: ProfileFacts, distributions: Mapping[str, Distribution] | None = None
) -> ProfileView:
    """Return the profile for a page; ranks only where there are enough peers."""
    dictionary = indicator_dictionary()
    known = distributions or {}
    views: dict[str, list[IndicatorView]] = {section: [] for section in dictionary.sections}
    for code, entry in dictionary.indicators.items():
        view = _indicator_view(entry, facts.values[code], known.get(code))
        views[entry.section].append(view)
    sections = tuple(
        SectionView(
            code, name, sum(view.missing is None for view in views[code]), tuple(views[code])
        )
        for code, name in dictionary.sections.items()
    )
    return ProfileView(facts.enterprise_id, facts.as_of, facts.dictionary_version, sections)


def _indicator_view(
    entry: Indicator, found: IndicatorValue, spread: Distribution | None
) -> IndicatorView:
    absent = found.value if isinstance(found.value, Missing) else None
    value = None if isinstance(found.value, Missing) else found.value
    return IndicatorView(
        code=entry.code,
        name=entry.name,
        text="数据不足" if value is None else value_text(entry, value),
        value=value,
        direction=entry.direction,
        source_on=found.source_on,
        records=found.records,
        missing=absent.cause if absent else None,
        explanation=missing_sentence(absent.cause, found.source_on) if absent else None,
        supply=supply_text(entry, absent.cause) if absent else None,
        rank=rank_sentence(entry, value, spread) if value is not None and spread else None,
        definition=entry.definition,
        legal=entry.legal,
    )


def value_text(entry: Indicator, value: Number) -> str:
    """Return a value with its unit, for example 「1,234.5 万元」 or 「A级」."""
    if entry.unit is Unit.AMOUNT:
        return format_wan(int(value)) if abs(value) >= FEN_PER_WAN else format_yuan(int(value))
    if entry.unit is Unit.FLAG:
        return "是" if value else "否"
    if entry.scale:
        return entry.scale.get(float(value), str(value))
    return _FORMATS[entry.unit].format(value, entry.counter)


def missing_sentence(cause: MissingCause, source_on: date | None) -> str:
    """Say why there is no value."""
    match cause:
        case MissingCause.NOT_AUTHORIZED:
            return "没有授权查看这类信息。"
        case MissingCause.STALE if source_on:
            return f"最近一条数据是 {source_on.isoformat()} 的，已经过时。"
        case MissingCause.STALE:
            return "已有的数据都已过时。"
        case MissingCause.NO_RECORD:
            return "没有查到可以计算的记录。"


def supply_text(entry: Indicator, cause: MissingCause) -> str:
    """Say what can be done about a missing value."""
    match cause:
        case MissingCause.NOT_AUTHORIZED:
            return "授权后即可计算；不授权按最不利情况处理。"
        case MissingCause.STALE:
            return "来源更新后自动重新计算。"
        case MissingCause.NO_RECORD:
            return entry.supply.text


def percent_above(value: Number, points: Sequence[float], direction: Direction) -> int:
    """Return for how many of 100 peers the firm stands better (neutral: higher)."""
    if direction is Direction.HIGHER_IS_WORSE:
        return max(0, min(TOP, TOP - _reached(value, points)))
    return max(0, min(TOP, bisect_left(points, value)))


def _reached(value: Number, points: Sequence[float]) -> int:
    return sum(point <= value for point in points)


def _is_beaten(value: Number, points: Sequence[float], entry: Indicator) -> bool:
    """Tell whether any peer stands strictly better."""
    best = points[0] if entry.direction is Direction.HIGHER_IS_WORSE else points[-1]
    return value > best if entry.direction is Direction.HIGHER_IS_WORSE else value < best


def rank_sentence(entry: Indicator, value: Number, spread: Distribution) -> str:
    """Say where the firm stands among peers of the same section and scale."""
    share = percent_above(value, spread.points, entry.direction)
    if entry.direction is not Direction.NEUTRAL and not _is_beaten(value, spread.points, entry):
        # Ties at the best value would otherwise read 「优于 0%」.
        return f"同行业同规模中最好的一档（{spread.peers} 家）"
    return f"{RANKS[entry.direction]}同行业同规模约 {share}% 的企业（{spread.peers} 家）"
