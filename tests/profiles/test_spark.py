"""The same expression on PySpark, for a province."""

from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from uuid import UUID

import ibis
import pytest

from tests.profiles.engines import spark_session
from xinyidai.kernel.settings import load_settings
from xinyidai.profiles import engine_duckdb
from xinyidai.profiles.compiling import column_names, literal_bounds, profile_expression

pytestmark = [pytest.mark.java, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def spark(java):
    if find_spec("pyspark") is None:
        refuse = pytest.fail if "java" in load_settings().require else pytest.skip
        refuse("no PySpark; install xinyidai[spark]")
    with spark_session() as session:
        yield session


def by_firm(rows):
    """Return every cell as an exact number, a day or nothing, by firm."""
    return {UUID(row[0]): [exact(cell) for cell in row[1:]] for row in rows}


def exact(cell):
    return cell if cell is None or isinstance(cell, date) else Decimal(cell)


def test_pyspark_agrees_with_duckdb_to_the_digit(spark, sample):
    tables = ibis.pyspark.connect(spark)
    records = tables.read_parquet(str(sample.records_path), table_name="records")
    firms = tables.read_parquet(str(sample.firms_path), table_name="firms")
    expression = profile_expression(records, firms, literal_bounds(sample.as_of))
    rows = spark.sql(ibis.to_sql(expression, dialect="pyspark")).collect()
    found = by_firm(tuple(row) for row in rows)
    duck = engine_duckdb.read_rows(sample.records_path, sample.firms_path, sample.as_of)
    expected = by_firm(duck)
    assert len(found) == len(sample.firms) == 500
    assert tuple(expression.columns) == column_names()
    assert found == expected
