"""One value as people write it: money in 万元, shares in percent, names instead of codes.

Full-width digits and marks (１２％) are read like half-width ones.

`read_value` and `write_value` are inverse: what is written is read back to the same value.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import Yuan
from xinyidai.kernel.widths import half_width
from xinyidai.products.rules.members import read_member, with_codes, write_member
from xinyidai.products.rules.parsing import LARGEST_NUMBER
from xinyidai.products.values import (
    GRADE_RANKS,
    ORDERED,
    TAG_NAMES,
    CriterionValue,
    Field,
    FieldType,
    Operator,
)

OPERATOR_NAMES: Mapping[Operator, str] = {
    Operator.AT_LEAST: "不低于",
    Operator.AT_MOST: "不高于",
    Operator.BETWEEN: "介于",
    Operator.IS_ONE_OF: "属于其中之一",
    Operator.IS_NONE_OF: "不属于",
    Operator.HAS_ANY: "至少具有一项",
    Operator.HAS_ALL: "全部具有",
    Operator.HAS_NONE: "一项都没有",
    Operator.IN_REGION: "位于地区",
    Operator.IN_INDUSTRY: "属于行业",
    Operator.IS_TRUE: "须为是",
    Operator.IS_FALSE: "须为否",
}
FLAGS = frozenset({Operator.IS_TRUE, Operator.IS_FALSE})
PERCENT = 100
PAIR = 2
YES_NO = {"是": True, "否": False}
NO_TAGS = "无"
_SEPARATORS = re.compile(r"[,，、；;\s]+")
_RANGES = (
    re.compile(r"\s*(?:至|到|~|～|—+|--)\s*"),
    re.compile(r"\s+-\s+|(?<=\S)\s*[,、]\s*"),
    re.compile(r"(?<=[\d%])\s*-\s*"),
)


def read_value(field: Field, operator: Operator, text: str) -> object:
    """Return the value of a criterion in its JSON form; what cannot be read is refused."""
    if operator in FLAGS:
        _require_no_other(field, operator, text.strip())
        return None
    if not text.strip():
        raise InvalidInput(f"请填写“{field.name}”的值。{how_to_fill(field)}")
    if operator not in ORDERED:
        return _members(field, text)
    if operator is not Operator.BETWEEN:
        return read_bound(field, text)
    for pattern in _RANGES:
        ends = pattern.split(half_width(text))
        if len(ends) == PAIR:
            return [read_bound(field, end) for end in ends]
    raise InvalidInput("范围请写成“下限 至 上限”，例如 1 至 5。")


def _require_no_other(field: Field, operator: Operator, text: str) -> None:
    # «须为是» with the value «是» says the same thing twice; anything else contradicts it.
    if text and YES_NO.get(text) is not (operator is Operator.IS_TRUE):
        raise InvalidInput(f"“{field.name}”的条件不需要填值，请把值清空。")


def _members(field: Field, text: str) -> list[str]:
    parts = [part for part in _SEPARATORS.split(with_codes(field, text)) if part]
    return [read_member(field, part) for part in parts]


def write_value(field: Field, operator: Operator, value: CriterionValue | Sequence[object]) -> str:
    """Return the value of a criterion as `read_value` takes it."""
    if value is None:
        return ""
    if not isinstance(value, list | tuple):
        return write_one(field, value)
    return (" 至 " if operator is Operator.BETWEEN else "、").join(
        write_one(field, part) for part in value
    )


def how_to_fill(field: Field) -> str:
    """Return what to type for this field, in one Chinese sentence."""
    if field.type is FieldType.CHOICE:
        return f"可填{'、'.join(field.choices.values())}。"
    return _number_hint(field) if field.type is FieldType.NUMBER else _HOW[field.type]


_HOW: Mapping[FieldType, str] = {
    FieldType.MONEY: "填万元，例如 50。",
    FieldType.GRADE: f"填等级，{'、'.join(GRADE_RANKS)}。",
    FieldType.REGION: "填地名或行政区划代码，多个用顿号隔开，例如 鹰川市、410100。",
    FieldType.INDUSTRY: "填行业名称或代码，多个用顿号隔开，例如 制造业、F51。",
    FieldType.TAGS: f"称号可填{'、'.join(TAG_NAMES.values())}；"
    f"名单可填{'、'.join(kind.name for kind in LIST_TYPES.values())}。",
    FieldType.FLAG: "不用填值。",
}


def _number_hint(field: Field) -> str:
    if field.scale:
        return f"可填{'、'.join(field.scale.values())}。"
    if field.unit == "%":
        return "填百分数，例如 30。"
    return f"填数字，单位{field.unit}。" if field.unit else "填数字。"


def read_bound(field: Field, text: str) -> float | int | str:
    """Return one threshold: a grade, a named step or a number in the field's unit."""
    cleaned = half_width(text)
    if field.type is FieldType.GRADE:
        return cleaned.upper()
    named = {half_width(name): number for number, name in field.scale.items()}
    step = next((name for name in (cleaned, f"{cleaned.upper()}级") if name in named), None)
    if step is not None:
        return _plain(Decimal(str(named[step])))
    if field.type is FieldType.MONEY:
        return Yuan.of_wan(cleaned.removesuffix("元").removesuffix("万").strip()).fen
    return _number(field, cleaned)


def _number(field: Field, text: str) -> float | int:
    bare = text.rstrip("%").strip()
    bare = bare.removesuffix(field.unit).strip() if field.unit else bare
    try:
        number = Decimal(bare)
    except InvalidOperation as error:
        raise InvalidInput(f"“{text}”不是数字。{how_to_fill(field)}") from error
    if not number.is_finite():
        raise InvalidInput(f"“{text}”不是数字。{how_to_fill(field)}")
    if not -LARGEST_NUMBER <= number <= LARGEST_NUMBER:  # as an integer it would fill the memory
        raise InvalidInput(f"“{text}”太大了，请检查单位。")
    if field.unit != "%":
        return _plain(number)
    share = Fraction(number) / PERCENT  # no rounding before the nearest float
    return int(share) if share.denominator == 1 else float(share)


def _plain(number: Decimal) -> float | int:
    return int(number) if number == number.to_integral_value() else float(number)


def write_one(field: Field, value: object) -> str:
    """Return one part of a value: a name, a code, or a number in the field's unit."""
    if isinstance(value, str):
        return write_member(field, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if value in field.scale:
        return field.scale[value]
    number = Decimal(repr(value))
    if field.type is FieldType.MONEY:
        number = Yuan(int(value)).wan
    elif field.unit == "%":
        number = number.scaleb(2)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
