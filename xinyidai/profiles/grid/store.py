"""Cells and indicators of a city kept in a folder, so that new records cost only themselves.

The folder is for one day and one version of the dictionary. Firms come in chunks; a chunk that is
done stays done when a run is killed and started again. Records that come later stay beside the
cells: their own small cells are laid over the kept ones, and only what rests on them is finished
again. Whatever is killed leaves the state before it: `state.json` is replaced last.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.kernel.errors import RuleBroken
from xinyidai.profiles import rules
from xinyidai.profiles.compiling import compiled_sql, partial_sql
from xinyidai.profiles.engine_postgres import raw_profile
from xinyidai.profiles.formulas import aggregates_of
from xinyidai.profiles.grid.batches import Tables, collected_kinds, connected, heads_of
from xinyidai.profiles.grid.evaluating import Array, TooLarge
from xinyidai.profiles.grid.filling import Cube, Grid
from xinyidai.profiles.grid.finishing import Column, Finisher, Form, form_of
from xinyidai.profiles.grid.memory import column_of
from xinyidai.profiles.grid.planning import Plan, plan
from xinyidai.profiles.indicators import FORMULAS
from xinyidai.profiles.rules import Reading

FIRMS_AT_ONCE = 500_000
FIRMS_FINISHED_AT_ONCE = 32_768
STATE = "state.json"
Progress = Callable[[int, int], None]


@dataclass
class State:
    """What the folder holds; `chunks` are the numbers of firms, `added` the files added since."""

    as_of: str
    dictionary: str
    source: str
    collected: list[str]
    chunks: list[int]
    done: list[int] = field(default_factory=list)
    by_sql: list[int] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    appeared: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return the state of a folder, or nothing where there is none."""
        path = folder / STATE
        return cls(**json.loads(path.read_text("utf-8"))) if path.exists() else None

    def write(self, folder: Path) -> None:
        """Keep the state; whoever is killed here leaves the old one."""
        fresh = folder / f"{STATE}.new"
        fresh.write_text(json.dumps(asdict(self)), "utf-8")
        fresh.replace(folder / STATE)

    def same_run(self, other: Self) -> bool:
        """Tell whether both are of the same files, day and dictionary, with nothing added."""
        return not self.added and self._key == other._key

    @property
    def _key(self) -> tuple[str, str, str, list[int]]:
        return self.as_of, self.dictionary, self.source, self.chunks

    def reading(self) -> Reading:
        """Return with what the indicators are finished."""
        kinds = frozenset(self.collected).union(self.appeared)
        return Reading(date.fromisoformat(self.as_of), kinds)


@dataclass(frozen=True)
class Chunk:
    """The files of one chunk of firms, mapped into memory."""

    ids: Array
    heads: Array
    cube: Cube
    values: Array
    causes: Array

    @classmethod
    def create(cls, folder: Path, chosen: Plan, ids: Array) -> None:
        """Make the files anew, for these firms."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        np.save(folder / "ids.npy", ids)
        np.save(folder / "heads.npy", heads_of(ids))
        indicators, firms = len(FORMULAS), len(ids)
        small, large = chosen.heights
        shapes: dict[str, tuple[type, int]] = {
            "small": (np.int32, small),
            "large": (np.int64, large),
            "told": (np.bool_, large),
            "values": (np.int64, indicators),
            "causes": (np.uint8, indicators),
        }
        for name, (kind, height) in shapes.items():
            _map(folder / f"{name}.npy", "w+", dtype=kind, shape=(height, firms))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open the files."""
        names = ("ids", "heads", "small", "large", "told", "values", "causes")
        ids, heads, small, large, told, values, causes = (
            _map(folder / f"{name}.npy", "r+") for name in names
        )
        return cls(ids, heads, Cube(small, large, told), values, causes)

    def find(self, ids: Array) -> tuple[Array, Array]:
        """Return which of the ids are firms of this chunk, and the places of those."""
        order = np.argsort(heads := heads_of(ids))
        places = np.empty(len(ids), np.intp)
        places[order] = np.searchsorted(self.heads, heads[order])
        places[places == len(self.ids)] = 0
        apart = np.flatnonzero(self.ids[places] != ids)
        places[apart] = np.searchsorted(self.ids, ids[apart])
        places[places == len(self.ids)] = 0
        ours = np.flatnonzero(self.ids[places] == ids)
        return ours, places[ours]

    def keep(self, place: int, firms: Array | slice, column: Column) -> None:
        """Keep one indicator of some firms."""
        self.values[place][firms] = as_bits(column)
        self.causes[place][firms] = column.causes


def _map(path: Path, mode: Any, **shape: Any) -> Array:
    return np.asarray(np.lib.format.open_memmap(path, mode, **shape))


def as_bits(column: Column) -> Array:
    """Return numbers of any form as 64-bit integers, a fraction by its bits."""
    if column.form is Form.WHOLE:
        return column.values.astype(np.int64, copy=False)
    return column.values.astype(np.float64, copy=False).view(np.int64)


def compute(  # noqa: PLR0913 - two tables, a place, a day, and how the run behaves
    folder: Path,
    records: Sequence[Path],
    firms: Path,
    as_of: date,
    *,
    on_progress: Progress | None = None,
    firms_at_once: int = FIRMS_AT_ONCE,
    threads: int = 2,
) -> int:
    """Compute all indicators of all firms into the folder; return the number of firms.

    Chunks already there for the same files, day and dictionary are kept: a run that was killed
    goes on. `on_progress` gets records taken in and records in all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with connected(plan(), records, [firms], threads=threads) as tables:
        state = _begun(folder, tables, (records, firms), as_of, firms_at_once)
        work = sum(pq.read_metadata(path).num_rows for path in records)
        done = sum(state.chunks[number] for number in state.done)
        read = work * done // max(1, sum(state.chunks))
        for number in range(len(state.chunks)):
            if number in state.done:
                continue
            for rows in _computed_chunk(folder, state, tables, number):
                read += rows
                if on_progress:
                    on_progress(min(read, work), work)
            state.done.append(number)
            state.write(folder)
    if on_progress:
        on_progress(work, work)
    return sum(state.chunks)


def _begun(
    folder: Path,
    tables: Tables,
    sources: tuple[Sequence[Path], Path],
    as_of: date,
    firms_at_once: int,
) -> State:
    firms, files = tables.count_firms(), [*sources[0], sources[1]]
    state = State(
        as_of.isoformat(),
        indicator_dictionary().version,
        _fingerprint(files),
        [],
        [min(firms_at_once, firms - first) for first in range(0, firms, firms_at_once)],
    )
    before = State.read(folder)
    if before is not None and before.same_run(state):
        return before
    state.collected = sorted(collected_kinds(sources[0]))
    state.write(folder)
    return state


def _fingerprint(paths: Sequence[Path]) -> str:
    facts = [(path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    formulas = compiled_sql("duckdb", "${}")
    return hashlib.sha256(json.dumps([facts, formulas]).encode()).hexdigest()


def _computed_chunk(folder: Path, state: State, tables: Tables, number: int) -> Iterator[int]:
    """Compute one chunk; yield the numbers of records as they are read."""
    first = sum(state.chunks[:number])
    last = first + state.chunks[number]
    ids, register = tables.register(first, last)
    Chunk.create(chunk_folder(folder, number), plan(), ids)
    chunk = opened(chunk_folder(folder, number))
    chunk.cube.start(plan())
    reading = state.reading()
    grid = Grid(plan(), reading.as_of, chunk.cube)
    try:
        with closing(tables.batches(first, last)) as batches:
            for batch in batches:
                grid.add(batch)
                yield len(batch.places)
        finisher = Finisher(grid, register, reading, _rest(tables, reading, first, last))
        _finish(chunk, finisher, list(FORMULAS))
    except TooLarge:
        state.by_sql.append(number)
        _finish_by_sql(chunk, tables, reading, first, last)


def _finish(chunk: Chunk, finisher: Finisher, codes: Sequence[str]) -> None:
    places = {code: place for place, code in enumerate(FORMULAS)}
    for first in range(0, len(chunk.ids), FIRMS_FINISHED_AT_ONCE):
        firms = slice(first, min(first + FIRMS_FINISHED_AT_ONCE, len(chunk.ids)))
        block = finisher.block(firms)
        for code in codes:
            chunk.keep(places[code], firms, block.column(code))


def _rest(tables: Tables, reading: Reading, first: int, last: int) -> dict[str, list[rules.Cell]]:
    """Return the columns of the formulas that did not come apart, in the order of the firms."""
    left = sorted(plan().left)
    if not left:
        return {}
    names = [name for code in left for name in (tuple(aggregates_of(code, FORMULAS[code])) or code)]
    rows = sorted(tables.rows(partial_sql(left, "duckdb", "${}"), reading.as_of, first, last))
    columns = zip(*rows, strict=True)
    next(columns)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _finish_by_sql(chunk: Chunk, tables: Tables, reading: Reading, first: int, last: int) -> None:
    """Compute a chunk with numbers beyond 64 bits, firm by firm."""
    sql = compiled_sql("duckdb", "${}")
    raws = [raw_profile(row) for row in tables.rows(sql, reading.as_of, first, last)]
    raws.sort(key=lambda raw: str(raw.enterprise_id))
    finished = [rules.finish(raw, reading) for raw in raws]
    for place, code in enumerate(FORMULAS):
        chunk.keep(place, slice(None), column_of(code, finished))


def opened(folder: Path) -> Chunk:
    """Return a chunk, kept mapped: a process that adds every hour opens no file anew."""
    # A file that was written anew has another number while the old one is mapped.
    return _mapped(folder, (folder / "ids.npy").stat().st_ino)


@lru_cache(maxsize=4)
def _mapped(folder: Path, _file: int) -> Chunk:
    return Chunk.load(folder)


def chunk_folder(folder: Path, number: int) -> Path:
    """Return where the files of a chunk are."""
    return folder / f"chunk-{number:04d}"


def tables_of(folder: Path) -> Iterator[pa.Table]:
    """Yield the indicators chunk by chunk: firm, then each value, empty where missing."""
    state = State.read(folder)
    if state is None or len(state.done) < len(state.chunks):
        raise RuleBroken("这个目录里还没有算完的指标，请先完整计算一次。", code="grid_incomplete")
    for number in range(len(state.chunks)):
        chunk = opened(chunk_folder(folder, number))
        values, causes = _patched(chunk, chunk_folder(folder, number), len(state.added))
        columns = {"enterprise_id": pa.array(chunk.ids.astype("U"), pa.string())}
        for place, code in enumerate(FORMULAS):
            bits = values[place]
            numbers = bits if form_of(code) is Form.WHOLE else bits.view(np.float64)
            columns[code] = pa.array(numbers, mask=causes[place] != 0)
        yield pa.table(columns)


def write_table(folder: Path, path: Path) -> int:
    """Write the indicators of a computed folder as one Parquet file; return the firms."""
    firms = 0
    tables = tables_of(folder)
    first = next(tables)
    with pq.ParquetWriter(path, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)
            firms += len(table)
    return firms


def _patched(chunk: Chunk, folder: Path, added: int) -> tuple[Array, Array]:
    """Return values and causes with what was added last; a patch holds all additions so far."""
    if not added:
        return chunk.values, chunk.causes
    values, causes = chunk.values.copy(), chunk.causes.copy()
    patch = np.load(folder / f"patch-{added - 1:04d}.npy")
    where = patch["indicator"], patch["firm"]
    values[where], causes[where] = patch["value"], patch["cause"]
    return values, causes
