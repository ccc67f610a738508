"""One model version in words: facts, metrics, validation, challengers, search log, history."""

from collections.abc import Mapping, Sequence
from typing import Any

from xinyidai.scoring import service
from xinyidai.scoring.lifecycle import ModelAction
from xinyidai.scoring.models import ModelStep, ModelVersion
from xinyidai.scoring.service import Check, ReportRefused
from xinyidai.web import wording
from xinyidai.web.chrome import format_moment
from xinyidai.web.office.base import Row

METRICS: Mapping[str, str] = {
    "auc": "AUC",
    "ks": "KS",
    "brier": "Brier",
    "log_loss": "对数损失",
    "ece": "校准误差 ECE",
    "slope": "校准斜率",
    "rows": "检验行数",
    "bads": "违约行数",
}
ACTIONS: Mapping[ModelAction, str] = {
    ModelAction.REGISTER: "登记",
    ModelAction.VALIDATE: "验证",
    ModelAction.APPROVE: "批准",
    ModelAction.ACTIVATE: "启用",
    ModelAction.ROLL_BACK: "回滚启用",
    ModelAction.RETIRE: "停用",
}
ALGORITHMS = {"lightgbm": "LightGBM（梯度提升树）", "scorecard": "WoE 评分卡"}
SPLITS = {"out_of_time": "时间外样本", "out_of_fold": "折外样本"}
SEARCHED: Mapping[str, str] = {
    "num_leaves": "叶数",
    "learning_rate": "学习率",
    "min_data_in_leaf": "叶最少行数",
    "feature_fraction": "特征比例",
    "lambda_l2": "L2 正则",
}
SEARCH_COLUMNS: Sequence[Row] = (
    {"key": "name", "label": "试验", "head": True},
    {"key": "stage", "label": "轮次", "num": True},
    {"key": "rows", "label": "行数", "num": True},
    *({"key": key, "label": label, "num": True} for key, label in SEARCHED.items()),
    {"key": "trees", "label": "树数", "num": True},
    {"key": "auc", "label": "AUC", "num": True},
    {"key": "log_loss", "label": "对数损失", "num": True},
    {"key": "chosen", "label": "选中权重", "num": True},
)


def facts(found: ModelVersion) -> list[Row]:
    """Return the version's own facts."""
    signed = "尚未签名" if found.signature is None else f"平台已签名，密钥 {found.signature_key_id}"
    return [
        {"label": "代码和版本", "value": f"{found.code} {found.version}"},
        {"label": "算法", "value": _algorithm(found)},
        {"label": "登记", "value": format_moment(found.registered_at)},
        {"label": "验证", "value": format_moment(found.validated_at)},
        {"label": "批准", "value": format_moment(found.approved_at)},
        {"label": "启用", "value": format_moment(found.activated_at)},
        {"label": "停用", "value": format_moment(found.retired_at)},
        {"label": "清单指纹（SHA-256）", "value": found.manifest_hash},
        {"label": "签名", "value": signed},
    ]


def _algorithm(found: ModelVersion) -> str:
    artefact = service.artefact_of(found)
    code = str(artefact.manifest.get("algorithm", "lightgbm")) if artefact else ""
    return ALGORITHMS.get(code, code or "读不出来")


def tested(found: ModelVersion) -> Mapping[str, object]:
    """Return the metrics on rows that the model had not seen."""
    for name in ("test", "out_of_time", "out_of_fold"):
        numbers = found.metrics.get(name)
        if isinstance(numbers, Mapping):
            return numbers
    return found.metrics


def metric_rows(found: ModelVersion) -> list[Row]:
    """Return the main metrics."""
    numbers = tested(found)
    return [
        {"label": name, "value": number(numbers[code])}
        for code, name in METRICS.items()
        if code in numbers
    ]


def number(value: object) -> str | None:
    """Return a number as pages write it, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def checks_of(found: ModelVersion) -> tuple[list[Row], str]:
    """Return the checks of the validation report, and what is to be said of the whole."""
    try:
        report = service.read_report(found)
    except (ReportRefused, OSError) as refusal:
        return [], f"验证报告读不出来：{refusal}"
    if report is None:
        return [], "还没有针对当前清单的验证报告。"
    verdict = "验证通过" if report.passed else "验证未通过，只能作为参考"
    where = SPLITS.get(report.split, report.split)
    return [_check(check) for check in report.checks], (
        f"{verdict}；{where}，{report.rows:,} 行；{format_moment(report.made_at)}。"
    )


def _check(check: Check) -> Row:
    return {
        "name": check.name,
        "name_sub": check.note,
        "verdict": check.verdict,
        "tone": {True: "ok", False: "error", None: "plain"}[check.passed],
        "value": check.value,
        "limit": check.limit,
        "n": f"{check.n:,}",
    }


def search_of(found: ModelVersion) -> list[Row]:
    """Return the trials of the hyper-parameter search in the order they were made."""
    artefact = service.artefact_of(found)
    document = artefact.extras.get("search.json") if artefact else None
    if not isinstance(document, Mapping):
        return []
    weights = {str(one["name"]): float(one["weight"]) for one in document["chosen"]}
    return [_trial(trial, weights) for trial in document["trials"]]


def _trial(trial: Mapping[str, Any], weights: Mapping[str, float]) -> Row:
    params = {key: number(trial["params"].get(key)) for key in SEARCHED}
    weight = weights.get(str(trial["name"]))
    return {
        "name": trial["name"],
        "stage": trial["stage"],
        "rows": number(trial["rows"]),
        "trees": number(trial["trees"]),
        "auc": number(trial["auc"]),
        "log_loss": number(trial["log_loss"]),
        "chosen": None if weight is None else f"{weight:.0%}",
        **params,
    }


def events(steps: Sequence[ModelStep]) -> list[Row]:
    """Return the history, newest first: who, when, what, why, and what it rested on."""
    return [
        {
            "at": format_moment(step.taken_at),
            "who": f"{step.actor_name}（{wording.ROLES[step.role]}）",
            "title": _title(step),
            "text": "；".join(filter(None, (step.opinion, _rested_on(step)))),
            "tone": "stop" if step.action is ModelAction.RETIRE else "",
        }
        for step in reversed(steps)
    ]


def _title(step: ModelStep) -> str:
    if "replaced_by" in step.details:
        return "被替换停用"
    return ACTIONS[step.action]


def _rested_on(step: ModelStep) -> str:
    details = step.details
    if details.get("unmet"):
        return "只作参考：" + "；".join(details["unmet"])
    if "replaced_by" in details:
        return f"由 {details['replaced_by']} 接替"
    if "replaces" in details:
        return f"替换 {details['replaces']}"
    if "validation_sha256" in details:
        return f"验证报告指纹 {details['validation_sha256'][:12]}…"
    return ""
