"""Parquet as a table of texts; times with a zone are read in Shanghai time."""

import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinyidai.credit_records.collecting.limits import Limits, size_words
from xinyidai.credit_records.collecting.refusing import unreadable

SHANGHAI = "Asia/Shanghai"
DAMAGED = (
    pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError, OSError, UnicodeDecodeError,
)  # fmt: skip


def rows_of_parquet(content: bytes, limits: Limits) -> tuple[tuple[str, ...], pa.Table]:
    """Return headings and rows `c0`, `c1`, … with `row_number`, counted as below a heading row."""
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        _refuse_large(file.metadata, limits)
        table = file.read()
        table.validate(full=True)  # texts that are no UTF-8 would fail later, far from here
        names = tuple(table.column_names)
    except DAMAGED as error:
        raise unreadable("Parquet 文件不完整或已损坏，无法读取，请重新导出。") from error
    columns = {
        f"c{n}": _texts(name, column)
        for n, (name, column) in enumerate(zip(names, table.itercolumns(), strict=True))
    }
    columns["row_number"] = pa.array(range(2, table.num_rows + 2), pa.int64())
    return names, pa.table(columns)


def _refuse_large(about: pq.FileMetaData, limits: Limits) -> None:
    unpacked = sum(about.row_group(n).total_byte_size for n in range(about.num_row_groups))
    if unpacked > limits.unpacked_bytes:
        raise unreadable(
            f"Parquet 文件展开后超过 {size_words(limits.unpacked_bytes)}，请拆分后分批报送。"
        )
    if about.num_rows > limits.rows or about.num_rows * about.num_columns > limits.cells:
        raise unreadable(f"Parquet 文件有 {about.num_rows:,} 行，太多了，请拆分后分批报送。")


def _texts(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_nested(kind):
        raise unreadable(f"Parquet 的列“{name}”是嵌套的（{kind}），请展开成单个的值后再报送。")
    try:
        if pa.types.is_timestamp(kind) and kind.tz:
            column = pc.local_timestamp(column.cast(pa.timestamp(kind.unit, SHANGHAI)))
        return column.cast(pa.string())
    except DAMAGED as error:
        raise unreadable(
            f"Parquet 的列“{name}”（{kind}）不能读成文字，请改成文本、数值或日期后再报送。"
        ) from error
