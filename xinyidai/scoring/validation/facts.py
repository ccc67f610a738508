"""Facts for the validation pack (验证包): what a validator asks beyond the checks.

Every function takes the subject alone and returns plain values under Chinese names, so that a page,
a PDF and a script show the same.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Any

import numpy as np

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import KINDS
from xinyidai.scoring import artefacts, rules
from xinyidai.scoring.artefacts import Algorithm
from xinyidai.scoring.training.fit import TreeParams, fit_booster
from xinyidai.scoring.training.spec import TrainingSpec
from xinyidai.scoring.validation import process_facts
from xinyidai.scoring.validation.calibrating import margin_facts
from xinyidai.scoring.validation.drift import psi
from xinyidai.scoring.validation.periods import is_later
from xinyidai.scoring.validation.process_facts import STATES
from xinyidai.scoring.validation.segments import segmentations
from xinyidai.scoring.validation.subject import SPLIT_NAMES, Subject, items_of, training_of
from xinyidai.scoring.values import MissingPolicy

Facts = dict[str, Any]
_DIRECTIONS = {1: "越大风险越高", -1: "越大风险越低", 0: "不限定"}
_YEAR = 4
_POLICIES = {
    MissingPolicy.PLACED: "放到学到的位置（placed）",
    MissingPolicy.NATIVE: "由模型自行处理（native），只能作参考",
}
_LIBRARIES = ("lightgbm", "numpy", "scikit-learn", "duckdb", "typst")


def use(subject: Subject) -> Facts:
    """Return what the model is for, by its own specification."""
    spec = subject.table.spec
    return {
        "模型": f"{subject.artefact.code} {subject.artefact.version}（{subject.artefact.title}）",
        "用途": spec.purpose or "未说明",
        "适用": "、".join(spec.fit_for) or "未说明",
        "不适用": "、".join(spec.not_fit_for) or "未说明",
        "登记状态": STATES[subject.artefact.state],
        "用虚构数据训练": "是" if subject.artefact.is_demo else "否",
    }


def target(subject: Subject) -> Facts:
    """Return what counts as default."""
    label = subject.table.spec.label
    return {
        "结果列": label.column,
        "表示违约的值": label.positive,
        "含义": label.meaning,
        "样本行数": len(subject.label),
        "违约": int(subject.label.sum()),
        "不确定的结果": "表里没有；结果列只有两种值，有空值的表拒绝训练",
    }


def population(subject: Subject) -> Facts:
    """Return who is in the table, by what its specification says."""
    return {
        "行数": len(subject.label),
        "违约率": round(float(subject.label.mean()), 6),
        **{str(name): str(text) for name, text in subject.table.spec.data.items()},
        "被拒绝的申请": "表里没有",
    }


def lineage(subject: Subject) -> Facts:
    """Say where the data come from and whether one column alone knows too much."""
    metrics = subject.artefact.metrics
    alone = metrics.get("auc_alone")
    best = max(alone.items(), key=lambda pair: pair[1]) if isinstance(alone, Mapping) else None
    return {
        "表": subject.raw.name,
        "表的 SHA-256": subject.raw.sha256,
        "排除的列": "、".join(subject.table.spec.exclude) or "没有",
        "疑似泄露的特征": json.dumps(metrics["leaks"], ensure_ascii=False)
        if metrics.get("leaks")
        else "没有",
        "单独 AUC 最高的特征": f"{best[0]} {best[1]:.3f}" if best else "没有记载",
        "泄露检查的界限": rules.LEAK_AUC,
        "各特征的来源": [_source(f.name, f.wording.label) for f in subject.transform.features],
    }


def _source(name: str, label: str) -> dict[str, str]:
    known = indicator_dictionary().indicators.get(name)
    if known is None:
        return {"特征": label, "记录种类": "表里自带", "时间窗": "不适用"}
    window = f"近 {known.window_months} 个月" if known.window_months else "截至决定日"
    kinds = "、".join(KINDS[kind].name for kind in known.kinds)
    return {"特征": label, "记录种类": kinds, "时间窗": window}


def sample(subject: Subject) -> Facts:
    """Count goods and bads by year and by group."""
    found: Facts = {
        "全部": f"{len(subject.label):,} 行，违约 {int(subject.label.sum()):,}",
        "检验方式": SPLIT_NAMES[subject.split],
        "用来检验的": f"{len(subject.pd):,} 行，违约 {int(subject.outcome.sum()):,}",
    }
    if subject.times is not None:
        years = np.array([str(value)[:_YEAR] for value in subject.times.tolist()])
        found["按年"] = [_counted(str(y), subject.label[years == y]) for y in np.unique(years)]
    found["按群（检验样本）"] = [
        _counted(f"{axis.axis}：{name}", subject.outcome[axis.inside(name)])
        for axis in segmentations(subject)
        for name in axis.names
    ]
    return found


def _counted(name: str, label: np.ndarray[Any, Any]) -> dict[str, object]:
    bads, n = int(label.sum()), len(label)
    return {"分组": name, "好": n - bads, "坏": bads, "违约率": round(bads / n, 4) if n else None}


def variables(subject: Subject) -> Facts:
    """List every feature with its sign, its reason, its legal basis and its stability."""
    later = is_later(subject)
    return {
        "特征": [
            {
                "代码": f.name,
                "名称": f.wording.label,
                "方向": _DIRECTIONS[f.monotone],
                "理由": f.justification or "没有写明",
                "依据": _legal(f.name),
                "PSI": None
                if later is None
                else round(psi(subject.matrix[~later, i], subject.matrix[later, i]).value, 4),
            }
            for i, f in enumerate(subject.table.spec.features)
        ]
    }


def _legal(name: str) -> str:
    known = indicator_dictionary().indicators.get(name)
    return known.legal if known is not None else "表里自带，由提供方说明"


def challengers(subject: Subject) -> Facts:
    """Return what training wrote down about simpler models on the same data."""
    return _optional(subject, "challengers.json", "没有随模型保存的挑战模型结果")


def search(subject: Subject) -> Facts:
    """Return the settings, and the log of the search for them where there was one."""
    training = training_of(subject.artefact)
    found: Facts = {"参数": dict(training["params"]), "种子": training["seed"]}
    return found | _optional(subject, "search.json", "没有搜索记录：参数由规格指定")


def _optional(subject: Subject, name: str, otherwise: str) -> Facts:
    """Return an optional hashed file of the artefact; what the manifest does not list is none."""
    return {"记录": subject.artefact.extras.get(name, otherwise)}


def rebuild(subject: Subject) -> Facts:
    """Fit the final trees again from table and manifest and compare them byte for byte."""
    training, manifest = training_of(subject.artefact), subject.artefact.manifest
    found: Facts = {
        "清单的 SHA-256": subject.artefact.manifest_hash,
        "库": [
            {"名称": name, "训练时": then, "现在": _version(name)}
            for name, then in dict(training["libraries"]).items()
        ],
        "训练时的 Python": training["python"],
    }
    if subject.raw.sha256 != training["table_sha256"]:
        return found | {"重建": "不是训练时的表，不能重建"}
    if subject.artefact.algorithm is Algorithm.SCORECARD:
        return found | {"重建": "评分卡用 model rebuild 整体重建并逐个文件比对"}
    booster = fit_booster(
        subject.transform.matrix(subject.matrix),
        subject.label,
        subject.transform,
        TreeParams(**training["params"]),
        seed=int(training["seed"]),
        times=subject.times if training["spec"].get("time_column") else None,
    )
    digest = hashlib.sha256(booster.model_to_string().encode()).hexdigest()
    same = digest == manifest["files"]["model.txt"]  # type: ignore[index]  # checked when loaded
    return found | {"重建的模型文件 SHA-256": digest, "与清单相同": "是" if same else "否"}


def missing(subject: Subject) -> Facts:
    """Say how often each feature is absent and where a gap stands."""
    return {
        "缺失处理": _POLICIES[subject.transform.policy],
        "未授权": "取该特征范围内最差的值",
        "核心特征不足时": f"少于 {subject.transform.min_core} 项不评分，显示数据不足",
        "特征": [
            {
                "名称": f.wording.label,
                "缺失率": round(float(np.isnan(subject.matrix[:, i]).mean()), 4),
                "没有记录时放在": None if f.placed is None else f.wording.value_text(f.placed),
                "未授权时取": f.wording.value_text(f.worst) if f.sign else None,
                "核心": "是" if f.core else "",
            }
            for i, f in enumerate(subject.transform.features)
        ],
        "企业可以分别授权的数据项": [
            {"数据项": name, "特征数": len(columns)}
            for name, columns in items_of(subject.transform.names).items()
        ],
    }


def margin(subject: Subject) -> Facts:
    """Return how much caution lies in the probabilities."""
    return margin_facts(subject)


def scale(_subject: Subject) -> Facts:
    """Return the master scale and the points."""
    bands = rules.MASTER_SCALES[rules.MASTER_SCALE_VERSION]
    return {
        "标尺版本": rules.MASTER_SCALE_VERSION,
        "等级": [
            {"等级": grade.value, "违约概率低于": end if end <= 1 else "没有上限"}
            for grade, end in bands
        ],
        "分数": f"{rules.LOWEST_POINTS}–{rules.HIGHEST_POINTS}，好坏比 {rules.BASE_ODDS:.0f}:1 "
        f"为 {rules.BASE_POINTS} 分，好坏比每翻一倍加 {rules.POINTS_TO_DOUBLE_ODDS} 分",
    }


def versions(subject: Subject) -> Facts:
    """Return the versions of this model that came with the product."""
    return {
        "随产品发布的版本": [
            {"版本": found.version, "状态": STATES[found.state], "清单": found.manifest_hash[:16]}
            for found in map(artefacts.load, artefacts.list_shipped())
            if found.code == subject.artefact.code
        ],
        "启用的障碍": "；".join(subject.artefact.obstacles) or "没有",
    }


def components(_subject: Subject) -> Facts:
    """List third-party libraries as installed now."""
    return {"组件": [{"名称": name, "版本": _version(name)} for name in _LIBRARIES]}


def sandbox(subject: Subject) -> Facts:
    """Say how a bank computes everything again on its own book."""
    spec: TrainingSpec = subject.table.spec
    return {
        "命令": f"xinyidai model validate {subject.artefact.code}/{subject.artefact.version} "
        "--table 自己的标注表.csv.gz --out 验证包",
        "表须有的列": "、".join([spec.label.column, *(f.name for f in spec.features)]),
        "结果列表示违约的值": spec.label.positive,
        "数据去向": "只在本机计算，不连数据库，不上传",
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "没有安装"


FACTS: Mapping[str, Callable[[Subject], Facts]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            use,
            target,
            population,
            lineage,
            sample,
            variables,
            challengers,
            search,
            rebuild,
            missing,
            margin,
            scale,
            versions,
            components,
            sandbox,
            process_facts.access,
            process_facts.steps,
            process_facts.thresholds,
            process_facts.standing,
        )
    }
)
