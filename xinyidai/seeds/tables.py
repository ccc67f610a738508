"""Invented records by the column, and how they become rows of the platform or of Parquet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xinyidai.catalogue.kinds import Field, FieldType, RecordKind, get_kind
from xinyidai.credit_records.service import NewRecord
from xinyidai.profiles.formulas import RECORD_SCHEMA
from xinyidai.seeds.firms import Ints

Column = NDArray[Any]

# Columns of `RECORD_SCHEMA` that come from one field of one kind each.
DETAIL_FIELDS: Mapping[str, str] = {
    "void_count": "void_count",
    "negative_count": "negative_count",
    "counterparty_count": "counterparty_count",
    "top_counterparty_fen": "top_counterparty_amount",
    "overdue_fen": "overdue_amount",
}
ARROW_TYPES = {
    "string": pa.string(),
    "date": pa.date32(),
    "int64": pa.int64(),
    "decimal(18,4)": pa.decimal128(18, 4),
}
ARROW_SCHEMA = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in RECORD_SCHEMA.items()])


@dataclass(frozen=True)
class RecordTable:
    """Records of one kind: which firm, and the fields of the catalogue, one column each.

    Amounts are 分, days and months `datetime64[D]` (NaT where the field is empty).
    """

    kind: str
    firm: Ints
    fields: Mapping[str, Column]

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self.firm)

    @property
    def catalogued(self) -> RecordKind:
        """Return what the catalogue says of the kind."""
        return get_kind(self.kind)


def new_records(table: RecordTable, ids: Sequence[UUID], source: str) -> list[NewRecord]:
    """Return the rows for `credit_records.service.write`; `ids` are the firms' by position."""
    kind = table.catalogued
    texts = {code: _json_values(kind.field(code), col) for code, col in table.fields.items()}
    keys = zip(
        *(_key_texts(texts.get(code), len(table)) for code in kind.map.natural_key), strict=True
    )
    generic = zip(
        table.fields[kind.map.occurred_on].tolist(),
        _column(table, kind.map.valid_until),
        _column(table, kind.map.amount),
        _column(table, kind.map.quantity),
        _column(table, kind.map.level),
        strict=True,
    )
    return [
        NewRecord(
            enterprise_id=ids[firm],
            kind=table.kind,
            source=source,
            natural_key="|".join(key),
            occurred_on=day,
            content=content,
            valid_until=until,
            amount_fen=amount,
            quantity=quantity,
            level=level,
        )
        for firm, key, (day, until, amount, quantity, level), content in zip(
            table.firm.tolist(), keys, generic, _contents(texts, len(table)), strict=True
        )
    ]


def arrow_table(table: RecordTable, names: Sequence[str]) -> pa.Table:
    """Return the columns the indicator engines read; `names` are the firms' by position."""
    columns = table.catalogued.map
    generic: dict[str, pa.Array] = {
        "enterprise_id": pa.array(np.asarray(names, dtype=object)[table.firm], pa.string()),
        "kind": pa.array([table.kind] * len(table), pa.string()),
        "occurred_on": _days(table.fields[columns.occurred_on]),
        "valid_until": _days(table.fields.get(columns.valid_until or "")),
        "amount_fen": _numbers(table.fields.get(columns.amount or "")),
        "quantity": _decimals(table.fields.get(columns.quantity or "")),
        "level": _texts(table.fields.get(columns.level or "")),
        **{name: _numbers(table.fields.get(field)) for name, field in DETAIL_FIELDS.items()},
    }
    arrays = [
        pa.nulls(len(table), field.type) if (found := generic[field.name]) is None else found
        for field in ARROW_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=ARROW_SCHEMA)


def _contents(texts: Mapping[str, list[Any]], count: int) -> Iterator[dict[str, Any]]:
    if not texts:
        yield from ({} for _ in range(count))
        return
    codes = list(texts)
    for row in zip(*texts.values(), strict=True):
        yield {code: value for code, value in zip(codes, row, strict=True) if value is not None}


def _json_values(field: Field, column: Column) -> list[Any]:
    """Return the values as the content of a record keeps them."""
    if not field.type.is_day:
        values: list[Any] = column.tolist()
        return values
    places = 7 if field.type is FieldType.MONTH else 10
    return [None if day is None else day.isoformat()[:places] for day in column.tolist()]


def _key_texts(values: list[Any] | None, count: int) -> list[str]:
    return [""] * count if values is None else ["" if v is None else str(v) for v in values]


def _column(table: RecordTable, code: str | None) -> list[Any]:
    column = table.fields.get(code or "")
    return [None] * len(table) if column is None else column.tolist()


def _days(column: Column | None) -> pa.Array | None:
    return None if column is None else pa.array(column.astype("M8[D]"), pa.date32())


def _numbers(column: Column | None) -> pa.Array | None:
    return None if column is None else pa.array(column.astype(np.int64), pa.int64())


def _texts(column: Column | None) -> pa.Array | None:
    return None if column is None else pa.array(column.tolist(), pa.string())


def _decimals(column: Column | None) -> pa.Array | None:
    if column is None:
        return None
    return pa.array(column.astype(np.float64), pa.float64()).cast(pa.decimal128(18, 4), safe=False)
