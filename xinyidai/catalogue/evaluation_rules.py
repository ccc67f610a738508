"""The rule table of the public comprehensive credit evaluation, 公共信用综合评价规则.

Grades A to D in the form of GB/T 45255-2025; five dimensions, each item reads one indicator. The
table is versioned: an evaluation names the version it was made by and can be made again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique

WHOLE = 100
FIVE = 5


class EvaluationGrade(StrEnum):
    """Grade of the public comprehensive evaluation, 评价等级."""

    A = "A"  # 优
    B = "B"  # 良
    C = "C"  # 中
    D = "D"  # 差


@dataclass(frozen=True)
class GradeBand:
    """A grade from so many points of a hundred upwards."""

    grade: EvaluationGrade
    name: str
    least: int
    meaning: str


@dataclass(frozen=True)
class PointStep:
    """Points for a value: not above `up_to`, not below `least`, or (both None) for the rest."""

    points: int
    up_to: Decimal | None = None
    least: Decimal | None = None

    def fits(self, value: Decimal) -> bool:
        """Tell whether the value falls into this step."""
        if self.up_to is not None:
            return value <= self.up_to
        return self.least is None or value >= self.least


@dataclass(frozen=True)
class EvaluationItem:
    """A second-level item, 二级指标: one indicator and its points."""

    code: str
    indicator: str
    points: int
    steps: tuple[PointStep, ...]

    def points_for(self, value: Decimal) -> int:
        """Return the points of a value; the last step takes what no other did."""
        return next(step.points for step in self.steps if step.fits(value))


@dataclass(frozen=True)
class Dimension:
    """One of the five dimensions, 评价维度."""

    code: str
    name: str
    items: tuple[EvaluationItem, ...]

    @property
    def points(self) -> int:
        """The most points the dimension gives."""
        return sum(item.points for item in self.items)


@dataclass(frozen=True)
class WorstWhen:
    """An indicator above zero that gives the worst grade by itself, 直接判为最差等级."""

    indicator: str
    because: str


@dataclass(frozen=True)
class EvaluationRules:
    """Everything in the file; the points of all dimensions together are a hundred."""

    version: str
    standard: str
    name: str
    cycle_days: int
    least_counted_percent: int
    grades: Sequence[GradeBand]
    worst_when: Sequence[WorstWhen]
    dimensions: Sequence[Dimension]

    def grade_of(self, points: Decimal) -> GradeBand:
        """Return the grade of points out of a hundred."""
        return next(band for band in self.grades if points >= band.least)

    @property
    def bands(self) -> Mapping[str, GradeBand]:
        """The grades by their letter."""
        return {band.grade.value: band for band in self.grades}


@lru_cache
def evaluation_rules() -> EvaluationRules:
    """Return the rule table of this version of the product."""
    return read_rules(read_catalogue("evaluation_rules.yaml"))


def read_rules(root: Entry) -> EvaluationRules:
    """Return the content of a file; a contradiction or an unknown indicator is an error."""
    rules = EvaluationRules(
        version=root.text("version"),
        standard=root.text("standard"),
        name=root.text("name"),
        cycle_days=root.integer("cycle_days"),
        least_counted_percent=root.integer("least_counted_percent"),
        grades=[_band(entry) for entry in root.entries("grades")],
        worst_when=[_worst(entry) for entry in root.entries("worst_when")],
        dimensions=[_dimension(entry) for entry in root.entries("dimensions")],
    )
    root.close()
    _require_sound(rules)
    return rules


def _band(entry: Entry) -> GradeBand:
    band = GradeBand(
        entry.choice("code", EvaluationGrade),
        entry.text("name"),
        entry.integer("from"),
        entry.text("meaning"),
    )
    entry.close()
    return band


def _worst(entry: Entry) -> WorstWhen:
    found = WorstWhen(entry.text("indicator"), entry.text("because"))
    entry.close()
    return found


def _dimension(entry: Entry) -> Dimension:
    dimension = Dimension(
        entry.text("code"),
        entry.text("name"),
        tuple(_item(one) for one in entry.entries("items")),
    )
    entry.close()
    return dimension


def _item(entry: Entry) -> EvaluationItem:
    item = EvaluationItem(
        entry.text("code"),
        entry.text("indicator"),
        entry.integer("points"),
        tuple(_step(one) for one in entry.entries("steps")),
    )
    entry.close()
    return item


def _step(entry: Entry) -> PointStep:
    step = PointStep(
        entry.integer("points"), entry.optional_number("up_to"), entry.optional_number("from")
    )
    is_rest = entry.flag("else")
    entry.close()
    if [step.up_to is not None, step.least is not None, is_rest].count(True) != 1:
        raise CatalogueBroken(f"{entry.where}: a step has one of up_to, from, else")
    return step


def _require_sound(rules: EvaluationRules) -> None:
    items = [item for dimension in rules.dimensions for item in dimension.items]
    require_unique([item.code for item in items], "evaluation_rules.yaml")
    limits = [band.least for band in rules.grades]
    named = {item.indicator for item in items} | {one.indicator for one in rules.worst_when}
    wrong = {
        "five dimensions": len(rules.dimensions) != FIVE,
        "points are a hundred in all": sum(one.points for one in rules.dimensions) != WHOLE,
        "every grade once, the best first": [band.grade for band in rules.grades]
        != list(EvaluationGrade)
        or limits != sorted(limits, reverse=True)
        or limits[-1] != 0,
        "an indicator is not in the dictionary": not named
        <= set(indicator_dictionary().indicators),
        "the last step, and no other, takes the rest": any(
            not _ends_with_rest(item.steps) for item in items
        ),
        "no step gives more than the item": any(
            not 0 <= step.points <= item.points for item in items for step in item.steps
        )
        or any(max(step.points for step in item.steps) != item.points for item in items),
        "periods and shares are positive": not 0 < rules.least_counted_percent <= WHOLE
        or rules.cycle_days <= 0,
    }
    for complaint, is_wrong in wrong.items():
        if is_wrong:
            raise CatalogueBroken(f"evaluation_rules.yaml: {complaint}")


def _ends_with_rest(steps: Sequence[PointStep]) -> bool:
    rests = [step.up_to is None and step.least is None for step in steps]
    return rests[-1] and not any(rests[:-1])
