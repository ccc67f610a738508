"""Challengers (挑战者模型): a WoE scorecard and an EBM on the same rows and folds as the trees.

The scorecard is optbinning's: optimal monotone bins, weight of evidence, logistic regression. It is
exported as the points table of `scoring.scorecard`, so it can be activated in place of the trees.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xinyidai.scoring.calibration import Calibration
from xinyidai.scoring.scorecard import FeatureBins, Scorecard
from xinyidai.scoring.training.dataset import Column, LabelledTable, Rows, Split
from xinyidai.scoring.training.evaluate import (
    CrossValidation,
    Metrics,
    Progress,
    calibrated,
    measure,
    validate_with,
)
from xinyidai.scoring.training.fit import fit_calibration
from xinyidai.scoring.training.intervals import Estimate, auc_estimates, difference
from xinyidai.scoring.training.placement import UNCALIBRATED
from xinyidai.scoring.training.proofs import Proofs
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.values import FeatureKind, Floats

TREES, CARD, EBM = "lightgbm", "scorecard", "ebm"
_RIDGE = 1.0
_PRIOR_ROWS = 10.0
_FEWEST = 1e-6
_ROUNDS = 8


@dataclass(frozen=True)
class Challenge:
    """How the challengers did on rows none of the models has seen."""

    split: str
    metrics: dict[str, Metrics]
    gains: dict[str, Estimate]
    card: Scorecard
    skipped: dict[str, str]

    @property
    def card_wins(self) -> bool:
        """Tell whether the trees' gain over the scorecard is not above noise."""
        return self.gains[CARD].low <= 0

    def as_json(self) -> dict[str, object]:
        """Return challengers.json: metrics of each, and by how much the trees win."""
        document: dict[str, object] = {name: vars(found) for name, found in self.metrics.items()}
        for name, gain in self.gains.items():
            short = {"mean": gain.value, "low": gain.low, "high": gain.high}
            document[f"gain_over_{name}"] = {key: round(v, 6) for key, v in short.items()}
        return {
            **document,
            "split": self.split,
            "activated": CARD if self.card_wins else TREES,
            "skipped": self.skipped,
        }


def installed() -> bool:
    """Tell whether the extra `challengers` is installed."""
    return find_spec("optbinning") is not None


def challenge(
    table: LabelledTable,
    folds: Sequence[Split],
    trees: CrossValidation,
    progress: Progress,
) -> Challenge:
    """Fit the challengers on the folds of the trees and compare them on the same unseen rows.

    In time order only the last part counts: it served neither search nor calibration.
    """
    chained = table.times is not None
    compared = folds[-1:] if chained else folds
    stacked = {TREES: _of_trees(trees, folds, len(compared))}
    stacked |= _unseen_scores(table, compared, progress)
    label = np.concatenate([table.label[test] for _, test in compared])
    starts = np.cumsum([0, *(len(test) for _, test in compared)]).tolist()
    parts = [np.arange(start, end) for start, end in pairwise(starts)]
    aucs, covariance = auc_estimates(list(stacked.values()), label, parts)
    # in time order the part before the last calibrates, as it does for the trees
    line = _calibrated_before(table, folds) if chained else _line(stacked[CARD], label)
    metrics = {TREES: trees.folds[-1] if chained else trees.overall}
    for name in list(stacked)[1:]:
        scale = line if name == CARD else UNCALIBRATED
        metrics[name] = measure(calibrated(stacked[name], scale), label)
    return Challenge(
        split="out_of_time" if chained else "out_of_fold",
        metrics=metrics,
        gains={name: difference(aucs, covariance, 0, i) for i, name in enumerate(stacked) if i},
        card=fit_scorecard(table, np.arange(table.rows)),
        skipped={} if EBM in stacked else {EBM: "未安装"},
    )


def _of_trees(trees: CrossValidation, folds: Sequence[Split], last: int) -> Floats:
    """Return the trees' scores on the last so many folds."""
    count = sum(len(test) for _, test in folds[-last:])
    return trees.raw[-count:]


def _unseen_scores(
    table: LabelledTable, compared: Sequence[Split], progress: Progress
) -> dict[str, Floats]:
    names = [CARD, EBM] if find_spec("interpret") is not None else [CARD]
    scores: dict[str, list[Floats]] = {name: [] for name in names}
    for number, (train, test) in enumerate(compared, start=1):
        scores[CARD].append(_score(fit_scorecard(table, train), table, test))
        if EBM in scores:
            scores[EBM].append(_ebm_scores(table, train, test))
        progress(f"挑战者模型：第 {number}/{len(compared)} 次完成")
    return {name: np.concatenate(found) for name, found in scores.items()}


def _calibrated_before(table: LabelledTable, folds: Sequence[Split]) -> Calibration:
    train, test = folds[-2]
    return _line(_score(fit_scorecard(table, train), table, test), table.label[test])


def validate_card(
    table: LabelledTable, folds: Sequence[Split], progress: Progress
) -> CrossValidation:
    """Refit the scorecard in every fold and measure on rows it has not seen."""
    return validate_with(
        lambda train, test: _score(fit_scorecard(table, train), table, test), table, folds, progress
    )


def _line(raw: Floats, label: NDArray[np.int8]) -> Calibration:
    return fit_calibration(raw, label) or UNCALIBRATED


def _score(card: Scorecard, table: LabelledTable, rows: Rows) -> Floats:
    return card.raw_log_odds(card.see(table.matrix[rows]))


def _ebm_scores(table: LabelledTable, train: Rows, test: Rows) -> Floats:
    from interpret.glassbox import (  # noqa: PLC0415 - an extra, for training only
        ExplainableBoostingClassifier,
    )

    kinds = [
        "nominal" if column.kind is FeatureKind.CATEGORICAL else "continuous"
        for column in table.columns
    ]
    model = ExplainableBoostingClassifier(
        n_jobs=1,
        random_state=table.spec.seed,
        outer_bags=4,
        interactions=0,
        feature_types=kinds,
        monotone_constraints=[column.spec.monotone for column in table.columns],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(table.matrix[train], table.label[train])
        found: Floats = np.asarray(model.decision_function(table.matrix[test]), dtype=np.float64)
    return found


def fit_scorecard(table: LabelledTable, rows: Rows) -> Scorecard:
    """Fit bins, weights of evidence and their coefficients on the given rows.

    A coefficient of the wrong sign (it would turn a bin's meaning round) takes its feature out.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as optbinning, heavy

    label = table.label[rows]
    bins = [_bins(column, rows, label) for column in table.columns]
    woe = np.column_stack(
        [one.entries_of(c.values[rows]) for one, c in zip(bins, table.columns, strict=True)]
    )
    kept = [i for i in range(len(bins)) if float(woe[:, i].std()) > _FEWEST]
    weights = np.zeros(len(bins))
    intercept = float(np.log(label.mean() / (1 - label.mean())))
    for _ in range(_ROUNDS):
        if not kept:
            break
        line = LogisticRegression(C=_RIDGE, max_iter=1000).fit(woe[:, kept], label)
        found = line.coef_[0]
        if (found > 0).all():
            weights[kept], intercept = found, float(line.intercept_[0])
            break
        kept = [i for i, weight in zip(kept, found.tolist(), strict=True) if weight > 0]
    features = [
        replace(
            one,
            log_odds=tuple(float(weight * v) for v in one.log_odds),
            missing=float(weight * one.missing),
            average=float(weight * woe[:, i].mean()),
        )
        for i, (one, weight) in enumerate(zip(bins, weights.tolist(), strict=True))
    ]
    return Scorecard(intercept, tuple(features))


def _bins(column: Column, rows: Rows, label: NDArray[np.int8]) -> FeatureBins:
    """Return the bins of one feature with their weights of evidence towards default."""
    values = column.values[rows]
    gap = np.isnan(values)
    base = float(label.mean())
    if column.kind is FeatureKind.CATEGORICAL:
        place = np.where(gap, -1, values).astype(int)
        entries = tuple(_woe(label[place == i], base) for i in range(len(column.levels)))
        return FeatureBins(
            column.spec.name, (), entries, _woe(label[gap], base), 0.0, tuple(range(len(entries)))
        )
    edges = _edges(column, values[~gap], label[~gap])
    place = np.searchsorted(edges, values, side="right")
    place[gap] = -1
    entries = _one_way(
        [_woe(label[place == i], base) for i in range(len(edges) + 1)], column.spec.monotone
    )
    missing = _woe(label[gap], base) if gap.any() else max(entries)
    return FeatureBins(column.spec.name, tuple(edges), entries, missing, 0.0)


def _edges(column: Column, present: Floats, label: NDArray[np.int8]) -> list[float]:
    """Return optbinning's cuts, monotone in the declared direction; none where it finds none."""
    if len(np.unique(present)) < 2 or len(np.unique(label)) < 2:  # noqa: PLR2004
        return []
    trend = {1: "ascending", -1: "descending", 0: "auto"}[column.spec.monotone]
    binning: Any = _optimal_binning()(monotonic_trend=trend, max_n_prebins=20, time_limit=20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        binning.fit(present, label)
    return [float(value) for value in binning.splits]


def _optimal_binning() -> Any:
    from optbinning import OptimalBinning  # noqa: PLC0415 - an extra, for training only

    return OptimalBinning


def _woe(outcome: NDArray[np.int8], base: float) -> float:
    """Return the log-odds of default of these rows above the table's, pulled in by ten rows."""
    rate = (float(outcome.sum()) + _PRIOR_ROWS * base) / (len(outcome) + _PRIOR_ROWS)
    return float(np.log(rate / (1 - rate)) - np.log(base / (1 - base)))


def _one_way(entries: list[float], sign: int) -> tuple[float, ...]:
    """Return entries that never turn against the sign; smoothing may have bent them a little."""
    if sign > 0:
        return tuple(np.maximum.accumulate(entries).tolist())
    if sign < 0:
        return tuple(np.minimum.accumulate(entries).tolist())
    return tuple(entries)


def card_proofs(card: Scorecard, transform: Transform) -> Proofs:
    """Check every bin of a points table: it is finite, so each pair can be looked at."""
    pairs = wrong = gains = 0
    for bins, feature in zip(card.features, transform.features, strict=True):
        steps = np.diff(bins.log_odds) * feature.sign
        pairs += len(steps)
        wrong += int((steps < 0).sum())
        gains += int(sum(entry > bins.worst for entry in (*bins.log_odds, bins.missing)))
    return Proofs(pairs, wrong, sum(len(bins.log_odds) + 1 for bins in card.features), gains)
