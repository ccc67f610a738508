"""The same scores on PySpark, partition by partition, to the last digit."""

import os
import sys
from importlib.util import find_spec

import numpy as np
import pyarrow as pa
import pytest

from tests.scoring.bench_scoring import population
from xinyidai.kernel.settings import load_settings
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.spark import SCORED, on_partition

FIRMS = 500


def frame_of(scorer: Scorer, raw: np.ndarray, withheld: np.ndarray) -> dict[str, list[object]]:
    names = scorer.transform.names
    frame: dict[str, list[object]] = {"firm": [f"企业{row}" for row in range(len(raw))]}
    for place, name in enumerate(names):
        column = raw[:, place].tolist()
        frame[name] = [None if value != value else value for value in column]  # noqa: PLR0124 - NaN
    frame["withheld"] = [
        [name for name, hidden in zip(names, row, strict=True) if hidden]
        for row in withheld.tolist()
    ]
    return frame


@pytest.fixture(scope="module")
def firms(scorer: Scorer) -> tuple[np.ndarray, np.ndarray]:
    raw = population(scorer.transform, FIRMS)
    return raw, np.random.default_rng(3).random(raw.shape) < 0.05


def online(scorer: Scorer, raw: np.ndarray, withheld: np.ndarray) -> dict[str, tuple[object, ...]]:
    """Score row by row, as one firm is scored online."""
    return {
        f"企业{place}": (pd, grade.value if grade else None)
        for place, row in enumerate(raw)
        for pd, grade in [scorer.score_row(row, withheld[place])]
    }


def test_arrow_batches_of_any_size_give_the_scores_of_single_rows(scorer, firms):
    raw, withheld = firms
    score = on_partition(str(scorer.artefact.folder), scorer.artefact.manifest_hash, "firm")
    whole = pa.RecordBatch.from_pydict(frame_of(scorer, raw, withheld))
    pieces = [whole.slice(start, 37) for start in range(0, FIRMS, 37)]
    found = {
        row["key"]: (row["default_probability"], row["grade"])
        for piece in score(pieces)
        for row in piece.to_pylist()
    }
    assert found == online(scorer, raw, withheld)
    assert 0 < sum(pd is None for pd, _ in found.values()) < FIRMS


def test_a_column_that_is_not_there_is_an_error(scorer):
    score = on_partition(str(scorer.artefact.folder), scorer.artefact.manifest_hash, "firm")
    with pytest.raises(KeyError):
        list(score([pa.RecordBatch.from_pydict({"firm": ["企业1"]})]))


@pytest.fixture(scope="module")
def spark(java):
    if find_spec("pyspark") is None:
        refuse = pytest.fail if "java" in load_settings().require else pytest.skip
        refuse("no PySpark; install xinyidai[spark]")
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # noqa: TID251 - PySpark reads it
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.mark.java
@pytest.mark.filterwarnings("ignore")
def test_five_hundred_firms_on_spark_have_their_online_scores_to_the_last_digit(
    spark, scorer, firms
):
    raw, withheld = firms
    table = pa.table(frame_of(scorer, raw, withheld))
    score = on_partition(str(scorer.artefact.folder), scorer.artefact.manifest_hash, "firm")
    rows = spark.createDataFrame(table).repartition(3).mapInArrow(score, SCORED).collect()
    assert {row.key: (row.default_probability, row.grade) for row in rows} == online(
        scorer, raw, withheld
    )
