"""Requests of programs, read strictly: what is malformed, unknown or unstorable is refused.

Every slice's schemas build on the fields here. Money is integer 分, rates are decimal strings.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from flask import Request, abort
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from webargs.flaskparser import FlaskParser, is_json_request

from xinyidai.kernel import masking
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import DEFAULT_PAGE, FURTHEST_PAGE, LARGEST_PAGE, problem

LARGEST_BODY = 1024 * 1024
LARGEST_FEN = 10**15
WRONG = "内容有误，请按提示修改。"
MALFORMED = "请求正文不是正确的 JSON,请检查编码(UTF-8)、括号和重复的字段名。"

CHINESE = {
    "required": "必填。",
    "null": "不能为空。",
    "validator_failed": "内容不符合要求。",
    "type": "类型不对，请对照接口说明。",
    "unknown": "没有这个字段。",
}
CHINESE_BY_FIELD: tuple[tuple[type[fields.Field[Any]], Mapping[str, str]], ...] = (
    (fields.UUID, {"invalid_uuid": "请填写 UUID。"}),
    (fields.Enum, {"unknown": "只能是其中之一:{choices}。"}),
    (fields.String, {"invalid": "请填写文字。", "invalid_utf8": "请填写 UTF-8 文字。"}),
    (fields.Integer, {"invalid": "请填写整数。", "too_large": "数值太大。"}),
    (
        fields.Number,
        {"invalid": "请填写数字。", "too_large": "数值太大。", "special": "请填写数字。"},
    ),
    (fields.Boolean, {"invalid": "请填写 true 或 false。"}),
    (fields.Date, {"invalid": "请填写日期，例如 2026-05-01。"}),
    (
        fields.DateTime,
        {"invalid": "请填写带时区的时间。", "invalid_awareness": "请填写带时区的时间。"},
    ),
    (fields.List, {"invalid": "请填写列表。"}),
    (fields.Mapping, {"invalid": "请填写对象。"}),
)
_RATE = re.compile(r"0\.\d{1,6}")


class StrictParser(FlaskParser):
    """Reads a body or a query string, and says in Chinese what is wrong with it."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - as in the library
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "querystring": RAISE,
    }

    def load_json(self, req: Request, schema: Schema) -> object:
        """Return the body; another content type is 415, broken JSON is 400."""
        del schema
        if not is_json_request(req):
            abort(415)
        return read_json(req.get_data(cache=True))

    def load_querystring(self, req: Request, schema: Schema) -> object:
        """Return the query string's parameters."""
        _require_storable(req.args.to_dict(flat=False))
        return super().load_querystring(req, schema)

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, **_: object
    ) -> NoReturn:
        """Refuse with one sentence for each bad field, as a service would."""
        del req, schema
        raise InvalidInput(WRONG, fields=dict(_flat(error.messages)))


def read_json(raw: bytes) -> object:
    """Return what a JSON body says; twins among names, NaN and broken text are refused."""
    if len(raw) > LARGEST_BODY:
        abort(413)
    try:
        body: object = json.loads(raw, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        abort(problem(400, MALFORMED, code="malformed_json"))
    _require_storable(body)
    return body


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _require_storable(body: object) -> None:
    """Refuse text that no database can keep: NUL, and halves of surrogate pairs."""
    waiting = [body]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.keys())
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, str) and ("\0" in part or not _is_unicode(part)):
            raise InvalidInput("内容里有无法保存的字符，请删除后重试。", code="unstorable")


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _flat(messages: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Name each bad field by its path without the location: `reasons.0.code`."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _flat(inner, (*path, str(name)))
    else:
        sentences = messages if isinstance(messages, list) else [messages]
        named = ".".join(part for part in path[1:] if part != "_schema") or "body"
        yield named, "".join(map(str, sentences))


def in_chinese(schema: Schema) -> Schema:
    """Give a schema, and every schema within it, sentences that a Chinese reader understands."""
    schema.error_messages = {**schema.error_messages, **CHINESE}
    for field in schema.fields.values():
        _translate(field)
    return schema


def _translate(field: fields.Field[Any]) -> None:
    known: dict[str, str] = {**CHINESE}
    for kind, messages in reversed(CHINESE_BY_FIELD):
        if isinstance(field, kind):
            known |= messages
    field.error_messages = {**field.error_messages, **known}
    field.validators = [_in_words(validator) for validator in field.validators]
    if isinstance(field, fields.List):
        _translate(field.inner)
    elif isinstance(field, fields.Nested):
        in_chinese(field.schema)


def _in_words(validator: Any) -> Any:
    """Return a validator of length or range with a Chinese sentence, any other as it is."""
    if not isinstance(validator, validate.Length | validate.Range) or validator.error:
        return validator
    unit = " 个字符或项" if isinstance(validator, validate.Length) else ""
    translated = copy.copy(validator)
    if validator.min is None:
        translated.error = f"最多 {validator.max}{unit}。"
    elif validator.max is None:
        translated.error = f"至少 {validator.min}{unit}。"
    else:
        translated.error = f"须在 {validator.min} 到 {validator.max}{unit}之间。"
    return translated


class Fen(fields.Integer):
    """Money in integer 分, more than zero; `"100"`, `100.0` and `true` are no amounts."""

    def __init__(self, **settings: Any) -> None:
        """Keep the range that every amount has."""
        settings.setdefault("validate", validate.Range(min=1, max=LARGEST_FEN))
        settings.setdefault("metadata", {"description": "金额，单位为分"})
        super().__init__(strict=True, **settings)


class Rate(fields.String):
    """A yearly rate as a decimal fraction in a string: `"0.0435"` is 4.35 %."""

    def __init__(self, **settings: Any) -> None:
        """Describe the form to readers of the API's description."""
        description = '年利率，小数形式的文字,"0.0435" 即 4.35%'
        wrong = '请填写小数形式的年利率(文字),例如 "0.0435",最多 6 位小数。'
        settings.setdefault("metadata", {"description": description, "examples": ["0.0435"]})
        settings.setdefault("error_messages", {"rate": wrong})
        super().__init__(**settings)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> str | None:
        del attr, obj
        return None if value is None else format(value.normalize(), "f")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        del attr, data
        if not isinstance(value, str) or not _RATE.fullmatch(value) or not value.isascii():
            raise self.make_error("rate")
        return Decimal(value)


class Flag(fields.Boolean):
    """`true` or `false` and nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        del attr, data
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class MaskedName(fields.String):
    """A person's name of which only the surname is shown."""

    def _serialize(self, value: str | None, attr: str | None, obj: Any, **_: Any) -> str | None:
        del attr, obj
        return None if value is None else masking.mask_name(value)


class MaskedPhone(fields.String):
    """A telephone number with its middle hidden."""

    def _serialize(self, value: str | None, attr: str | None, obj: Any, **_: Any) -> str | None:
        del attr, obj
        return None if value is None else masking.mask_phone(value)


class PageIn(Schema):
    """Which part of a list is asked for."""

    page = fields.Integer(
        load_default=1,
        validate=validate.Range(1, FURTHEST_PAGE),
        metadata={"description": "第几页，从 1 起"},
    )
    size = fields.Integer(
        load_default=DEFAULT_PAGE,
        validate=validate.Range(1, LARGEST_PAGE),
        metadata={"description": "每页多少条"},
    )


class PageOut(Schema):
    """One part of a list; each child adds its `items`."""

    page = fields.Integer(required=True)
    size = fields.Integer(required=True)
    total = fields.Integer(required=True, metadata={"description": "共有多少条"})


class FirmOut(Schema):
    """Which firm something is about, 企业."""

    uscc = fields.String(required=True, metadata={"description": "统一社会信用代码"})
    name = fields.String(required=True)
