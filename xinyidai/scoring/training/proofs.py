"""Properties re-checked on every model by perturbation; a library's flag is not believed."""

from dataclasses import dataclass
from itertools import combinations

import lightgbm
import numpy as np

from xinyidai.scoring.training.fit import raw_scores
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.values import Floats, MissingPolicy

_CHUNK = 50_000
_HALF = 0.5


@dataclass(frozen=True)
class Proofs:
    """What was tried and how often the property failed; any failure forbids activation."""

    monotone_pairs: int
    monotone_violations: int
    withheld_rows: int
    withholding_gains: int

    @property
    def failures(self) -> int:
        """Number of failures of either property."""
        return self.monotone_violations + self.withholding_gains


def prove(  # noqa: PLR0913 - the counts are keyword-only
    booster: lightgbm.Booster,
    transform: Transform,
    raw: Floats,
    *,
    pairs: int,
    rows: int,
    seed: int = 1,
) -> Proofs:
    """Try both properties on random rows of `raw` (n × features, NaN where absent)."""
    draw = np.random.default_rng(seed)
    tried, wrong = _monotone(booster, transform, raw, pairs, draw)
    held, gains = 0, 0
    if transform.policy is MissingPolicy.PLACED:
        chosen = raw[draw.permutation(len(raw))[:rows]]
        held, gains = _withholding(booster, transform, chosen)
    return Proofs(tried, wrong, held, gains)


def _monotone(
    booster: lightgbm.Booster,
    transform: Transform,
    raw: Floats,
    pairs: int,
    draw: np.random.Generator,
) -> tuple[int, int]:
    """Count pairs of rows equal but for one signed feature where the riskier value scores safer."""
    signed = [i for i, feature in enumerate(transform.features) if feature.sign]
    if not signed:
        return 0, 0
    low = np.array([feature.low for feature in transform.features])
    high = np.array([feature.high for feature in transform.features])
    signs = np.array([feature.sign for feature in transform.features])
    wrong = 0
    for start in range(0, pairs, _CHUNK):
        size = min(_CHUNK, pairs - start)
        rows = np.arange(size)
        base = transform.matrix(raw[draw.integers(0, len(raw), size)])
        which = draw.choice(signed, size)
        # half the values from real rows, so that crowded parts of the axis are tried as well
        real = transform.matrix(raw[draw.integers(0, len(raw), size)])[rows, which]
        uniform = draw.uniform(low[which], high[which])
        moved = base.copy()
        moved[rows, which] = np.where(np.isnan(real) | (draw.random(size) < _HALF), uniform, real)
        step = (moved[rows, which] - base[rows, which]) * signs[which]
        after, before = transform.widen(moved), transform.widen(base)
        gain = raw_scores(booster, after) - raw_scores(booster, before)
        wrong += int(((step > 0) & (gain < 0)).sum() + ((step < 0) & (gain > 0)).sum())
    return pairs, wrong


def _withholding(booster: lightgbm.Booster, transform: Transform, raw: Floats) -> tuple[int, int]:
    """Count firms that would score better by withholding any one or two features."""
    columns = range(len(transform.features))
    subsets = [(i,) for i in columns] + list(combinations(columns, 2))
    plain = raw_scores(booster, transform.matrix(raw))
    gains = 0
    for subset in subsets:
        withheld = np.zeros(raw.shape, dtype=np.bool_)
        withheld[:, subset] = True
        gains += int((raw_scores(booster, transform.matrix(raw, withheld)) < plain).sum())
    return len(subsets) * len(raw), gains
