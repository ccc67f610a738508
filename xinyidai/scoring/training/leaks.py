"""Leak check (泄露检查): ids are refused; a feature that alone nearly tells it is named."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.rules import LEAK_AUC, is_forbidden_feature, is_id_name, is_id_part_name
from xinyidai.scoring.training.dataset import LabelledTable, RawTable, Split
from xinyidai.scoring.values import Floats

_BINS = 256
_MOST_VALUES = 1024
_ROWS_IN_BIN = 20
_PRIOR_ROWS = 20.0
_FEWEST_ROWS = 50
_ID_SHARE = 0.5
_CODE_DIGITS = 8
ID_LEAK_AUC = 0.65  # the beginning of an id that orders outcomes this well is no accident
_FEWEST_HEADS = 3
_HEX = re.compile(r"[0-9a-fA-F]{4,}")


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


def find_leaks(aucs: dict[str, float], of_ids: Iterable[str] = ()) -> list[Leak]:
    """Return the features above the limit or made from an id (`of_ids`), the strongest first."""
    suspects = set(of_ids)
    found = [
        Leak(name, round(auc, 4))
        for name, auc in aucs.items()
        if auc > LEAK_AUC or name in suspects
    ]
    return sorted(found, key=lambda leak: -leak.auc)


def features_of_ids(raw: RawTable, names: Sequence[str]) -> list[str]:
    """Return the features that look cut from an id: hash-like text, or equal to an id's beginning.

    Ids encrypted block by block show the same first characters for the same type and district, and
    so carry what they should hide; so does a number made from those characters.
    """
    heads = [head for column in _id_columns(raw) for head in _heads(raw.columns[column])]
    return [
        name
        for name in names
        if name in raw.columns
        and (is_id_part_name(name) or _is_hash(raw, name) or _equals_a_head(raw, name, heads))
    ]


def id_leaks(raw: RawTable, label: NDArray[np.int8], folds: Sequence[Split]) -> list[Leak]:
    """Return the ids of a table whose beginning alone tells much of the outcome.

    They are no features; the finding warns against cutting features from them.
    """
    found = []
    for name in _id_columns(raw):
        heads = _heads(raw.columns[name])
        aucs = [_auc_of_bins(head.astype(np.float64), label.astype(float), folds) for head in heads]
        if aucs and max(aucs) > ID_LEAK_AUC:
            found.append(Leak(name, round(max(aucs), 4)))
    return found


def _id_columns(raw: RawTable) -> list[str]:
    """Return the columns of complete text that hardly repeats and is all of one length."""
    found = []
    for name, values in raw.columns.items():
        if values.dtype.kind not in "OUT" or raw.gaps[name].any():
            continue
        texts = [str(value) for value in values.tolist()]
        if len({len(text) for text in texts}) == 1 and len(set(texts)) > _ID_SHARE * len(texts):
            found.append(name)
    return found


def _heads(values: NDArray[np.generic]) -> list[NDArray[np.intp]]:
    """Return the groups of rows whose texts begin alike, for each length with few groups."""
    texts = np.array([str(value) for value in values.tolist()])
    heads: list[NDArray[np.intp]] = []
    groups = 1
    for length in range(1, len(texts[0])):
        levels, place = np.unique(texts.astype(f"U{length}"), return_inverse=True)
        if len(levels) > min(_MOST_VALUES, len(texts) // _ROWS_IN_BIN):
            break
        if len(levels) > groups:
            heads.append(place)
            groups = len(levels)
    return heads


def _is_hash(raw: RawTable, name: str) -> bool:
    """Tell whether a text column's levels are hexadecimal digits of one length, letters and all."""
    values = raw.columns[name][~raw.gaps[name]]
    if values.dtype.kind not in "OUT" or not len(values):
        return False
    levels = {str(value) for value in values.tolist()}
    mixed = sum(any(c.isalpha() for c in t) and any(c.isdigit() for c in t) for t in levels)
    is_hex = all(_HEX.fullmatch(text) for text in levels)
    return is_hex and len({len(text) for text in levels}) == 1 and mixed * 2 > len(levels)


def _equals_a_head(raw: RawTable, name: str, heads: Sequence[NDArray[np.intp]]) -> bool:
    """Tell whether a column's levels and an id's beginnings determine each other."""
    if raw.gaps[name].any():
        return False
    values = raw.columns[name]
    texts = values if values.dtype.kind in "biuf" else np.array([str(v) for v in values.tolist()])
    _, place = np.unique(texts, return_inverse=True)
    count = int(place.max()) + 1
    if count < _FEWEST_HEADS:
        return False
    return any(
        int(head.max()) + 1 == count and len(np.unique(head * count + place)) == count
        for head in heads
    )


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
