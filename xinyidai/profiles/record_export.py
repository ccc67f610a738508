"""Tables for the batch: records through the door, register facts beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa
from sqlalchemy import text

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records.service.history import Knowledge, parameters_of, relation_of
from xinyidai.profiles.engine_postgres import RECORD_COLUMNS, RecordReader
from xinyidai.profiles.formulas import FIRM_SCHEMA, RECORD_SCHEMA
from xinyidai.profiles.values import FirmFacts

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


def read_tables(
    reader: RecordReader, firms: Sequence[FirmFacts], *, known: Knowledge | None = None
) -> tuple[pa.Table, pa.Table]:
    """Return what the indicators rest on for these firms: their records, and the firms by id.

    `known` takes the records to a past moment; `None` is what is in force.
    """
    statement = text(SOME_FIRMS.format(columns=RECORD_COLUMNS, relation=relation_of(known)))
    chosen = [str(firm.enterprise_id) for firm in firms]
    params = {"firms": chosen, "kinds": list(indicator_dictionary().kinds)}
    rows_found = reader.execute(statement, {**params, **parameters_of(known)})
    records = _table(rows_found, _schema(RECORD_SCHEMA))
    rows = [asdict(firm) | {"enterprise_id": str(firm.enterprise_id)} for firm in firms]
    register = pa.Table.from_pylist(rows, _schema(FIRM_SCHEMA)).sort_by("enterprise_id")
    return records, register


def _table(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(cells, field.type) for cells, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns.items()])
