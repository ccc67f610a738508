"""Metrics (评估指标): ordering, calibration and error, each fold by itself and all out of fold."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score, roc_curve

from xinyidai.scoring.calibration import Calibration, probability
from xinyidai.scoring.training.dataset import LabelledTable, Rows, Split
from xinyidai.scoring.training.fit import (
    TreeParams,
    fit_booster,
    fit_calibration,
    platt_line,
    raw_scores,
)
from xinyidai.scoring.training.placement import UNCALIBRATED, learn_transform
from xinyidai.scoring.values import Floats

_BINS = 10
_DIGITS = 6
_EDGE = 1e-9

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Metrics:
    """How well probabilities order and meet the outcomes.

    `brier_base` is p(1 - p), the error of always saying the rate; `ece` compares ten equal groups;
    a calibration slope of 1 and an intercept of 0 are perfect.
    """

    rows: int
    bads: int
    auc: float
    ks: float
    brier: float
    brier_base: float
    log_loss: float
    ece: float
    slope: float
    intercept: float


@dataclass(frozen=True)
class CrossValidation:
    """Out-of-fold metrics (probabilities calibrated on other folds) and what they rest on."""

    overall: Metrics
    folds: tuple[Metrics, ...]
    raw: Floats
    tested: NDArray[np.intp]
    pd: Floats

    def as_json(self) -> dict[str, object]:
        """Return plain values; the spread over folds says how far to trust the mean."""
        aucs = [fold.auc for fold in self.folds]
        return {
            "auc_mean": round(float(np.mean(aucs)), _DIGITS),
            "auc_sd": round(float(np.std(aucs, ddof=1)), _DIGITS),
            "out_of_fold": asdict(self.overall),
            "folds": [asdict(fold) for fold in self.folds],
        }


def measure(pd: Floats, label: NDArray[np.int8]) -> Metrics:
    """Return the metrics of probabilities of default against outcomes (1 = default)."""
    rate = float(label.mean())
    safe = np.clip(pd, _EDGE, 1 - _EDGE)
    false_rate, true_rate, _ = roc_curve(label, pd)
    slope, intercept = platt_line(np.log(safe / (1 - safe)), label)
    values = {
        "auc": roc_auc_score(label, pd),
        "ks": np.max(true_rate - false_rate),
        "brier": brier_score_loss(label, pd),
        "brier_base": rate * (1 - rate),
        "log_loss": log_loss(label, safe),
        "ece": _calibration_error(pd, label),
        "slope": slope,
        "intercept": intercept,
    }
    rounded = {name: round(float(value), _DIGITS) for name, value in values.items()}
    return Metrics(rows=len(label), bads=int(label.sum()), **rounded)


def _calibration_error(pd: Floats, label: NDArray[np.int8]) -> float:
    """Return the mean distance of promised and seen default rates over ten equal groups."""
    groups = np.array_split(np.argsort(pd, kind="stable"), _BINS)
    return sum(
        len(group) / len(pd) * abs(float(pd[group].mean() - label[group].mean()))
        for group in groups
        if len(group)
    )


def cross_validate(
    table: LabelledTable, folds: Sequence[Split], params: TreeParams, progress: Progress
) -> CrossValidation:
    """Refit transform and trees in every fold and measure on rows they have not seen."""

    def scored(train: Rows, test: Rows) -> Floats:
        transform = learn_transform(table, train)
        seen = transform.matrix(table.matrix[train])
        booster = fit_booster(
            seen,
            table.label[train],
            transform,
            params,
            seed=table.spec.seed,
            times=None if table.times is None else table.times[train],
        )
        shown = transform.matrix(table.matrix[test])
        return raw_scores(booster, transform.widen(shown))

    return validate_with(scored, table, folds, progress)


def validate_with(
    scored: Callable[[Rows, Rows], Floats],
    table: LabelledTable,
    folds: Sequence[Split],
    progress: Progress,
) -> CrossValidation:
    """Measure any way of fitting: `scored` trains on the first rows and scores the second."""
    raw = []
    for number, (train, test) in enumerate(folds, start=1):
        raw.append(scored(train, test))
        progress(f"第 {number}/{len(folds)} 折完成")
    labels = [table.label[test] for _, test in folds]
    is_chained = table.times is not None
    pds = [
        calibrated(scores, _calibration_for(k, raw, labels, is_chained=is_chained))
        for k, scores in enumerate(raw)
    ]
    return CrossValidation(
        overall=measure(np.concatenate(pds), np.concatenate(labels)),
        folds=tuple(measure(pd, label) for pd, label in zip(pds, labels, strict=True)),
        raw=np.concatenate(raw),
        tested=np.concatenate([test for _, test in folds]),
        pd=np.concatenate(pds),
    )


def calibrated(raw: Floats, calibration: Calibration) -> Floats:
    """Return probabilities of default for raw log-odds."""
    return np.array([probability(calibration.log_odds(value)) for value in raw.tolist()])


def _calibration_for(
    fold: int,
    raw: Sequence[Floats],
    labels: Sequence[NDArray[np.int8]],
    *,
    is_chained: bool,
) -> Calibration:
    """Calibrate a fold on the others, in time order only on the earlier; the first has none."""
    others = range(fold) if is_chained else [k for k in range(len(raw)) if k != fold]
    if not others:
        return UNCALIBRATED
    found = fit_calibration(
        np.concatenate([raw[k] for k in others]), np.concatenate([labels[k] for k in others])
    )
    return found or UNCALIBRATED
