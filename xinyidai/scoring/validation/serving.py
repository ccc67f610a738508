"""How the model is served: one firm equals many bit for bit; odd inputs are refused or clipped."""

from collections.abc import Callable

import numpy as np

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.subject import Counts, Subject
from xinyidai.scoring.values import FeatureKind

_FAR = 1e12
_BLOCKS = (1, 7, 256)
_ROWS = 500


def check_implementation(subject: Subject, counts: Counts) -> Check:
    """Score rows one by one, in blocks of several sizes and all at once; all must be equal."""
    rows = subject.sample(counts.scored_rows, seed=13)
    whole = subject.model.score_many(rows)
    wrong = 0
    for place, row in enumerate(rows):
        one = subject.model.score_one(subject.values_of(row))
        expected = None if whole.insufficient[place] else float(whole.pd[place])
        wrong += one.pd != expected or one.grade is not whole.grades[place]
    for size in _BLOCKS:
        parts = [subject.log_odds(rows[at : at + size]) for at in range(0, len(rows), size)]
        together = np.concatenate(parts)
        wrong += int((~((together == whole.log_odds) | np.isnan(together))).sum())
    return Check(
        code="implementation",
        name="实现核对：逐户与批量逐位相等",
        passed=wrong == 0,
        value=f"{len(rows):,} 户，不相等 {wrong}",
        limit="0",
        n=len(rows),
        note=f"批量按一次全部和每块 {'、'.join(map(str, _BLOCKS))} 行各算一遍，比到最后一位。",
        numbers={"different": wrong, "rows": len(rows)},
    )


def check_inputs(subject: Subject, _counts: Counts) -> Check:
    """Try what must be refused, and that a value outside the range scores as the range's end."""
    values = {
        feature.name: feature.levels[0]
        if feature.kind is FeatureKind.CATEGORICAL
        else float(feature.low)
        for feature in subject.transform.features
    }
    first = subject.transform.features[0].name
    trials: dict[str, Callable[[], bool]] = {
        "没有给出也没有说明原因的指标": lambda: _is_refused(
            lambda: subject.model.score_one({k: v for k, v in values.items() if k != first})
        ),
        "不是数": lambda: _is_refused(lambda: subject.model.score_one({**values, first: np.nan})),
        "无穷大": lambda: _is_refused(lambda: subject.model.score_one({**values, first: np.inf})),
        "列数不符的矩阵": lambda: _is_refused(
            lambda: subject.transform.matrix(subject.matrix[:2, 1:])
        ),
        "超出训练范围的值按边界计算": lambda: _is_clipped(subject),
    }
    broken = [name for name, trial in trials.items() if not trial()]
    return Check(
        code="input_policy",
        name="输入检查与超范围处理",
        passed=not broken,
        value=f"{len(trials)} 项，不符合：{'、'.join(broken) or '没有'}",
        limit="全部符合",
        n=len(trials),
        note="不合格的输入拒绝评分并说明；数值超出训练范围按边界计算，不外推。",
        numbers={name: name not in broken for name in trials},
    )


def _is_refused(trial: Callable[[], object]) -> bool:
    try:
        trial()
    except InvalidInput:
        return True
    return False


def _is_clipped(subject: Subject) -> bool:
    rows = subject.sample(_ROWS, seed=14)
    for i, feature in enumerate(subject.transform.features):
        if feature.kind is FeatureKind.CATEGORICAL:
            continue
        for beyond, end in ((-_FAR, feature.low), (_FAR, feature.high)):
            outside, edge = rows.copy(), rows.copy()
            outside[:, i], edge[:, i] = beyond, end
            if not np.array_equal(
                subject.log_odds(outside), subject.log_odds(edge), equal_nan=True
            ):
                return False
    return True
