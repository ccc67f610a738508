"""Workbooks (.xlsx) as rows of texts: one visible sheet, no formulas, no surprises."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError  # raised by openpyxl on a damaged part

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from xinyidai.credit_records.collecting.cells import text_of
from xinyidai.credit_records.collecting.containers import WORKBOOK_TOO_LARGE
from xinyidai.credit_records.collecting.limits import Limits, size_words
from xinyidai.credit_records.collecting.refusing import unreadable
from xinyidai.kernel.errors import InvalidInput

DAMAGED = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, OSError, EOFError,
    KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
DOCUMENT_TYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
LOOKED_AT = 4096
PEEKED_ROWS = 1000
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
BROKEN = "Excel 文件不完整或已损坏，无法打开，请重新导出 .xlsx 后再报送。"
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Merge:
    """A merged range of cells, counted from 1, both ends included."""

    left: int
    top: int
    right: int
    bottom: int

    def __str__(self) -> str:
        """Return the range as a spreadsheet writes it."""
        first, last = get_column_letter(self.left), get_column_letter(self.right)
        return f"{first}{self.top}:{last}{self.bottom}"


@dataclass(frozen=True)
class Sheet:
    """The rows of one sheet and its merged ranges."""

    name: str
    rows: list[Row]
    merges: tuple[Merge, ...] = field(default=())


def read_sheet(content: bytes, wanted: str | None, limits: Limits) -> Sheet:
    """Return the named sheet, or the only visible one that is not empty.

    Raises:
        InvalidInput: damaged, too large, a formula or error value (with its cell), several
            sheets with content, or no sheet of that name.

    """
    try:
        _refuse_bomb(content, limits)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions it drops
            return _read(content, wanted, limits)
    except InvalidInput:
        raise
    except DAMAGED as error:
        raise unreadable(BROKEN) from error


def _refuse_bomb(content: bytes, limits: Limits) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        entries = parts.infolist()
        unpacked = sum(part.file_size for part in entries)
        if unpacked > limits.workbook_bytes or len(entries) > limits.archive_entries:
            raise unreadable(WORKBOOK_TOO_LARGE.format(size_words(limits.workbook_bytes)))
        if unpacked > max(limits.free_bytes, len(content) * limits.unpacking_ratio):
            raise unreadable(
                f"工作簿的压缩比超过 {limits.unpacking_ratio} 倍，疑似压缩炸弹，没有打开。"
                "请另存为 CSV 后再报送。"
            )
        for part in entries:
            if part.filename.endswith((".xml", ".rels")):
                with parts.open(part) as stream:
                    _refuse_document_type(stream.read(LOOKED_AT))


def _refuse_document_type(head: bytes) -> None:
    if DOCUMENT_TYPE.search(head):
        raise unreadable("工作簿里有 XML 实体定义，不安全，没有打开。请重新导出 .xlsx 后再报送。")


def _read(content: bytes, wanted: str | None, limits: Limits) -> Sheet:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    try:
        chosen = _chosen(book.worksheets, wanted)
        rows = list(_rows(chosen, limits))
        path = chosen._worksheet_path  # noqa: SLF001 - read-only sheets do not tell merged cells
    finally:
        book.close()
    return Sheet(chosen.title, rows, _merges(content, path))


def _chosen(sheets: Sequence[Any], wanted: str | None) -> Any:
    if not sheets:
        raise unreadable(BROKEN)
    for sheet in sheets:
        sheet.reset_dimensions()  # the size a sheet claims may be a lie of 17 milliard cells
    names = [sheet.title for sheet in sheets]
    if wanted is not None:
        if wanted not in names:
            raise unreadable(f"工作簿没有名为“{wanted}”的工作表，现有：{'、'.join(names)}。")
        return sheets[names.index(wanted)]
    filled = [sheet for sheet in sheets if not _is_empty(sheet)]
    visible = [sheet for sheet in filled if sheet.sheet_state == "visible"]
    if len(visible) > 1:
        raise unreadable(
            f"工作簿有 {len(visible)} 张有内容的工作表："
            f"{'、'.join(sheet.title for sheet in visible)}。"
            "请在映射文件里用 sheet 写明读哪一张，或每个文件只留一张。"
        )
    if not visible and filled:
        raise unreadable(
            f"看得见的工作表都是空的，内容在隐藏的工作表“{filled[0].title}”里。"
            "请取消隐藏后再报送，或在映射文件里用 sheet 写明。"
        )
    if not visible:
        raise unreadable("工作簿里没有任何内容。")
    return visible[0]


def filled_sheets(content: bytes, limits: Limits) -> tuple[str, ...]:
    """Return the names of the visible sheets that are not empty; raise as `read_sheet` does."""
    try:
        _refuse_bomb(content, limits)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            for sheet in sheets:
                sheet.reset_dimensions()
            names = tuple(sheet.title for sheet in sheets if not _is_empty(sheet))
            book.close()
            return names
    except DAMAGED as error:
        raise unreadable(BROKEN) from error


def _is_empty(sheet: Any) -> bool:
    rows = sheet.iter_rows(values_only=True, max_row=PEEKED_ROWS)
    return not any(cell not in (None, "") for row in rows for cell in row)


def _rows(sheet: Any, limits: Limits) -> Iterator[Row]:
    cells = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        texts = _without_tail([_cell_text(sheet.title, cell) for cell in row])
        cells += len(texts) + 1
        if len(texts) > limits.columns:
            raise unreadable(
                f"工作表“{sheet.title}”第 {number} 行有 {len(texts)} 列，"
                f"最多 {limits.columns} 列。请删除多余的列后再报送。"
            )
        if cells > limits.workbook_cells:
            raise unreadable(
                f"工作表“{sheet.title}”超过 {limits.workbook_cells:,} 个单元格，"
                "请拆分，或另存为 CSV 后再报送。"
            )
        yield tuple(texts)


def _cell_text(sheet: str, cell: Any) -> str | None:
    kind = cell.data_type
    if kind == "f":
        raise unreadable(
            f"工作表“{sheet}”的单元格 {cell.coordinate} 是公式。"
            "请“复制、选择性粘贴为数值”去掉公式后再报送。"
        )
    if kind == "e" or cell.value in ERRORS:
        raise unreadable(
            f"工作表“{sheet}”的单元格 {cell.coordinate} 是错误值 {cell.value}，请更正后再报送。"
        )
    return text_of(cell.value)


def _without_tail(texts: list[str | None]) -> list[str | None]:
    while texts and texts[-1] in (None, ""):
        texts.pop()
    return texts


def _merges(content: bytes, path: str) -> tuple[Merge, ...]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        found = MERGED.findall(parts.read(path.lstrip("/")).rpartition(b"</")[0])
    return tuple(Merge(*range_boundaries(ref.decode())) for ref in found)


def fill_merged(rows: list[Row], merges: tuple[Merge, ...], last_heading: int) -> list[Row]:
    """Write a merged heading into each of its cells; refuse merged cells among the data.

    A merged cell in one row of the data (a note below the table) stays as it is.
    """
    filled = [list(row) for row in rows[:last_heading]]
    for merge in merges:
        if merge.bottom > max(last_heading, merge.top):
            raise unreadable(
                f"单元格 {merge} 合并了几行数据。请取消合并，每一行都填写完整后再报送。"
            )
        if merge.bottom <= last_heading and merge.top <= len(filled):
            _fill(filled, merge)
    return [*map(tuple, filled), *rows[last_heading:]]


def _fill(rows: list[list[str | None]], merge: Merge) -> None:
    first = rows[merge.top - 1]
    value = first[merge.left - 1] if len(first) >= merge.left else None
    for row in rows[merge.top - 1 : merge.bottom]:
        row.extend([None] * (merge.right - len(row)))
        row[merge.left - 1 : merge.right] = [value] * (merge.right - merge.left + 1)
