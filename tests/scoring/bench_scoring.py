"""Benches of the score: one row and a block, against LightGBM's own calls on the same model."""

import ctypes
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import lightgbm
import numpy as np
from lightgbm import basic

from xinyidai.scoring import artefacts
from xinyidai.scoring.artefacts import Artefact
from xinyidai.scoring.calibration import Calibration
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.transform import FeatureTransform, Transform, Wording
from xinyidai.scoring.values import FeatureKind, Floats, MissingPolicy, ModelState

FEATURES, TREES, LEAVES = 80, 300, 31
TRAINING_ROWS = 20_000
SINGLE_ROWS = 2_000
BLOCK_ROWS = 50_000
MISSING_SHARE = 0.05
RUNS = 9

Row = dict[str, object]


def score_row_vs_capi() -> Row:
    """One float64 row to probability and grade, against LightGBM's single-row C call alone.

    The baseline reads its rows where they lie, with pointers taken beforehand.
    """
    sizes = {"bench": bench_scorer(), "shipped": _shipped()}
    found = {name: _rows_of(scorer) for name, scorer in sizes.items()}
    return {
        "bench": "score_row_vs_capi",
        **found["bench"],
        "shipped_ratio": found["shipped"]["ratio"],
    }


def score_batch_vs_booster() -> Row:
    """A block of rows to probability, points and grade, against `Booster.predict` alone."""
    sizes = {"bench": bench_scorer(), "shipped": _shipped()}
    found = {name: _blocks_of(scorer) for name, scorer in sizes.items()}
    return {
        "bench": "score_batch_vs_booster",
        **found["bench"],
        "shipped_ratio": found["shipped"]["ratio"],
    }


def bench_scorer(features: int = FEATURES, trees: int = TREES, leaves: int = LEAVES) -> Scorer:
    """Train a model of a realistic size on invented numbers."""
    draw = np.random.default_rng(20260615)
    seen = draw.normal(size=(TRAINING_ROWS, features))
    risk = seen[:, ::2].sum(axis=1) - seen[:, 1::2].sum(axis=1)
    bad = draw.random(TRAINING_ROWS) < 1 / (1 + np.exp(2.5 - risk / 4))
    signs = [1 if place % 2 == 0 else -1 for place in range(features)]
    parameters = {
        "objective": "binary",
        "num_leaves": leaves,
        "learning_rate": 0.05,
        "num_threads": 1,
        "verbose": -1,
        "monotone_constraints": signs,
    }
    booster = lightgbm.train(parameters, lightgbm.Dataset(seen, bad), trees)
    ends = zip(seen.min(axis=0).tolist(), seen.max(axis=0).tolist(), signs, strict=True)
    described = tuple(
        FeatureTransform(
            f"f{place}",
            FeatureKind.NUMERIC,
            sign,
            low,
            high,
            0.0,
            (low, high),
            Wording(f"指标{place}"),
            core=place < features // 8,
        )
        for place, (low, high, sign) in enumerate(ends)
    )
    calibration = Calibration(1.05, 0.1)
    transform = Transform(described, MissingPolicy.PLACED, calibration, "2026.1", min_core=3)
    return Scorer(_artefact(transform, booster.model_to_string()))


def _artefact(transform: Transform, model_text: str) -> Artefact:
    return Artefact(
        folder=Path("bench"),
        code="bench",
        version="1",
        title="bench",
        state=ModelState.CANDIDATE,
        is_demo=True,
        obstacles=(),
        transform=transform,
        model_text=model_text,
        metrics={},
        manifest={},
        manifest_hash="",
        card="",
    )


def _shipped() -> Scorer:
    folders = [artefacts.load(folder) for folder in artefacts.list_shipped()]
    return Scorer([artefact for artefact in folders if artefact.is_activatable][-1])


def population(transform: Transform, rows: int) -> Floats:
    """Draw rows within and a little beyond the training range, with gaps."""
    draw = np.random.default_rng(7)
    width = transform.highs - transform.lows
    raw: Floats = transform.lows + (draw.random((rows, len(width))) * 1.1 - 0.05) * width
    raw[draw.random(raw.shape) < MISSING_SHARE] = np.nan
    return raw


def _rows_of(scorer: Scorer) -> Row:
    """Time single rows both ways, after both gave the same bits for every row."""
    raw = population(scorer.transform, SINGLE_ROWS)
    raw = raw[~scorer.transform.lacks_core(raw)]
    seen = scorer.transform.matrix(raw)
    booster = lightgbm.Booster(model_str=scorer.artefact.model_text)
    kept: list[object] = []
    call = _c_call(booster, len(scorer.transform.features), kept)
    rows, pointers = list(raw), [row.ctypes.data for row in seen]
    calibration = scorer.transform.calibration
    if [calibration.pd(call(place)) for place in pointers] != [
        scorer.score_row(r)[0] for r in rows
    ]:
        raise RuntimeError("a row's score differs from the C call's")
    return _versus(
        lambda: [scorer.score_row(row) for row in rows],
        lambda: [call(place) for place in pointers],
        per=len(rows),
    )


def _blocks_of(scorer: Scorer) -> Row:
    raw = population(scorer.transform, BLOCK_ROWS)
    booster = lightgbm.Booster(model_str=scorer.artefact.model_text)
    scores = scorer.score_many(raw)
    judged = np.flatnonzero(~scores.insufficient)[:500]
    if scores.pd[judged].tolist() != [scorer.score_row(raw[place])[0] for place in judged]:
        raise RuntimeError("a block's scores differ from the rows'")
    return _versus(
        lambda: scorer.score_many(raw),
        lambda: booster.predict(raw, num_threads=1),
        per=len(raw),
    )


def _c_call(booster: lightgbm.Booster, columns: int, kept: list[object]) -> Callable[[int], float]:
    """Return LightGBM's single-row call on a pointer to float64 values, nothing around it."""
    library, config = basic._LIB, ctypes.c_void_p()
    made = library.LGBM_BoosterPredictForMatSingleRowFastInit(
        booster._handle, 1, 0, -1, 1, columns, b"num_threads=1", ctypes.byref(config)
    )
    if made:
        raise RuntimeError("LightGBM has no single-row call")
    out, length = ctypes.c_double(), ctypes.c_int64()
    function = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 4)(
        ("LGBM_BoosterPredictForMatSingleRowFast", library)
    )
    handle, lengths, results = config.value, ctypes.addressof(length), ctypes.addressof(out)

    kept.append((booster, length))  # what the addresses point into

    def call(pointer: int) -> float:
        function(handle, pointer, lengths, results)
        return out.value

    return call


def _versus(
    ours: Callable[[], object], baseline: Callable[[], object], *, per: int
) -> Mapping[str, object]:
    """Run both in turns; microseconds for each of `per` rows."""
    mine, theirs = [], []
    for _ in range(RUNS):
        mine.append(_microseconds(ours) / per)
        theirs.append(_microseconds(baseline) / per)
    ratios = [other / own for own, other in zip(mine, theirs, strict=True)]
    value, other = statistics.median(mine), statistics.median(theirs)
    return {
        "value": round(value, 2),
        "unit": "us",
        "baseline": round(other, 2),
        "ratio": round(statistics.median(ratios), 3),
        "better": "lower",
        "n": per,
        "runs": RUNS,
        "min": round(min(mine), 2),
        "max": round(max(mine), 2),
        "ratio_min": round(min(ratios), 3),
        "ratio_max": round(max(ratios), 3),
    }


def _microseconds(function: Callable[[], object]) -> float:
    # The thread's own time: what other processes take in between is neither's fault.
    started = time.thread_time()
    function()
    return (time.thread_time() - started) * 1_000_000
