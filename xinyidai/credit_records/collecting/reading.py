"""Read a delivered file into one Arrow table of texts, whatever its format and encoding.

CSV (UTF-8, UTF-16 with a byte order mark, GB18030), XLSX, JSON Lines and Parquet, each also
gzipped. Every column comes back as text; what the texts mean is for `validating` to say.
"""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from xinyidai.credit_records.collecting import sheets
from xinyidai.credit_records.collecting.headings import clean_heading, is_unnamed
from xinyidai.kernel.errors import InvalidInput

LARGEST_BYTES = 2 * 1024**3
LARGEST_ROW = 16 * 1024**2
SNIFFED = 64 * 1024
DELIMITERS = ",;\t|，"
ROW_NUMBER = "row_number"


@dataclass(frozen=True)
class Layout:
    """Where the table stands in the file; rows count from 1, the heading row included."""

    header_row: int = 1
    sheet: str | None = None


@dataclass(frozen=True)
class RawTable:
    """A file as texts: column `row_number` and `c0`, `c1`, … in the order of `headings`.

    `row_number` is the row as a spreadsheet counts it. `misshapen` holds the numbers of rows that
    have more or fewer cells than the heading row.
    """

    headings: tuple[str, ...]
    rows: pa.Table
    sha256: str
    misshapen: tuple[int, ...] = field(default=())


def read_file(path: Path, layout: Layout | None = None) -> RawTable:
    """Read a file; raise `InvalidInput` with a Chinese sentence when it cannot be read."""
    layout = layout or Layout()
    content = _content(path)
    if not content.strip():
        raise unreadable("文件是空的，没有任何内容。")
    digest = hashlib.sha256(content).hexdigest()
    name = path.name.removesuffix(".gz").lower()
    headings, rows, misshapen = _table(content, name, layout)
    return _tidy(RawTable(headings, rows, digest, misshapen))


def unreadable(sentence: str) -> InvalidInput:
    """Build the error for a file that cannot be taken in as a whole."""
    return InvalidInput(sentence, code="unreadable_file")


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise unreadable(f"找不到文件“{path.name}”，请检查路径。")
    try:
        with path.open("rb") as plain:
            zipped = plain.read(2) == b"\x1f\x8b"
        with gzip.open(path) if zipped else path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise unreadable("压缩文件不完整或已损坏，请重新压缩后再报送。") from error
    except OSError as error:
        raise unreadable(f"文件“{path.name}”无法打开：{error.strerror}。") from error
    if len(content) > LARGEST_BYTES:
        raise unreadable("文件解压后超过 2 GB，请拆分后分批报送。")
    return content


def _table(
    content: bytes, name: str, layout: Layout
) -> tuple[tuple[str, ...], pa.Table, tuple[int, ...]]:
    if content.startswith(b"PK\x03\x04") or name.endswith(".xlsx"):
        return *_of_rows(sheets.rows_of_workbook(content, layout.sheet), layout), ()
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise unreadable("这是旧版 .xls 工作簿，请用表格软件另存为 .xlsx 后再报送。")
    if content.startswith(b"PAR1") or name.endswith(".parquet"):
        return *_of_parquet(content), ()
    text = decode(content)
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return sheets.rows_of_json_lines(text)
    return _of_csv(text, layout)


def decode(content: bytes) -> str:
    """Decode text by its byte order mark, else as UTF-8, else as GB18030; refuse NUL bytes."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return _decoded(content, encoding)
    if b"\x00" in content:
        raise unreadable("文件中有空字符（NUL），可能不是文本文件或已损坏，请重新导出。")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded(content, "gb18030")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise unreadable(
            "文件的文字编码无法识别（支持 UTF-8 和 GB18030），请另存为 UTF-8 编码的 CSV。"
        ) from error


def _of_csv(text: str, layout: Layout) -> tuple[tuple[str, ...], pa.Table, tuple[int, ...]]:
    if text.count('"') % 2:
        raise unreadable("文件中的双引号不成对，后面的行会被并成一格，请检查后重新导出。")
    delimiter = _delimiter(text, layout.header_row)
    heads, body = _split_headings(text, delimiter, layout.header_row)
    names = [f"c{n}" for n in range(len(heads))]
    misshapen: list[int] = []
    rows = _parsed(body, names, delimiter, misshapen)
    numbers = [number + layout.header_row for number in misshapen]
    return heads, _numbered(rows, layout.header_row, numbers), tuple(numbers)


def _split_headings(text: str, delimiter: str, header_row: int) -> tuple[tuple[str, ...], str]:
    """Return the cells of the heading row and the text below it."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(iter(lines.readline, ""), delimiter=delimiter)
    try:
        heads = [next(reader) for _ in range(header_row)][-1]
    except (StopIteration, csv.Error) as error:
        raise unreadable(f"文件没有第 {header_row} 行，找不到表头。") from error
    return tuple(heads), text[lines.tell() :]


def _parsed(text: str, names: list[str], delimiter: str, misshapen: list[int]) -> pa.Table:
    if not text.strip():
        return pa.table({name: pa.array([], pa.string()) for name in names})

    def take_note(row: pa_csv.InvalidRow) -> str:
        if row.text.strip():
            misshapen.append(row.number)
        return "skip"

    try:
        return pa_csv.read_csv(
            io.BytesIO(text.encode()),
            # Threads would lose the numbers of misshapen rows.
            read_options=pa_csv.ReadOptions(
                use_threads=False, column_names=names, block_size=LARGEST_ROW
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=take_note,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise unreadable("文件不是可以识别的表格（分隔符或引号不完整），请重新导出。") from error


def _numbered(rows: pa.Table, header_row: int, misshapen: list[int]) -> pa.Table:
    """Append the numbers that rows have in the file; those of skipped rows are left out."""
    total = rows.num_rows + len(misshapen)
    numbers = pa.array(range(header_row + 1, header_row + 1 + total), pa.int64())
    if misshapen:
        numbers = numbers.filter(
            pc.invert(pc.is_in(numbers, value_set=pa.array(misshapen, pa.int64())))
        )
    return rows.append_column(ROW_NUMBER, numbers)


def _delimiter(text: str, header_row: int) -> str:
    lines = text[:SNIFFED].splitlines()
    head = lines[header_row - 1] if len(lines) >= header_row else ""
    counts = Counter({mark: head.count(mark) for mark in DELIMITERS[:-1]})
    mark, seen = counts.most_common(1)[0]
    return mark if seen else ","


def _of_rows(
    rows: list[tuple[str | None, ...]], layout: Layout
) -> tuple[tuple[str, ...], pa.Table]:
    if len(rows) < layout.header_row:
        raise unreadable(f"工作表没有第 {layout.header_row} 行，找不到表头。")
    headings = tuple(cell or "" for cell in rows[layout.header_row - 1])
    body = rows[layout.header_row :]
    width = max([len(headings), *(len(row) for row in body)])
    headings += ("",) * (width - len(headings))
    columns: dict[str, pa.Array] = {
        f"c{n}": pa.array([row[n] if n < len(row) else None for row in body], pa.string())
        for n in range(width)
    }
    first = layout.header_row + 1
    columns[ROW_NUMBER] = pa.array(range(first, first + len(body)), pa.int64())
    return headings, pa.table(columns)


def _of_parquet(content: bytes) -> tuple[tuple[str, ...], pa.Table]:
    try:
        table = pq.read_table(io.BytesIO(content))
        columns = {
            f"c{n}": pc.cast(column, pa.string()) for n, column in enumerate(table.itercolumns())
        }
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise unreadable("Parquet 文件不完整，或有嵌套的列，无法读取。") from error
    columns[ROW_NUMBER] = pa.array(range(2, table.num_rows + 2), pa.int64())
    return tuple(table.column_names), pa.table(columns)


def _tidy(raw: RawTable) -> RawTable:
    """Clean the headings, drop nameless empty columns and refuse headings that come twice."""
    kept: dict[str, pa.ChunkedArray] = {}
    for n, heading in enumerate(raw.headings):
        name = clean_heading(heading)
        column = raw.rows.column(f"c{n}")
        if is_unnamed(name) and _is_blank(column):
            continue
        name = name or f"unnamed: {n}"
        if name in kept:
            raise unreadable(f"表头“{heading.strip()}”出现了两次，请改名或删除其中一列。")
        kept[name] = column
    if not kept:
        raise unreadable("文件没有表头。")
    columns = {f"c{n}": column for n, column in enumerate(kept.values())}
    columns[ROW_NUMBER] = raw.rows.column(ROW_NUMBER)
    if not raw.rows.num_rows and not raw.misshapen:
        raise unreadable("文件只有表头，没有数据行。")
    return RawTable(tuple(kept), pa.table(columns), raw.sha256, raw.misshapen)


def _is_blank(column: pa.ChunkedArray) -> bool:
    lengths = pc.utf8_length(pc.utf8_trim_whitespace(pc.fill_null(column, "")))
    return not pc.any(pc.greater(lengths, 0)).as_py()
