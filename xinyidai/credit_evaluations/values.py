"""Values of an evaluation: what each item gave, each dimension, and the grade."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xinyidai.catalogue.evaluation_rules import EvaluationGrade
from xinyidai.catalogue.missing import MissingCause


@dataclass(frozen=True)
class Reading:
    """One indicator as an evaluation reads it: the value, or why there is none; 分 for amounts."""

    value: Decimal | None
    missing: MissingCause | None = None
    source_on: date | None = None


@dataclass(frozen=True)
class ItemResult:
    """What one item gave; `points` None is 数据不足, which counts neither for nor against."""

    code: str
    indicator: str
    points: int | None
    most: int
    reading: Reading


@dataclass(frozen=True)
class DimensionResult:
    """What one dimension gave, scaled to the items that have data; None where none has."""

    code: str
    points: Decimal | None
    most: int
    items: tuple[ItemResult, ...]


@dataclass(frozen=True)
class Evaluation:
    """One evaluation; `grade` None is 数据不足. `worst_because` are the reasons for D at once."""

    rule_version: str
    total: Decimal | None
    grade: EvaluationGrade | None
    counted_percent: int
    worst_because: tuple[str, ...]
    dimensions: tuple[DimensionResult, ...]

    @property
    def by_indicator(self) -> Mapping[str, ItemResult]:
        """The items by the indicator they read."""
        return {item.indicator: item for part in self.dimensions for item in part.items}
