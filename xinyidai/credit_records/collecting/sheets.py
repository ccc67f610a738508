"""Workbooks and JSON Lines as rows of texts."""

import io
import json
import zipfile
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError  # raised by openpyxl on a damaged part

import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from xinyidai.kernel.errors import InvalidInput

LARGEST_WORKBOOK = 2 * 1024**3
DAMAGED = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, ParseError)


def rows_of_workbook(content: bytes, sheet: str | None) -> list[tuple[str | None, ...]]:
    """Return the rows of one sheet, the first unless named; raise `InvalidInput` when damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > LARGEST_WORKBOOK:
            raise InvalidInput("工作簿解压后超过 2 GB，请拆分后分批报送。", code="unreadable_file")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        names = book.sheetnames
        if sheet is not None and sheet not in names:
            raise InvalidInput(
                f"工作簿没有名为“{sheet}”的工作表，现有：{'、'.join(names)}。",
                code="unreadable_file",
            )
        chosen = book[sheet or names[0]]
        rows = [tuple(map(_text, row)) for row in chosen.iter_rows(values_only=True)]
        book.close()
    except DAMAGED as error:
        raise InvalidInput(
            "Excel 文件不完整或已损坏，无法打开，请重新导出 .xlsx 后再报送。",
            code="unreadable_file",
        ) from error
    return rows


def rows_of_json_lines(
    text: str,
) -> tuple[tuple[str, ...], pa.Table, tuple[int, ...]]:
    """Return headings, rows and the numbers of lines that are no flat JSON objects.

    The first line is row 1; nested values stay as JSON text.
    """
    objects: list[tuple[int, dict[str, Any]]] = []
    misshapen: list[int] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parsed = _parsed(line)
        if parsed is None:
            misshapen.append(number)
        else:
            objects.append((number, parsed))
    headings = tuple(dict.fromkeys(key for _, row in objects for key in row))
    if not headings:
        raise InvalidInput(
            "文件不是 JSON Lines：每一行应是一个 {“字段”: 值} 对象。", code="unreadable_file"
        )
    columns: dict[str, pa.Array] = {
        f"c{n}": pa.array([_text(row.get(key)) for _, row in objects], pa.string())
        for n, key in enumerate(headings)
    }
    columns["row_number"] = pa.array([number for number, _ in objects], pa.int64())
    return headings, pa.table(columns), tuple(misshapen)


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        parsed = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        # JSON may carry half of a surrogate pair, which is no text.
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date | time):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return _other_text(value)


def _other_text(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
