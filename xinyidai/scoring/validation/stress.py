"""Stress (压力测试): the whole economy worse, one source gone, one source wrong by a unit."""

import numpy as np

from xinyidai.scoring.validation import limits
from xinyidai.scoring.validation.inputs import InputFault, find_alarms, unit_shift
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.stats import auc
from xinyidai.scoring.validation.subject import Counts, Subject, items_of
from xinyidai.scoring.values import BatchScores, Floats, ValueFormat

YUAN_FOR_WAN = 10_000.0
_ROWS = 5_000


def check_macro(subject: Subject, _counts: Counts) -> Check:
    """Move every signed number half a standard deviation to the riskier side; risk must rise."""
    rows = subject.sample(_ROWS, seed=9)
    signs = np.array([feature.sign for feature in subject.transform.features], dtype=np.float64)
    moved = rows + signs * np.nan_to_num(np.nanstd(subject.matrix, axis=0)) * limits.MACRO_STEP
    before, after = subject.model.score_many(rows), subject.model.score_many(moved)
    old, new = _mean(before), _mean(after)
    fell = int((after.pd < before.pd).sum())
    return Check(
        code="stress_macro",
        name="压力：所有输入同时变差半个标准差",
        passed=fell == 0,
        value=f"平均违约概率 {old:.2%} → {new:.2%}，概率下降的 {fell} 户",
        limit="没有一户的风险下降",
        n=len(rows),
        note="有方向的特征向风险一侧移动；超出训练范围的按边界计算。",
        numbers={"before": old, "after": new, "fell": fell},
    )


def check_source_absent(subject: Subject, _counts: Counts) -> Check:
    """Take one source away from everybody at a time: how much order and how many scores are left.

    A source that is gone is «no record» for everybody; each figure is on rows the model learned
    from, so only the loss is to be read.
    """
    chosen = np.sort(np.random.default_rng(10).permutation(len(subject.matrix))[:_ROWS])
    rows, label = subject.matrix[chosen], subject.label[chosen]
    plain = subject.model.score_many(rows)
    whole = _area(plain, label)
    found = {}
    for name, columns in items_of(subject.transform.names).items():
        without = rows.copy()
        without[:, columns] = np.nan
        scores = subject.model.score_many(without)
        found[name] = {
            "auc": _area(scores, label),
            "mean_pd": _mean(scores),
            "insufficient": float(scores.insufficient.mean()),
            "grade_changed": _changed(plain, scores),
        }
    worst = min(found, key=lambda name: found[name]["auc"])
    return Check(
        code="stress_source_absent",
        name="压力：一个数据源全部缺失",
        passed=all(one["auc"] > 0.5 for one in found.values()),  # noqa: PLR2004 - chance
        value=f"影响最大的是{worst}：AUC {whole:.3f} → {found[worst]['auc']:.3f}",
        limit="缺任何一个数据源仍优于随机（AUC > 0.5）",
        n=len(rows),
        binding=False,
        numbers={"whole": whole, "mean_pd": _mean(plain), "without": found},
    )


def check_unit_error(subject: Subject, _counts: Counts) -> Check:
    """Deliver each amount ten thousand times too large, then too small; the gate must notice."""
    rows = subject.matrix
    half = np.random.default_rng(11).permutation(len(rows))
    earlier, later = rows[half[: len(half) // 2]], rows[half[len(half) // 2 :]]
    features = subject.transform.features
    amounts = [i for i, f in enumerate(features) if f.wording.show is ValueFormat.FEN]
    # where no column is declared as money, any number with a wide spread stands in for one
    columns = amounts or [i for i, f in enumerate(features) if f.high > YUAN_FOR_WAN]
    found: dict[str, object] = {}
    missed: list[str] = []
    silent: list[str] = []
    for i in columns:
        for factor in (YUAN_FOR_WAN, 1 / YUAN_FOR_WAN):
            if not _is_noticed(subject, earlier, later, (i, factor)):
                few = unit_shift(earlier[:, i], later[:, i] * factor) == 0
                (silent if few else missed).append(f"{features[i].wording.label} ×{factor:g}")
        found[features[i].wording.label] = _shift_of_score(subject, later, i)
    return Check(
        code="stress_unit_error",
        name="压力：金额单位错误（元/万元）必须被发现",
        passed=not missed if columns else None,
        value=(
            f"{len(columns)} 个金额特征各试 ×10000 和 ÷10000，漏报：{'、'.join(missed) or '没有'}"
        ),
        limit="没有漏报",
        n=2 * len(columns),
        note=(f"非零值太少而无法判断：{'、'.join(silent)}。" if silent else "")
        + "输入关口比较非零金额的中位数（对数），相差 10 倍以上报警。",
        numbers=found,
    )


def _is_noticed(
    subject: Subject, earlier: Floats, later: Floats, planted: tuple[int, float]
) -> bool:
    column, factor = planted
    wrong = later.copy()
    wrong[:, column] *= factor
    name = subject.transform.features[column].name
    alarms = find_alarms(subject.transform.features, earlier, wrong)
    return any(a.feature == name and a.fault is InputFault.UNIT for a in alarms)


def _shift_of_score(subject: Subject, rows: Floats, column: int) -> dict[str, float]:
    """Return what the error would do to the mean probability if nobody noticed."""
    some = rows[:_ROWS]
    plain = _mean(subject.model.score_many(some))
    found = {}
    for name, factor in (("large", YUAN_FOR_WAN), ("small", 1 / YUAN_FOR_WAN)):
        wrong = some.copy()
        wrong[:, column] *= factor
        found[name] = round(_mean(subject.model.score_many(wrong)) - plain, 6)
    return found


def _mean(scores: BatchScores) -> float:
    judged = scores.pd[~scores.insufficient]
    return float(judged.mean()) if len(judged) else 0.0


def _area(scores: BatchScores, label: np.ndarray[tuple[int], np.dtype[np.int8]]) -> float:
    judged = ~scores.insufficient
    if len(set(label[judged].tolist())) < 2:  # noqa: PLR2004 - both outcomes
        return 0.5
    return auc(scores.pd[judged], label[judged]).value


def _changed(before: BatchScores, after: BatchScores) -> float:
    return float(
        np.mean([old is not new for old, new in zip(before.grades, after.grades, strict=True)])
    )
