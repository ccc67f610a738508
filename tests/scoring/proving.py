"""Properties of scoring at full counts, for `make prove`."""

import os
import sys

import numpy as np

from tests.credit_records.bench_ground import city
from tests.scoring.bench_scoring import population
from tests.scoring.ground import settle
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.kernel.db import own_transaction
from xinyidai.profiles import service as profiles
from xinyidai.scoring import artefacts, service
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.spark import SCORED, on_partition
from xinyidai.scoring.values import IndicatorInput

GAP = Missing(MissingCause.NO_RECORD)


def scores_recompute(count: int) -> int:
    """Score so many firms on a real PostgreSQL and compute all again; return what differs."""
    with city(count, f"recompute-{count}"):
        settle()
        with own_transaction():
            profiles.build_all()
        service.score_all(lambda done: _tell("scored", done), step=own_transaction)
        done = service.recompute(None, lambda number: _tell("recomputed", number))
        left = service.count_dirty()
    if done.checked < count:
        raise RuntimeError(f"only {done.checked} of {count} scores were there")
    return len(done.differences) + left


def rows_equal_blocks(count: int) -> int:
    """Score rows one by one and in a block, some values withheld; return how many differ."""
    wrong = 0
    for scorer in activatable():
        raw = population(scorer.transform, count)
        withheld = np.random.default_rng(11).random(raw.shape) < 0.1
        for held in (None, withheld):
            block = scorer.score_many(raw, held)
            for place, row in enumerate(raw):
                pd, grade = scorer.score_row(row, None if held is None else held[place])
                whole = None if block.insufficient[place] else block.pd[place]
                wrong += (pd, grade) != (whole, block.grades[place])
    return wrong


def scores_on_spark(count: int) -> int:
    """Score so many firms on PySpark and online; return how many differ in a bit."""
    import pyarrow as pa
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # noqa: TID251 - PySpark reads it
    scorer = activatable()[-1]
    raw = population(scorer.transform, count)
    names = scorer.transform.names
    frame = {name: pa.array(raw[:, place], from_pandas=True) for place, name in enumerate(names)}
    table = pa.table({"firm": [str(place) for place in range(count)], **frame})
    local = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = local.config("spark.driver.host", "127.0.0.1").getOrCreate()
    score = on_partition(str(scorer.artefact.folder), scorer.artefact.manifest_hash, "firm")
    try:
        rows = spark.createDataFrame(table).repartition(7).mapInArrow(score, SCORED).collect()
    finally:
        spark.stop()
    found = {int(row.key): (row.default_probability, row.grade) for row in rows}
    online = [scorer.score_row(row) for row in raw]
    return abs(len(found) - count) + sum(
        found.get(place) != (pd, grade.value if grade else None)
        for place, (pd, grade) in enumerate(online)
    )


def reasons_are_true(count: int) -> int:
    """Put each reason's feature to its best; return how often the risk did not fall, or rose."""
    wrong = 0
    for scorer in activatable():
        names = scorer.transform.names
        best = {feature.name: feature.best_values[0] for feature in scorer.transform.features}
        raw = population(scorer.transform, count)
        rows: list[dict[str, IndicatorInput]] = [
            {
                name: GAP if np.isnan(value) else value
                for name, value in zip(names, row, strict=True)
            }
            for row in raw.tolist()
        ]
        for given, told in zip(rows, scorer.outcomes(rows), strict=True):
            better = [given | {reason.feature: best[reason.feature]} for reason in told.reasons]
            wrong += sum(
                after.pd is None or told.pd is None or after.pd >= told.pd
                for after in scorer.outcomes(better, ())
            )
    return wrong


def activatable() -> list[Scorer]:
    """Return every shipped model that may score firms."""
    loaded = [artefacts.load(folder) for folder in artefacts.list_shipped()]
    return [Scorer(artefact) for artefact in loaded if artefact.is_activatable]


def _tell(what: str, done: int) -> None:
    sys.stderr.write(f"{what} {done}\n")
    sys.stderr.flush()
