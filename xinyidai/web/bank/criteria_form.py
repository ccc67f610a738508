"""The editor of eligibility criteria, 准入条件: one row is field, condition, value and reason.

A row is `crit-<n>-field`, `-operator`, `-value`, `-text`, `-shown` and the hidden `-code`. Values
are typed in the units people use: money in 万元, shares in percent, names instead of codes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import Yuan
from xinyidai.products import service
from xinyidai.products.values import (
    FIELDS,
    INDICATOR_PREFIX,
    ORDERED,
    TAG_NAMES,
    Field,
    FieldType,
    Operator,
    indicator_field,
)

LARGEST_NUMBER = 10**15

OPERATOR_NAMES: Mapping[Operator, str] = {
    Operator.AT_LEAST: "不低于",
    Operator.AT_MOST: "不高于",
    Operator.BETWEEN: "介于（含两端）",
    Operator.IS_ONE_OF: "属于其中之一",
    Operator.IS_NONE_OF: "不属于",
    Operator.HAS_ANY: "至少具有一项",
    Operator.HAS_ALL: "全部具有",
    Operator.HAS_NONE: "一项都没有",
    Operator.IN_REGION: "位于地区",
    Operator.IN_INDUSTRY: "属于行业",
    Operator.IS_TRUE: "须为“是”",
    Operator.IS_FALSE: "须为“否”",
}
FLAGS = frozenset({Operator.IS_TRUE, Operator.IS_FALSE})
MOST_ROWS = 40
PERCENT = 100
_SEPARATORS = re.compile(r"[,，、；;\s]+")
_RANGE = re.compile(r"\s*(?:至|到|~|～|—|--?|,|，|、)\s*")


@dataclass(frozen=True)
class CriterionRow:
    """One row as it stands in the form."""

    field: str = ""
    operator: str = ""
    value: str = ""
    text: str = ""
    code: str = ""
    is_shown: bool = True

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody has filled the row in."""
        return not (self.field or self.operator or self.value or self.text)


def rows_from(form: MultiDict[str, str]) -> list[CriterionRow]:
    """Return the rows of a sent form that say anything, in order."""
    numbers = sorted(
        {int(m.group(1)) for key in form if (m := re.fullmatch(r"crit-(\d{1,3})-field", key))}
    )
    rows = [_row_from(form, number) for number in numbers]
    return [row for row in rows if not row.is_empty][:MOST_ROWS]


def _row_from(form: MultiDict[str, str], number: int) -> CriterionRow:
    def read(part: str) -> str:
        return form.get(f"crit-{number}-{part}", "").strip()

    return CriterionRow(
        read("field"),
        read("operator"),
        read("value"),
        read("text"),
        read("code"),
        is_shown=read("shown") == "1",
    )


def criteria_of(form: MultiDict[str, str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the criteria in their JSON form, and a sentence for each row that cannot be read."""
    found: list[dict[str, Any]] = []
    faults: dict[str, str] = {}
    taken: set[str] = set()
    for place, row in enumerate(rows_from(form)):
        try:
            found.append(_criterion(row, taken))
        except InvalidInput as error:
            faults[f"crit-{place}-field"] = f"第 {place + 1} 条：{error.message}"
    return found, faults


def _criterion(row: CriterionRow, taken: set[str]) -> dict[str, Any]:
    field = field_of(row.field)
    if field is None:
        raise InvalidInput("请选择一个字段。")
    try:
        operator = Operator(row.operator)
    except ValueError as error:
        raise InvalidInput("请选择条件。") from error
    if not row.text:
        raise InvalidInput("请写明不符合时给企业看的说明。")
    code = _code(row, taken)
    taken.add(code)
    return {
        "code": code,
        "field": field.code,
        "operator": operator.value,
        "value": _value(field, operator, row.value),
        "denial_text": row.text,
        "show_threshold": row.is_shown,
    }


def _code(row: CriterionRow, taken: set[str]) -> str:
    base = row.code or f"{row.field.removeprefix(INDICATOR_PREFIX)}_{row.operator}"
    base = re.sub(r"[^a-z0-9_]", "_", base.lower())[:55]
    number, code = 1, base
    while code in taken:
        number += 1
        code = f"{base}_{number}"
    return code


def field_of(code: str) -> Field | None:
    """Return a declared field or an indicator of the dictionary, or None."""
    if code in FIELDS:
        return FIELDS[code]
    name = code.removeprefix(INDICATOR_PREFIX)
    info = service.indicator_names().get(name)
    return indicator_field(name, info) if info and code.startswith(INDICATOR_PREFIX) else None


def _value(field: Field, operator: Operator, text: str) -> object:
    if operator in FLAGS:
        return None
    if operator not in ORDERED:
        return [_member(field, part) for part in _SEPARATORS.split(text) if part]
    if operator is not Operator.BETWEEN:
        return _bound(field, text)
    ends = _RANGE.split(text.strip())
    if len(ends) != 2:  # noqa: PLR2004 - a range has two ends
        raise InvalidInput("范围请写成“下限 至 上限”，例如 1 至 5。")
    return [_bound(field, end) for end in ends]


def _bound(field: Field, text: str) -> float | int | str:
    cleaned = text.strip()
    if field.type is FieldType.GRADE:
        return cleaned.upper()
    named = {name: number for number, name in field.scale.items()}
    if cleaned in named:
        return _plain(Decimal(str(named[cleaned])))
    if field.type is FieldType.MONEY:
        return Yuan.of_wan(cleaned.removesuffix("万元").strip()).fen
    return _number(field, cleaned)


def _number(field: Field, text: str) -> float | int:
    bare = text.rstrip("%％").removesuffix(field.unit).strip() if field.unit else text.rstrip("%％")
    try:
        number = Decimal(bare)
    except InvalidOperation as error:
        raise InvalidInput(f"“{text}”不是数字。") from error
    if not number.is_finite():
        raise InvalidInput(f"“{text}”不是数字。")
    if not -LARGEST_NUMBER <= number <= LARGEST_NUMBER:  # as an integer it would fill the memory
        raise InvalidInput(f"“{text}”太大了。")
    return _plain(number / PERCENT if field.unit == "%" else number)


def _plain(number: Decimal) -> float | int:
    return int(number) if number == number.to_integral_value() else float(number)


def _member(field: Field, text: str) -> str:
    names = {name: code for code, name in field.choices.items()}
    if field.type is FieldType.TAGS:
        names = {name: code for code, name in TAG_NAMES.items()}
    return names.get(text, text)


def rows_of(criteria: tuple[dict[str, Any], ...]) -> list[CriterionRow]:
    """Return stored criteria as rows to edit."""
    return [
        CriterionRow(
            entry["field"],
            entry["operator"],
            _text_of(field_of(entry["field"]), entry.get("value")),
            entry["denial_text"],
            entry["code"],
            is_shown=entry.get("show_threshold", True),
        )
        for entry in criteria
    ]


def _text_of(field: Field | None, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, list | tuple):
        return _one(field, value)
    is_range = all(isinstance(part, int | float) for part in value)
    return (" 至 " if is_range else "、").join(_one(field, part) for part in value)


def _one(field: Field | None, value: object) -> str:
    if field is None or isinstance(value, str):
        names = {} if field is None else {**field.choices, **_tag_names(field)}
        return names.get(str(value), str(value))
    if not isinstance(value, int | float):
        return str(value)
    if value in field.scale:
        return field.scale[value]
    number = Decimal(str(value))
    if field.type is FieldType.MONEY:
        number = Yuan(int(value)).wan
    elif field.unit == "%":
        number *= PERCENT
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _tag_names(field: Field) -> Mapping[str, str]:
    return TAG_NAMES if field.type is FieldType.TAGS else {}


def field_choices() -> list[dict[str, str]]:
    """Return every field a criterion may ask about: registry fields first, then indicators."""
    own = [{"value": field.code, "label": field.name} for field in FIELDS.values()]
    indicators = [
        {"value": INDICATOR_PREFIX + code, "label": f"指标：{info.name}"}
        for code, info in service.indicator_names().items()
    ]
    return own + indicators
