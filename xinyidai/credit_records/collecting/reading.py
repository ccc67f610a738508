"""Read a delivered file into one Arrow table of texts, whatever its format and encoding.

CSV, XLSX, JSON Lines, JSON arrays and Parquet, each also in a gzip or a zip of one file. Every
column comes back as text; what the texts mean is for `validating` to say.
"""

import hashlib
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from xinyidai.credit_records.collecting import columnar, json_rows, sheets, texts
from xinyidai.credit_records.collecting.containers import Delivery, open_delivery
from xinyidai.credit_records.collecting.headings import clean_heading, is_unnamed, join_headings
from xinyidai.credit_records.collecting.limits import LIMITS, Limits
from xinyidai.credit_records.collecting.refusing import Flaw, unreadable

ROW_NUMBER = "row_number"
JSON_NAMES = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True)
class Layout:
    """Where the table stands in the file; rows count from 1, the heading row included.

    `header_row` 0 means that there are no headings: the columns are called 第1列, 第2列, ….
    `header_rows` rows from `header_row` on make the headings together. The last `footer_rows`
    rows that say anything are notes. Without `delimiter` it is found.
    """

    header_row: int = 1
    sheet: str | None = None
    header_rows: int = 1
    footer_rows: int = 0
    delimiter: str | None = None

    @property
    def last_heading(self) -> int:
        """Return the number of the last heading row, 0 without headings."""
        return self.header_row + self.header_rows - 1 if self.header_row else 0


@dataclass(frozen=True)
class RawTable:
    """A file as texts: column `row_number` and `c0`, `c1`, … in the order of `headings`.

    `row_number` is the row as a spreadsheet counts it. `flaws` are rows that could not be read
    as rows of the table; they are not among `rows`. `written` are the headings as they stand in
    the file, `headings` the same ones cleaned.
    """

    headings: tuple[str, ...]
    rows: pa.Table
    sha256: str
    flaws: tuple[Flaw, ...] = field(default=())
    written: tuple[str, ...] = field(default=())
    stored: int | None = None
    has_controls: bool = True

    @property
    def num_rows(self) -> int:
        """Return the number of rows that could be read."""
        return self.rows.num_rows if self.stored is None else self.stored

    @property
    def misshapen(self) -> tuple[int, ...]:
        """Return the numbers of the rows that could not be read."""
        return tuple(flaw.row for flaw in self.flaws)


def read_file(path: Path, layout: Layout | None = None, limits: Limits = LIMITS) -> RawTable:
    """Read a file; raise `InvalidInput` with a Chinese sentence when it cannot be read."""
    return read_delivery(open_delivery(path, limits), layout or Layout(), limits)


def read_delivery(delivery: Delivery, layout: Layout, limits: Limits = LIMITS) -> RawTable:
    """Read what `open_delivery` unpacked."""
    if not delivery.content.strip():
        raise unreadable("文件是空的，没有任何内容。")
    digest = hashlib.sha256(delivery.content).hexdigest()
    headings, rows, flaws = _table(delivery, layout, limits)
    raw = _tidy(RawTable(headings, rows, digest, flaws), limits)
    return _without_footer(raw, layout.footer_rows)


def is_json(delivery: Delivery, text: str) -> bool:
    """Tell JSON by its name, or by a first sign that no heading begins with."""
    return delivery.name.endswith(JSON_NAMES) or text.lstrip()[:2] in {'{"', "[{"}


def _table(
    delivery: Delivery, layout: Layout, limits: Limits
) -> tuple[tuple[str, ...], pa.Table, tuple[Flaw, ...]]:
    if delivery.is_workbook:
        sheet = sheets.read_sheet(delivery.content, layout.sheet, limits)
        rows = sheets.fill_merged(sheet.rows, sheet.merges, layout.last_heading)
        return *_of_rows(rows, layout), ()
    if delivery.content.startswith(b"PAR1") or delivery.name.endswith(".parquet"):
        return *columnar.rows_of_parquet(delivery.content, limits), ()
    text = texts.decode(delivery.content, limits).text
    if is_json(delivery, text):
        lines = delivery.name.endswith((".jsonl", ".ndjson"))
        return json_rows.rows_of_json(text, limits, lines=lines)
    return _of_csv(text, layout, limits)


def _of_csv(
    text: str, layout: Layout, limits: Limits
) -> tuple[tuple[str, ...], pa.Table, tuple[Flaw, ...]]:
    texts.refuse_open_quote(text)
    found = layout.delimiter or texts.find_delimiter(text, layout.header_row)
    text, delimiter = texts.plain(text, found)
    last = layout.last_heading
    first = layout.header_row or 1
    rows, body = texts.split_headings(text, delimiter, first, max(last, first))
    if layout.header_row:
        heads = join_headings(rows)
    else:
        heads, body = numbered_headings(len(rows[0])), text
    refuse_wide(len(heads), limits)
    misshapen: list[tuple[int, str]] = []
    table = texts.parse(body, [f"c{n}" for n in range(len(heads))], delimiter, misshapen)
    skipped = [number + last for number, _ in misshapen]
    # A line of spaces is no row of the table, but it has a number.
    flaws = tuple(Flaw(number + last, value=row) for number, row in misshapen if row.strip())
    return heads, _numbered(table, last, skipped), flaws


def numbered_headings(width: int) -> tuple[str, ...]:
    """Return what columns without headings are called."""
    return tuple(f"第{n}列" for n in range(1, width + 1))


def _numbered(rows: pa.Table, above: int, misshapen: list[int]) -> pa.Table:
    """Append the numbers that rows have in the file; those of skipped rows are left out."""
    total = rows.num_rows + len(misshapen)
    numbers = pa.array(range(above + 1, above + 1 + total), pa.int64())
    if misshapen:
        numbers = numbers.filter(
            pc.invert(pc.is_in(numbers, value_set=pa.array(misshapen, pa.int64())))
        )
    return rows.append_column(ROW_NUMBER, numbers)


def _of_rows(rows: list[sheets.Row], layout: Layout) -> tuple[tuple[str, ...], pa.Table]:
    last = layout.last_heading
    if len(rows) < last:
        raise unreadable(f"工作表没有第 {last} 行，找不到表头。")
    body = rows[last:]
    heads = [[cell or "" for cell in row] for row in rows[max(layout.header_row - 1, 0) : last]]
    headings = join_headings(heads) if heads else ()
    width = max([len(headings), *(len(row) for row in body)])
    headings = headings + ("",) * (width - len(headings)) if last else numbered_headings(width)
    columns: dict[str, pa.Array] = {
        f"c{n}": pa.array([row[n] if n < len(row) else None for row in body], pa.string())
        for n in range(width)
    }
    columns[ROW_NUMBER] = pa.array(range(last + 1, last + 1 + len(body)), pa.int64())
    return headings, pa.table(columns)


def refuse_wide(width: int, limits: Limits) -> None:
    """Refuse a table with too many columns."""
    if width > limits.columns:
        raise unreadable(f"文件有 {width} 列，最多 {limits.columns} 列。请删除多余的列后再报送。")


def _tidy(raw: RawTable, limits: Limits) -> RawTable:
    """Clean the headings, drop nameless empty columns and refuse headings that come twice."""
    refuse_wide(len(raw.headings), limits)
    kept: dict[str, pa.ChunkedArray] = {}
    written: dict[str, str] = {}
    for n, heading in enumerate(raw.headings):
        name = clean_heading(heading)
        column = raw.rows.column(f"c{n}")
        if is_unnamed(name) and _is_blank(column):
            continue
        name = name or f"unnamed{n}"
        if name in kept:
            raise unreadable(f"表头“{heading.strip()}”出现了两次，请改名或删除其中一列。")
        kept[name], written[name] = column, heading
    if not kept:
        raise unreadable("文件没有表头。")
    columns = {f"c{n}": column for n, column in enumerate(kept.values())}
    columns[ROW_NUMBER] = raw.rows.column(ROW_NUMBER)
    if not raw.rows.num_rows and not raw.flaws:
        raise unreadable("文件只有表头，没有数据行。")
    tidy = RawTable(tuple(kept), pa.table(columns), raw.sha256, raw.flaws, tuple(written.values()))
    _refuse_second_heading(tidy)
    return tidy


def _is_blank(column: pa.ChunkedArray) -> bool:
    return not pc.any(pc.not_equal(_trimmed(column), "")).as_py()


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_trim_whitespace(pc.fill_null(column, ""))


def _refuse_second_heading(raw: RawTable) -> None:
    """Refuse two tables one below the other: the second may have its columns in another order."""
    known = pa.array([heading.strip() for heading in raw.written], pa.string())
    cells = [_trimmed(raw.rows.column(f"c{n}")) for n in range(len(raw.written))]
    again = reduce(pc.and_, [pc.is_in(column, value_set=known) for column in cells])
    if not pc.any(again).as_py():
        return
    refuse_again(raw.rows.column(ROW_NUMBER).filter(again)[0].as_py())


def refuse_again(number: int) -> None:
    """Refuse a file that has its headings once more, in row `number`."""
    raise unreadable(
        f"第 {number} 行又是一行表头，像是几张表接在了一起。请拆成几个文件，每个只有一行表头。"
    )


def _without_footer(raw: RawTable, footer_rows: int) -> RawTable:
    """Drop the last rows that say anything, whether they have the shape of the table or not."""
    if not footer_rows:
        return raw
    columns = [raw.rows.column(f"c{n}") for n in range(len(raw.headings))]
    filled = reduce(pc.or_, [pc.not_equal(_trimmed(column), "") for column in columns])
    numbers = raw.rows.column(ROW_NUMBER).filter(filled).to_pylist()
    last = sorted([*numbers, *raw.misshapen])[-footer_rows:]
    if len(last) == len(numbers) + len(raw.misshapen):
        refuse_only_notes(footer_rows)
    keep = pc.less(raw.rows.column(ROW_NUMBER), pa.scalar(last[0], pa.int64()))
    return replace(
        raw,
        rows=raw.rows.filter(keep),
        flaws=tuple(flaw for flaw in raw.flaws if flaw.row < last[0]),
    )


def refuse_only_notes(footer_rows: int) -> None:
    """Refuse a file of which nothing is left without the notes below."""
    raise unreadable(f"除去末尾 {footer_rows} 行说明，文件没有数据行。")
