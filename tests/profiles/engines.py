"""Every indicator of random firms on three engines and by plain loops, for `make prove`."""

import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import ibis

from tests.gate.ground import own_city
from tests.profiles import oracle
from tests.profiles.city import City
from tests.profiles.random_records import AS_OF, Row, Sample, make_sample
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel.db import db, own_transaction
from xinyidai.profiles import engine_duckdb, rules
from xinyidai.profiles.compiling import literal_bounds, profile_expression
from xinyidai.profiles.engine_postgres import raw_profile, read_firm
from xinyidai.profiles.values import RawProfile

EACH = 60
Judged = Mapping[str, tuple[Any, str | None]]


def indicators_three_engines(firms: int) -> int:
    """Compute all indicators of so many firms in each way; return the values that differ."""
    with tempfile.TemporaryDirectory(prefix="xinyidai-proof-") as folder:
        sample = make_sample(Path(folder), firms, EACH)
        collected = engine_duckdb.collected_kinds(sample.records_path)
        reading = rules.Reading(sample.as_of, collected)
        _tell(f"{len(sample.rows)} records of {firms} firms")
        expected = dict(_by_loops(sample, collected))
        wrong = 0
        for name, raws in (
            ("DuckDB", engine_duckdb.read_all(sample.records_path, sample.firms_path, AS_OF)),
            ("PostgreSQL", by_postgres(sample)),
            ("PySpark", by_spark(sample)),
        ):
            found = differences(raws, reading, expected)
            _tell(f"{name}: {found} differences")
            wrong += found
    return wrong


def differences(
    raws: Iterable[RawProfile], reading: rules.Reading, expected: Mapping[UUID, Judged]
) -> int:
    """Count values and causes that are not as expected; a firm left out counts as one."""
    wrong, seen = 0, set()
    for raw in raws:
        seen.add(raw.enterprise_id)
        stored = rules.to_json(rules.finish(raw, reading))
        for code, judged in expected[raw.enterprise_id].items():
            wrong += (stored[code]["value"], stored[code]["missing"]) != judged
    return wrong + len(set(expected) - seen)


def _by_loops(sample: Sample, collected: frozenset[str]) -> Iterator[tuple[UUID, Judged]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in sample.rows:
        rows[row.enterprise_id].append(row)
    for firm in sample.firms:
        mine = rows[str(firm.enterprise_id)]
        yield firm.enterprise_id, oracle.judge(firm, mine, sample.as_of, collected)


def by_postgres(sample: Sample) -> Iterator[RawProfile]:
    """Yield what PostgreSQL says of each firm, one by one, in a city of its own."""
    with own_city():
        city = City()
        with own_transaction():
            for firm in sample.firms:
                city.firm(firm)
            city.collect(sample.new_records)
        with credit_records.platform_run("indicators", "proof") as run:
            for firm in sample.firms:
                yield read_firm(run, firm, sample.as_of)
        db.session.rollback()


def by_spark(sample: Sample) -> Iterator[RawProfile]:
    """Yield what PySpark says of each firm."""
    with spark_session() as spark:
        tables = ibis.pyspark.connect(spark)
        records = tables.read_parquet(str(sample.records_path), table_name="records")
        firms = tables.read_parquet(str(sample.firms_path), table_name="firms")
        expression = profile_expression(records, firms, literal_bounds(sample.as_of))
        for row in spark.sql(ibis.to_sql(expression, dialect="pyspark")).collect():
            yield raw_profile(tuple(row))


@contextmanager
def spark_session() -> Iterator[Any]:
    """Yield a small local session that opens no port to the outside."""
    from pyspark.sql import SparkSession  # an extra: absent where nobody computes a province

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # noqa: TID251 - PySpark reads it
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        # The one wide aggregate is beyond what Java compiles; trying costs most of the time.
        .config("spark.sql.codegen.wholeStage", "false")
        .getOrCreate()
    )
    try:
        yield session
    finally:
        session.stop()


def _tell(text: str) -> None:
    sys.stderr.write(f"indicators_three_engines: {text}\n")
