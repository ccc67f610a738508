"""Past loans of the invented city with their outcomes, from which the `demo-city` model learns.

Twenty quarters of 1,300 loans each. A firm's indicators are computed at the loan's decision day by
the platform's own definitions; whether it defaulted within twelve months is drawn from what is
hidden (quality, trouble, dependence on one buyer, age), which the indicators show only in part.
"""

import gzip
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.missing import Missing
from xinyidai.profiles import engine_duckdb, rules
from xinyidai.profiles.formulas import FIRM_SCHEMA
from xinyidai.seeds.firms import SEED, Firms, Flags, make_firms
from xinyidai.seeds.pen import chance_of
from xinyidai.seeds.records import COLLECTED, make_records
from xinyidai.seeds.tables import ARROW_TYPES, arrow_table

QUARTERS = 20
LOANS_A_QUARTER = 1_300
FIRST_QUARTER = (2020, 12)
YOUNGEST_DAYS = 400
# Streams of past cities; the city of today has another, so no firm of today was learned from.
FIRST_STREAM = 1_000
LABEL = "defaulted"


def write_loans(
    path: Path, say: Callable[[str], None], quarters: Sequence[int] = range(QUARTERS)
) -> int:
    """Write the labelled table as CSV.gz and return its rows; the same bytes each time.

    The demo model learned from quarters 0 to 19; later ones are loans that it has not seen.
    """
    rows: list[dict[str, Any]] = []
    for number, day in zip(quarters, decision_days(quarters), strict=True):
        cohort = list(_cohort(day, FIRST_STREAM + number))
        say(f"{day.isoformat()}：{len(cohort)} 笔，违约 {sum(row[LABEL] for row in cohort)} 笔")
        rows += cohort
    with path.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
        _write_csv(rows, pa.PythonFile(packed, mode="w"))
    return len(rows)


def decision_days(quarters: Sequence[int] = range(QUARTERS)) -> list[date]:
    """Return the last days of the quarters in which the loans were decided."""
    year, month = FIRST_QUARTER
    months = [year * 12 + month + 3 * place for place in quarters]
    return [date(n // 12, n % 12 + 1, 1) - timedelta(days=1) for n in months]


def defaults(firms: Firms, rng: np.random.Generator) -> Flags:
    """Draw who defaults within twelve months of `firms.as_of`."""
    log_odds = (
        -3.5
        - 1.05 * firms.quality
        + 1.0 * firms.shock
        + 2.4 * (firms.concentration - 0.38)
        - 0.28 * np.log(np.clip(firms.years, 0.5, 30) / 5)
        - 0.12 * np.log(firms.sales_fen / 500_000_000)
    )
    happened: Flags = rng.random(len(firms)) < chance_of(log_odds)
    return happened


def _cohort(day: date, stream: int) -> Iterator[dict[str, Any]]:
    """Yield the loans decided on one day: number, day, all indicators, outcome."""
    firms = make_firms(stream, LOANS_A_QUARTER, day, youngest_days=YOUNGEST_DAYS)
    outcome = defaults(firms, np.random.default_rng([SEED, stream, 7])).tolist()
    reading = rules.Reading(day, COLLECTED)
    with tempfile.TemporaryDirectory(prefix="loans-") as folder:
        records, register = _write_parquet(firms, stream, Path(folder))
        raws = sorted(
            engine_duckdb.read_all(records, register, day), key=lambda raw: raw.enterprise_id.int
        )
    for place, raw in enumerate(raws):
        profile = rules.finish(raw, reading)
        values = {code: entry.value for code, entry in profile.values.items()}
        yield {
            "loan_no": f"YSDK{day:%Y%m}{place:05d}",
            "decided_on": day,
            **{code: None if isinstance(v, Missing) else float(v) for code, v in values.items()},
            LABEL: int(outcome[place]),
        }


def _write_parquet(firms: Firms, stream: int, folder: Path) -> tuple[Path, Path]:
    names = [str(UUID(int=place)) for place in range(len(firms))]
    tables = [arrow_table(table, names) for table in make_records(firms, stream)]
    records, register = folder / "records.parquet", folder / "firms.parquet"
    pq.write_table(pa.concat_tables(tables), records)
    columns = {
        "enterprise_id": names,
        "established_on": firms.established,
        "registered_capital_fen": firms.capital_fen,
        "employees": firms.staff,
        "revenue_fen": pa.array(firms.sales_fen, mask=~firms.tells_sales),
    }
    schema = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in FIRM_SCHEMA.items()])
    pq.write_table(pa.table(columns, schema=schema), register)
    return records, register


def _write_csv(rows: list[dict[str, Any]], stream: pa.PythonFile) -> None:
    codes = list(indicator_dictionary().indicators)
    fields = [("loan_no", pa.string()), ("decided_on", pa.date32())]
    fields += [(code, pa.float64()) for code in codes] + [(LABEL, pa.int8())]
    table = pa.Table.from_pylist(rows, pa.schema(fields))
    pa_csv.write_csv(table, stream)
