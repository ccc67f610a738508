"""How the public comprehensive evaluation is shown: the rule table and one result, in Chinese."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for

from xinyidai.catalogue.evaluation_rules import (
    Dimension,
    EvaluationItem,
    EvaluationRules,
    PointStep,
    evaluation_rules,
)
from xinyidai.catalogue.indicators import Indicator, indicator_dictionary
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.missing import MissingCause
from xinyidai.credit_evaluations.models import CreditEvaluation
from xinyidai.profiles.presentation import value_text
from xinyidai.web.chrome import format_day
from xinyidai.web.wording import MISSING_CAUSES

Row = dict[str, Any]


def rule_rows(rules: EvaluationRules) -> list[Row]:
    """Return the rule table: each dimension with its items, in words."""
    return [
        {
            "code": one.code,
            "name": one.name,
            "points": one.points,
            "rows": [_rule_row(item) for item in one.items],
        }
        for one in rules.dimensions
    ]


def _rule_row(item: EvaluationItem) -> Row:
    entry = indicator_dictionary()[item.indicator]
    return {
        "name": entry.name,
        "points": item.points,
        "steps": "；".join(_step_text(entry, step) for step in item.steps),
        "source": "、".join(_sources(entry)),
    }


def _step_text(entry: Indicator, step: PointStep) -> str:
    if step.up_to is not None:
        return f"{_limit(entry, step.up_to, '以内', '无')}得 {step.points} 分"
    if step.least is not None:
        return f"{_limit(entry, step.least, '以上', '')}得 {step.points} 分"
    return f"其余得 {step.points} 分"


def _limit(entry: Indicator, limit: Decimal, word: str, nothing: str) -> str:
    if not limit and nothing:
        return nothing
    number = int(limit) if limit == limit.to_integral_value() else float(limit)
    text = value_text(entry, number)
    return text if text == "是" else f"{text}{word}"


def _sources(entry: Indicator) -> list[str]:
    return list(dict.fromkeys(get_kind(kind).department.name for kind in entry.kinds))


def result_view(found: CreditEvaluation) -> Row:
    """Return one result for the firm's own page."""
    rules = evaluation_rules()
    band = rules.bands[found.grade] if found.grade else None
    dimensions = _dimensions(rules, found)
    return {
        "grade": found.grade,
        "name": band.name if band else "数据不足",
        "meaning": band.meaning if band else "",
        "total": found.total,
        "counted": found.counted_percent,
        "least": rules.least_counted_percent,
        "worst": found.worst_because,
        "on": format_day(found.as_of),
        "version": found.rule_version,
        "dimensions": dimensions,
        "bars": [_bar(one) for one in dimensions],
    }


def _bar(one: Row) -> Row:
    text = None if one["points"] is None else f"{one['points']} / {one['most']}"
    return {
        "label": one["name"],
        "value": one["share"],
        "text": text,
    }


def _dimensions(rules: EvaluationRules, found: CreditEvaluation) -> list[Row]:
    by_code: Mapping[str, Dimension] = {one.code: one for one in rules.dimensions}
    return [
        {
            "code": part["code"],
            "name": by_code[part["code"]].name,
            "points": part["points"],
            "most": part["most"],
            "is_short": any((item["points"] or 0) < item["most"] for item in part["items"]),
            "share": None
            if part["points"] is None
            else round(100 * Decimal(part["points"]) / part["most"]),
            "rows": [_item_row(item) for item in part["items"]],
        }
        for part in found.dimensions
    ]


def _item_row(item: Mapping[str, Any]) -> Row:
    entry = indicator_dictionary()[item["indicator"]]
    is_known = item["points"] is not None
    return {
        "name": entry.name,
        "known": is_known,
        "value": _value(entry, item["value"]) if is_known else _absent(item["missing"]),
        "points": f"{item['points']} / {item['most']}" if is_known else "不计",
        "source": "、".join(_sources(entry)),
        "on": format_day(date.fromisoformat(item["source_on"])) if item["source_on"] else "",
        "dispute_url": url_for("enterprise.dispute", indicator=entry.code),
    }


def _value(entry: Indicator, value: str) -> str:
    number = Decimal(value)
    return value_text(entry, int(number) if number == int(number) else float(number))


def _absent(cause: str) -> str:
    return f"数据不足（{MISSING_CAUSES[MissingCause(cause)]}）"


def history_rows(found: list[CreditEvaluation]) -> list[Row]:
    """Return the firm's earlier results, newest first."""
    return [
        {
            "on": format_day(one.as_of),
            "grade": one.grade or "数据不足",
            "total": "—" if one.total is None else str(one.total),
            "version": one.rule_version,
        }
        for one in found
    ]
