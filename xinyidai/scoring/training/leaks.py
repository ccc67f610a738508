"""Leak check (泄露检查): ids are refused; a feature that alone nearly tells it is named."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.rules import LEAK_AUC, is_forbidden_feature, is_id_name
from xinyidai.scoring.training.dataset import LabelledTable, RawTable, Split
from xinyidai.scoring.values import Floats

_BINS = 256
_MOST_VALUES = 1024
_ROWS_IN_BIN = 20
_PRIOR_ROWS = 20.0
_FEWEST_ROWS = 50
_ID_SHARE = 0.5
_CODE_DIGITS = 8


@dataclass(frozen=True)
class Leak:
    """A feature that alone separates the outcomes too well to be believed unseen."""

    feature: str
    auc: float


def refuse_unfit_features(raw: RawTable, names: Sequence[str]) -> None:
    """Raise `InvalidInput` naming forbidden fields and columns that only identify."""
    forbidden = [name for name in names if is_forbidden_feature(name)]
    if forbidden:
        raise InvalidInput(
            f"这些字段不得进入评分，请用 --exclude 排除：{'、'.join(forbidden)}",
            code="forbidden_feature",
        )
    ids = [
        name
        for name in names
        if is_id_name(name) or looks_like_id(raw.columns[name][~raw.gaps[name]])
    ]
    if ids:
        raise InvalidInput(
            f"这些列像是编号或名称，请用 --exclude 排除：{'、'.join(ids)}", code="id_feature"
        )


def looks_like_id(values: NDArray[np.generic]) -> bool:
    """Tell whether text hardly repeats, or whole numbers run without repeats or large holes.

    `values` are the present ones of a column. Amounts also hardly repeat, but they leave holes and
    differ in length; long numbers of one length that never repeat are codes.
    """
    if len(values) < _FEWEST_ROWS:
        return False
    if values.dtype.kind in "OUT":
        return len(set(values.tolist())) > _ID_SHARE * len(values)
    if values.dtype.kind not in "iu" or len(np.unique(values)) < len(values):
        return False
    if int(values.max()) - int(values.min()) < 2 * len(values):
        return True
    digits = np.char.str_len(np.abs(values.astype(np.int64)).astype(str))
    return int(digits.min()) >= _CODE_DIGITS and int(digits.min()) == int(digits.max())


def single_feature_aucs(table: LabelledTable, folds: Sequence[Split]) -> dict[str, float]:
    """Return for each feature the AUC it reaches alone, whatever the shape of its effect."""
    return {
        column.spec.name: _auc_alone(column.values, table.label.astype(np.float64), folds)
        for column in table.columns
    }


def find_leaks(aucs: dict[str, float]) -> list[Leak]:
    """Return the features above the limit, the strongest first."""
    found = [Leak(name, round(auc, 4)) for name, auc in aucs.items() if auc > LEAK_AUC]
    return sorted(found, key=lambda leak: -leak.auc)


def _auc_alone(values: Floats, label: Floats, folds: Sequence[Split]) -> float:
    """Return the better of two readings of one feature: by rank, and by its bins' default rates."""
    filled = np.where(np.isnan(values), np.nanmedian(values), values)
    by_rank = float(roc_auc_score(label, filled))
    return max(by_rank, 1 - by_rank, _auc_of_bins(values, label, folds))


def _auc_of_bins(values: Floats, label: Floats, folds: Sequence[Split]) -> float:
    """Return the out-of-fold AUC of the outcome's rate in each bin, whatever the effect's shape."""
    bins = _bins(values)
    size = int(bins.max()) + 1
    scores, truth = [], []
    for train, test in folds:
        bad = np.bincount(bins[train], weights=label[train], minlength=size)
        seen = np.bincount(bins[train], minlength=size)
        base = label[train].mean()
        rate = (bad + _PRIOR_ROWS * base) / (seen + _PRIOR_ROWS)
        scores.append(rate[bins[test]])
        truth.append(label[test])
    return float(roc_auc_score(np.concatenate(truth), np.concatenate(scores)))


def _bins(values: Floats) -> NDArray[np.intp]:
    """Return a bin number for each row: gaps are 0, then distinct values, or quantiles of many."""
    gap = np.isnan(values)
    present = values[~gap]
    edges = np.unique(present)
    if len(edges) > min(_MOST_VALUES, len(values) // _ROWS_IN_BIN):
        bins_wanted = max(2, min(_BINS, len(values) // _ROWS_IN_BIN))
        edges = np.unique(np.quantile(present, np.linspace(0, 1, bins_wanted + 1)[1:-1]))
    bins = np.zeros(len(values), dtype=np.intp)
    bins[~gap] = np.searchsorted(edges, present, side="right") + 1
    return bins
