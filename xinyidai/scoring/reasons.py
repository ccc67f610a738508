"""扣分原因 (adverse reasons): chosen by contribution, kept only when they are true."""

from collections.abc import Callable, Sequence

import numpy as np

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.scoring.rules import MAX_REASONS, SMALLEST_REASON
from xinyidai.scoring.transform import FeatureTransform
from xinyidai.scoring.values import Floats, IndicatorInput, Reason

_GAP_TEXT = {
    MissingCause.NO_RECORD: "没有记录",
    MissingCause.NOT_AUTHORIZED: "未授权",
    MissingCause.STALE: "记录已过时",
}
_GAP_SUGGESTION = {
    MissingCause.NO_RECORD: "有了「{label}」的记录后会重新计算。",
    MissingCause.NOT_AUTHORIZED: "授权使用「{label}」后，按实际情况计算。",
    MissingCause.STALE: "请有关部门更新「{label}」的记录。",
}
_DIRECTION = {
    -1: "提高「{label}」后会重新计算。",
    0: "「{label}」由情况本身决定，不是短期能改变的。",
    1: "降低「{label}」后会重新计算。",
}


def adverse_order(contributions: Floats) -> list[int]:
    """Return the features that raise the risk, the strongest first."""
    order = np.argsort(-contributions, kind="stable")
    return [int(i) for i in order if contributions[i] >= SMALLEST_REASON]


def trial_rows(
    seen: Floats, best_seen: Callable[[int], Sequence[float]], adverse: Sequence[int]
) -> tuple[Floats, list[int]]:
    """Return the firm's row with one adverse feature at its best, and whose trial each row is.

    `best_seen` gives what the model would see of a feature at its best.
    """
    tries = [(i, value) for i in adverse for value in best_seen(i)]
    owner = [i for i, _ in tries]
    rows = np.tile(seen, (len(owner), 1))
    rows[np.arange(len(owner)), owner] = [value for _, value in tries]
    return rows, owner


def true_ones(
    adverse: Sequence[int], owner: Sequence[int], outcomes: Sequence[float], pd: float
) -> list[int]:
    """Return at most four features whose best value lowers the risk; the others are no reasons."""
    helps = {i for i, outcome in zip(owner, outcomes, strict=True) if outcome < pd}
    return [i for i in adverse if i in helps][:MAX_REASONS]


def reason(feature: FeatureTransform, value: IndicatorInput, contribution: float) -> Reason:
    """Put one adverse feature into plain words."""
    words = feature.wording
    if isinstance(value, Missing):
        shown = _GAP_TEXT[value.cause]
        text = f"{words.label}：{shown}"
        suggestion = suggestion_for_gap(feature, value.cause)
        cause = value.cause
    else:
        shown = words.value_text(value)
        template = words.reason_text or "{label}为 {value}，拉低了评分"
        text = template.replace("{label}", words.label).replace("{value}", shown)
        suggestion = words.suggestion or _DIRECTION[feature.sign].replace("{label}", words.label)
        cause = None
    return Reason(
        feature=feature.name,
        label=words.label,
        text=text,
        value_text=shown,
        contribution=float(contribution),
        missing=cause,
        suggestion=suggestion,
    )


def suggestion_for_gap(feature: FeatureTransform, cause: MissingCause) -> str:
    """Say what would help where a value is absent."""
    return _GAP_SUGGESTION[cause].replace("{label}", feature.wording.label)
