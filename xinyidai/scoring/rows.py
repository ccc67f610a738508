"""One row as fast as LightGBM itself: transform, trees, calibration and grade without a copy."""

import math
from bisect import bisect_right

import numpy as np

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.rules import MASTER_SCALES, grade_ends
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.trees import Trees
from xinyidai.scoring.values import Flags, Floats, Grade

RowScore = tuple[float | None, Grade | None]
"""Calibrated probability of default and grade; both None where there is too little to judge."""

ODD_ROW = "评分的一行须是与模型等长的数，缺失处为空值，不能有无穷大。"


class RowLane:
    """Scores single rows for one thread, in buffers of its own.

    Only for transforms with the placed policy. The numbers are those of `Scorer.score_many`: a
    row is clipped only where a model has splits outside the training range (`needs_clipping`).
    """

    def __init__(self, trees: Trees, transform: Transform) -> None:
        """Prepare the buffers."""
        lane = trees.new_lane()
        self._call, self._row = lane.call, lane.buffer
        self._shape = self._row.shape
        self._gap = np.zeros(self._shape, dtype=np.bool_)
        self._places, self._worsts = transform.places, transform.worsts
        self._ends = (transform.lows, transform.highs) if trees.needs_clipping else None
        self._core = int.from_bytes(transform.core.tobytes(), "little")
        self._may_lack = self._core.bit_count() - transform.min_core
        self._slope = transform.calibration.slope
        self._intercept = transform.calibration.intercept
        self._grade_ends = grade_ends(transform.scale_version)
        self._grades = [grade for grade, _ in MASTER_SCALES[transform.scale_version]]

    def score(self, row: Floats, withheld: Flags | None = None) -> RowScore:
        """Return probability of default and grade of one row of raw values.

        Raises:
            InvalidInput: another length, or an infinite value.

        """
        if row.shape != self._shape:
            raise InvalidInput(ODD_ROW, code="bad_matrix")
        gap, seen = self._gap, self._row
        np.isnan(row, out=gap)
        np.copyto(seen, row)
        if withheld is not None:
            self._withhold(withheld)
        gaps = gap.tobytes()
        if b"\x01" in gaps:
            if (int.from_bytes(gaps, "little") & self._core).bit_count() > self._may_lack:
                return None, None
            if withheld is None:
                np.putmask(seen, gap, self._places)
        np.isfinite(seen, out=gap)
        if b"\x00" in gap.tobytes():
            raise InvalidInput(ODD_ROW, code="bad_matrix")
        if self._ends is not None:
            np.maximum(seen, self._ends[0], out=seen)
            np.minimum(seen, self._ends[1], out=seen)
        log_odds = self._slope * self._call() + self._intercept
        odds = math.exp(-abs(log_odds))
        pd = (1.0 if log_odds >= 0 else odds) / (1.0 + odds)
        return pd, self._grades[bisect_right(self._grade_ends, pd)]

    def _withhold(self, withheld: Flags) -> None:
        """Place the gaps, put what is withheld at its worst, and count it as absent."""
        np.putmask(self._row, self._gap, self._places)
        np.copyto(self._row, self._worsts, where=withheld)
        np.logical_or(self._gap, withheld, out=self._gap)
