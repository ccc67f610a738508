"""Export of records in force to Parquet, for the batch engines."""

import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from psycopg import Connection

SCHEMA = pa.schema(
    [
        pa.field("enterprise_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("occurred_on", pa.date32(), nullable=False),
        pa.field("valid_until", pa.date32()),
        pa.field("amount_fen", pa.int64()),
        pa.field("quantity", pa.decimal128(18, 4)),
        pa.field("level", pa.string()),
        pa.field("status", pa.string(), nullable=False),
        pa.field("collected_at", pa.timestamp("us", "UTC"), nullable=False),
    ]
)
CREATE_WANTED = "create temp table wanted_firm (id uuid primary key) on commit drop"
COPY_WANTED = "copy wanted_firm (id) from stdin"
DROP_WANTED = "drop table wanted_firm"
COPY_RECORDS = """
copy (
    select enterprise_id, kind, source, occurred_on, valid_until, amount_fen, quantity, level,
           status, to_char(collected_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    from credit.credit_record
    where status = 'in_force'{}
    order by enterprise_id, kind, occurred_on, id
) to stdout with (format csv)
"""
ONLY_WANTED = " and enterprise_id in (select id from wanted_firm)"


def write_records(
    connection: Connection[Any], path: Path, enterprise_ids: Collection[UUID] | None
) -> int:
    """Write the records that the open door lets through to `path`; return their number.

    Columns are those of `SCHEMA`; amounts in 分; rows ordered by firm, kind and day.
    """
    with tempfile.TemporaryFile(dir=path.parent) as spool:
        with connection.cursor() as cursor:
            if enterprise_ids is None:
                query = COPY_RECORDS.format("")
            else:
                _list_wanted(cursor, enterprise_ids)
                query = COPY_RECORDS.format(ONLY_WANTED)
            with cursor.copy(query.encode()) as copy:
                spool.writelines(copy)
            if enterprise_ids is not None:
                cursor.execute(DROP_WANTED)
        spool.seek(0)
        return _to_parquet(spool, path)


def _list_wanted(cursor: Any, enterprise_ids: Collection[UUID]) -> None:
    cursor.execute(CREATE_WANTED)
    with cursor.copy(COPY_WANTED) as copy:
        for enterprise_id in sorted(enterprise_ids):
            copy.write_row((enterprise_id,))


def _to_parquet(spool: Any, path: Path) -> int:
    rows = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        if not spool.read(1):
            return rows
        spool.seek(0)
        for batch in _batches(spool):
            table = pa.Table.from_batches([batch]).cast(SCHEMA)
            writer.write_table(table)
            rows += table.num_rows
    return rows


def _batches(spool: Any) -> Any:
    return pa_csv.open_csv(
        spool,
        read_options=pa_csv.ReadOptions(column_names=SCHEMA.names, block_size=1 << 24),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types={field.name: field.type for field in SCHEMA},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
