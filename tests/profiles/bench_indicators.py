"""Three benches of the batch of indicators, called by `tests/bench.py`.

`indicators_vs_scan`: all indicators of 500,000 firms from 20 million records, against DuckDB that
only reads the columns used. `indicators_vs_pandas`: the same of 20,000 firms, against group-bys.
`indicators_delta_share`: what a thousandth of new records costs, as a share of the full run.
"""

import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.profiles.by_pandas import Pandas
from tests.profiles.indicator_city import AS_OF, City, city
from xinyidai.catalogue.missing import Missing
from xinyidai.kernel.settings import load_settings
from xinyidai.profiles import engine_duckdb, rules
from xinyidai.profiles.formulas import RECORD_SCHEMA
from xinyidai.profiles.grid import adding, store
from xinyidai.profiles.grid.batches import collected_kinds
from xinyidai.profiles.grid.planning import plan
from xinyidai.profiles.indicators import FORMULAS

Row = dict[str, object]

FIRMS, RECORDS, NEW = 500_000, 20_000_000, 20_000
FEW_FIRMS, FEW_RECORDS = 20_000, 800_000
RUNS = 3
FEW_RUNS = 7
DELTAS = 5
GOAL_SHARE = 0.005
CHECKED = 400
THREADS = 2


def indicators_vs_scan() -> Row:
    """Seconds of a full run; the baseline reads every value of the same columns and adds it up."""
    data = _city(FIRMS, RECORDS, NEW)
    folder = load_settings().bench_dir / "indicators-state"
    mine, theirs = [], []
    for _ in range(RUNS):
        theirs.append(_seconds(lambda: _scan(data.records)))
        mine.append(_seconds(lambda: _full(folder, [data.records], data.firms)))
        _tell(f"full run {mine[-1]:.1f} s, scan {theirs[-1]:.1f} s")
    _require_as_by_sql(data, folder)
    return _row("indicators_vs_scan", mine, theirs, RECORDS)


def indicators_vs_pandas() -> Row:
    """Seconds of a full run against pandas, both from Parquet files to all values in memory."""
    data = _city(FEW_FIRMS, FEW_RECORDS, 0)
    folder = load_settings().bench_dir / "indicators-few-state"
    mine, theirs, tables = [], [], []
    for _ in range(FEW_RUNS):
        mine.append(_seconds(lambda: tables.append(_table(folder, data))))
        theirs.append(
            _seconds(lambda: tables.append(Pandas(data.records, data.firms, AS_OF).indicators()))
        )
    ours, frame = tables[-2:]
    for code in FORMULAS:
        found, wanted = (np.asarray(t[code], float) for t in (ours.to_pandas(), frame))
        if not np.allclose(found, wanted, rtol=1e-9, atol=1e-9, equal_nan=True):
            raise RuntimeError(f"pandas has another {code}")
    return _row("indicators_vs_pandas", mine, theirs, FEW_RECORDS)


def indicators_delta_share() -> Row:
    """Share of a full run that a thousandth of new records costs; the result is a full run's."""
    data = _city(FIRMS, RECORDS, NEW)
    folder = load_settings().bench_dir / "indicators-state"
    full, delta = [], []
    for _ in range(RUNS):
        full.append(_seconds(lambda: _full(folder, [data.records], data.firms)))
        before = (folder / store.STATE).read_bytes()
        for _ in range(DELTAS):
            (folder / store.STATE).write_bytes(before)
            delta.append(_seconds(lambda: adding.add(folder, data.new)))
        times = ", ".join(f"{part * 1000:.0f}" for part in delta[-DELTAS:])
        _tell(f"full run {full[-1]:.1f} s, delta {times} ms")
    other = load_settings().bench_dir / "indicators-state-2"
    _full(other, [data.records, data.new], data.firms)
    if not _whole(folder).equals(_whole(other)):
        raise RuntimeError("the delta's indicators are not those of a full run")
    whole = statistics.median(full)
    shares = [part / whole for part in delta]
    share = statistics.median(shares)
    return {
        "bench": "indicators_delta_share",
        "value": round(share, 5),
        "unit": "share",
        "baseline": GOAL_SHARE,
        "ratio": round(GOAL_SHARE / share, 2),
        "better": "lower",
        "n": NEW,
        "runs": RUNS * DELTAS,
        "min": round(min(shares), 5),
        "max": round(max(shares), 5),
    }


def _city(firms: int, records: int, new: int) -> City:
    folder = load_settings().bench_dir / f"indicators-{firms}-{len(FORMULAS)}"
    return city(folder, firms=firms, records=records, new=new)


def _full(folder: Path, records: list[Path], firms: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    store.compute(folder, records, firms, AS_OF, threads=THREADS)


def _table(folder: Path, data: City) -> pa.Table:
    _full(folder, [data.records], data.firms)
    return _whole(folder)


def _whole(folder: Path) -> pa.Table:
    return pa.concat_tables(store.tables_of(folder))


def _scan(records: Path) -> None:
    """Look at every value; bare counts would be answered from the file's own statistics."""
    columns = [
        f"sum({name})" if RECORD_SCHEMA[name].startswith(("int", "decimal")) else f"max({name})"
        for name in plan().record_columns
    ]
    with duckdb.connect(config={"threads": str(THREADS)}) as connection:
        query = f"select {', '.join(columns)} from read_parquet(?)"  # noqa: S608 - our own names
        connection.execute(query, [str(records)]).fetchall()


def _require_as_by_sql(data: City, folder: Path) -> None:
    """Compare some firms with what the one SQL statement and the scalar rules say."""
    table = _whole(folder)
    every = max(1, len(table) // CHECKED)
    chosen = table.take(pa.array(range(0, len(table), every)))
    few = data.records.with_name("few")
    few.mkdir(exist_ok=True)
    ids = chosen.column("enterprise_id").to_pylist()
    for source in (data.records, data.firms):
        wanted = pq.read_table(source, filters=[("enterprise_id", "in", ids)])
        pq.write_table(wanted, few / source.name)
    reading = rules.Reading(AS_OF, collected_kinds([data.records]))
    raws = engine_duckdb.read_all(few / data.records.name, few / data.firms.name, AS_OF)
    expected = {str(raw.enterprise_id): rules.finish(raw, reading).values for raw in raws}
    for row in chosen.to_pylist():
        found = {code: row[code] for code in FORMULAS}
        values = {code: entry.value for code, entry in expected[row["enterprise_id"]].items()}
        if found != {c: None if isinstance(v, Missing) else v for c, v in values.items()}:
            raise RuntimeError(f"another result by SQL for {row['enterprise_id']}")


def _row(name: str, mine: list[float], theirs: list[float], number: int) -> Row:
    value, other = statistics.median(mine), statistics.median(theirs)
    return {
        "bench": name,
        "value": round(value, 3),
        "unit": "s",
        "baseline": round(other, 3),
        "ratio": round(other / value, 4),
        "better": "lower",
        "n": number,
        "runs": len(mine),
        "min": round(min(mine), 3),
        "max": round(max(mine), 3),
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _tell(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
