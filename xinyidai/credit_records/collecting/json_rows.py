"""JSON Lines and JSON arrays as rows of texts; numbers stay as they are written."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import pyarrow as pa

from xinyidai.credit_records.collecting.cells import text_of
from xinyidai.credit_records.collecting.limits import Limits, size_words
from xinyidai.credit_records.collecting.refusing import Flaw, unreadable

NOT_LINES = "文件不是 JSON Lines：每一行应是一个 {“字段”: 值} 对象。"
NOT_ARRAY = "应是 [{“字段”: 值}, …] 这样的 JSON 数组，每个元素是一行。"
Headings = tuple[str, ...]


class _RepeatedKey(ValueError):
    """An object has one key twice; which value counts nobody knows."""


def rows_of_json(
    text: str, limits: Limits, *, lines: bool
) -> tuple[Headings, pa.Table, tuple[Flaw, ...]]:
    """Return headings, rows and the flaws of lines or elements that are no flat objects.

    `lines`: by its name the file has an object a line, even if it begins with a bracket. Row
    numbers are lines of the file, or places in the array, counted from 1.
    """
    is_array = not lines and text.lstrip().startswith("[")
    numbered = _of_array(text, limits) if is_array else _of_lines(text)
    objects: list[tuple[int, dict[str, Any]]] = []
    flaws: list[Flaw] = []
    for number, value in numbered:
        found = _flaw_of(number, value)
        if found:
            flaws.append(found)
        else:
            objects.append((number, value))
    headings = tuple(dict.fromkeys(key for _, row in objects for key in row))
    if not headings:
        raise unreadable(
            _why_nothing(flaws, f"文件里没有对象：{NOT_ARRAY}" if is_array else NOT_LINES)
        )
    if len(headings) > limits.columns:
        raise unreadable(f"文件有 {len(headings)} 个不同的字段，最多 {limits.columns} 个。")
    columns: dict[str, pa.Array] = {
        f"c{n}": pa.array([text_of(row.get(key)) for _, row in objects], pa.string())
        for n, key in enumerate(headings)
    }
    columns["row_number"] = pa.array([number for number, _ in objects], pa.int64())
    return headings, pa.table(columns), tuple(flaws)


def _why_nothing(flaws: list[Flaw], usual: str) -> str:
    cell = next((flaw for flaw in flaws if flaw.heading), None)
    if cell is None:
        return usual
    return f"第 {cell.row} 行的“{cell.heading}”是嵌套的对象或数组，请展开成单个的值。{usual}"


def _of_array(text: str, limits: Limits) -> Iterable[tuple[int, Any]]:
    if len(text) > limits.json_array_bytes:
        raise unreadable(
            f"JSON 数组超过 {size_words(limits.json_array_bytes)}，"
            "请改成 JSON Lines（一行一个对象）。"
        )
    try:
        values = _loads(text)
    except RecursionError as error:
        raise unreadable(f"JSON 嵌套太深，无法读取。{NOT_ARRAY}") from error
    except json.JSONDecodeError as error:
        raise unreadable(
            f"JSON 在第 {error.lineno} 行第 {error.colno} 个字处写错。{NOT_ARRAY}"
        ) from error
    except ValueError as error:
        raise unreadable(f"JSON 里有重复的字段名，或 NaN、Infinity。{NOT_ARRAY}") from error
    return enumerate(values, start=1)


def _of_lines(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, _loads(line)
        except _RepeatedKey as error:
            yield number, Flaw(number, "repeated_key", str(error))
        except (ValueError, RecursionError):
            yield number, Flaw(number, "not_an_object", value=line.strip())


def _flaw_of(number: int, value: Any) -> Flaw | None:
    if isinstance(value, Flaw):
        return value
    if not isinstance(value, dict):
        return Flaw(number, "not_an_object", value=str(value))
    for key, inner in value.items():
        if isinstance(inner, dict | list):
            return Flaw(number, "nested_value", key, json.dumps(inner, ensure_ascii=False))
    return None


def _loads(text: str) -> Any:
    # Numbers as texts: what was written is checked, whatever its size and exponent.
    return json.loads(
        text,
        parse_int=str,
        parse_float=str,
        parse_constant=_refuse_constant,
        object_pairs_hook=_object,
    )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _RepeatedKey(next(key for key in keys if keys.count(key) > 1))
    return made
