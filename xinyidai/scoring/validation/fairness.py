"""Fairness (公平性): who is favoured less, and whether outcomes explain it.

The four-fifths rule is a line that asks for an explanation, not a verdict: a group that defaults
more often is rightly favoured less. What is not right is a group whose risk is overstated.
"""

from xinyidai.scoring.validation import limits, stats
from xinyidai.scoring.validation.discrimination import is_too_small
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.segments import Segmentation, absent_axes, segmentations
from xinyidai.scoring.validation.subject import Counts, Subject

_AXES = frozenset({"地区", "规模", "所有制", "成立年限"})


def check_fairness(subject: Subject, _counts: Counts) -> Check:
    """Compare each group's share of good grades with the best group's; explain what differs.

    A disparity is explained where the group's promised rate is not above what it really showed.
    """
    found = [one for one in segmentations(subject) if one.axis in _AXES]
    rows = [row for axis in found for row in _rows(subject, axis)]
    judged = [row for row in rows if "ratio" in row]
    unexplained = [
        f"{row['axis']}“{row['group']}”" for row in judged if row["is_disparate"] and row["over"]
    ]
    disparate = sum(bool(row["is_disparate"]) for row in judged)
    absent = "、".join(axis for axis in absent_axes(subject) if axis in _AXES)
    return Check(
        code="fairness",
        name="公平性：地区、规模、所有制、成立年限",
        passed=not unexplained if judged else None,
        value=(
            f"{len(judged)} 群可比，低于五分之四的 {disparate} 群，"
            f"实际违约率不能解释的：{'、'.join(unexplained) or '没有'}"
        ),
        limit="差异须由实际违约率解释（风险没有被高估）",
        n=len(judged),
        binding=False,
        note=(
            f"好的结果 = 违约概率低于 {limits.GOOD_PD:.0%}；"
            f"比例低于最好一群的 {limits.FOUR_FIFTHS:.0%} 时须说明。"
            + (f"表里没有可用的列：{absent}。" if absent else "")
        ),
        numbers={"groups": rows},
    )


def _rows(subject: Subject, axis: Segmentation) -> list[dict[str, object]]:
    shares: dict[str, float] = {}
    rows: dict[str, dict[str, object]] = {}
    for name in axis.names:
        inside = axis.inside(name)
        n, bads = int(inside.sum()), int(subject.outcome[inside].sum())
        rows[name] = {"axis": axis.axis, "group": name, "n": n, "bads": bads}
        if is_too_small(subject, inside):
            continue
        promised, seen = float(subject.pd[inside].mean()), stats.wilson(bads, n)
        shares[name] = float((subject.pd[inside] < limits.GOOD_PD).mean())
        rows[name] |= {"promised": promised, "seen": seen.value, "over": promised > seen.high}
    for name, share in shares.items():
        ratio = share / max(shares.values()) if max(shares.values()) else 1.0
        disparate = ratio < limits.FOUR_FIFTHS
        rows[name] |= {"favoured": share, "ratio": ratio, "is_disparate": disparate}
        rows[name]["explanation"] = _explanation(rows[name])
    return list(rows.values())


def _explanation(row: dict[str, object]) -> str:
    if not row["is_disparate"]:
        return "没有明显差异"
    if row["over"]:
        return "风险被高估，差异没有得到解释，须查明原因或重新校准"
    return "该群实际违约率较高，承诺的概率没有高于实际，差异由风险解释"
