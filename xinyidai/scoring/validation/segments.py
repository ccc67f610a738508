"""Segments (分群): which columns of a table say industry, size, region, ownership and age."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from xinyidai.scoring.training.dataset import RawTable
from xinyidai.scoring.transform import level_text
from xinyidai.scoring.validation.subject import Subject
from xinyidai.scoring.values import Flags, Floats

MOST_GROUPS = 40

AXES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "行业": re.compile(r"industry|naics|行业", re.IGNORECASE),
        "规模": re.compile(r"^size$|firm_size|employees|规模|从业人员", re.IGNORECASE),
        "地区": re.compile(r"region|district|county|^state$|province|地区|区县|省", re.IGNORECASE),
        "所有制": re.compile(r"ownership|(enterprise|subject)_type|企业类型|所有制", re.IGNORECASE),
        "成立年限": re.compile(r"years_established|^age$|firm_age|成立年限", re.IGNORECASE),
    }
)
# Bands of numeric columns: employees as the usual micro, small, medium, large; years of a firm.
BANDS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {"规模": (10, 50, 300), "成立年限": (2, 5, 10)}
)
UNITS: Mapping[str, str] = MappingProxyType({"规模": "人", "成立年限": "年"})


@dataclass(frozen=True)
class Segmentation:
    """One axis, the column it was read from, and each tested row's group (empty: not known)."""

    axis: str
    column: str
    groups: NDArray[np.str_]

    @property
    def names(self) -> list[str]:
        """The groups that occur, unknown ones left out, larger groups first."""
        found, sizes = np.unique(self.groups[self.groups != ""], return_counts=True)
        return [str(found[i]) for i in np.argsort(-sizes, kind="stable")]

    def inside(self, name: str) -> Flags:
        """Tell which tested rows belong to a group."""
        found: Flags = self.groups == name
        return found


def segmentations(subject: Subject) -> tuple[Segmentation, ...]:
    """Return the axes the table has a usable column for."""
    found = []
    for axis, pattern in AXES.items():
        column = next((name for name in subject.raw.columns if pattern.search(name)), None)
        if column is not None:
            groups = _groups(subject.raw, axis, column)[subject.tested]
            if 1 < len(set(groups.tolist()) - {""}) <= MOST_GROUPS:
                found.append(Segmentation(axis, column, groups))
    return tuple(found)


def absent_axes(subject: Subject) -> tuple[str, ...]:
    """Return the axes about which this table can say nothing."""
    present = {found.axis for found in segmentations(subject)}
    return tuple(axis for axis in AXES if axis not in present)


def _groups(raw: RawTable, axis: str, column: str) -> NDArray[np.str_]:
    values, gaps = raw.columns[column], raw.gaps[column]
    if values.dtype.kind in "biuf" and axis in BANDS:
        texts = _banded(values.astype(np.float64), BANDS[axis], UNITS[axis])
    else:
        named = zip(values.tolist(), gaps.tolist(), strict=True)
        texts = np.array(["" if gap else level_text(v) for v, gap in named], dtype=np.str_)
    return np.where(gaps, "", texts)


def _banded(values: Floats, edges: tuple[float, ...], unit: str) -> NDArray[np.str_]:
    names = [
        f"不足 {edges[0]:g} {unit}",
        *(f"{low:g}–{high:g} {unit}" for low, high in pairwise(edges)),
        f"{edges[-1]:g} {unit}及以上",
    ]
    safe = np.where(np.isnan(values), 0, values)
    return np.array(names, dtype=np.str_)[np.searchsorted(edges, safe, side="right")]
