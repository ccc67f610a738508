"""Data check (数据检查) before training and scoring: what a delivery must not look like unnoticed.

Each finding names the column, says in plain Chinese what is wrong and what to do, and carries the
figure that gave it away. Findings warn; nothing is repaired in silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from xinyidai.scoring.training.dataset import Column, LabelledTable
from xinyidai.scoring.training.leaks import Leak
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.values import FeatureKind, Flags, Floats

UNIT_STEPS = (100.0, 1_000.0, 10_000.0)
"""分 for 元, 元 for 千元, 元 for 万元."""
_UNIT_TOLERANCE = 0.15  # decades
_FEWEST = 30
_BOTH_SIDES = 0.01
_LATE_SHARE = 0.3
_SHIFT_RATIO = 1.25
_SMALL_P = 1e-3
_NEW_SHARE = 0.005
_VALLEY = 0.25


class Fault(StrEnum):
    """What a check finds, 数据问题."""

    LEAK = "leak"  # 疑似泄露
    LABEL_SHIFT = "label_shift"  # 违约率随时间变化
    NEW_CATEGORY = "new_category"  # 出现新的类别
    UNIT = "unit"  # 疑似单位混用


@dataclass(frozen=True)
class Finding:
    """One fault of one column; `text` is for people, `figure` is what gave it away."""

    fault: Fault
    column: str
    text: str
    figure: float


def check_table(table: LabelledTable, leaks: Sequence[Leak]) -> tuple[Finding, ...]:
    """Return what is suspicious in a table to train on, in the order of its columns."""
    found = [
        Finding(
            Fault.LEAK,
            leak.feature,
            f"列 {leak.feature} 单独的 AUC 就有 {leak.auc:.3f}，疑似泄露结果："
            "请核对它在决定之日是否已知，不是就用 --exclude 排除。",
            leak.auc,
        )
        for leak in leaks
    ]
    late = None if table.times is None else _late(table.times)
    if late is not None:
        found += _label_shift(table, late)
    for column in table.columns:
        found += _mixed_units(column, late)
        if late is not None and column.kind is FeatureKind.CATEGORICAL:
            found += _new_levels(column, late)
    return tuple(found)


def compare_with(transform: Transform, table: LabelledTable) -> tuple[Finding, ...]:
    """Return what is suspicious in a table to score against what the model was trained on.

    The artefact keeps no rows, only eleven values along each feature's range; they are enough to
    see that amounts moved by the step of a unit.
    """
    found: list[Finding] = []
    for feature, column in zip(transform.features, table.columns, strict=True):
        if feature.kind is FeatureKind.CATEGORICAL:
            rows = np.ones(table.rows, dtype=np.bool_)
            found += _unknown_levels(column, feature.levels, rows)
            continue
        seen = np.repeat(np.asarray(feature.trials), _FEWEST)
        step = unit_step(seen, column.values)
        if step is None:
            found += _mixed_units(column, None)
        else:
            found.append(_unit_finding(feature.name, step, "这批数据与训练数据"))
    return tuple(found)


def unit_step(before: Floats, after: Floats) -> float | None:
    """Return 100, 1,000 or 10,000 where the middle of amounts moved by it; None elsewhere.

    Signs and zeros carry no unit; fewer than thirty amounts on a side say nothing.
    """
    sides = [np.abs(side[np.isfinite(side) & (side != 0)]) for side in (before, after)]
    if min(len(side) for side in sides) < _FEWEST:
        return None
    low, high = (np.log10(side) for side in sides)
    moved = float(np.median(high) - np.median(low))
    for step in UNIT_STEPS:
        if abs(abs(moved) - np.log10(step)) < max(_UNIT_TOLERANCE, 0.25 * float(np.std(low))):
            return step
    return None


def _late(times: NDArray[np.generic]) -> Flags:
    """Tell which rows are the newest 30 %; equal times stay together."""
    ranks = np.searchsorted(np.sort(times), times, side="left") / len(times)
    late: Flags = ranks >= 1 - _LATE_SHARE
    return late


def _label_shift(table: LabelledTable, late: Flags) -> list[Finding]:
    """Compare default rates of earlier and later rows: chi-square, and at least a quarter more."""
    counts = [
        [int((table.label[side] == outcome).sum()) for outcome in (0, 1)] for side in (~late, late)
    ]
    if min(map(sum, counts)) < _FEWEST or not sum(c[1] for c in counts):
        return []
    before, after = (bad / (good + bad) for good, bad in counts)
    p_value = float(chi2_contingency(counts)[1])
    ratio = (max(before, after) + 1e-9) / (min(before, after) + 1e-9)
    if p_value > _SMALL_P or ratio < _SHIFT_RATIO:
        return []
    text = (
        f"违约率从较早的 {before:.1%} 变为较晚的 {after:.1%}，不是偶然波动："
        "请核对违约的口径和观察期有没有变，并按较晚的样本重新校准。"
    )
    return [Finding(Fault.LABEL_SHIFT, table.spec.label.column, text, round(after - before, 6))]


def _new_levels(column: Column, late: Flags) -> list[Finding]:
    before = set(column.values[~late & ~np.isnan(column.values)].astype(int).tolist())
    return _unknown_levels(column, [column.levels[i] for i in sorted(before)], late)


def _unknown_levels(column: Column, known: Sequence[str], rows: Flags) -> list[Finding]:
    present = column.values[rows & ~np.isnan(column.values)].astype(int)
    unknown = sorted({column.levels[i] for i in set(present.tolist())} - set(known))
    positions = [column.levels.index(level) for level in unknown]
    share = float(np.isin(present, positions).mean()) if len(present) else 0.0
    if not unknown or share < _NEW_SHARE:
        return []
    text = (
        f"列 {column.spec.name} 在较晚的样本里出现了以前没有的类别：{'、'.join(unknown[:5])}"
        f"{'等' if len(unknown) > 5 else ''}，占 {share:.1%}："  # noqa: PLR2004 - as cut above
        "请核对编码有没有变，并用包含新类别的样本重新训练。"
    )
    return [Finding(Fault.NEW_CATEGORY, column.spec.name, text, round(share, 6))]


def _mixed_units(column: Column, late: Flags | None) -> list[Finding]:
    """Find two units in one column: two heaps of amounts 100, 1,000 or 10,000 times apart."""
    if column.kind is not FeatureKind.NUMERIC:
        return []
    if late is not None:
        step = unit_step(column.values[~late], column.values[late])
        if step is not None:
            return [_unit_finding(column.spec.name, step, "较晚的样本与较早的")]
    found = _heaps(column.values)
    return [] if found is None else [_unit_finding(column.spec.name, found, "一部分行与其余的")]


def _heaps(values: Floats) -> float | None:
    """Return the step between two heaps on the logarithmic axis with a valley between them.

    The larger heap shifted by the step must look like the smaller one; amounts that merely spread
    widely have no valley, flags and counts have too few values.
    """
    amounts = np.abs(values[np.isfinite(values) & (values != 0)])
    logs = np.sort(np.log10(amounts))
    if len(logs) < 2 * _FEWEST or len(np.unique(logs)) < _FEWEST:
        return None
    at = _valley(logs)
    if at is None:
        return None
    low, high = logs[:at], logs[at:]
    step = float(np.median(high) - np.median(low))
    spreads = sorted((_spread(low), _spread(high)))
    alike = spreads[1] < 3 * spreads[0] + 0.1
    for known in UNIT_STEPS:
        near = abs(step - np.log10(known)) < max(_UNIT_TOLERANCE, 0.5 * spreads[1])
        if near and alike and spreads[1] < step / 3:
            return known
    return None


def _valley(logs: Floats) -> int | None:
    """Return where sorted values split in two heaps, or None where no clear valley lies between."""
    counts, edges = np.histogram(logs, bins=40)
    cut = max(1, int(len(logs) * _BOTH_SIDES), _FEWEST // 2)
    best: tuple[float, int] | None = None
    for i in range(2, len(counts) - 2):
        below, above = counts[:i], counts[i + 1 :]
        if below.sum() < cut or above.sum() < cut:
            continue
        depth = (counts[i - 1 : i + 2].mean()) / min(below.max(), above.max())
        if depth < _VALLEY and (best is None or depth < best[0]):
            best = (float(depth), int(np.searchsorted(logs, edges[i] + (edges[1] - edges[0]) / 2)))
    return None if best is None else best[1]


def _spread(values: Floats) -> float:
    low, high = np.quantile(values, [0.25, 0.75])
    return float(high - low) / 1.349


def _unit_finding(name: str, step: float, where: str) -> Finding:
    times = f"{step:,.0f}"
    unit = "，像是元和万元混用" if step == UNIT_STEPS[-1] else ""
    text = f"列 {name} {where}相差约 {times} 倍{unit}：请核对单位，统一后再训练或评分。"
    return Finding(Fault.UNIT, name, text, step)
