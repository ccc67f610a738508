"""One row about as fast as LightGBM itself: transform, trees, calibration and grade in place."""

import math
from bisect import bisect_right
from collections.abc import Callable

import numpy as np

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.rules import MASTER_SCALES, grade_ends
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.trees import Trees
from xinyidai.scoring.values import Flags, Floats, Grade

RowScore = tuple[float | None, Grade | None]
"""Calibrated probability of default and grade; both None where there is too little to judge."""

RowFunction = Callable[[Floats, Flags | None], RowScore]

ODD_ROW = "评分的一行须是与模型等长的数，缺失处为空值，不能有无穷大。"


def row_function(trees: Trees, transform: Transform) -> RowFunction:
    """Return what scores single rows for one thread, in buffers of its own.

    Only for transforms with the placed policy. The numbers are those of `Scorer.score_many`. These
    are closures and not objects because looking attributes up would cost as much as NumPy does.
    """
    lane = trees.new_lane()
    call, fill = lane.call, _filling(trees, transform, lane.buffer)
    slope, intercept = transform.calibration.slope, transform.calibration.intercept
    ends, exp = grade_ends(transform.scale_version), math.exp
    grades = [grade for grade, _ in MASTER_SCALES[transform.scale_version]]

    def score(row: Floats, withheld: Flags | None = None) -> RowScore:
        if not fill(row, withheld):
            return None, None
        log_odds = slope * call() + intercept
        odds = exp(-abs(log_odds))
        pd = (1.0 if log_odds >= 0 else odds) / (1.0 + odds)
        return pd, grades[bisect_right(ends, pd)]

    return score


def _filling(
    trees: Trees, transform: Transform, seen: Floats
) -> Callable[[Floats, Flags | None], bool]:
    """Return what puts a row into the buffer as the model sees it; False when it lacks core.

    A row is clipped only where the model has splits outside the training range.
    """
    shape, gap = seen.shape, np.zeros(seen.shape, dtype=np.bool_)
    bits, number_of = gap.tobytes, int.from_bytes
    places, clip = transform.places, _clipping(trees, transform, seen)
    hide = _hiding(transform, seen, gap)
    core = number_of(transform.core.tobytes(), "little")
    may_lack = core.bit_count() - transform.min_core
    isnan, isfinite, putmask, copyto = np.isnan, np.isfinite, np.putmask, np.copyto

    def fill(row: Floats, withheld: Flags | None) -> bool:
        if row.shape != shape:
            raise InvalidInput(ODD_ROW, code="bad_matrix")
        isnan(row, gap)
        copyto(seen, row)
        if b"\x01" in (gaps := bits()):
            putmask(seen, gap, places)
        if withheld is not None:
            gaps = hide(withheld)
        if (number_of(gaps, "little") & core).bit_count() > may_lack:
            return False
        isfinite(seen, gap)
        if b"\x00" in bits():
            raise InvalidInput(ODD_ROW, code="bad_matrix")
        if clip:
            clip()
        return True

    return fill


def _hiding(transform: Transform, seen: Floats, gap: Flags) -> Callable[[Flags], bytes]:
    """Return what puts withheld values at their worst and counts them among the gaps."""
    worsts = transform.worsts

    def hide(withheld: Flags) -> bytes:
        np.copyto(seen, worsts, where=withheld)
        np.logical_or(gap, withheld, out=gap)
        return gap.tobytes()

    return hide


def _clipping(trees: Trees, transform: Transform, seen: Floats) -> Callable[[], None] | None:
    if not trees.needs_clipping:
        return None
    lows, highs = transform.lows, transform.highs

    def clip() -> None:
        np.maximum(seen, lows, out=seen)
        np.minimum(seen, highs, out=seen)

    return clip
