"""The one SQL statement on DuckDB, over Parquet files or tables in memory."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from xinyidai.profiles.compiling import compiled_sql
from xinyidai.profiles.engine_postgres import raw_profile
from xinyidai.profiles.values import RawProfile, bounds_of

ROWS_AT_ONCE = 2_000
# Parquet is built in; nothing may be fetched from the network.
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def read_all(
    records: Path | pa.Table, firms: Path | pa.Table, as_of: date, *, threads: int = 2
) -> Iterator[RawProfile]:
    """Yield the exact sums of every firm of `firms`, in no order.

    Both are Parquet files or tables with the columns of `RECORD_SCHEMA` and `FIRM_SCHEMA`. This is
    the one statement as it is, and the measure of `profiles.grid`, which computes whole cities.
    """
    yield from map(raw_profile, read_rows(records, firms, as_of, threads=threads))


def read_rows(
    records: Path | pa.Table, firms: Path | pa.Table, as_of: date, *, threads: int = 2
) -> Iterator[tuple[Any, ...]]:
    """Yield one row for each firm, with the columns of `compiling.column_names`."""
    with duckdb.connect(config={**OFFLINE, "threads": str(threads)}) as connection:
        for name, table in (("records", records), ("firms", firms)):
            if isinstance(table, Path):
                connection.read_parquet(str(table)).create_view(name)
            else:
                connection.register(name, table)
        cursor = connection.execute(compiled_sql("duckdb", "${}"), bounds_of(as_of))
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


def collected_kinds(records: Path) -> frozenset[str]:
    """Return the kinds that occur in a Parquet file of records."""
    with duckdb.connect(config=OFFLINE) as connection:
        rows = connection.read_parquet(str(records)).select("kind").distinct().fetchall()
    return frozenset(kind for (kind,) in rows)
