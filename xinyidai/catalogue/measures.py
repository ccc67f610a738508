"""Measures against serious dishonesty and incentives, 失信惩戒措施与守信激励措施; reviewed YAML.

A measure that the catalogue does not list cannot be attached to anybody.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.credit_lists import CREDIT_LISTS, Side
from xinyidai.catalogue.errors import CatalogueBroken, UnknownMeasure, UnknownOccasion
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique


class MeasureCategory(StrEnum):
    """What a measure does to the firm, 措施类别."""

    REDUCE = "reduce"  # 减损权益或增加义务
    MANAGE = "manage"  # 管理措施
    AUTONOMOUS = "autonomous"  # 自主实施
    INCENTIVE = "incentive"  # 守信激励


class MeasureOrigin(StrEnum):
    """Which published list a measure stands on, 清单来源."""

    NATIONAL = "national"  # 国家基础清单
    PROVINCIAL = "provincial"  # 省补充清单
    INCENTIVES = "incentives"  # 守信激励清单


CATEGORY_NAMES: Mapping[MeasureCategory, str] = {
    MeasureCategory.REDUCE: "减损权益或增加义务",
    MeasureCategory.MANAGE: "管理措施",
    MeasureCategory.AUTONOMOUS: "自主实施",
    MeasureCategory.INCENTIVE: "守信激励",
}


@dataclass(frozen=True)
class Edition:
    """Which edition of a published list the measures were written after; None: not taken in."""

    name: str
    edition: str | None
    note: str


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure or incentive; `is_advice`: whoever is told decides on its own."""

    code: str
    name: str
    category: MeasureCategory
    origin: MeasureOrigin
    effect: str
    basis: str
    executor: str
    lists: frozenset[str]
    occasions: frozenset[str]
    is_advice: bool

    @property
    def is_incentive(self) -> bool:
        """Tell whether the measure gives something instead of restricting."""
        return self.category is MeasureCategory.INCENTIVE

    def fits(self, lists: Collection[str], occasion: str) -> bool:
        """Tell whether the measure is offered to a firm on these lists on this occasion."""
        return occasion in self.occasions and not self.lists.isdisjoint(lists)


@dataclass(frozen=True, kw_only=True)
class CheckRules:
    """Periods of joint checks: feedback in working days, freshness in cycles and days."""

    feedback_days: int
    warn_days: int
    stale_cycles: int
    stale_least_days: int


@dataclass(frozen=True)
class MeasureCatalogue:
    """Everything in the file."""

    version: str
    rules: CheckRules
    occasions: Mapping[str, str]
    editions: Mapping[MeasureOrigin, Edition]
    measures: Mapping[str, Measure]


def get_measure(code: str) -> Measure:
    """Return a measure or incentive, or raise `UnknownMeasure`: it cannot be attached."""
    found = MEASURES.get(code)
    if found is None:
        raise UnknownMeasure(f"“{code}”不在失信惩戒措施清单或守信激励清单里，不能采取。")
    return found


def get_occasion(code: str) -> str:
    """Return the name of an occasion of checks, or raise `UnknownOccasion`."""
    name = OCCASIONS.get(code)
    if name is None:
        raise UnknownOccasion(f"没有“{code}”这个核查事由。请在核查事由清单里选择。")
    return name


def measures_for(lists: Collection[str], occasion: str) -> tuple[Measure, ...]:
    """Return what applies to a firm on these lists on this occasion, in the file's order.

    Raises:
        UnknownOccasion: the occasion is not listed.

    """
    get_occasion(occasion)
    return tuple(one for one in MEASURES.values() if one.fits(lists, occasion))


def read_measures(root: Entry) -> MeasureCatalogue:
    """Return the content of a file, or raise `CatalogueBroken`."""
    version = root.text("version")
    rules = _rules(root.entry("feedback"), root.entry("freshness"))
    occasions = {one.text("code"): _closed_name(one) for one in root.entries("occasions")}
    editions = _editions(root.entry("editions"))
    listed = root.entry("measures")
    measures = [
        _measure(entry, origin, occasions)
        for origin in (MeasureOrigin.NATIONAL, MeasureOrigin.PROVINCIAL)
        for entry in _entries(listed, origin.value)
    ]
    listed.close()
    measures += [
        _measure(entry, MeasureOrigin.INCENTIVES, occasions) for entry in root.entries("incentives")
    ]
    root.close()
    require_unique([one.code for one in measures], "measures")
    return MeasureCatalogue(
        version,
        rules,
        MappingProxyType(occasions),
        MappingProxyType(editions),
        MappingProxyType({one.code: one for one in measures}),
    )


def _rules(feedback: Entry, freshness: Entry) -> CheckRules:
    rules = CheckRules(
        feedback_days=feedback.integer("working_days"),
        warn_days=feedback.integer("warn_working_days"),
        stale_cycles=freshness.integer("cycles"),
        stale_least_days=freshness.integer("least_days"),
    )
    feedback.close()
    freshness.close()
    if min(vars(rules).values()) <= 0 or rules.warn_days >= rules.feedback_days:
        raise CatalogueBroken("feedback, freshness: positive periods, and the reminder comes first")
    return rules


def _entries(outer: Entry, key: str) -> list[Entry]:
    """Return a list of mappings that may be empty: the supplement is a slot until it is filled."""
    value = outer.take(key)
    if not isinstance(value, list):
        raise CatalogueBroken(f"{outer.where}: {key} must be a list")
    return [Entry(content, f"{outer.where}.{key}") for content in value]


def _closed_name(entry: Entry) -> str:
    name = entry.text("name")
    entry.close()
    return name


def _editions(outer: Entry) -> dict[MeasureOrigin, Edition]:
    found = {}
    for origin in (MeasureOrigin.NATIONAL, MeasureOrigin.PROVINCIAL):
        entry = outer.entry(origin.value)
        found[origin] = Edition(
            entry.text("name"), entry.optional_text("edition"), entry.text("note")
        )
        entry.close()
    outer.close()
    return found


def _measure(entry: Entry, origin: MeasureOrigin, occasions: Mapping[str, str]) -> Measure:
    is_incentive = origin is MeasureOrigin.INCENTIVES
    measure = Measure(
        code=entry.text("code"),
        name=entry.text("name"),
        category=MeasureCategory.INCENTIVE
        if is_incentive
        else entry.choice("category", MeasureCategory),
        origin=origin,
        effect=entry.text("gives" if is_incentive else "restricts"),
        basis=entry.text("basis"),
        executor=entry.text("executor"),
        lists=frozenset(entry.texts("lists")),
        occasions=frozenset(entry.texts("occasions")),
        is_advice=entry.flag("advice"),
    )
    entry.close()
    _require_known(measure, occasions, entry.where)
    return measure


def _require_known(measure: Measure, occasions: Mapping[str, str], where: str) -> None:
    wanted = Side.HONOUR if measure.is_incentive else Side.SERIOUS
    right = {code for code, one in CREDIT_LISTS.items() if one.side is wanted}
    if not measure.lists or not measure.lists <= right:
        raise CatalogueBroken(f"{where}: {measure.code} must name lists of its own side")
    if not measure.occasions <= set(occasions):
        raise CatalogueBroken(f"{where}: {measure.code} names an unknown occasion")


@lru_cache
def _catalogue() -> MeasureCatalogue:
    return read_measures(read_catalogue("measures.yaml"))


VERSION: str = _catalogue().version
RULES: CheckRules = _catalogue().rules
OCCASIONS: Mapping[str, str] = _catalogue().occasions
EDITIONS: Mapping[MeasureOrigin, Edition] = _catalogue().editions
MEASURES: Mapping[str, Measure] = _catalogue().measures
