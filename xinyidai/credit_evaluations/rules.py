"""The evaluation itself: pure, exact, the same for the same indicators and rule version."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xinyidai.catalogue.evaluation_rules import (
    Dimension,
    EvaluationGrade,
    EvaluationItem,
    EvaluationRules,
)
from xinyidai.catalogue.missing import MissingCause
from xinyidai.credit_evaluations.values import DimensionResult, Evaluation, ItemResult, Reading

HUNDREDTH = Decimal("0.01")
NOTHING = Reading(None, MissingCause.NO_RECORD)


def evaluate(rules: EvaluationRules, readings: Mapping[str, Reading]) -> Evaluation:
    """Evaluate one firm.

    An item without data is left out and its dimension scaled to the others; when less of the whole
    weight is counted than the rules ask for there is no grade. A list that gives D at once does so
    also then, for it is known.
    """
    dimensions = tuple(_dimension(one, readings) for one in rules.dimensions)
    counted = sum(item.most for one in dimensions for item in one.items if item.points is not None)
    worst = tuple(
        one.because
        for one in rules.worst_when
        if (readings.get(one.indicator, NOTHING).value or 0) > 0
    )
    total = _total(dimensions) if counted >= rules.least_counted_percent else None
    grade = None if total is None else rules.grade_of(total).grade
    return Evaluation(
        rule_version=rules.version,
        total=total,
        grade=EvaluationGrade.D if worst else grade,
        counted_percent=counted,
        worst_because=worst,
        dimensions=dimensions,
    )


def _dimension(dimension: Dimension, readings: Mapping[str, Reading]) -> DimensionResult:
    items = tuple(_item(item, readings.get(item.indicator, NOTHING)) for item in dimension.items)
    known = [item for item in items if item.points is not None]
    points = None
    if known:
        got, most = sum(item.points or 0 for item in known), sum(item.most for item in known)
        points = _rounded(Decimal(got) * dimension.points / most)
    return DimensionResult(dimension.code, points, dimension.points, items)


def _item(item: EvaluationItem, reading: Reading) -> ItemResult:
    points = None if reading.value is None else item.points_for(reading.value)
    return ItemResult(item.code, item.indicator, points, item.points, reading)


def _total(dimensions: Sequence[DimensionResult]) -> Decimal:
    """Return points out of a hundred over the dimensions that have any data."""
    known = [one for one in dimensions if one.points is not None]
    got = sum((one.points or Decimal() for one in known), Decimal())
    return _rounded(got * 100 / sum(one.most for one in known))


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(HUNDREDTH, ROUND_HALF_UP)


def readings_of(indicators: Mapping[str, Mapping[str, Any]]) -> dict[str, Reading]:
    """Return what an evaluation reads from a stored profile snapshot."""
    return {code: _reading(entry) for code, entry in indicators.items()}


def _reading(entry: Mapping[str, Any]) -> Reading:
    on = date.fromisoformat(entry["source_on"]) if entry["source_on"] else None
    if entry["missing"] is not None:
        return Reading(None, MissingCause(entry["missing"]), on)
    return Reading(Decimal(str(entry["value"])), None, on)


def to_json(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the dimensions in the form in which they are kept."""
    return [
        {
            "code": one.code,
            "points": None if one.points is None else str(one.points),
            "most": one.most,
            "items": [_item_json(item) for item in one.items],
        }
        for one in evaluation.dimensions
    ]


def _item_json(item: ItemResult) -> dict[str, Any]:
    reading = item.reading
    return {
        "code": item.code,
        "indicator": item.indicator,
        "points": item.points,
        "most": item.most,
        "value": None if reading.value is None else str(reading.value),
        "missing": reading.missing.value if reading.missing else None,
        "source_on": reading.source_on.isoformat() if reading.source_on else None,
    }


def content_hash(evaluation: Evaluation) -> str:
    """Return the SHA-256 of everything an evaluation says, the same for the same content."""
    said = {
        "rules": evaluation.rule_version,
        "grade": evaluation.grade,
        "total": None if evaluation.total is None else str(evaluation.total),
        "worst": evaluation.worst_because,
        "dimensions": to_json(evaluation),
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
