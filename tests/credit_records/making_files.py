"""Files to deliver: texts, workbooks, archives and Parquet, sound but for what a case wants wrong.

The bytes are made when asked, so that a table of cases costs nothing to import.
"""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from xinyidai.kernel.uscc import invented

HEAD = "统一社会信用代码,企业名称,税种,欠税金额,公告日期"
A, B, C, D = (invented(n) for n in (901, 902, 903, 904))
ROW_A = f"{A},鹰川甲有限公司,增值税,100,2024-01-02"
ROW_B = f"{B},鹰川乙有限公司,增值税,200,2024-01-02"
GOOD = f"{HEAD}\n{ROW_A}\n{ROW_B}\n"
TABLE = [line.split(",") for line in GOOD.splitlines()]
OBJECT = dict(zip(HEAD.split(","), ROW_A.split(","), strict=True))
OTHER = dict(zip(HEAD.split(","), ROW_B.split(","), strict=True))


@dataclass(frozen=True)
class Refused:
    """A file that is refused as a whole; `says` stands in the sentence."""

    id: str
    name: str
    content: Callable[[], bytes]
    says: str
    kind: str = "tax_arrears"
    mapping: str | None = None


@dataclass(frozen=True)
class Rejected:
    """A file with one sound row and one that breaks `rule` in `field`, shown in row `row`."""

    id: str
    name: str
    content: Callable[[], bytes]
    rule: str
    field: str
    kind: str = "tax_arrears"
    row: int = 3


def of_text(text: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: text.encode(encoding)


def of_bytes(content: bytes) -> Callable[[], bytes]:
    return lambda: content


# Workbooks


def book(*sheets: tuple[str, list[list[object]]], change: Callable[..., None] | None = None):
    def make() -> bytes:
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in sheets:
            sheet = made.create_sheet(title)
            for row in rows:
                sheet.append(row)
        if change:
            change(made)
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()

    return make


def set_cell(place: str, value: object, title: str = "数据"):
    def change(made: openpyxl.Workbook) -> None:
        made[title][place] = value

    return change


def hide(title: str):
    def change(made: openpyxl.Workbook) -> None:
        made[title].sheet_state = "hidden"
        if all(sheet.sheet_state == "hidden" for sheet in made.worksheets):
            made.create_sheet("空")

    return change


def merge(ranges: str, title: str = "数据"):
    def change(made: openpyxl.Workbook) -> None:
        made[title].merge_cells(ranges)

    return change


def parts_of(make: Callable[[], bytes], changes: dict[str, bytes | None]):
    """Repack a workbook with parts put in, replaced or (None) left out."""

    def repack() -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(make())) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                if name not in changes:
                    new.writestr(name, old.read(name))
            for name, content in changes.items():
                if content is not None:
                    new.writestr(name, content, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    return repack


PLAIN_BOOK = book(("数据", TABLE))
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet_xml(rows: str, dimension: str = "A1:E3") -> bytes:
    return (
        f'<?xml version="1.0"?><worksheet {NAMESPACE}><dimension ref="{dimension}"/>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    ).encode()


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


WIDE_ROW = '<row r="1">' + "".join(inline(f"{c}1", "列") for c in ("A", "XFD")) + "</row>"
ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    + sheet_xml("")[21:]
)


# Archives


def zipped(*entries: tuple[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None):
    def make() -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in entries:
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_DEFLATED
                if change:
                    change(info)
                archive.writestr(info, content)
        return out.getvalue()

    return make


def encrypted() -> bytes:
    content = bytearray(zipped(("数据.csv", GOOD.encode()))())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


def link(info: zipfile.ZipInfo) -> None:
    info.create_system = 3
    info.external_attr = 0o120777 << 16


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("data.csv")
        info.size = len(GOOD.encode())
        archive.addfile(info, io.BytesIO(GOOD.encode()))
    return out.getvalue()


def bomb() -> bytes:
    return gzip.compress(b"0" * (48 * 1024**2))


def zip_bomb() -> bytes:
    return zipped(("数据.csv", b"0" * (48 * 1024**2)))()


# Parquet


def parquet(table: Callable[[], pa.Table]) -> Callable[[], bytes]:
    def make() -> bytes:
        out = io.BytesIO()
        pq.write_table(table(), out)
        return out.getvalue()

    return make


def column(name: str, values: object, kind: pa.DataType | None = None) -> Callable[[], pa.Table]:
    return lambda: pa.table(
        {
            "统一社会信用代码": [A, B],
            "企业名称": ["鹰川甲有限公司", "鹰川乙有限公司"],
            name: pa.array(values, kind),
        }
    )


def lines(*objects: object) -> Callable[[], bytes]:
    return of_text("\n".join(json.dumps(each, ensure_ascii=False) for each in objects) + "\n")


def array(*objects: object) -> Callable[[], bytes]:
    return of_text(json.dumps(objects, ensure_ascii=False))


DEEP = "[" * 100_000 + "]" * 100_000
