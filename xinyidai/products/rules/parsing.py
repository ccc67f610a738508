"""The JSON form of eligibility criteria, read strictly: what is not known is refused."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xinyidai.catalogue.denials import DENIAL_REASONS
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products.values import (
    FIELDS,
    GRADE_RANKS,
    INDICATOR_PREFIX,
    OPERATORS,
    Criterion,
    CriterionValue,
    Field,
    FieldType,
    IndicatorNames,
    Operator,
    WhenMissing,
    indicator_field,
    industry_path,
    region_path,
)

REQUIRED_KEYS = frozenset({"code", "field", "operator", "denial_text"})
KEYS = REQUIRED_KEYS | {
    "value",
    "when_missing",
    "show_threshold",
    "reason_code",
    "effective_from",
}
# What happened between people is no reason that a rule can find.
HUMAN_REASONS = frozenset({"unreachable", "withdrawn_by_enterprise"})
RULE_REASONS = {
    code: reason.name for code, reason in DENIAL_REASONS.items() if code not in HUMAN_REASONS
}
MOST_CRITERIA = 40
MOST_MEMBERS = 500
LONGEST_TEXT = 200
LARGEST_NUMBER = 10**15
PAIR = 2
LONGEST_KEY = 40
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no text in the database holds these
_CODE = re.compile(r"[a-z][a-z0-9_]{1,59}")
_TAG = re.compile(r"[a-z][a-z0-9_]*(:[A-Za-z0-9_\-]+)?")
_INDICATOR = re.compile(r"[a-z][a-z0-9_.]*")


def parse_criteria(
    raw: Sequence[Mapping[str, Any]], indicators: IndicatorNames, *, stored: bool = False
) -> tuple[Criterion, ...]:
    """Return the criteria, or raise `InvalidInput` with one Chinese sentence for each bad one.

    `indicators` is the dictionary. Criteria already `stored` may name an indicator that has left
    the dictionary since: it then reads as missing, and the product as 数据不足.
    """
    problems: dict[str, str] = {}
    found: list[Criterion] = []
    if len(raw) > MOST_CRITERIA:
        raise InvalidInput(f"准入条件最多 {MOST_CRITERIA} 条，请删去或合并几条。")
    for place, entry in enumerate(raw):
        try:
            found.append(_parse_one(entry, indicators, stored=stored))
        except InvalidInput as error:
            problems[f"criteria.{place}"] = error.message
    codes = [criterion.code for criterion in found]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        problems[f"criteria.{code}"] = f"准入条件编号“{code}”重复，每条须有自己的编号。"
    if problems:
        raise InvalidInput("准入条件有误，请按提示修改。", fields=problems)
    return tuple(found)


def criterion_to_json(criterion: Criterion) -> dict[str, Any]:
    """Return the JSON form; `parse_criteria` reads it back to an equal criterion."""
    value, day = criterion.value, criterion.effective_from
    return {
        "code": criterion.code,
        "field": criterion.field.code,
        "operator": criterion.operator.value,
        "value": list(value) if isinstance(value, tuple) else value,
        "when_missing": criterion.when_missing.value,
        "denial_text": criterion.denial_text,
        "show_threshold": criterion.show_threshold,
        "reason_code": criterion.reason_code,
        "effective_from": day.isoformat() if day else None,
    }


def _parse_one(entry: Mapping[str, Any], indicators: IndicatorNames, *, stored: bool) -> Criterion:
    if not isinstance(entry, Mapping):
        raise InvalidInput("每条准入条件须是一组名称和值。")
    lacking = "、".join(sorted(REQUIRED_KEYS - set(entry)))
    strange = "、".join(sorted(str(key)[:LONGEST_KEY] for key in set(entry) - KEYS))
    if lacking:
        raise InvalidInput(f"缺少 {lacking}。")
    if strange:
        raise InvalidInput(f"不认识 {strange}，可用：{'、'.join(sorted(KEYS))}。")
    field = _field(entry["field"], indicators, stored=stored)
    operator = _operator(entry["operator"], field)
    return Criterion(
        _code(entry["code"]),
        field,
        operator,
        _value(field, operator, entry.get("value")),
        _text(entry["denial_text"]),
        _when_missing(entry.get("when_missing", WhenMissing.INSUFFICIENT.value)),
        _flag(entry.get("show_threshold", True)),
        _reason(entry.get("reason_code", field.reason_code)),
        _day(entry.get("effective_from")),
    )


def _field(raw: object, indicators: IndicatorNames, *, stored: bool) -> Field:
    if isinstance(raw, str) and raw in FIELDS:
        return FIELDS[raw]
    if isinstance(raw, str) and raw.startswith(INDICATOR_PREFIX):
        code = raw.removeprefix(INDICATOR_PREFIX)
        if code in indicators or (stored and _INDICATOR.fullmatch(code)):
            return indicator_field(code, indicators.get(code))
    raise InvalidInput(f"没有“{raw}”这个字段。")


def _operator(raw: object, field: Field) -> Operator:
    try:
        operator = Operator(str(raw))
    except ValueError as error:
        raise InvalidInput(f"没有“{raw}”这种条件。") from error
    if operator not in OPERATORS[field.type]:
        raise InvalidInput(f"字段“{field.name}”不能使用条件“{operator.value}”。")
    return operator


def _code(raw: object) -> str:
    if not isinstance(raw, str) or not _CODE.fullmatch(raw):
        raise InvalidInput("准入条件编号须由小写字母、数字和下划线组成，以字母开头。")
    return raw


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > LONGEST_TEXT:
        raise InvalidInput(f"请写明不符合时给企业看的说明，不超过 {LONGEST_TEXT} 字。")
    if UNSTORABLE.search(raw):
        raise InvalidInput("说明里有无法保存的字符，请重新输入这段文字。")
    return raw.strip()


def _when_missing(raw: object) -> WhenMissing:
    if raw != WhenMissing.INSUFFICIENT.value:
        raise InvalidInput("缺少数据时只能判为“数据不足”。")
    return WhenMissing.INSUFFICIENT


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise InvalidInput("“是否公开门槛”只能填是或否。")
    return raw


def _reason(raw: object) -> str:
    if not isinstance(raw, str) or raw not in RULE_REASONS:
        raise InvalidInput(f"没有“{raw}”这个拒绝理由，可用：{'、'.join(RULE_REASONS.values())}。")
    return raw


def _day(raw: object) -> date | None:
    if raw is None:
        return None
    try:
        return date.fromisoformat(str(raw))
    except ValueError as error:
        raise InvalidInput("生效日请写成 2026-07-01 的样子，不填随产品的生效日期。") from error


def _value(field: Field, operator: Operator, raw: object) -> CriterionValue:
    if operator in {Operator.IS_TRUE, Operator.IS_FALSE}:
        if raw is not None:
            raise InvalidInput(f"字段“{field.name}”的条件不需要填值。")
        return None
    if operator in {Operator.AT_LEAST, Operator.AT_MOST}:
        return _bound(field, raw)
    if operator is Operator.BETWEEN:
        return _pair(field, raw)
    return _members(field, raw)


def _bound(field: Field, raw: object) -> float | int | str:
    if field.type is FieldType.GRADE:
        return _member(field, raw)
    whole = isinstance(raw, int) and not isinstance(raw, bool)
    if field.type is FieldType.MONEY and not whole:
        raise InvalidInput(f"“{field.name}”的门槛须是以分计的整数。")
    number = finite(raw, f"“{field.name}”的门槛")
    # One form for a whole number, so that text, JSON and the stored rule stay the same.
    return int(number) if number == int(number) else number


def finite(raw: object, what: str) -> float | int:
    """Return a number that can be compared, or raise `InvalidInput` about `what`.

    An integer from JSON may have thousands of digits: it is never turned into a float here.
    """
    if not isinstance(raw, int | float) or isinstance(raw, bool):
        raise InvalidInput(f"{what}须是数字。")
    if isinstance(raw, float) and math.isnan(raw):
        raise InvalidInput(f"{what}须是数字。")
    if not -LARGEST_NUMBER <= raw <= LARGEST_NUMBER:
        raise InvalidInput(f"{what}太大了，请检查单位。")
    return raw


def _pair(field: Field, raw: object) -> CriterionValue:
    if not isinstance(raw, list | tuple) or len(raw) != PAIR:
        raise InvalidInput(f"“{field.name}”的范围须填下限和上限。")
    low, high = _bound(field, raw[0]), _bound(field, raw[1])
    if isinstance(low, str) or isinstance(high, str):
        return (str(low), str(high))
    if low > high:
        raise InvalidInput(f"“{field.name}”的下限不能高于上限。")
    return (low, high)


def _members(field: Field, raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or not 1 <= len(raw) <= MOST_MEMBERS:
        raise InvalidInput(f"“{field.name}”须至少选一项，最多 {MOST_MEMBERS} 项。")
    members = tuple(_member(field, entry) for entry in raw)
    if len(set(members)) != len(members):
        raise InvalidInput(f"“{field.name}”的选项有重复。")
    return members


def _member(field: Field, raw: object) -> str:
    if isinstance(raw, str) and _is_legal_member(field, raw):
        return raw
    raise InvalidInput(f"“{field.name}”没有“{raw}”这个选项。")


def _is_legal_member(field: Field, raw: str) -> bool:
    match field.type:
        case FieldType.GRADE:
            return raw in GRADE_RANKS
        case FieldType.REGION:
            return region_path(raw) is not None
        case FieldType.INDUSTRY:
            return industry_path(raw) is not None
        case FieldType.TAGS:
            return _TAG.fullmatch(raw) is not None
        case _:
            return raw in field.choices
