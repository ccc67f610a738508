"""Calibration (校准): do the promised probabilities come true, as a whole and in each grade."""

from collections import Counter

import numpy as np

from xinyidai.scoring.rules import MASTER_SCALES, grade_of
from xinyidai.scoring.validation import limits, stats
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.subject import SPLIT_NAMES, Counts, Subject
from xinyidai.scoring.values import Flags, Grade


def check_slope(subject: Subject, _counts: Counts) -> Check:
    """Hold the 95 % interval of the calibration slope against the band from 0.9 to 1.1.

    The interval is that of the observed Fisher information; with too few bads it is so wide that
    it would meet any band, so there is no verdict.
    """
    low, high = limits.SLOPE_BAND
    code, name, limit = "calibration_slope", "校准斜率", f"95 % 区间与 {low}–{high} 相交"
    bads, goods = int(subject.outcome.sum()), int((subject.outcome == 0).sum())
    if min(bads, goods) < limits.FEWEST_BADS:
        return too_few(code, name, limit, bads, f"违约少于 {limits.FEWEST_BADS} 例")
    try:
        line = stats.calibration_line(subject.pd, subject.outcome)
    except ValueError:
        return too_few(code, name, limit, bads, "好坏完全分得开，画不出校准线，请检查是否泄露")
    return Check(
        code=code,
        name=name,
        passed=line.slope.meets(low, high),
        value=f"{line.slope}，截距 {line.intercept}",
        limit=limit,
        n=len(subject.pd),
        note=SPLIT_NAMES[subject.split],
        numbers={"slope": vars(line.slope), "intercept": vars(line.intercept), "bads": bads},
    )


def check_ece(subject: Subject, counts: Counts) -> Check:
    """Hold the ECE against 0.02 or what chance alone makes at this n, whichever is larger."""
    found = stats.ece(subject.pd, subject.outcome)
    chance = stats.ece_of_perfect(subject.pd, counts.simulations)
    limit = max(limits.ECE_FLOOR, chance)
    return Check(
        code="calibration_ece",
        name="校准误差 ECE（十组）",
        passed=found <= limit,
        value=f"{found:.4f}",
        limit=f"≤ {limit:.4f}",
        n=len(subject.pd),
        note=(
            f"完全校准的模型在这个样本量下 ECE 的 95 % 分位是 {chance:.4f}"
            f"（{counts.simulations} 次模拟）。{SPLIT_NAMES[subject.split]}"
        ),
        numbers={
            "ece": found,
            "ece_of_perfect_95": chance,
            "brier": stats.brier(subject.pd, subject.outcome),
            "brier_base": float(subject.outcome.mean() * (1 - subject.outcome.mean())),
            "promised": float(subject.pd.mean()),
            "seen": float(subject.outcome.mean()),
        },
    )


def check_grade_rates(subject: Subject, _counts: Counts) -> Check:
    """Test in each grade whether more firms defaulted than promised (exact binomial, one-sided).

    All grades together may err once in a hundred validations; the level is divided by their number.
    """
    grades = grades_of(subject)
    used = [grade for grade in Grade if (grades == grade).any()]
    level = limits.GRADE_TEST_LEVEL / len(used)
    rows = [_grade_row(subject, grades == grade, grade) for grade in used]
    short = [row["grade"] for row in rows if float(str(row["p"])) < level]
    return Check(
        code="calibration_grades",
        name="各等级违约率对承诺的平均概率（二项检验，单侧）",
        passed=not short,
        value=f"低估风险的等级：{'、'.join(map(str, short)) or '没有'}",
        limit=f"每级 p ≥ {level:.4f}",
        n=len(subject.pd),
        binding=False,
        note=f"合计错判概率 {limits.GRADE_TEST_LEVEL:.0%}，按等级数均分。样本大时小偏差也显著，"
        "所以只要求说明；偏到等级之外的由下一项判定。",
        numbers={"grades": rows},
    )


def check_grade_bands(subject: Subject, _counts: Counts) -> Check:
    """Test in each grade whether more firms defaulted than the end of its band allows.

    The band is what a grade says to its reader; beyond it firms stand in too good a grade.
    """
    grades = grades_of(subject)
    ends = dict(MASTER_SCALES[subject.transform.scale_version])
    used = [grade for grade in Grade if (grades == grade).any() and ends[grade] < 1]
    level = limits.GRADE_TEST_LEVEL / max(1, len(used))
    beyond = []
    for grade in used:
        outcome = subject.outcome[grades == grade]
        if stats.binomial_at_least(int(outcome.sum()), len(outcome), ends[grade]) < level:
            beyond.append(grade.value)
    return Check(
        code="calibration_grade_bands",
        name="各等级违约率不超出该级的上限（二项检验，单侧）",
        passed=not beyond,
        value=f"超出的等级：{'、'.join(beyond) or '没有'}",
        limit=f"每级 p ≥ {level:.4f}",
        n=len(subject.pd),
        note="等级的上限见主标尺；最差的一级没有上限。",
        numbers={"beyond": beyond},
    )


def _grade_row(subject: Subject, inside: Flags, grade: Grade) -> dict[str, object]:
    n, bads = int(inside.sum()), int(subject.outcome[inside].sum())
    promised = float(subject.pd[inside].mean())
    seen = stats.wilson(bads, n)
    return {
        "grade": grade.value,
        "n": n,
        "bads": bads,
        "promised": promised,
        "seen": seen.value,
        "seen_low": seen.low,
        "seen_high": seen.high,
        "p": stats.binomial_at_least(bads, n, promised),
    }


def margin_facts(subject: Subject) -> dict[str, object]:
    """Return how much caution lies in the probabilities: promised over seen, whole and by half."""
    middle = float(np.median(subject.pd))
    halves = {"较安全的一半": subject.pd <= middle, "较危险的一半": subject.pd > middle}
    return {
        "全部：承诺 ÷ 实际": _ratio(subject, np.ones(len(subject.pd), dtype=np.bool_)),
        **{f"{name}：承诺 ÷ 实际": _ratio(subject, inside) for name, inside in halves.items()},
    }


def _ratio(subject: Subject, inside: Flags) -> float | None:
    seen = float(subject.outcome[inside].mean()) if inside.any() else 0.0
    return round(float(subject.pd[inside].mean()) / seen, 4) if seen else None


def grades_of(subject: Subject) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Return the grade of each tested row's probability."""
    scale = subject.transform.scale_version
    return np.array([grade_of(value, scale).value for value in subject.pd.tolist()], dtype=np.str_)


def counts_by_grade(subject: Subject) -> dict[Grade, int]:
    """Return how many tested rows each grade holds, every grade named."""
    found = Counter(grades_of(subject).tolist())
    return {grade: found.get(grade.value, 0) for grade in Grade}


def too_few(code: str, name: str, limit: str, n: int, why: str) -> Check:
    """Return a binding check without a verdict, 不评价."""
    return Check(code=code, name=name, passed=None, value="不评价", limit=limit, n=n, note=why)
