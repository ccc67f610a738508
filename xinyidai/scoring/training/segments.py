"""Segments (分群): how the model does by industry, size, region and age, with intervals."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinyidai.scoring.training.dataset import LabelledTable, RawTable
from xinyidai.scoring.training.intervals import auc_estimates, interval
from xinyidai.scoring.transform import level_text
from xinyidai.scoring.values import Flags, Floats

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "行业": ("industry", "industry_code", "naics", "naics2", "行业"),
    "规模": ("size", "employees_reported", "noemp", "invoice_sales_12m", "规模"),
    "地区": ("region", "district", "state", "地区", "区县"),
    "企业年龄": ("age", "years_established", "成立年限"),
}
FEWEST_ROWS, FEWEST_BADS = 200, 20
_MOST_LEVELS = 12
_BANDS = 3
_BAND_NAMES = ("较低", "居中", "较高")


@dataclass(frozen=True)
class Segment:
    """A part of the tested rows and how the model orders and meets it."""

    by: str
    column: str
    name: str
    rows: int
    bads: int
    promised: float
    auc: dict[str, float] | None

    def as_json(self) -> dict[str, object]:
        """Return plain values; without an AUC the segment is too small to judge."""
        rate = self.bads / self.rows
        return {**vars(self), "bad_rate": round(rate, 6), "promised": round(self.promised, 6)}


def segments_of(
    raw: RawTable, table: LabelledTable, tested: NDArray[np.intp], pd: Floats
) -> list[Segment]:
    """Return the segments of the tested rows for every segment column the table has."""
    found: list[Segment] = []
    names = {name.lower(): name for name in raw.columns}
    for by, wanted in _COLUMNS.items():
        column = next((names[name] for name in wanted if name in names), None)
        if column is None:
            continue
        parts = _parts(raw.columns[column][tested], raw.gaps[column][tested])
        found += [
            _segment((by, column, name), table.label[tested][rows], pd[rows])
            for name, rows in parts.items()
        ]
    return found


def _parts(values: NDArray[np.generic], gaps: Flags) -> dict[str, Flags]:
    """Return the rows of each level, or of three equal bands of a number, and of no value."""
    parts: dict[str, Flags] = {}
    if values.dtype.kind in "iuf" and len(np.unique(values[~gaps])) > _MOST_LEVELS:
        numbers = values.astype(np.float64)
        edges = np.quantile(numbers[~gaps], np.arange(1, _BANDS) / _BANDS)
        bands = np.searchsorted(edges, numbers, side="right")
        parts = {name: ~gaps & (bands == i) for i, name in enumerate(_BAND_NAMES)}
    elif values.dtype.kind in "iufbOUT":
        named = zip(values.tolist(), gaps.tolist(), strict=True)
        texts = np.array(["" if gap else level_text(value) for value, gap in named])
        levels, counts = np.unique(texts[~gaps], return_counts=True)
        kept = levels[np.argsort(-counts, kind="stable")][:_MOST_LEVELS]
        parts = {str(level): ~gaps & (texts == level) for level in kept}
    if gaps.any():
        parts["没有记录"] = gaps
    return {name: rows for name, rows in parts.items() if rows.any()}


def _segment(names: tuple[str, str, str], label: NDArray[np.int8], pd: Floats) -> Segment:
    bads = int(label.sum())
    auc = None
    if len(label) >= FEWEST_ROWS and min(bads, len(label) - bads) >= FEWEST_BADS:
        values, covariance = auc_estimates([pd], label, [np.arange(len(label))])
        auc = interval(float(values[0]), float(covariance[0, 0])).as_json()
    return Segment(*names, rows=len(label), bads=bads, promised=float(pd.mean()), auc=auc)
