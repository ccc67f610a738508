"""Read a large CSV into DuckDB piece by piece: the same table as `reading` makes, elsewhere.

The rows are the table `raw` of the engine; the `RawTable` holds only the first of them.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from xinyidai.credit_records.collecting import texts
from xinyidai.credit_records.collecting.expressions import literals
from xinyidai.credit_records.collecting.headings import clean_heading, is_unnamed, join_headings
from xinyidai.credit_records.collecting.large_texts import LargeText, open_text
from xinyidai.credit_records.collecting.limits import MIB, Limits
from xinyidai.credit_records.collecting.reading import (
    ROW_NUMBER,
    Layout,
    RawTable,
    numbered_headings,
    refuse_again,
    refuse_only_notes,
    refuse_wide,
)
from xinyidai.credit_records.collecting.refusing import Flaw, unreadable

FIRST_ROWS = 1000
BLOCK_BYTES = 4 * MIB


def read_large(
    engine: duckdb.DuckDBPyConnection, place: Path, layout: Layout, limits: Limits, folder: Path
) -> RawTable | None:
    """Read a large CSV, found by `large_table`, into the table `raw`.

    None when it must be read whole after all, because of a delimiter of several bytes.

    Raises:
        InvalidInput: as `reading.read_file` does.

    """
    text = open_text(place, limits, folder)
    head = text.head()
    delimiter = layout.delimiter or texts.find_delimiter(head, layout.header_row)
    if not delimiter.isascii():
        return None
    body = _body(text, head, layout, delimiter)
    refuse_wide(len(body.headings), limits)
    flaws = _load(engine, body)
    raw = _tidy(engine, body, text, tuple(flaws))
    return _without_footer(engine, raw, layout.footer_rows)


@dataclass(frozen=True)
class _Body:
    """Where the rows below the headings begin, and how the columns are called."""

    path: Path
    start: int
    headings: tuple[str, ...]
    delimiter: str
    last_heading: int
    has_quotes: bool

    @property
    def columns(self) -> list[str]:
        return [f"c{n}" for n in range(len(self.headings))]


def _body(text: LargeText, head: str, layout: Layout, delimiter: str) -> _Body:
    last = layout.last_heading
    first = layout.header_row or 1
    rows, rest = texts.split_headings(head, delimiter, first, max(last, first))
    if layout.header_row:
        above = len(head[: len(head) - len(rest)].encode())
        heads, start = join_headings(rows), text.start + above
    else:
        heads, start = numbered_headings(len(rows[0])), text.start
    return _Body(text.path, start, heads, delimiter, last, text.has_quotes)


def _load(engine: duckdb.DuckDBPyConnection, body: _Body) -> list[Flaw]:
    """Fill `raw_rows`; return the rows of another shape. They have numbers, but no place in it.

    Small blocks take little memory; only a file with a longer row is read in large ones.
    """
    columns = ", ".join(f"{column} varchar" for column in body.columns)
    misshapen: list[tuple[int, str]] = []
    for block_bytes in (BLOCK_BYTES, Limits.row_bytes):
        engine.execute(f"create or replace table raw_rows ({columns}, {ROW_NUMBER} bigint)")
        misshapen.clear()
        try:
            _fill(engine, body, misshapen, block_bytes)
            break
        except pa.ArrowInvalid as error:
            if block_bytes == Limits.row_bytes:
                raise unreadable(texts.NO_TABLE) from error
    return [Flaw(number + body.last_heading, value=row) for number, row in misshapen if row.strip()]


def _fill(
    engine: duckdb.DuckDBPyConnection,
    body: _Body,
    misshapen: list[tuple[int, str]],
    block_bytes: int,
) -> None:
    def take_note(row: pa_csv.InvalidRow) -> str:
        misshapen.append((row.number, row.text[: texts.LONGEST_NOTE]))
        return "skip"

    how = texts.options(
        body.columns,
        body.delimiter,
        take_note,
        has_quotes=body.has_quotes,
        block_bytes=block_bytes,
    )
    if body.start == body.path.stat().st_size:
        return
    following = 1
    with body.path.open("rb") as stream:
        stream.seek(body.start)
        for batch in pa_csv.open_csv(stream, **how):
            numbers = _numbers(following, batch.num_rows, misshapen)
            following = int(numbers[-1]) + 1 if len(numbers) else following
            column = pa.array(numbers + body.last_heading, pa.int64())
            names = [*body.columns, ROW_NUMBER]
            engine.register("piece", pa.table([*batch.columns, column], names=names))
            engine.execute("insert into raw_rows select * from piece")
            engine.unregister("piece")


def _numbers(
    first: int, count: int, misshapen: list[tuple[int, str]]
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return the next `count` numbers from `first` on that no misshapen row has."""
    skipped = np.array([number for number, _ in misshapen if number >= first], np.int64)
    numbers = np.arange(first, first + count + len(skipped), dtype=np.int64)
    if len(skipped):
        numbers = numbers[~np.isin(numbers, skipped)]
    return numbers[:count]


def _tidy(
    engine: duckdb.DuckDBPyConnection, body: _Body, text: LargeText, flaws: tuple[Flaw, ...]
) -> RawTable:
    """Do as `reading` does: drop nameless empty columns, refuse headings that come twice."""
    kept: dict[str, str] = {}
    written: list[str] = []
    for n, heading in enumerate(body.headings):
        name = clean_heading(heading)
        if is_unnamed(name) and _is_blank(engine, f"c{n}"):
            continue
        name = name or f"unnamed{n}"
        if name in kept:
            raise unreadable(f"表头“{heading.strip()}”出现了两次，请改名或删除其中一列。")
        kept[name] = f"c{n}"
        written.append(heading)
    if not kept:
        raise unreadable("文件没有表头。")
    columns = ", ".join(f"{column} as c{n}" for n, column in enumerate(kept.values()))
    engine.execute(f"create view raw as select {columns}, {ROW_NUMBER} from raw_rows")  # noqa: S608 - our own column names
    total = _number(engine, "select count(*) from raw")
    if not total and not flaws:
        raise unreadable("文件只有表头，没有数据行。")
    _refuse_second_heading(engine, written)
    first = engine.sql(f"select * from raw order by {ROW_NUMBER} limit {FIRST_ROWS}")  # noqa: S608 - a constant
    return RawTable(
        tuple(kept),
        first.to_arrow_table(),
        text.sha256,
        flaws,
        tuple(written),
        stored=total,
        has_controls=text.has_controls,
    )


def _is_blank(engine: duckdb.DuckDBPyConnection, column: str) -> bool:
    return not _number(engine, f"select count(*) from raw_rows where bare({column}) <> ''")  # noqa: S608 - our own column name


def _refuse_second_heading(engine: duckdb.DuckDBPyConnection, written: list[str]) -> None:
    known = literals(tuple(heading.strip() for heading in written))
    again = " and ".join(f"coalesce(bare(c{n}), '') in ({known})" for n in range(len(written)))
    found = _number(engine, f"select min({ROW_NUMBER}) from raw where {again}")  # noqa: S608 - quoted literals
    if found:
        refuse_again(found)


def _without_footer(engine: duckdb.DuckDBPyConnection, raw: RawTable, footer_rows: int) -> RawTable:
    """Drop the last rows that say anything, whether they have the shape of the table or not."""
    if not footer_rows:
        return raw
    filled = " or ".join(f"bare(c{n}) <> ''" for n in range(len(raw.headings)))
    rows = engine.execute(
        f"select {ROW_NUMBER} from raw where {filled} order by {ROW_NUMBER} desc limit ?",  # noqa: S608 - our own column names
        [footer_rows],
    ).fetchall()
    last = sorted([*(number for (number,) in rows), *raw.misshapen])[-footer_rows:]
    said = _number(engine, f"select count(*) from raw where {filled}")  # noqa: S608 - our own column names
    if len(last) == said + len(raw.misshapen):
        refuse_only_notes(footer_rows)
    engine.execute(f"delete from raw_rows where {ROW_NUMBER} >= ?", [last[0]])  # noqa: S608 - a constant
    return RawTable(
        raw.headings,
        raw.rows,
        raw.sha256,
        tuple(flaw for flaw in raw.flaws if flaw.row < last[0]),
        raw.written,
        stored=_number(engine, "select count(*) from raw"),
        has_controls=raw.has_controls,
    )


def _number(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    [[number]] = engine.execute(query).fetchall()
    return int(number or 0)
