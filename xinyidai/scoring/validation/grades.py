"""Grade design (等级设计): concentration, ordering, and how grades move."""

import numpy as np

from xinyidai.scoring.validation import limits, stats
from xinyidai.scoring.validation.calibrating import counts_by_grade, grades_of
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.subject import Counts, Subject
from xinyidai.scoring.validation.truth import spreads
from xinyidai.scoring.values import Grade

_ORDER = {grade.value: place for place, grade in enumerate(Grade)}


def check_concentration(subject: Subject, _counts: Counts) -> Check:
    """Hold the Herfindahl index and the largest grade's share against their ceilings."""
    counts = counts_by_grade(subject)
    shares = {grade.value: count / len(subject.pd) for grade, count in counts.items()}
    index = sum(share**2 for share in shares.values())
    largest = max(shares, key=lambda grade: shares[grade])
    return Check(
        code="grade_concentration",
        name="等级集中度",
        passed=index <= limits.HHI_CEILING and shares[largest] <= limits.LARGEST_GRADE,
        value=f"HHI {index:.3f}，最大的 {largest} 级占 {shares[largest]:.1%}",
        limit=f"HHI ≤ {limits.HHI_CEILING}，最大 ≤ {limits.LARGEST_GRADE:.0%}",
        n=len(subject.pd),
        binding=False,
        numbers={"hhi": index, "shares": shares},
    )


def check_ordering(subject: Subject, _counts: Counts) -> Check:
    """Look for a worse grade with clearly fewer defaults than a better one.

    Grades with few rows are left out; an inversion counts where the 95 % intervals do not meet.
    """
    grades = grades_of(subject)
    rates = []
    for grade in Grade:
        inside = grades == grade
        n = int(inside.sum())
        if n >= limits.GRADE_ROWS:
            rates.append((grade.value, stats.wilson(int(subject.outcome[inside].sum()), n)))
    wrong = [
        f"{better} 与 {worse}"
        for i, (better, low) in enumerate(rates)
        for worse, high in rates[i + 1 :]
        if high.high < low.low
    ]
    return Check(
        code="grade_ordering",
        name="等级次序：越差的等级违约率越高",
        passed=not wrong if len(rates) > 1 else None,
        value=f"{len(rates)} 个等级可比，倒置：{'、'.join(wrong) or '没有'}",
        limit="没有显著倒置",
        n=len(subject.pd),
        note=f"少于 {limits.GRADE_ROWS} 行的等级不比较。",
        numbers={grade: vars(rate) for grade, rate in rates},
    )


def check_migration(subject: Subject, counts: Counts) -> Check:
    """Let the inputs move by one twentieth of their spread and count moves of two grades or more.

    A firm's grade over time needs the same firm at two dates; a loan table has each loan once.
    """
    draw = np.random.default_rng(8)
    rows = subject.sample(counts.scored_rows, seed=8)
    noise = draw.normal(size=rows.shape) * spreads(subject) * limits.NOISE_SHARE
    before = subject.model.score_many(rows).grades
    after = subject.model.score_many(rows + noise).grades
    steps = np.array(
        [
            abs(_ORDER[old.value] - _ORDER[new.value])
            for old, new in zip(before, after, strict=True)
            if old is not None and new is not None
        ]
    )
    far = float((steps > 1).mean()) if len(steps) else 0.0
    moved = float((steps > 0).mean()) if len(steps) else 0.0
    return Check(
        code="grade_migration",
        name="等级迁移：输入小幅变动时",
        passed=far <= limits.MIGRATION_CEILING if len(steps) else None,
        value=f"变一级以上 {moved:.1%}，变两级以上 {far:.1%}",
        limit=f"变两级以上 ≤ {limits.MIGRATION_CEILING:.0%}",
        n=len(steps),
        binding=False,
        note="同一企业先后两期的迁移要由上线后的监测给出；标注表里每笔贷款只有一次。",
        numbers={"moved": moved, "moved_far": far},
    )
