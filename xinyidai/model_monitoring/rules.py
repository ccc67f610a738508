"""Drift of a model in use, by numbers: groups of the reference, alarms, shadow comparison.

The formulas are those of the validation (`scoring.validation.drift`): PSI with a floor, judged by
sample size first and by its height second, and performance without labels with a band.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xinyidai.catalogue.missing import MissingCause
from xinyidai.model_monitoring.values import AlarmKind, Raised
from xinyidai.scoring.validation import limits
from xinyidai.scoring.validation.drift import (
    ALERTS,
    DriftVerdict,
    Psi,
    critical_psi,
    psi_of_shares,
)
from xinyidai.scoring.validation.stats import Estimate, midranks
from xinyidai.scoring.values import Floats, Grade

VERSION = "monitoring-2026.1"
SCORE = "score"  # stands where a feature's code stands; no indicator is called so
MOVED_GRADES = 2
GRADES: tuple[str, ...] = tuple(grade.value for grade in Grade)
INSUFFICIENT = "insufficient"
FEWEST_BADS = 20
FEWEST_PAIRS = 3


@dataclass(frozen=True)
class Groups:
    """How one column was spread in the reference: upper ends, or the levels of a category."""

    edges: tuple[float, ...]
    is_category: bool
    counts: tuple[int, ...]
    missing: Mapping[str, int]

    @property
    def present(self) -> int:
        """Number of firms that had a value."""
        return sum(self.counts)

    @property
    def rows(self) -> int:
        """Number of firms."""
        return self.present + sum(self.missing.values())


def reference_groups(
    values: Floats, missing: Mapping[str, int], *, is_category: bool = False
) -> Groups:
    """Return ten groups of equal size as far as the values allow, or one for each level."""
    if is_category:
        edges = np.unique(values)
    else:
        cuts = np.linspace(0, 1, limits.PSI_BINS + 1)[1:-1]
        edges = np.unique(np.quantile(values, cuts)) if len(values) else np.empty(0)
    ends = tuple(edges.tolist())
    return Groups(ends, is_category, _counts(values, ends, is_category=is_category), dict(missing))


def _counts(values: Floats, ends: Sequence[float], *, is_category: bool) -> tuple[int, ...]:
    if is_category:
        return tuple(int((values == level).sum()) for level in ends)
    # A value on an end belongs below it, so that a frequent value such as zero is a group.
    places = np.searchsorted(np.asarray(ends), values, side="left")
    return tuple(np.bincount(places, minlength=len(ends) + 1).tolist())


def drift_of(reference: Groups, values: Floats) -> Psi:
    """Compare a column as it is now with the reference; gaps are told apart, by cause.

    A level that the reference has not is an alert by itself.
    """
    after = np.array(_counts(values, reference.edges, is_category=reference.is_category), float)
    before = np.array(reference.counts, float)
    fresh: tuple[str, ...] = ()
    if reference.is_category:
        unseen = values[~np.isin(values, reference.edges)]
        # Where hardly anybody had a value, the reference knows no levels to be new against.
        if reference.present >= limits.PSI_ROWS:
            fresh = tuple(f"{level:g}" for level in np.unique(unseen))
        before, after = np.append(before, 0.0), np.append(after, float(len(unseen)))
    n, m = int(before.sum()), int(after.sum())
    used = int(((before > 0) | (after > 0)).sum())
    value = psi_of_shares(before / max(n, 1), after / max(m, 1))
    return Psi(value, critical_psi(used, n, m), n, m, fresh)


def missing_rose(reference: Groups, missing: Mapping[str, int], rows: int) -> tuple[str, ...]:
    """Return the causes whose share rose by ten points or more, beyond chance, with enough rows."""
    if min(reference.rows, rows) < limits.PSI_ROWS:
        return ()
    found = []
    for cause in MissingCause:
        before = reference.missing.get(cause.value, 0) / reference.rows
        after = missing.get(cause.value, 0) / rows
        pooled = (before * reference.rows + after * rows) / (reference.rows + rows)
        spread = np.sqrt(pooled * (1 - pooled) * (1 / reference.rows + 1 / rows))
        if after - before >= limits.MISSING_STEP and after - before > 2 * spread:
            found.append(cause.value)
    return tuple(found)


def drift_alarm(feature: str, found: Psi) -> Raised | None:
    """Return the alarm that a comparison asks for, or None."""
    if found.verdict not in ALERTS:
        return None
    facts = {"psi": found.value, "critical": found.critical, "n": found.later}
    if found.verdict is DriftVerdict.NEW_CATEGORY:
        return Raised(AlarmKind.NEW_CATEGORY, feature, {"levels": list(found.new_categories)})
    return Raised(
        AlarmKind.SCORE_DRIFT if feature == SCORE else AlarmKind.FEATURE_DRIFT, feature, facts
    )


def is_below(now: Estimate, reference: Estimate) -> bool:
    """Tell whether the whole band lies below the reference's: only then it is an alert."""
    return now.high < reference.low


def is_apart(now: Estimate, reference: Estimate) -> bool:
    """Tell whether the two bands have nothing in common."""
    return now.high < reference.low or now.low > reference.high


def rank_correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation, or None below three firms or without any spread."""
    if len(first) < FEWEST_PAIRS:
        return None
    ranks = [midranks(np.asarray(values, dtype=np.float64)) for values in (first, second)]
    if any(np.ptp(values) == 0 for values in ranks):
        return None
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def grades_apart(first: str | None, second: str | None) -> int | None:
    """Return by how many grades the second is worse (negative: better); None without a grade."""
    if first is None or second is None:
        return None
    return GRADES.index(second) - GRADES.index(first)
