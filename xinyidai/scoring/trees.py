"""LightGBM as the model: trees from text, one thread, and a lane for single rows.

A lane calls LightGBM's single-row C function with a buffer of its own, which costs a third of
`Booster.predict`. What `Booster.predict` says is the truth: where the C function is not there, or
differs in one bit on trial rows when the model is loaded, `Booster.predict` is used instead.
"""

import ctypes
import re
import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from xinyidai.scoring.artefacts import ArtefactRefused
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.values import Floats

if TYPE_CHECKING:
    import lightgbm

RAW_SCORE = 1  # C_API_PREDICT_RAW_SCORE
FLOAT64 = 1  # C_API_DTYPE_FLOAT64
ONE_THREAD = b"num_threads=1"
TRIAL_ROWS = 32
CATEGORICAL_SPLIT = 1
ZERO_IS_MISSING = 1

_SPLITS = re.compile(r"^(split_feature|threshold|decision_type)=(.*)$", re.MULTILINE)


class _Memory:
    """The C side's memory for single rows; given back when nothing refers to it any more."""

    def __init__(self, booster: "lightgbm.Booster", columns: int) -> None:
        """Take it; raises `AttributeError` or `OSError` where LightGBM has no single-row call."""
        from lightgbm import basic  # noqa: PLC0415 - as in `Trees`

        library, handle = basic._LIB, booster._handle  # type: ignore[attr-defined] # noqa: SLF001 - the C API's own way in; absence is handled
        self._booster = booster  # the C side keeps a pointer to it
        self.config = ctypes.c_void_p()
        self._free: Callable[[ctypes.c_void_p], int] = library.LGBM_FastConfigFree
        failed = library.LGBM_BoosterPredictForMatSingleRowFastInit(
            handle, RAW_SCORE, 0, -1, FLOAT64, columns, ONE_THREAD, ctypes.byref(self.config)
        )
        if failed:
            raise OSError("LightGBM has no single-row call")
        self.function = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 4)(
            ("LGBM_BoosterPredictForMatSingleRowFast", library)
        )

    def __del__(self) -> None:
        """Give the memory back."""
        if self.config.value:
            self._free(self.config)


class Lane:
    """One thread's way to LightGBM for single rows: fill `buffer`, then `call()`.

    `call` returns the raw log-odds of what the buffer holds; it keeps all it needs alive.
    """

    def __init__(self, booster: "lightgbm.Booster", columns: int) -> None:
        """Prepare the C call; raises `AttributeError` or `OSError` where LightGBM has none."""
        memory = _Memory(booster, columns)
        self.buffer: Floats = np.zeros(columns, dtype=np.float64)
        self.call = _caller(memory, self.buffer)


def _caller(memory: _Memory, buffer: Floats) -> Callable[[], float]:
    out, length = ctypes.c_double(), ctypes.c_int64()
    function, config, row = memory.function, memory.config.value, buffer.ctypes.data
    length_at, out_at = ctypes.addressof(length), ctypes.addressof(out)

    def call(_kept: object = (memory, buffer, length)) -> float:
        # What the addresses point into lives as long as the function does.
        function(config, row, length_at, out_at)
        return out.value

    return call


class PlainLane:
    """The same through `Booster.predict`, where the C function cannot be used."""

    def __init__(self, booster: "lightgbm.Booster", columns: int) -> None:
        """Keep the booster and a buffer."""
        self._booster = booster
        self.buffer: Floats = np.zeros(columns, dtype=np.float64)

    def call(self) -> float:
        """Return the raw log-odds of the row in the buffer."""
        row = self.buffer.reshape(1, -1)
        found = self._booster.predict(row, raw_score=True, num_threads=1)
        return float(found[0])


class Trees:
    """A booster, and what the score asks of a model."""

    def __init__(self, model_text: str, transform: Transform) -> None:
        """Build the booster and check that text and transform speak of the same columns."""
        import lightgbm  # noqa: PLC0415 - draws scikit-learn and pandas in; only who scores pays

        self._booster = lightgbm.Booster(model_str=model_text)
        self._text = model_text
        self._transform = transform
        self._columns = transform.columns
        if self._booster.num_feature() != self._columns:
            raise ArtefactRefused("模型与特征说明的列数不同。")
        self._lanes = threading.local()
        self._lane_type: type[Lane | PlainLane] = self._checked_lane()

    @property
    def lane(self) -> Lane | PlainLane:
        """Return this thread's lane."""
        try:
            mine: Lane | PlainLane = self._lanes.mine
        except AttributeError:
            mine = self._lanes.mine = self.new_lane()
        return mine

    def new_lane(self) -> Lane | PlainLane:
        """Open a lane for one thread."""
        return self._lane_type(self._booster, self._columns)

    def see(self, raw: Floats, withheld: np.ndarray | None = None) -> Floats:
        """Return raw values clipped, gaps placed, what is withheld at its worst."""
        return self._transform.matrix(raw, withheld)

    def raw_log_odds(self, seen: Floats) -> Floats:
        """Return the trees' sum for each row, the same for one row and for many."""
        if len(seen) == 1:
            lane = self.lane
            np.copyto(lane.buffer, self._transform.widen(seen)[0])
            return np.array([lane.call()], dtype=np.float64)
        return self._predict(self._transform.widen(seen))

    def contributions(self, seen: Floats) -> Floats:
        """Return each feature's share of the raw log-odds (TreeSHAP), rows × features."""
        if not len(seen):
            return np.empty(seen.shape, dtype=np.float64)
        wide = self._transform.widen(seen)
        found = self._booster.predict(wide, pred_contrib=True, num_threads=1)
        # the last column is the base value
        return self._transform.by_feature(np.asarray(found, dtype=np.float64)[:, :-1])

    def best_seen(self, place: int) -> tuple[float, ...]:
        """Return the values of a feature to try for «as good as it gets»."""
        return self._transform.features[place].best_values

    @cached_property
    def needs_clipping(self) -> bool:
        """Tell whether a value outside the training range could fall elsewhere than its end.

        It cannot where every split of its feature lies inside the range: then all values beyond
        an end go the way of that end, and clipping a row changes nothing.
        """
        told: dict[str, list[str]] = {"split_feature": [], "threshold": [], "decision_type": []}
        for name, values in _SPLITS.findall(self._text):
            told[name] += values.split()
        features = self._transform.features
        return not all(
            not int(kind) & CATEGORICAL_SPLIT
            and int(kind) >> 2 != ZERO_IS_MISSING
            and features[int(place)].low <= float(threshold) < features[int(place)].high
            for place, threshold, kind in zip(*told.values(), strict=True)
        )

    def _predict(self, wide: Floats) -> Floats:
        if not len(wide):
            return np.empty(0, dtype=np.float64)  # LightGBM refuses an empty table
        found = self._booster.predict(wide, raw_score=True, num_threads=1)
        return np.asarray(found, dtype=np.float64)

    def _checked_lane(self) -> type[Lane | PlainLane]:
        """Return the C lane when it gives the very bits of `Booster.predict` on trial rows."""
        draw = np.random.default_rng(1)
        low = np.array([feature.low for feature in self._transform.features])
        high = np.array([feature.high for feature in self._transform.features])
        rows = low + draw.random((TRIAL_ROWS, len(low))) * (high - low)
        rows = self._transform.widen(rows)
        try:
            lane = Lane(self._booster, self._columns)
        except (AttributeError, OSError, ctypes.ArgumentError):
            return PlainLane
        found = []
        for row in rows:
            np.copyto(lane.buffer, row)
            found.append(lane.call())
        return Lane if found == self._predict(rows).tolist() else PlainLane
