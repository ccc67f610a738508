"""Records and register facts read by DuckDB, as NumPy columns.

Texts come as codes of the plan's words (0: a word nobody compares with), dates as day numbers,
decimals as integers with a scale; each record with the place of its firm.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.profiles.formulas import FIRM_SCHEMA, RECORD_SCHEMA
from xinyidai.profiles.grid.evaluating import Array, Cells
from xinyidai.profiles.grid.planning import FIRMS, RECORDS, Plan
from xinyidai.profiles.values import bounds_of

ROWS_AT_ONCE = 1_000_000
ROWS_OF_SQL = 2_000
UUID_LENGTH = 36
LONGEST_DECIMAL = 18
HEAD = np.array([*range(8), *range(9, 13), *range(14, 18)])
NO_DIGIT = 255
HEX = np.full(256, NO_DIGIT, np.uint8)
HEX[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
WORD = "try_cast({name} as word)"
CODE = "coalesce(enum_code({word}) + 1, 0)"
# Parquet is built in; nothing may be fetched from the network.
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}

Source: TypeAlias = Sequence[Path] | pa.Table
Item: TypeAlias = pa.RecordBatch | BaseException | None


@dataclass(frozen=True)
class Batch:
    """Some records: the place of each one's firm, and the columns."""

    places: Array
    columns: Mapping[str, Cells]

    @property
    def kinds(self) -> Array:
        """Return the word of each record's kind."""
        return self.columns["kind"].values


class Tables:
    """Records and firms, opened once; `firms` are ordered by id, and that is their place."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, plan: Plan, records: Source, firms: Source
    ) -> None:
        """Open both as views; `connected` closes them."""
        self._connection = connection
        self._plan = plan
        _view(connection, RECORDS, records)
        _view(connection, FIRMS, firms)
        _know_words(connection, plan)
        connection.execute(
            "create temp table place as select cast(row_number() over (order by enterprise_id) - 1"
            " as integer) as place, * from firms"
        )

    def count_firms(self) -> int:
        """Return the number of firms."""
        return self._count("select count(*) from place")

    def _count(self, query: str) -> int:
        [(number,)] = self._connection.execute(query).fetchall()
        return int(number)

    def register(self, first: int, last: int) -> tuple[Array, dict[str, Cells]]:
        """Return ids and register facts of the firms from one place to before another."""
        table = self._connection.sql(
            f"select * exclude (place) from place where place >= {first}"  # noqa: S608 - numbers
            f" and place < {last} order by place"
        ).to_arrow_table()
        return register_from_arrow(table)

    def rows(self, sql: str, as_of: date, first: int, last: int) -> Iterator[tuple[Any, ...]]:
        """Yield what compiled SQL says of the firms from one place to before another."""
        query = (
            f"with {FIRMS} as (select * exclude (place) from place"  # noqa: S608 - our own names and numbers
            f" where place >= {first} and place < {last}) select * from ({sql})"
        )
        cursor = self._connection.execute(query, bounds_of(as_of))
        while rows := cursor.fetchmany(ROWS_OF_SQL):
            yield from rows

    def batches(self, first: int, last: int) -> Generator[Batch]:
        """Yield the records of the firms from one place to before another, in any order."""
        names = ", ".join(selected(self._plan.record_columns))
        query = (
            f"select place - {first} as place, {names} from {RECORDS} r join ("  # noqa: S608 - our own names and numbers
            f"select place, enterprise_id from place where place >= {first} and place < {last}"
            f") using (enterprise_id) where {_of_kinds()}"
        )
        reader = self._connection.sql(query).to_arrow_reader(ROWS_AT_ONCE)
        for batch in _ahead(reader):
            yield batch_of(batch, batch["place"].to_numpy())


@contextmanager
def connected(plan: Plan, records: Source, firms: Source, *, threads: int = 2) -> Iterator[Tables]:
    """Open Parquet files or Arrow tables for the time of a run."""
    with duckdb.connect(config={**OFFLINE, "threads": str(threads)}) as connection:
        yield Tables(connection, plan, records, firms)


def read_new(plan: Plan, paths: Sequence[Path]) -> tuple[Array, Batch]:
    """Return firm ids as bytes and the columns of a few records, in their order.

    Read without DuckDB: for a day's records opening a database costs more than reading them.
    """
    names = list(plan.record_columns)
    parts = [pq.read_table(path, columns=names, use_threads=False) for path in paths]
    return from_arrow(plan, pa.concat_tables([part.select(names) for part in parts]))


def from_arrow(plan: Plan, records: pa.Table) -> tuple[Array, Batch]:
    """Return firm ids as bytes and the columns of records in memory; the places are the rows."""
    columns = {
        name: _coded(plan, _one(records[name]))
        if RECORD_SCHEMA[name] == "string"
        else cells_of(_one(records[name]))
        for name in plan.record_columns
        if name != "enterprise_id"
    }
    return id_bytes(_one(records["enterprise_id"])), Batch(np.arange(len(records)), columns)


def register_from_arrow(firms: pa.Table) -> tuple[Array, dict[str, Cells]]:
    """Return ids and register facts of firms in memory, in their order."""
    columns = {name: cells_of(_one(firms[name])) for name in FIRM_SCHEMA if _is_plain(name)}
    return id_bytes(_one(firms["enterprise_id"])), columns


def _coded(plan: Plan, texts: pa.Array) -> Cells:
    coded = texts.dictionary_encode()
    codes = [plan.words.get(text, 0) for text in coded.dictionary.to_pylist()]
    places = cells_of(coded.indices)
    values = np.array([*codes, 0], np.int16)[np.where(places.known, places.values, len(codes))]
    return Cells(values, places.valid)


def id_bytes(ids: pa.Array) -> Array:
    """Return ids as NumPy bytes, which sort as DuckDB sorts texts."""
    offsets = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1]
    if len(ids) and (np.diff(offsets) == UUID_LENGTH).all():
        text = np.frombuffer(ids.buffers()[2], f"S{UUID_LENGTH}", len(ids), int(offsets[0]))
        return text.copy()
    return np.array(ids.to_pylist(), f"S{UUID_LENGTH}")


def heads_of(ids: Array) -> Array:
    """Return the first sixteen digits of UUIDs as numbers, ordered as the texts; else zeros."""
    if not len(ids) or ids.dtype.itemsize != UUID_LENGTH:
        return np.zeros(len(ids), np.uint64)
    letters = np.ascontiguousarray(ids).view(np.uint8).reshape(len(ids), UUID_LENGTH)
    digits = HEX[letters[:, HEAD]]
    if (digits == NO_DIGIT).any():
        return np.zeros(len(ids), np.uint64)
    packed = digits[:, ::2] << 4 | digits[:, 1::2]
    found: Array = np.ascontiguousarray(packed).view(">u8").astype(np.uint64).reshape(-1)
    return found


def batch_of(batch: pa.RecordBatch, places: Array) -> Batch:
    """Return an Arrow batch of the selected columns as NumPy columns."""
    columns = {
        name: cells_of(column)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
        if name not in {"place", "enterprise_id"}
    }
    return Batch(places.astype(np.intp), columns)


def selected(columns: Sequence[str]) -> Iterator[str]:
    """Yield the columns as SQL, texts as codes."""
    for name in columns:
        if name == "enterprise_id":
            continue
        if RECORD_SCHEMA[name] != "string":
            yield name
            continue
        code = CODE.format(word=WORD.format(name=name))
        yield f"cast(case when {name} is not null then {code} end as smallint) as {name}"


def cells_of(array: pa.Array) -> Cells:
    """Return an Arrow column of integers, days or decimals; raises `TypeError` for another.

    What stands at a place that is not known is left as it came; `Cells.take` clears it.
    """
    kind, scale = array.type, 0
    if pa.types.is_decimal128(kind):
        if kind.precision > LONGEST_DECIMAL:
            raise TypeError(f"decimals of {kind.precision} digits")
        scale = kind.scale
        # Eighteen digits fit the lower half of the 128 bits.
        values = np.frombuffer(array.buffers()[1], np.int64)[::2]
    elif pa.types.is_integer(kind) or pa.types.is_date32(kind):
        sign = "u" if pa.types.is_unsigned_integer(kind) else "i"
        width = f"{sign}{kind.bit_width // 8}"  # Arrow's own way to ask this imports pandas
        values = np.frombuffer(array.buffers()[1], width)
    else:
        raise TypeError(f"a column of {kind}")
    values = values[array.offset : array.offset + len(array)]
    if not array.null_count:
        return Cells(values, None, scale)
    bits = np.frombuffer(array.buffers()[0], np.uint8)
    last = array.offset + len(array)
    valid = np.unpackbits(bits, count=last, bitorder="little")[array.offset :].view(np.bool_)
    return Cells(values, valid, scale)


def collected_kinds(records: Source) -> frozenset[str]:
    """Return the kinds that occur in the records."""
    with duckdb.connect(config=OFFLINE) as connection:
        _view(connection, RECORDS, records)
        rows = connection.execute("select distinct kind from records").fetchall()
    return frozenset(kind for (kind,) in rows)


def _one(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays([pa.array([], column.type), *column.chunks])


def _is_plain(name: str) -> bool:
    return FIRM_SCHEMA[name] != "string"


def _view(connection: duckdb.DuckDBPyConnection, name: str, source: Source) -> None:
    if isinstance(source, pa.Table):
        connection.register(name, source)
        return
    connection.read_parquet([str(path) for path in source]).create_view(name)


def _know_words(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    connection.execute(f"create type word as enum ({', '.join(map(_quoted, plan.words))})")


def _of_kinds() -> str:
    return f"kind in ({', '.join(map(_quoted, indicator_dictionary().kinds))})"


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _ahead(reader: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Read the next batch while the last one is worked on."""
    queue: Queue[Item] = Queue(2)
    is_over = Event()
    thread = Thread(target=_read, args=(reader, queue, is_over), daemon=True)
    thread.start()
    try:
        while (item := queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        is_over.set()
        while thread.is_alive():  # it may wait for room; the connection is free when it ends
            with suppress(Empty):
                queue.get(timeout=0.05)


def _read(reader: Iterable[pa.RecordBatch], queue: "Queue[Item]", is_over: Event) -> None:
    try:
        for batch in reader:
            if is_over.is_set():
                return
            queue.put(batch)
    except BaseException as error:  # noqa: BLE001 - raised again by who waits
        queue.put(error)
    else:
        queue.put(None)
