"""A month's bulletin as a workbook, 通报表格: equal figures give equal bytes."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xinyidai.catalogue.quality import QUALITY
from xinyidai.data_quality import bulletin_sheet as words
from xinyidai.data_quality.rules import NO_VALUE
from xinyidai.data_quality.values import MEASURE_NAMES, MEASURE_TEXTS, Measure

DATED = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
NARROW, WIDE = 12, 60
HEAD_FILL = PatternFill("solid", fgColor="EEEEEE")
SHARE_FORMAT = "0.00%"
Cell = str | int | float | Decimal | None


def make_book(figures: Mapping[str, Any]) -> bytes:
    """Return the workbook of a bulletin: rates with numerator and denominator, and whole lists."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _sheet(book, "三率", RATE_HEAD, _rate_rows(figures))
    _sheet(book, "部门和类别", KIND_HEAD, figures["kinds"])
    _sheet(book, "迟报", words.LATE_HEAD, figures["late"])
    _sheet(book, "到期未报送", words.MISSED_HEAD, figures["missed"])
    _sheet(book, "重错码", ["情形", "数量"], _code_rows(figures))
    _sheet(book, "纠错单", words.TICKET_HEAD, figures["tickets"])
    _sheet(book, "口径", ["项目", "说明"], _notes(figures))
    stream = io.BytesIO()
    book.save(stream)
    return _dateless(stream.getvalue())


RATE_HEAD = [
    "部门",
    *(f"{MEASURE_NAMES[one]}{part}" for one in Measure for part in ("", "分子", "分母")),
    "迟报",
    "得分",
    "等次",
]
KIND_HEAD = ["部门", "类别", "指标", "分子", "分母"]


def _rate_rows(figures: Mapping[str, Any]) -> list[list[Cell]]:
    city = {"name": "全市", "rates": figures["city"], "late": figures["late_total"]}
    lines = [*figures["departments"], city | {"score": None, "grade": None}]
    return [_rate_row(line) for line in lines]


def _rate_row(line: Mapping[str, Any]) -> list[Cell]:
    row: list[Cell] = [line["name"]]
    for measure in Measure:
        rate = line["rates"][measure.value]
        share = words.share_of(rate)
        row += [NO_VALUE if share is None else share]
        row += [rate["numerator"], rate["denominator"]]
    score = None if line["score"] is None else float(line["score"])
    return [*row, line["late"], score, line["grade"]]


def _code_rows(figures: Mapping[str, Any]) -> list[list[Cell]]:
    codes = figures["codes"]
    rows: list[list[Cell]] = [[name, number] for name, number in words.code_rows(codes)]
    return [*rows, ["全部主体", f"{codes.get('subjects', 0):,}"]]


def _notes(figures: Mapping[str, Any]) -> list[list[Cell]]:
    return [
        ["月份", figures["month_name"]],
        ["编号", f"{figures['number']}（第 {figures['edition']} 版）"],
        ["规则版本", QUALITY.version],
        ["统计时间", figures["made_at"]],
        *([MEASURE_NAMES[one], MEASURE_TEXTS[one]] for one in Measure),
        ["重错码率", words.code_line(figures["codes"])],
        ["疑点", "瞒报疑点只是提示，须由部门说明、信用办核实，不是认定"],
        *([["演示数据", "部门、企业和数字均为虚构"]] if figures["is_demo"] else []),
    ]


def _sheet(book: Workbook, title: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    sheet: Worksheet = book.create_sheet(title)
    for number, row in enumerate((head, *rows), 1):
        for place, value in enumerate(row, 1):
            _write(sheet.cell(number, place), value)
    for place, name in enumerate(head, 1):
        top = sheet.cell(1, place)
        top.font, top.fill = Font(bold=True), HEAD_FILL
        longest = max((len(str(row[place - 1] or "")) for row in rows), default=0)
        width = min(WIDE, max(NARROW, 2 * len(name), 2 * longest))
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "B2"


def _write(cell: Any, value: Cell) -> None:
    """Write a value: a decimal is a share, and text that begins with = stays text."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    elif isinstance(value, Decimal):
        cell.number_format = SHARE_FORMAT


def _dateless(content: bytes) -> bytes:
    """Return the file without the moment at which it was made."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as made,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as kept,
    ):
        for name in made.namelist():
            kept.writestr(zipfile.ZipInfo(name, FIRST_DAY), DATED.sub(b"", made.read(name)))
    return stream.getvalue()
