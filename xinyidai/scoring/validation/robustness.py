"""Robustness (稳健性): noise in the inputs, weak spots, and regions learned by heart."""

from collections.abc import Iterator

import numpy as np

from xinyidai.scoring.validation import limits, stats
from xinyidai.scoring.validation.discrimination import is_too_small
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.subject import Counts, Split, Subject
from xinyidai.scoring.validation.truth import spreads
from xinyidai.scoring.values import FeatureKind, Flags

_QUARTERS = 4
_ROWS = 20_000


def check_noise(subject: Subject, _counts: Counts) -> Check:
    """Add noise of one twentieth of each feature's usual spread; the order must hardly suffer.

    On rows the model learned from noise also undoes what was learned by heart, so the loss counts
    from the AUC on unseen rows where that is lower.
    """
    draw = np.random.default_rng(12)
    chosen = np.sort(draw.permutation(len(subject.matrix))[:_ROWS])
    rows, label = subject.matrix[chosen], subject.label[chosen]
    before = subject.log_odds(rows)
    noise = draw.normal(size=rows.shape) * spreads(subject) * limits.NOISE_SHARE
    after = subject.log_odds(rows + noise)
    judged = ~np.isnan(before)
    plain = stats.auc(before[judged], label[judged]).value
    noisy = stats.auc(after[judged], label[judged]).value
    unseen = stats.auc(subject.pd, subject.outcome).value
    moved = float(np.abs(after[judged] - before[judged]).mean())
    return Check(
        code="noise",
        name="稳健：输入加入 5 % 噪声",
        passed=min(plain, unseen) - noisy <= limits.NOISE_AUC_LOSS,
        value=f"AUC {plain:.3f} → {noisy:.3f}，对数几率平均变动 {moved:.3f}",
        limit=f"不低于原来（或没见过的样本上）的 AUC − {limits.NOISE_AUC_LOSS}",
        n=int(judged.sum()),
        note=f"噪声的标准差为中间一半取值宽度的 5 %。没见过的样本上 AUC {unseen:.3f}。",
        numbers={"auc": plain, "auc_noisy": noisy, "auc_unseen": unseen, "mean_change": moved},
    )


def check_weak_spots(subject: Subject, _counts: Counts) -> Check:
    """Cut every feature into quarters and look where order or calibration clearly fails."""
    whole = stats.auc(subject.pd, subject.outcome).value
    slices = [
        _slice(subject, name, inside, whole)
        for name, inside in _slices(subject)
        if not is_too_small(subject, inside)
    ]
    slices.sort(key=lambda row: not (row["weak"] or row["short"]))
    weak = [row for row in slices if row["weak"] or row["short"]]
    named = "、".join(str(row["slice"]) for row in weak[:5])
    return Check(
        code="weak_spots",
        name="薄弱区域：按特征切片",
        passed=not weak if slices else None,
        value=f"{len(slices)} 个切片，薄弱 {len(weak)} 个{'：' + named if named else ''}",
        limit=f"AUC 不显著低于全体 {limits.SEGMENT_GAP}，风险不显著低估",
        n=len(slices),
        binding=False,
        note=f"少于 {limits.SEGMENT_ROWS} 行或 {limits.SEGMENT_BADS} 例违约的切片不评价；"
        "低估按切片数修正显著性。",
        numbers={"slices": slices},
    )


def _slices(subject: Subject) -> Iterator[tuple[str, Flags]]:
    for i, feature in enumerate(subject.transform.features):
        values = subject.matrix[subject.tested, i]
        gap = np.isnan(values)
        yield f"{feature.wording.label}：缺失", gap
        if feature.kind is FeatureKind.CATEGORICAL or gap.all():
            for place, level in enumerate(feature.levels):
                yield f"{feature.wording.label}：{level}", values == place
            continue
        edges = np.unique(np.quantile(values[~gap], np.linspace(0, 1, _QUARTERS + 1)[1:-1]))
        place = np.searchsorted(edges, values, side="left")
        for number in range(len(edges) + 1):
            yield f"{feature.wording.label}：第 {number + 1} 段", ~gap & (place == number)


def _slice(subject: Subject, name: str, inside: Flags, whole: float) -> dict[str, object]:
    pd, outcome = subject.pd[inside], subject.outcome[inside]
    area = stats.auc(pd, outcome)
    n, bads = len(pd), int(outcome.sum())
    level = limits.GRADE_TEST_LEVEL / (len(subject.transform.features) * (_QUARTERS + 1))
    p = stats.binomial_at_least(bads, n, float(pd.mean()))
    return {
        "slice": name,
        "n": n,
        "bads": bads,
        "auc": area.value,
        "promised": float(pd.mean()),
        "seen": bads / n,
        "weak": area.high < whole - limits.SEGMENT_GAP,
        "short": p < level,
    }


def check_overfit(subject: Subject, _counts: Counts) -> Check:
    """Hold the AUC on rows the model learned from against that on rows it has not seen."""
    code, name = "overfit", "过拟合：训练样本与没见过的样本"
    limit = f"差 ≤ {limits.OVERFIT_GAP}"
    if subject.split is Split.EXTERNAL:
        return Check(
            code=code,
            name=name,
            passed=None,
            value="不评价",
            limit=limit,
            n=0,
            binding=False,
            note="外部表里没有训练过的行。",
        )
    learned = subject.log_odds(subject.matrix)
    judged = ~np.isnan(learned)
    inner = stats.auc(learned[judged], subject.label[judged]).value
    outer = stats.auc(subject.pd, subject.outcome).value
    return Check(
        code=code,
        name=name,
        passed=inner - outer <= limits.OVERFIT_GAP,
        value=f"训练样本 AUC {inner:.3f}，没见过的 {outer:.3f}，差 {inner - outer:.3f}",
        limit=limit,
        n=len(subject.label),
        numbers={"inner": inner, "outer": outer},
    )
