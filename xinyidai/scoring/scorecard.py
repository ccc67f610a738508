"""A scorecard (评分卡) as a model: for each feature its bins, and what each adds to the log-odds.

It is the file `scorecard.json` of an artefact whose manifest says `"algorithm": "scorecard"`; such
an artefact has no `model.txt`. `transform.json` stays and gives signs, wording, levels of
categories, calibration and the core rule; the features are the same, in the same order:

    {"format": 1,
     "intercept": -2.31,
     "features": [
       {"name": "invoice_sales_12m", "edges": [1e7, 5e7], "log_odds": [0.8, 0.1, -0.6],
        "missing": 0.3, "average": 0.02},
       {"name": "legal_form", "groups": [["2", "3"], ["1"]], "log_odds": [0.2, -0.2],
        "missing": 0.2, "average": 0.0}]}

- `log_odds` are of DEFAULT, natural logarithm: positive is riskier. A WoE scorecard of `optbinning`
  writes coefficient × WoE of a bin here, with the sign that makes a riskier bin larger.
- `edges` grow and are finite; a value equal to an edge belongs to the bin above it, as
  `numpy.digitize` and optbinning have it. There is one more entry in `log_odds` than edges.
- `groups` (categorical features only) are lists of level names of `transform.json`, one entry in
  `log_odds` each; a level in no group counts as missing.
- `missing` is for no record and for a stale one, which training tables do not tell apart. What is
  withheld (未授权) has no entry: it counts as the riskiest of all entries, `missing` among them, so
  that no withheld item can gain.
- `average` is the mean over the training table; a reason's weight is what a firm's bin lies above.
- A feature whose `sign` in `transform.json` is +1 (larger is riskier) has `log_odds` that never
  fall from bin to bin, -1 that never rise.

Raw log-odds are `intercept` plus the entries, added in the order of the features; calibration and
grades follow as for every other model. In points (评分), an entry is worth
`-entry × slope × 50 / ln 2` (`points_of_entry`).
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from xinyidai.scoring.rules import POINTS_TO_DOUBLE_ODDS
from xinyidai.scoring.transform import FeatureTransform, Transform
from xinyidai.scoring.values import FeatureKind, Flags, Floats

FORMAT = 1


@dataclass(frozen=True)
class FeatureBins:
    """The bins of one feature; `bin_of_level` has a bin (or None) for each level of a category."""

    name: str
    edges: tuple[float, ...]
    log_odds: tuple[float, ...]
    missing: float
    average: float
    bin_of_level: tuple[int | None, ...] | None = None

    @property
    def worst(self) -> float:
        """What a withheld value adds: the riskiest entry there is."""
        return max(*self.log_odds, self.missing)

    @property
    def best(self) -> float:
        """What the safest present value adds."""
        return min(self.log_odds)

    def entry_of(self, value: float) -> float:
        """Return what one value adds; NaN is missing."""
        if math.isnan(value):
            return self.missing
        if self.bin_of_level is None:
            return self.log_odds[bisect_right(self.edges, value)]
        found = self.bin_of_level[int(value)]
        return self.missing if found is None else self.log_odds[found]

    def entries_of(self, column: Floats) -> Floats:
        """Return what each value of a column adds, the same as `entry_of` one by one."""
        table = np.array([*self.log_odds, self.missing], dtype=np.float64)
        gap = np.isnan(column)
        if self.bin_of_level is None:
            place = np.searchsorted(self.edges, column, side="right")
        else:
            last = len(self.log_odds)
            bins = np.array([last if found is None else found for found in self.bin_of_level])
            place = bins[np.where(gap, 0, column).astype(np.int64)]
        place[gap] = len(self.log_odds)
        entries: Floats = table[place]
        return entries


@dataclass(frozen=True)
class Scorecard:
    """A points table that scores, explains and improves firms as the tree model does."""

    intercept: float
    features: tuple[FeatureBins, ...]

    @cached_property
    def averages(self) -> Floats:
        """The mean entry of each feature over the training table."""
        return np.array([feature.average for feature in self.features], dtype=np.float64)

    @cached_property
    def _worst(self) -> Floats:
        return np.array([feature.worst for feature in self.features], dtype=np.float64)

    def see(self, raw: Floats, withheld: Flags | None = None) -> Floats:
        """Return the entry of every value: rows × features."""
        seen = np.empty(raw.shape, dtype=np.float64)
        for place, feature in enumerate(self.features):
            seen[:, place] = feature.entries_of(raw[:, place])
        if withheld is not None:
            np.copyto(seen, self._worst, where=withheld)
        return seen

    def raw_log_odds(self, seen: Floats) -> Floats:
        """Return the sum of each row, feature by feature: so it rounds alike for one and many."""
        total = np.full(len(seen), self.intercept, dtype=np.float64)
        for column in seen.T:
            total += column
        return total

    def contributions(self, seen: Floats) -> Floats:
        """Return how far each entry lies above the average of its feature."""
        return seen - self.averages

    def best_seen(self, place: int) -> tuple[float, ...]:
        """Return what the model would see of a feature at its best."""
        return (self.features[place].best,)


def points_of_entry(entry: float, slope: float) -> float:
    """Return the 评分 an entry is worth; an entry that lowers the risk is positive."""
    return -entry * slope * POINTS_TO_DOUBLE_ODDS / math.log(2)


def scorecard_from_json(document: Mapping[str, object], transform: Transform) -> Scorecard:
    """Read `scorecard.json`; `ValueError`, `TypeError` or `KeyError` say that it is not right."""
    if document["format"] != FORMAT:
        raise ValueError("unknown format of scorecard.json")
    entries = document["features"]
    if not isinstance(entries, list) or len(entries) != len(transform.features):
        raise ValueError("scorecard.json and transform.json differ in the number of features")
    bins = [
        _feature(entry, feature) for entry, feature in zip(entries, transform.features, strict=True)
    ]
    return Scorecard(_finite(document["intercept"]), tuple(bins))


def scorecard_json(card: Scorecard, transform: Transform) -> dict[str, object]:
    """Return the document of a scorecard; reading it gives the same scorecard."""
    features = []
    for bins, feature in zip(card.features, transform.features, strict=True):
        entry: dict[str, object] = {"name": bins.name}
        if bins.bin_of_level is None:
            entry["edges"] = list(bins.edges)
        else:
            entry["groups"] = [
                [
                    level
                    for level, found in zip(feature.levels, bins.bin_of_level, strict=True)
                    if found == place
                ]
                for place in range(len(bins.log_odds))
            ]
        entry |= {
            "log_odds": list(bins.log_odds),
            "missing": bins.missing,
            "average": bins.average,
        }
        features.append(entry)
    return {"format": FORMAT, "intercept": card.intercept, "features": features}


def _feature(entry: Mapping[str, object], feature: FeatureTransform) -> FeatureBins:
    if entry["name"] != feature.name:
        raise ValueError(f"{feature.name} stands elsewhere in scorecard.json")
    log_odds = _finites(entry["log_odds"])
    edges: tuple[float, ...] = ()
    bin_of_level = None
    if feature.kind is FeatureKind.CATEGORICAL:
        bin_of_level = _groups(entry["groups"], feature, len(log_odds))
    else:
        edges = _finites(entry["edges"])
        _check_bins(feature, edges, log_odds)
    return FeatureBins(
        name=feature.name,
        edges=edges,
        log_odds=log_odds,
        missing=_finite(entry["missing"]),
        average=_finite(entry["average"]),
        bin_of_level=bin_of_level,
    )


def _check_bins(
    feature: FeatureTransform, edges: Sequence[float], log_odds: Sequence[float]
) -> None:
    """Refuse bins that do not grow, and entries that turn against the declared sign."""
    if len(log_odds) != len(edges) + 1 or any(b <= a for a, b in pairwise(edges)):
        raise ValueError(f"the bins of {feature.name} do not fit together")
    if any((after - before) * feature.sign < 0 for before, after in pairwise(log_odds)):
        raise ValueError(f"the entries of {feature.name} turn against its sign")


def _groups(groups: object, feature: FeatureTransform, entries: int) -> tuple[int | None, ...]:
    if not isinstance(groups, list) or len(groups) != entries or not entries:
        raise ValueError(f"the groups of {feature.name} do not fit its entries")
    place_of = {str(level): place for place, group in enumerate(groups) for level in group}
    if sum(len(group) for group in groups) != len(place_of) or not place_of.keys() <= set(
        feature.levels
    ):
        raise ValueError(f"the groups of {feature.name} name a level twice or an unknown one")
    return tuple(place_of.get(level) for level in feature.levels)


def _finites(values: object) -> tuple[float, ...]:
    if not isinstance(values, list):
        raise TypeError(f"{values!r} is not a list")
    return tuple(_finite(value) for value in values)


def _finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r} is not a finite number")
    return float(value)
