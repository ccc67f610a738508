"""Discrimination (区分能力): AUC, KS and Gini with intervals, as a whole and by segment."""

import numpy as np

from xinyidai.scoring.validation import limits, stats
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.segments import Segmentation, absent_axes, segmentations
from xinyidai.scoring.validation.stats import Estimate
from xinyidai.scoring.validation.subject import SPLIT_NAMES, Counts, Subject
from xinyidai.scoring.values import Flags


def check_auc(subject: Subject, counts: Counts) -> Check:
    """Hold the lower end of the AUC's 95 % interval (DeLong) against the floor of usefulness."""
    area = stats.auc(subject.pd, subject.outcome)
    distance = stats.ks_interval(subject.pd, subject.outcome, counts.resamples)
    gini = Estimate(2 * area.value - 1, 2 * area.low - 1, 2 * area.high - 1)
    return Check(
        code="discrimination_auc",
        name="区分能力 AUC、KS、Gini",
        passed=area.low >= limits.AUC_FLOOR,
        value=f"AUC {area}，KS {distance}，Gini {gini}",
        limit=f"AUC 区间下限 ≥ {limits.AUC_FLOOR:.2f}",
        n=len(subject.pd),
        note=f"违约 {int(subject.outcome.sum())} 例。{SPLIT_NAMES[subject.split]}",
        numbers={"auc": vars(area), "ks": vars(distance), "gini": vars(gini)},
    )


def check_segments(subject: Subject, _counts: Counts) -> Check:
    """Look for groups that the score orders clearly worse than the whole; few rows: 不评价."""
    whole = stats.auc(subject.pd, subject.outcome).value
    found = segmentations(subject)
    rows = [_row(subject, axis, name, whole) for axis in found for name in axis.names]
    judged = [row for row in rows if row["verdict"] != "不评价"]
    weak = [f"{row['axis']}“{row['group']}”" for row in judged if row["verdict"] == "偏弱"]
    absent = "、".join(absent_axes(subject))
    return Check(
        code="discrimination_segments",
        name="分群的区分能力",
        passed=not weak if judged else None,
        value=f"{len(judged)} 群可评价，偏弱：{'、'.join(weak) or '没有'}",
        limit=f"区间上限不低于全体 AUC − {limits.SEGMENT_GAP}",
        n=len(judged),
        binding=False,
        note=(
            f"少于 {limits.SEGMENT_ROWS} 行或 {limits.SEGMENT_BADS} 例违约的群不评价。"
            + (f"表里没有可用的列：{absent}。" if absent else "")
        ),
        numbers={"segments": rows},
    )


def _row(subject: Subject, axis: Segmentation, name: str, whole: float) -> dict[str, object]:
    inside = axis.inside(name)
    row: dict[str, object] = {
        "axis": axis.axis,
        "group": name,
        "n": int(inside.sum()),
        "bads": int(subject.outcome[inside].sum()),
    }
    if is_too_small(subject, inside):
        return row | {"verdict": "不评价"}
    area = stats.auc(subject.pd[inside], subject.outcome[inside])
    weak = area.high < whole - limits.SEGMENT_GAP
    return row | {
        "verdict": "偏弱" if weak else "正常",
        "auc": area.value,
        "auc_low": area.low,
        "auc_high": area.high,
        "ks": stats.ks(subject.pd[inside], subject.outcome[inside]),
        "promised": float(subject.pd[inside].mean()),
        "seen": float(subject.outcome[inside].mean()),
    }


def is_too_small(subject: Subject, inside: Flags) -> bool:
    """Tell whether a group is too small to be judged."""
    bads = int(subject.outcome[inside].sum())
    rows = int(np.count_nonzero(inside))
    return rows < limits.SEGMENT_ROWS or not limits.SEGMENT_BADS <= bads < rows
