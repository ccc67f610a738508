"""Reason codes (扣分原因): each must be true, and must not flutter under small changes."""

import numpy as np

from xinyidai.scoring.transform import FeatureTransform
from xinyidai.scoring.validation import limits
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.subject import Counts, Subject
from xinyidai.scoring.values import FeatureKind, Floats

BEST_SHARE = 0.05
SMALL_CHANGE = 0.01
_PROFILE_ROWS = 300


def check_reason_truth(subject: Subject, counts: Counts) -> Check:
    """Move the feature of every stated reason to its best 5 %; the risk must not rise.

    Where it does not fall either, the reason is true but idle; those are counted beside.
    """
    best = best_values(subject)
    rows = subject.sample(counts.reason_rows, seed=2)
    names = subject.transform.names
    trials, before = [], []
    for row in rows:
        outcome = subject.model.score_one(subject.values_of(row))
        for reason in outcome.reasons:
            moved = row.copy()
            moved[names.index(reason.feature)] = best[reason.feature]
            trials.append(moved)
            before.append(outcome.pd)
    after = subject.model.score_many(np.array(trials)).pd if trials else np.empty(0)
    promised = np.array(before, dtype=np.float64)
    untrue, idle = int((after > promised).sum()), int((after == promised).sum())
    return Check(
        code="reason_truth",
        name="扣分原因属实：改善到最好的 5 %，风险不得上升",
        passed=untrue == 0 if trials else None,
        value=f"{len(trials):,} 条原因，不实 {untrue} 条",
        limit="0 条",
        n=len(trials),
        note=f"改善后风险没有变化的 {idle} 条。抽查 {len(rows):,} 户。",
        numbers={"untrue": untrue, "idle": idle, "firms": len(rows)},
    )


def best_values(subject: Subject) -> dict[str, float]:
    """Return each feature's best 5 % value: by its sign, else where the mean risk is lowest."""
    return {
        feature.name: _best(subject, i, feature)
        for i, feature in enumerate(subject.transform.features)
    }


def _best(subject: Subject, column: int, feature: FeatureTransform) -> float:
    values = subject.matrix[:, column]
    present = values[~np.isnan(values)]
    if not len(present):
        return feature.best_values[0]
    if feature.sign:
        share = BEST_SHARE if feature.sign > 0 else 1 - BEST_SHARE
        return float(np.quantile(present, share))
    rows = subject.sample(_PROFILE_ROWS, seed=3)
    risks = [
        float(np.nanmean(subject.log_odds(with_column(rows, column, t)))) for t in feature.trials
    ]
    return feature.trials[int(np.argmin(risks))]


def with_column(rows: Floats, column: int, value: float) -> Floats:
    """Return the rows with one column set to a value."""
    changed = rows.copy()
    changed[:, column] = value
    return changed


def check_reason_stability(subject: Subject, counts: Counts) -> Check:
    """Change every present number by one hundredth of its usual spread; reasons should stay.

    The overlap of two sets of reasons is their common part over their union (Jaccard).
    """
    draw = np.random.default_rng(4)
    rows = subject.sample(min(counts.reason_rows, 500), seed=4)
    moved = rows + draw.normal(size=rows.shape) * spreads(subject) * SMALL_CHANGE
    overlaps = []
    for row, near in zip(rows, moved, strict=True):
        first, second = _reasons(subject, row), _reasons(subject, near)
        if first | second:
            overlaps.append(len(first & second) / len(first | second))
    mean = float(np.mean(overlaps)) if overlaps else 0.0
    return Check(
        code="reason_stability",
        name="扣分原因稳定：输入变动 1 % 时原因不应大变",
        passed=mean >= limits.STABLE_REASONS if overlaps else None,
        value=f"平均重合 {mean:.1%}",
        limit=f"≥ {limits.STABLE_REASONS:.0%}",
        n=len(overlaps),
        binding=False,
        note="变动为中间一半取值宽度的 1 %；重合 = 共有的原因 ÷ 出现过的原因。",
        numbers={"overlap": mean},
    )


def spreads(subject: Subject) -> Floats:
    """Return the width of the middle half of each numeric feature, 0 for a category."""
    found = np.zeros(subject.matrix.shape[1])
    for i, feature in enumerate(subject.transform.features):
        values = subject.matrix[:, i]
        present = values[~np.isnan(values)]
        if feature.kind is FeatureKind.NUMERIC and len(present):
            found[i] = np.subtract(*np.quantile(present, [0.75, 0.25]))
    return found


def _reasons(subject: Subject, row: Floats) -> set[str]:
    return {r.feature for r in subject.model.score_one(subject.values_of(row)).reasons}
