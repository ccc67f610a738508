"""Fields of one record as a person types them, and back: for corrections, 更正; pure.

Whole files are read by `collecting`; here is one record on a form, where every fault gets a
sentence beside its field.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from xinyidai.catalogue.values import Field, FieldType, RecordKind
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import FEN_PER_WAN, FEN_PER_YUAN, Yuan

EARLIEST_DAY = date(1900, 1, 1)
LONGEST_TEXT = 5000
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MONTH = re.compile(r"\d{4}-\d{2}")
YES_NO: Mapping[str, bool] = {"是": True, "否": False}


class _Fault(Exception):
    """What a person typed is not a value of its field; the message is shown beside it."""


def correctable(kind: RecordKind) -> tuple[Field, ...]:
    """Return the fields that a correction may change: all but those that name the firm."""
    subject = {kind.map.subject_code, kind.map.subject_name}
    return tuple(field for field in kind.fields if field.code not in subject)


def typed_form(field: Field, value: Any) -> str:
    """Return a stored value as a person would type it; empty where there is none."""
    if value is None:
        return ""
    if field.type.is_amount:
        unit = FEN_PER_WAN if field.type is FieldType.AMOUNT_WAN else FEN_PER_YUAN
        return f"{(Decimal(int(value)) / unit).normalize():f}"
    if field.type is FieldType.BOOLEAN:
        return "是" if value else "否"
    return str(value)


def read_fields(kind: RecordKind, texts: Mapping[str, str], today: date) -> dict[str, Any]:
    """Return the values of the fields typed, as the content of a record keeps them.

    Raises:
        InvalidInput: with one sentence for each field that is not sound.

    """
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in correctable(kind):
        text = texts.get(field.code, "").strip()
        try:
            value = _value(field, text, today)
        except (_Fault, InvalidInput) as fault:
            faults[field.code] = str(fault)
        else:
            values |= {} if value is None else {field.code: value}
    if faults:
        raise InvalidInput(f"有 {len(faults)} 项内容需要修改。", fields=faults)
    return values


def key_text(field: Field, value: Any) -> str:
    """Return a value as the natural key of a record names it."""
    if field.type is FieldType.BOOLEAN:
        return str(value).lower()
    return "" if value is None else str(value)


def _value(field: Field, text: str, today: date) -> Any:
    if not text:
        if field.required:
            raise _Fault(f"请填写{field.name}。")
        return None
    return _READERS[field.type](field, text, today)


def _text(field: Field, text: str, _today: date) -> str:
    most = field.max_length or LONGEST_TEXT
    if len(text) > most:
        raise _Fault(f"{field.name}最多 {most} 个字。")
    if UNPRINTABLE.search(text):
        raise _Fault(f"{field.name}里有不能显示的字符，请删除。")
    return text


def _day(field: Field, text: str, today: date) -> str:
    is_month = field.type is FieldType.MONTH
    if is_month and MONTH.fullmatch(text) is None:
        raise _Fault(f"{field.name}请写成 2026-05 的样子。")
    try:
        day = date.fromisoformat(f"{text}-01" if is_month else text)
    except ValueError as error:
        raise _Fault(f"{field.name}请写成 2026-05-01 的样子，并且是有的日子。") from error
    if not EARLIEST_DAY <= day <= today + timedelta(days=field.future_days):
        raise _Fault(f"{field.name}不能早于 1900 年，也不能晚于允许的日期。")
    return day.isoformat()[: 7 if is_month else 10]


def _number(field: Field, text: str, _today: date) -> int | float:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation as error:
        raise _Fault(f"{field.name}请填写数字。") from error
    if not number.is_finite():
        raise _Fault(f"{field.name}请填写数字。")
    _require_within(field, number)
    if number == number.to_integral_value():
        return int(number)
    if field.type is FieldType.INTEGER:
        raise _Fault(f"{field.name}请填写整数。")
    return float(number)


def _amount(field: Field, text: str, _today: date) -> int:
    is_wan = field.type is FieldType.AMOUNT_WAN
    amount = Yuan.of_wan(text) if is_wan else Yuan.of_yuan(text)
    _require_within(field, Decimal(amount.fen))
    return amount.fen


def _require_within(field: Field, number: Decimal) -> None:
    if number < 0 and not field.signed:
        raise _Fault(f"{field.name}不能是负数。")
    if field.minimum is not None and number < field.minimum:
        raise _Fault(f"{field.name}不能小于 {field.minimum}。")
    if field.maximum is not None and number > field.maximum:
        raise _Fault(f"{field.name}不能大于 {field.maximum}。")


def _yes_no(field: Field, text: str, _today: date) -> bool:
    if text not in YES_NO:
        raise _Fault(f"{field.name}请填“是”或“否”。")
    return YES_NO[text]


def _option(field: Field, text: str, _today: date) -> str:
    code = field.enum_code(text)
    if code is None:
        raise _Fault(f"{field.name}只能是：{'、'.join(field.values.values())}。")
    return code


_READERS: Mapping[FieldType, Callable[[Field, str, date], Any]] = {
    FieldType.TEXT: _text,
    FieldType.USCC: _text,
    FieldType.DATE: _day,
    FieldType.MONTH: _day,
    FieldType.NUMBER: _number,
    FieldType.INTEGER: _number,
    FieldType.AMOUNT_YUAN: _amount,
    FieldType.AMOUNT_WAN: _amount,
    FieldType.BOOLEAN: _yes_no,
    FieldType.ENUM: _option,
}
