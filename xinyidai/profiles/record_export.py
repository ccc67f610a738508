"""Parquet tables for the batch engine: records through the door, register facts beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import text

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records.service.history import Knowledge, parameters_of, relation_of
from xinyidai.profiles.engine_postgres import RECORD_COLUMNS, RecordReader
from xinyidai.profiles.formulas import FIRM_SCHEMA, RECORD_SCHEMA
from xinyidai.profiles.values import FirmFacts

FIRMS_AT_ONCE = 2_000
ARROW_TYPES = {
    "string": pa.string(),
    "date": pa.date32(),
    "int64": pa.int64(),
    "decimal(18,4)": pa.decimal128(18, 4),
}
SOME_FIRMS = """
    SELECT {columns}
    FROM {relation} AS r
    WHERE r.enterprise_id = ANY(CAST(:firms AS uuid[]))
        AND r.kind = ANY(CAST(:kinds AS text[]))
"""


def write_tables(
    reader: RecordReader,
    firms: Sequence[FirmFacts],
    folder: Path,
    *,
    known: Knowledge | None = None,
) -> tuple[Path, Path]:
    """Write what the indicators rest on for these firms; return the files of records and firms.

    `known` takes the records to a past moment; `None` is what is in force.
    """
    records_path, firms_path = folder / "records.parquet", folder / "firms.parquet"
    with pq.ParquetWriter(records_path, _schema(RECORD_SCHEMA)) as writer:
        for table in _record_tables(reader, firms, known):
            writer.write_table(table)
    rows = [asdict(firm) | {"enterprise_id": str(firm.enterprise_id)} for firm in firms]
    pq.write_table(pa.Table.from_pylist(rows, _schema(FIRM_SCHEMA)), firms_path)
    return records_path, firms_path


def _record_tables(
    reader: RecordReader, firms: Sequence[FirmFacts], known: Knowledge | None
) -> Iterator[pa.Table]:
    schema, kinds = _schema(RECORD_SCHEMA), list(indicator_dictionary().kinds)
    statement = text(SOME_FIRMS.format(columns=RECORD_COLUMNS, relation=relation_of(known)))
    for start in range(0, len(firms), FIRMS_AT_ONCE):
        chosen = [str(firm.enterprise_id) for firm in firms[start : start + FIRMS_AT_ONCE]]
        params = {"firms": chosen, "kinds": kinds, **parameters_of(known)}
        rows = reader.execute(statement, params)
        yield _table(rows, schema)


def _table(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(cells, field.type) for cells, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns.items()])
