"""Ours beside every installed peer on any table (方法对比): same rows, same folds, same columns."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.training.dataset import LabelledTable, Split, read_table, splits
from xinyidai.scoring.training.encoding import learn_encoding
from xinyidai.scoring.training.evaluate import Progress, calibrated
from xinyidai.scoring.training.fit import fit_calibration, raw_scores
from xinyidai.scoring.training.intervals import (
    auc_estimates,
    bootstrap,
    calibration_line,
    difference,
    interval,
)
from xinyidai.scoring.training.leaks import find_leaks, single_feature_aucs
from xinyidai.scoring.training.peers import PACKAGES, installed_version
from xinyidai.scoring.training.placement import UNCALIBRATED
from xinyidai.scoring.training.preparing import PreparedTable, prepare
from xinyidai.scoring.training.search import Problem, fit_problem, search
from xinyidai.scoring.training.spec import TrainingSpec
from xinyidai.scoring.values import Floats

OURS = "xinyidai"
PIPELINE = "2026.2"
"""Version of the search; kept lines of another are named as older on the page of the comparison."""
_LATE_SHARE = 0.3
_LAST_WORDS = 400


@dataclass(frozen=True)
class Run:
    """What one method answered: probabilities for every tested row (NaN elsewhere), and times."""

    name: str
    pd: Floats
    fit_seconds: float
    predict_seconds: float
    version: str


@dataclass(frozen=True)
class Limits:
    """How long a peer may take, which peers take part (none named: all), how many rows at most."""

    seconds: float = 900.0
    peers: tuple[str, ...] = ()
    rows: int | None = None


def bench(
    path: Path, spec: TrainingSpec, limits: Limits, on_progress: Progress
) -> dict[str, object]:
    """Measure all methods on a table and return the comparison as plain values."""
    prepared = prepare(read_table(path), spec)
    table = _sampled(prepared.table, limits.rows)
    folds = bench_splits(table)
    on_progress(f"{table.rows} 行、{len(table.columns)} 个特征、{len(folds)} 次划分")
    runs = [_ours(table, folds, on_progress)]
    failed: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _hand_over(table, folds, folder)
        for name in limits.peers or tuple(PACKAGES):
            found = _peer(name, folder, limits.seconds)
            if isinstance(found, str):
                failed[name] = found
            else:
                runs.append(found)
            on_progress(f"{name}：{found if isinstance(found, str) else '完成'}")
    return _report(prepared, table, folds, runs, failed)


def bench_splits(table: LabelledTable) -> list[Split]:
    """Return stratified folds, fewer where a class is small; in time order the newest 30 % test."""
    if table.times is None:
        fewest = int(min(np.bincount(table.label, minlength=2)))
        if fewest < 2:  # noqa: PLR2004 - one case cannot both train and test
            raise InvalidInput("结果列的一种值不足两例，无法评估。", code="bad_split")
        if fewest < table.spec.folds:
            table = replace(table, spec=replace(table.spec, folds=fewest))
        return splits(table)
    return [out_of_time(table)]


def out_of_time(table: LabelledTable, share: float = _LATE_SHARE) -> Split:
    """Return the earlier rows and the newest `share` of rows; equal times stay together."""
    if table.times is None:
        raise InvalidInput("没有时间列。", code="bad_split")
    ranks = np.searchsorted(np.sort(table.times), table.times, side="left") / table.rows
    late = ranks >= 1 - share
    if not late.any():
        late = table.times == table.times.max()
    train, test = np.flatnonzero(~late), np.flatnonzero(late)
    if any(len(np.unique(table.label[part])) < 2 for part in (train, test)):  # noqa: PLR2004
        raise InvalidInput("按时间划分后某一部分只有一种结果。", code="bad_split")
    return train, test


def _sampled(table: LabelledTable, most: int | None) -> LabelledTable:
    """Return at most so many rows, drawn by the seed."""
    if most is None or table.rows <= most:
        return table
    rows = np.sort(np.random.default_rng(table.spec.seed).permutation(table.rows)[:most])
    return table.part(rows)


def _ours(table: LabelledTable, folds: Sequence[Split], on_progress: Progress) -> Run:
    """Run the shipped pipeline end to end in every fold: encode, search, blend, calibrate."""
    pd = np.full(table.rows, np.nan)
    fitting = predicting = 0.0
    for number, (train, test) in enumerate(folds, start=1):
        started = time.perf_counter()
        label, seen = table.label[train], table.matrix[train]
        levels = [len(column.levels) for column in table.columns]
        encoding = learn_encoding(levels, seen, label)
        problem = Problem.of(
            seen,
            label,
            encoding,
            levels=levels,
            signs=[0] * len(levels),
            times=None if table.times is None else table.times[train],
            seed=table.spec.seed,
        )
        found = search(problem)
        booster = fit_problem(problem, found.params)
        calibration = fit_calibration(found.raw, label[found.tested]) or UNCALIBRATED
        fitted = time.perf_counter()
        shown = table.matrix[test]
        wide = shown if encoding is None else encoding.widen(shown)
        pd[test] = calibrated(raw_scores(booster, wide), calibration)
        fitting += fitted - started
        predicting += time.perf_counter() - fitted
        on_progress(f"{OURS}：第 {number}/{len(folds)} 次，{fitted - started:.0f} 秒")
    return Run(OURS, pd, fitting, predicting, "")


def _hand_over(table: LabelledTable, folds: Sequence[Split], folder: Path) -> None:
    """Write what every peer receives: the columns as prepared, the outcome and the folds."""
    marks = np.zeros((len(folds), table.rows), dtype=np.int8)
    for mark, (train, test) in zip(marks, folds, strict=True):
        mark[train], mark[test] = 1, 2
    levels = [list(column.levels) for column in table.columns]
    (folder / "columns.json").write_text(json.dumps(levels), encoding="utf-8")
    np.savez(folder / "table.npz", matrix=table.matrix, label=table.label, folds=marks)


def _peer(name: str, folder: Path, seconds: float) -> Run | str:
    """Return a peer's answers, or in one sentence why there are none."""
    release = installed_version(name)
    if release is None:
        return "未安装"
    command = [sys.executable, "-m", "xinyidai.scoring.training.peers", name, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)  # noqa: S603 - our own module, fixed names
    except subprocess.TimeoutExpired:
        return f"超过 {seconds:.0f} 秒，停止"
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        return f"失败：{words[-1][:_LAST_WORDS] if words else done.returncode}"
    with np.load(folder / f"{name}.npz") as stored:
        pd, times = stored["pd"], stored["times"]
    return Run(name, pd, float(times[0]), float(times[1]), release)


def _report(
    prepared: PreparedTable,
    table: LabelledTable,
    folds: Sequence[Split],
    runs: list[Run],
    failed: dict[str, str],
) -> dict[str, object]:
    """Return the comparison: settings, one entry for each method, ours against each."""
    tested = np.concatenate([test for _, test in folds])
    runs, failed = _sound(runs, tested, failed)
    parts = [test for _, test in folds]
    aucs, covariance = auc_estimates([run.pd for run in runs], table.label, parts)
    ranks = _mean_ranks(runs, table.label, parts)
    methods = {
        run.name: {
            "version": run.version,
            "auc": interval(aucs[i], covariance[i, i]).as_json(),
            **_other_metrics(run.pd[tested], table.label[tested]),
            "mean_rank": round(ranks[i], 3),
            "fit_seconds": round(run.fit_seconds, 3),
            "predict_seconds": round(run.predict_seconds, 4),
        }
        for i, run in enumerate(runs)
    }
    leaks = find_leaks(single_feature_aucs(table, folds))
    return {
        "table": table.name,
        "sha256": table.sha256,
        "label": table.spec.label.column,
        "positive": table.spec.label.positive,
        "rows": table.rows,
        "bads": int(table.label.sum()),
        "tested": len(tested),
        "features": len(table.columns),
        "split": "stratified" if table.times is None else "out_of_time",
        "folds": len(folds),
        "seed": table.spec.seed,
        "models": methods,
        "failed": failed,
        "ours": OURS,
        "ours_minus": {
            run.name: difference(aucs, covariance, 0, i).as_json()
            for i, run in enumerate(runs)
            if i
        },
        "dropped": [vars(item) for item in prepared.dropped],
        "notes": list(prepared.notes),
        "suspected_leaks": [vars(leak) for leak in leaks],
    }


def _sound(
    runs: list[Run], tested: NDArray[np.intp], failed: dict[str, str]
) -> tuple[list[Run], dict[str, str]]:
    """Set aside methods whose answers are not probabilities for every tested row."""
    broken = {
        run.name: "给出的不是概率"
        for run in runs
        if not np.isfinite(run.pd[tested]).all()
        or (run.pd[tested] < 0).any()
        or (run.pd[tested] > 1).any()
    }
    return [run for run in runs if run.name not in broken], {**failed, **broken}


def _mean_ranks(
    runs: list[Run], label: NDArray[np.int8], parts: Sequence[NDArray[np.intp]]
) -> list[float]:
    """Return each method's rank by AUC (1 is best), averaged over the folds."""
    found = []
    for part in parts:
        aucs, _ = auc_estimates([run.pd for run in runs], label, [part])
        found.append(
            [1 + float((aucs > auc).sum()) + ((aucs == auc).sum() - 1) / 2 for auc in aucs]
        )
    return [float(value) for value in np.mean(found, axis=0)]


def _other_metrics(pd: Floats, label: NDArray[np.int8]) -> dict[str, object]:
    slope, intercept = calibration_line(pd, label)
    resampled = {name: value.as_json() for name, value in bootstrap(pd, label).items()}
    rate = float(label.mean())
    return {
        **resampled,
        "brier_base": round(rate * (1 - rate), 6),
        "calibration_slope": slope.as_json(),
        "calibration_intercept": intercept.as_json(),
    }
