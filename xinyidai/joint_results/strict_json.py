"""JSON of strangers: bounded before it is parsed, without doubles, without NaN, 严格读取."""

import json
import math
import re
from typing import Any

from xinyidai.joint_results.values import MOST_BYTES, MOST_NESTED
from xinyidai.kernel.errors import InvalidInput

LARGEST = 1e15
MOST_DIGITS = 16
# Possessive, and the closing mark may lack: a string that never ends is walked through once.
STRINGS = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
BRACKETS = re.compile(r"[\[\]{}]")


def read_document(raw: bytes) -> dict[str, Any]:
    """Return the JSON object in these bytes.

    Raises:
        InvalidInput: nothing in it, too large, too deep, no UTF-8, no JSON, a name given twice or
            with signs that cannot be shown, or a number that is not finite or beyond 10¹⁵; the
            sentence says what to do.

    """
    if not raw.strip():
        raise refused("请选择模型文件，或粘贴模型内容。")
    if len(raw) > MOST_BYTES:
        raise refused(f"文件超过 {MOST_BYTES // 1024} KB。请减少分箱或树的数量后再上传。")
    text = _text(raw)
    _require_shallow(text)
    try:
        found = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_number,
            parse_float=_number,
        )
    except json.JSONDecodeError as error:
        raise refused(f"不是正确的 JSON（第 {error.lineno} 行）。请用工具检查格式。") from error
    if not isinstance(found, dict):
        raise refused("最外层须是一个对象（花括号）。请对照格式说明修改。")
    return found


def refused(sentence: str) -> InvalidInput:
    """Return the error that refuses a document as a whole."""
    return InvalidInput(sentence, fields={"document": sentence}, code="joint_model_invalid")


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused("文件不是 UTF-8 编码。请另存为 UTF-8 后再上传。") from error


def _require_shallow(text: str) -> None:
    depth = 0
    for bracket in BRACKETS.finditer(STRINGS.sub("", text)):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > MOST_NESTED:
            raise refused(f"括号嵌套超过 {MOST_NESTED} 层。请对照格式说明，树写成节点的数组。")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise refused("同一处的名称写了两次。请检查并只保留一个。")
    if not all(name.isprintable() for name in found):
        raise refused("有一个名称里有不能显示的字符。请检查并改正。")
    return found


def _no_constant(_text: str) -> float:
    raise refused("数值不能是 NaN 或 Infinity。请填写确定的数字。")


def _number(text: str) -> float:
    value = float(text) if len(text) <= 2 * MOST_DIGITS else math.inf
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise refused("有一个数值太大或写得太长。绝对值不要超过 10 的 15 次方。")
    return int(value) if text.lstrip("-").isdigit() else value
