"""The editor of eligibility criteria, 准入条件: one row is field, condition, value and reason.

A row is `crit-<n>-field`, `-operator`, `-value`, `-text`, `-missing`, `-reason`, `-day`, `-shown`
and the hidden `-code`. Values are typed in the units people use: money in 万元, shares in percent,
names instead of codes. A fault stands beside the part it is about.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from xinyidai.kernel.errors import InvalidInput
from xinyidai.products import service
from xinyidai.products.rules import OPERATOR_NAMES as TEXT_NAMES
from xinyidai.products.rules import (
    RULE_REASONS,
    free_code,
    how_to_fill,
    parse_criteria,
    read_value,
    write_value,
)
from xinyidai.products.values import (
    FIELDS,
    INDICATOR_PREFIX,
    OPERATORS,
    WISH_FIELDS,
    Field,
    FieldType,
    Operator,
    WhenMissing,
    indicator_field,
)

OPERATOR_NAMES: Mapping[Operator, str] = {**TEXT_NAMES, Operator.BETWEEN: "介于（含两端）"}
MISSING_NAMES = {WhenMissing.INSUFFICIENT: "判为数据不足"}
MOST_ROWS = 40
PARTS = ("field", "operator", "value", "text", "missing", "reason", "day", "shown", "code")


@dataclass(frozen=True)
class CriterionRow:
    """One row as it stands in the form; `about` explains its field once one is chosen."""

    field: str = ""
    operator: str = ""
    value: str = ""
    text: str = ""
    code: str = ""
    is_shown: bool = True
    reason: str = ""
    day: str = ""
    missing: str = WhenMissing.INSUFFICIENT

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody has filled the row in."""
        return not (self.field or self.operator or self.value or self.text)

    @property
    def summary(self) -> str:
        """Return the condition in one line, as typed; empty before a field is chosen."""
        field = field_of(self.field)
        if field is None:
            return ""
        operator = _operator(self.operator, field)
        how = "" if operator is None else TEXT_NAMES[operator]
        return " ".join(filter(None, (field.name, how, self.value + self._unit(field))))

    def _unit(self, field: Field) -> str:
        if not self.value[-1:].isdigit():
            return ""  # nothing typed, or its unit with it
        unit = "万元" if field.type is FieldType.MONEY else field.unit
        return unit if unit == "%" else f" {unit}" if unit else ""

    @property
    def has_more(self) -> bool:
        """Tell whether one of the parts that are folded away says something of its own."""
        return bool(self.reason or self.day or not self.is_shown)

    @property
    def about(self) -> str:
        """Return what the field reads and how to fill in the value; empty before it is chosen."""
        field = field_of(self.field)
        if field is None:
            return ""
        read = f"{field.about.rstrip('。')}。" if field.about else ""
        names = "、".join(OPERATOR_NAMES[one] for one in Operator if one in OPERATORS[field.type])
        return f"{read}可用条件：{names}。{how_to_fill(field)}"


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
        reason=read("reason"),
        day=read("day"),
        missing=read("missing") or WhenMissing.INSUFFICIENT.value,
    )


def criteria_of(form: MultiDict[str, str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the criteria in their JSON form, and a sentence beside each part that is wrong."""
    found: list[dict[str, Any]] = []
    faults: dict[str, str] = {}
    taken: set[str] = set()
    for place, row in enumerate(rows_from(form)):
        entry, wrong = _criterion(row, taken)
        faults |= {
            f"crit-{place}-{part}": f"第 {place + 1} 条：{words}" for part, words in wrong.items()
        }
        if not wrong:
            taken.add(entry["code"])
            found.append(entry)
    return found, faults


def _criterion(row: CriterionRow, taken: set[str]) -> tuple[dict[str, Any], dict[str, str]]:
    field = field_of(row.field)
    if field is None:
        return {}, {"field": "请选择一个字段。"}
    operator = _operator(row.operator, field)
    wrong: dict[str, str] = {}
    if operator is None:
        names = "、".join(OPERATOR_NAMES[one] for one in Operator if one in OPERATORS[field.type])
        wrong["operator"] = f"“{field.name}”请选这些条件之一：{names}。"
    if not row.text:
        wrong["text"] = "请写明不符合时给企业看的说明。"
    value, fault = _value(field, operator, row.value)
    wrong |= fault | _day_fault(row.day)
    if operator is None or wrong:
        return {}, wrong
    entry = {
        "code": _code(row, field, operator, taken),
        "field": field.code,
        "operator": operator.value,
        "value": value,
        "when_missing": row.missing,
        "denial_text": row.text,
        "show_threshold": row.is_shown,
        "reason_code": row.reason or field.reason_code,
        "effective_from": row.day or None,
    }
    return entry, _rule_fault(entry)


def _rule_fault(entry: dict[str, Any]) -> dict[str, str]:
    """Return what the rules themselves refuse; nearly always it is the value."""
    try:
        parse_criteria([entry], service.indicator_names())
    except InvalidInput as error:
        words = next(iter(error.fields.values()), error.message)
        part = next((part for word, part in _WORDS_OF_PARTS if word in words), "value")
        return {part: words}
    return {}


_WORDS_OF_PARTS = (
    ("说明", "text"),
    ("缺少数据", "missing"),
    ("拒绝理由", "reason"),
    ("编号", "field"),
)


def _operator(code: str, field: Field) -> Operator | None:
    return next((one for one in OPERATORS[field.type] if one.value == code), None)


def _value(field: Field, operator: Operator | None, text: str) -> tuple[object, dict[str, str]]:
    if operator is None:
        return None, {}
    try:
        return read_value(field, operator, text), {}
    except InvalidInput as error:
        return None, {"value": error.message}


def _day_fault(text: str) -> dict[str, str]:
    try:
        if text:
            date.fromisoformat(text)
    except ValueError:
        return {"day": "生效日请填日期，例如 2026-07-01；不填随产品的生效日期。"}
    return {}


def _code(row: CriterionRow, field: Field, operator: Operator, taken: set[str]) -> str:
    if row.code and row.code not in taken:
        return row.code
    return free_code(field, operator, taken)


def field_of(code: str) -> Field | None:
    """Return a declared field or an indicator of the dictionary, or None."""
    if code in FIELDS:
        return FIELDS[code]
    name = code.removeprefix(INDICATOR_PREFIX)
    info = service.indicator_names().get(name)
    return indicator_field(name, info) if info and code.startswith(INDICATOR_PREFIX) else None


def rows_of(criteria: tuple[dict[str, Any], ...]) -> list[CriterionRow]:
    """Return stored criteria as rows to edit."""
    return [
        CriterionRow(
            entry["field"],
            entry["operator"],
            _text_of(entry),
            entry["denial_text"],
            entry["code"],
            is_shown=entry.get("show_threshold", True),
            reason=_own_reason(entry),
            day=entry.get("effective_from") or "",
        )
        for entry in criteria
    ]


def _own_reason(entry: Mapping[str, Any]) -> str:
    """Return the reason where it is not the usual one of the field."""
    field, reason = field_of(entry["field"]), str(entry.get("reason_code", ""))
    return "" if field is not None and field.reason_code == reason else reason


def _text_of(entry: Mapping[str, Any]) -> str:
    field, value = field_of(entry["field"]), entry.get("value")
    if field is None:
        return "" if value is None else str(value)
    return write_value(field, Operator(entry["operator"]), value)


def field_choices(*, with_wishes: bool = True) -> list[dict[str, Any]]:
    """Return every field a criterion may ask about: what the firm is, what it wants, indicators."""
    own = [field for field in FIELDS.values() if field.code not in WISH_FIELDS]
    wished = [field for field in FIELDS.values() if field.code in WISH_FIELDS]
    groups = [_group("登记、资质和等级", own)]
    groups += [_group("企业这次的需求", wished)] if with_wishes else []
    sections: dict[str, list[dict[str, str]]] = {}
    for code, info in service.indicator_names().items():
        option = {"value": INDICATOR_PREFIX + code, "label": info.name}
        sections.setdefault(info.section, []).append(option)
    return groups + [{"label": f"指标：{name}", "options": o} for name, o in sections.items()]


def _group(label: str, fields: Sequence[Field]) -> dict[str, Any]:
    return {"label": label, "options": [{"value": f.code, "label": f.name} for f in fields]}


def operator_choices() -> list[dict[str, Any]]:
    """Return the conditions under the kinds of fields that take them."""
    return [
        {"label": label, "options": [{"value": o.value, "label": OPERATOR_NAMES[o]} for o in some]}
        for label, some in _OPERATOR_GROUPS
    ]


_OPERATOR_GROUPS = (
    ("数字、金额、比例、等级", (Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN)),
    ("是/否", (Operator.IS_TRUE, Operator.IS_FALSE)),
    ("规模、类型、担保、等级、地区、行业", (Operator.IS_ONE_OF, Operator.IS_NONE_OF)),
    ("地区、行业", (Operator.IN_REGION, Operator.IN_INDUSTRY)),
    ("资质与名单", (Operator.HAS_ANY, Operator.HAS_ALL, Operator.HAS_NONE)),
)


def reason_choices() -> list[dict[str, str]]:
    """Return the reasons for a refusal that a rule may give."""
    return [{"value": code, "label": name} for code, name in RULE_REASONS.items()]
