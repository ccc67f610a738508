"""Parts of the model card (模型说明) about challengers, segments and what the data check found."""

from collections.abc import Sequence

from xinyidai.scoring.training.challengers import CARD, EBM, TREES, Challenge
from xinyidai.scoring.training.data_checks import Finding
from xinyidai.scoring.training.segments import Segment

_NAMES = {TREES: "LightGBM", CARD: "WoE 评分卡（optbinning）", EBM: "EBM"}
_SPLITS = {"out_of_time": "时间外的最后一段", "out_of_fold": "折外的全部行"}


def challengers_text(challenge: Challenge | None) -> str:
    """Say by how much the trees win and what follows from it."""
    if challenge is None:
        return ""
    rows = [
        f"| {_NAMES[name]} | {m.auc:.4f} | {m.ks:.4f} | {m.brier:.4f} | {m.slope:.3f} |"
        for name, m in challenge.metrics.items()
    ]
    gains = [
        f"- 比 {_NAMES[name]} 高 {gain.value:+.4f}（95 % 区间 {gain.low:+.4f} 到 {gain.high:+.4f}）"
        for name, gain in challenge.gains.items()
    ]
    skipped = [f"- {_NAMES[name]}：{why}" for name, why in challenge.skipped.items()]
    verdict = (
        "**LightGBM 没有明显胜过评分卡（区间下限不大于 0），因此本制品是评分卡，"
        "LightGBM 只作挑战者。**"
        if challenge.card_wins
        else "LightGBM 胜过评分卡（区间下限大于 0），因此本制品是 LightGBM。"
    )
    head = "| 模型 | AUC | KS | Brier | 校准斜率 |"
    return "\n".join(
        [
            "## 与挑战者模型比较",
            "",
            f"同样的数据和划分，在{_SPLITS[challenge.split]}上比较。",
            "",
            head,
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            "LightGBM 的 AUC：",
            "",
            *gains,
            *skipped,
            "",
            verdict,
        ]
    )


def segments_text(segments: Sequence[Segment]) -> str:
    """Show how the model does in each segment; a small one gets no verdict."""
    if not segments:
        return ""
    rows = []
    for one in segments:
        auc = (
            "样本太少，不评价"
            if one.auc is None
            else f"{one.auc['value']:.3f}（{one.auc['low']:.3f}–{one.auc['high']:.3f}）"
        )
        rate = f"{one.bads / one.rows:.2%} / {one.promised:.2%}"
        rows.append(f"| {one.by} | {one.name} | {one.rows} | {rate} | {auc} |")
    return "\n".join(
        [
            "## 分群效果",
            "",
            "| 分群 | 组 | 行数 | 违约率 实际 / 预计 | AUC（95 % 区间） |",
            "| --- | --- | --- | --- | --- |",
            *rows,
        ]
    )


def findings_text(findings: Sequence[Finding]) -> str:
    """List what the data check found, in its own words."""
    lines = [f"- {finding.text}" for finding in findings] or ["- 没有发现问题。"]
    return "\n".join(["## 数据检查", "", *lines])
