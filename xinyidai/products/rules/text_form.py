r"""The text form of eligibility criteria, 文本形式: one line a criterion, in plain Chinese.

    # 井号开头的行是说明
    成立年限 不低于 2｜说明：企业成立须满 2 年。｜理由：成立年限不足｜生效：2026-07-01｜编号：age
    指标:近12个月纳税额 不低于 5｜说明：近 12 个月纳税额须不低于 5 万元。｜门槛：不公开
    登记状态为存续 须为是｜说明：企业须为存续状态。｜缺数据：数据不足

First stand field, condition and value with blanks between them; then, after `｜` or `|`, the named
parts in any order: 说明 is required, 理由 defaults to the field's usual reason, 缺数据 can only be
数据不足, 生效 to the first day of the version, 门槛 to 公开, 编号 to one made of the field. A `｜`,
`|` or backslash inside a part is written with a backslash before it, a new line as `\n`.
`to_text` and `parse_text` are inverse; so are `to_json_text` and `parse_json_text`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.widths import half_width
from xinyidai.products.rules.parsing import RULE_REASONS, criterion_to_json, parse_criteria
from xinyidai.products.rules.value_text import OPERATOR_NAMES, read_value, write_value
from xinyidai.products.values import (
    FIELDS,
    INDICATOR_PREFIX,
    OPERATORS,
    Criterion,
    Field,
    IndicatorNames,
    Operator,
    WhenMissing,
    indicator_field,
)

T = TypeVar("T")
INDICATOR_MARK = "指标:"
MISSING_NAMES = {WhenMissing.INSUFFICIENT: "数据不足"}
SHOWN_NAMES = {True: "公开", False: "不公开"}
LONGEST_DOCUMENT = 60_000
_PARTS = ("说明", "理由", "缺数据", "生效", "门槛", "编号")
_COMMENT = "#"
_BARS = "｜|"
_PART = re.compile(r"(\S+?)\s*[：:]\s*(.*)", re.DOTALL)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_GARBLED = re.compile(r"\ufffd|[\x80-\xff]{4}")
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"\\": "\\\\", "｜": "\\｜", "|": "\\|", "\n": "\\n", "\r": "\\r"}
_HEAD = 3  # field, condition, value


def to_text(criteria: Sequence[Criterion]) -> str:
    """Return the text form, one line a criterion."""
    return "\n".join(_line(criterion) for criterion in criteria)


def parse_text(
    text: str, indicators: IndicatorNames, *, stored: bool = False
) -> tuple[Criterion, ...]:
    """Return the criteria of a text, or raise `InvalidInput` with a sentence for each bad line.

    The keys of `fields` are `line.<n>`, counted from 1 over all lines of the text.
    """
    if len(text) > LONGEST_DOCUMENT:
        raise InvalidInput(f"文本太长，不能超过 {LONGEST_DOCUMENT} 字。")
    found: list[dict[str, Any]] = []
    problems: dict[str, str] = {}
    taken: dict[str, int] = {}
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith(_COMMENT):
            continue
        try:
            entry = _entry(line, indicators, taken)
            parse_criteria([entry], indicators, stored=stored)
        except InvalidInput as error:
            words = next(iter(error.fields.values()), error.message)
            problems[f"line.{number}"] = f"第 {number} 行：{words}"
            continue
        if entry["code"] in taken:
            before = taken[entry["code"]]
            problems[f"line.{number}"] = (
                f"第 {number} 行：编号“{entry['code']}”与第 {before} 行重复，请改一个。"
            )
        taken.setdefault(entry["code"], number)
        found.append(entry)
    if problems:
        raise InvalidInput("文本有误，请按提示修改。", fields=problems)
    return parse_criteria(found, indicators, stored=stored)


def to_json_text(criteria: Sequence[Criterion]) -> str:
    """Return the JSON form as a document to read and to copy."""
    return json.dumps([criterion_to_json(one) for one in criteria], ensure_ascii=False, indent=2)


def parse_json_text(
    text: str, indicators: IndicatorNames, *, stored: bool = False
) -> tuple[Criterion, ...]:
    """Return the criteria of a JSON document; a broken one is refused with the line it breaks at.

    The keys of `fields` are `item.<n>`, counted from 1.
    """
    if len(text) > LONGEST_DOCUMENT:
        raise InvalidInput(f"文本太长，不能超过 {LONGEST_DOCUMENT} 字。")
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError
        line = getattr(error, "lineno", 1)
        words = f"第 {line} 行：这里不是完整的 JSON，请检查括号、引号和逗号。"
        raise InvalidInput("JSON 有误，请按提示修改。", fields={f"line.{line}": words}) from error
    if not isinstance(raw, list):
        raise InvalidInput("JSON 须是一个列表，每项是一条准入条件。")
    try:
        return parse_criteria(raw, indicators, stored=stored)
    except InvalidInput as error:
        raise InvalidInput(
            error.message, fields=dict(map(_numbered, error.fields.items()))
        ) from error


def parse_document(text: str, indicators: IndicatorNames) -> tuple[Criterion, ...]:
    """Return the criteria of a pasted document: JSON where it begins like a list, else text."""
    if text.lstrip().startswith(("[", "{")):
        return parse_json_text(text, indicators)
    if _GARBLED.search(text) and not _CHINESE.search(text):
        raise InvalidInput("这段文字是乱码：文件的编码不对，请用 UTF-8 打开或另存以后再复制。")
    return parse_text(text, indicators)


def field_label(field: Field) -> str:
    """Return how the text form names a field; an indicator is marked as one."""
    if field.code in FIELDS:
        return field.name
    return INDICATOR_MARK + field.name


def _numbered(problem: tuple[str, str]) -> tuple[str, str]:
    key, words = problem
    place = key.removeprefix("criteria.")
    if not place.isdigit():
        return key, words
    return f"item.{int(place) + 1}", f"第 {int(place) + 1} 条：{words}"


def _line(criterion: Criterion) -> str:
    head = (field_label(criterion.field), OPERATOR_NAMES[criterion.operator],
            write_value(criterion.field, criterion.operator, criterion.value))  # fmt: skip
    parts = {
        "说明": criterion.denial_text,
        "理由": RULE_REASONS[criterion.reason_code],
        "缺数据": MISSING_NAMES[criterion.when_missing],
        "生效": criterion.effective_from.isoformat() if criterion.effective_from else "",
        "门槛": "" if criterion.show_threshold else SHOWN_NAMES[False],
        "编号": criterion.code,
    }
    named = [f"{name}：{_escape(text)}" for name, text in parts.items() if text]
    return "｜".join((" ".join(filter(None, head)), *named))


def _escape(text: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda m: {"n": "\n", "r": "\r"}.get(m.group(1), m.group(1)), text)


def _entry(line: str, indicators: IndicatorNames, taken: Mapping[str, int]) -> dict[str, Any]:
    head, *rest = _split(line)
    words = _unspaced(head, indicators) or head.split(maxsplit=_HEAD - 1)
    if len(words) < _HEAD - 1:
        raise InvalidInput("请写成“字段 条件 值｜说明：…”，中间用空格隔开。")
    field = _field(words[0], indicators)
    operator = _operator(words[1], field)
    parts = _named(rest)
    if "说明" not in parts:
        raise InvalidInput("缺少说明，请在行尾加上“｜说明：不符合时给企业看的话”。")
    entry = {
        "code": parts.get("编号") or free_code(field, operator, taken),
        "field": field.code,
        "operator": operator.value,
        "value": read_value(field, operator, words[2] if len(words) == _HEAD else ""),
        "when_missing": _one_of("缺数据", parts, MISSING_NAMES, WhenMissing.INSUFFICIENT).value,
        "denial_text": parts["说明"],
        "show_threshold": _one_of("门槛", parts, SHOWN_NAMES, default=True),
        "effective_from": _day(parts.get("生效")),
    }
    return entry | {"reason_code": _reason(parts.get("理由"), field)}


def _unspaced(head: str, indicators: IndicatorNames) -> list[str]:
    """Return field, condition and value of «成立年限不低于2»; empty where it is not so written."""
    labels = [field.name for field in FIELDS.values()]
    labels += [INDICATOR_MARK + info.name for info in indicators.values()]
    plain = head.replace("：", ":", 1)
    for label in sorted((one for one in labels if plain.startswith(one)), key=len, reverse=True):
        rest = plain.removeprefix(label).strip()
        for name in OPERATOR_NAMES.values():
            if rest.startswith(name):
                return list(filter(None, (label, name, rest.removeprefix(name).strip())))
    return []


def _day(text: str | None) -> str | None:
    """Return a day as the JSON form has it, from 2026-7-1, 2026/7/1 or 2026年7月1日."""
    if not text:
        return None
    found = _DATE.fullmatch(half_width(text))
    return "{}-{:0>2}-{:0>2}".format(*found.groups()) if found else text


def _split(line: str) -> list[str]:
    parts, letters = [""], iter(line)
    for letter in letters:
        if letter in _BARS:
            parts.append("")
        else:
            parts[-1] += letter + (next(letters, "") if letter == "\\" else "")
    return [part.strip() for part in parts]


def _named(parts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        match = _PART.fullmatch(part)
        if match is None or match.group(1) not in _PARTS:
            raise InvalidInput(f"“{part}”看不懂，｜ 后面只能是{'、'.join(_PARTS)}，写成“说明：…”。")
        name, text = match.groups()
        if name in found:
            raise InvalidInput(f"“{name}”写了两次，请去掉一个。")
        found[name] = _unescape(text.strip())
    return found


def _field(name: str, indicators: IndicatorNames) -> Field:
    plain = name.replace("：", ":", 1)
    if plain.startswith((INDICATOR_MARK, INDICATOR_PREFIX)):
        wanted = plain.partition(":")[2]
        codes = {info.name: code for code, info in indicators.items()}
        code = codes.get(wanted, wanted)
        if code in indicators or re.fullmatch(r"[a-z][a-z0-9_.]*", code):
            return indicator_field(code, indicators.get(code))
        raise InvalidInput(_unknown("指标", name, [INDICATOR_MARK + one for one in codes]))
    own = {field.name: field for field in FIELDS.values()} | dict(FIELDS)
    if name in own:
        return own[name]
    labels = [field.name for field in FIELDS.values()]
    labels += [INDICATOR_MARK + info.name for info in indicators.values()]
    raise InvalidInput(_unknown("字段", name, labels))


def _operator(name: str, field: Field) -> Operator:
    legal = {OPERATOR_NAMES[one]: one for one in Operator if one in OPERATORS[field.type]}
    found = legal.get(name) or next((one for one in legal.values() if one.value == name), None)
    if found is None:
        raise InvalidInput(f"“{field.name}”不能用条件“{name}”，可用：{'、'.join(legal)}。")
    return found


def _reason(name: str | None, field: Field) -> str:
    if name is None:
        return field.reason_code
    codes = {text: code for code, text in RULE_REASONS.items()}
    if name not in codes and name not in RULE_REASONS:
        raise InvalidInput(f"没有“{name}”这个拒绝理由，可用：{'、'.join(codes)}。")
    return codes.get(name, name)


def _one_of(part: str, parts: Mapping[str, str], names: Mapping[T, str], default: T) -> T:
    if part not in parts:
        return default
    found = [value for value, name in names.items() if name == parts[part]]
    if not found:
        raise InvalidInput(f"“{part}”只能写：{'、'.join(names.values())}。")
    return found[0]


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f"是不是想写：{'、'.join(near)}？" if near else "请从字段清单里选一个，照原样写。"
    return f"没有“{name}”这个{what}。{hint}"


def free_code(field: Field, operator: Operator, taken: Mapping[str, Any] | set[str]) -> str:
    """Return a code for a criterion that has none, not among those taken."""
    base = f"{field.code.removeprefix(INDICATOR_PREFIX)}_{operator.value}"
    base = re.sub(r"[^a-z0-9_]", "_", base.lower())[:55]
    number, code = 1, base
    while code in taken:
        number += 1
        code = f"{base}_{number}"
    return code
