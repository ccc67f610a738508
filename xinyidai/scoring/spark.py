"""Scoring on PySpark, partition by partition, by the very code that scores online.

    scored = frame.mapInArrow(on_partition(folder, manifest_hash, "enterprise_id"), SCORED)

The frame has the key (text), one column of doubles for each feature of the model, null where there
is no record or a stale one, and may have `withheld`, an array of the features that are not
authorized. A category is the index of its level, as in `Scorer.score_many`. Nothing here imports
PySpark: the function takes and gives Arrow batches, so it runs on any engine that has those.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from xinyidai.scoring.score import Scorer
from xinyidai.scoring.values import Flags, Floats

KEY, WITHHELD = "key", "withheld"
SCORED = "key string, default_probability double, grade string, points long, insufficient boolean"
Partition = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def on_partition(folder: str, manifest_hash: str, key: str) -> Partition:
    """Return the function for `mapInArrow`: scores of the batches of one partition.

    `folder` is where the artefact lies on every executor; it is verified against the manifest's
    hash and loaded once for each worker process. The result has the columns of `SCORED`.
    """

    def score(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        scorer = _scorer(folder, manifest_hash)
        for batch in batches:
            yield _scored(scorer, batch, key)

    return score


@lru_cache(maxsize=2)
def _scorer(folder: str, manifest_hash: str) -> Scorer:
    return Scorer.from_folder(Path(folder), manifest_hash=manifest_hash)


def _scored(scorer: Scorer, batch: pa.RecordBatch, key: str) -> pa.RecordBatch:
    names = scorer.transform.names
    raw = np.empty((batch.num_rows, len(names)), dtype=np.float64)
    for place, name in enumerate(names):
        raw[:, place] = _column(batch.column(name))
    scores = scorer.score_many(raw, _withheld(batch, names))
    gone = scores.insufficient
    return pa.record_batch(
        {
            KEY: batch.column(key),
            "default_probability": pa.array(scores.pd, mask=gone),
            "grade": pa.array([grade.value if grade else None for grade in scores.grades]),
            "points": pa.array(scores.points, mask=gone),
            "insufficient": pa.array(gone),
        }
    )


def _column(column: pa.Array) -> Floats:
    """Return doubles with NaN for null; whole numbers beyond 2⁵³ are refused, not rounded."""
    values: Floats = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values


def _withheld(batch: pa.RecordBatch, names: tuple[str, ...]) -> Flags | None:
    if WITHHELD not in batch.schema.names:
        return None
    place = {name: number for number, name in enumerate(names)}
    held = np.zeros((batch.num_rows, len(names)), dtype=np.bool_)
    for row, hidden in enumerate(batch.column(WITHHELD).to_pylist()):
        for name in hidden or ():
            if name in place:
                held[row, place[name]] = True
    return held
