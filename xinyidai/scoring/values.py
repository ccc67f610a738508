"""Words of the score: grades, states, reasons and what a scoring run returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from xinyidai.catalogue.missing import Missing, MissingCause

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

IndicatorInput = float | str | Missing
"""One indicator as the score receives it: a number, a category, or the reason for its absence."""

ModelKey = tuple[str, str]
"""Code and version of a model."""


class ModelState(StrEnum):
    """State of a model version, 模型版本状态."""

    CANDIDATE = "candidate"  # 候选
    VALIDATED = "validated"  # 已验证
    APPROVED = "approved"  # 已批准
    ACTIVE = "active"  # 启用中
    RETIRED = "retired"  # 已停用
    REFERENCE = "reference"  # 参考，不用于企业


class BatchLookState(StrEnum):
    """How far a batch of looks has come, 批量查询状态."""

    QUEUED = "queued"  # 排队中
    RUNNING = "running"  # 查询中
    FINISHED = "finished"  # 已完成


class Grade(StrEnum):
    """Credit grade on the master scale, 信用等级; best first."""

    AAA = "AAA"  # 极低风险
    AA = "AA"  # 很低风险
    A = "A"  # 低风险
    BBB = "BBB"  # 较低风险
    BB = "BB"  # 中等风险
    B = "B"  # 中等偏高风险
    CCC = "CCC"  # 较高风险
    CC = "CC"  # 高风险
    C = "C"  # 很高风险
    D = "D"  # 极高风险


class FeatureKind(StrEnum):
    """How a feature is read, 特征类型."""

    NUMERIC = "numeric"  # 数值
    CATEGORICAL = "categorical"  # 类别


class MissingPolicy(StrEnum):
    """What a model does with an absent value, 缺失处理."""

    PLACED = "placed"  # 放到学到的位置；未授权取最差值
    NATIVE = "native"  # 由模型自行处理，仅限参考模型


class ValueFormat(StrEnum):
    """How a value is shown in a reason, 显示方式."""

    NUMBER = "number"  # 数字
    SHARE = "share"  # 比例
    FEN = "fen"  # 金额（分）


@dataclass(frozen=True)
class Reason:
    """One true adverse reason, 扣分原因; `contribution` is in calibrated log-odds of default.

    `source` names the records it rests on in Chinese and `source_on` (ISO) the newest one's day;
    both are empty for a model whose features are no indicators.
    """

    feature: str
    label: str
    text: str
    value_text: str
    contribution: float
    missing: MissingCause | None
    suggestion: str
    source: str = ""
    source_on: str | None = None


@dataclass(frozen=True)
class Lacking:
    """A core indicator that is absent, so that no score can be given."""

    feature: str
    label: str
    cause: MissingCause
    suggestion: str


@dataclass(frozen=True)
class ScoreOutcome:
    """What a model says about one firm; with `insufficient` (数据不足) there is no risk to show.

    `pd` is the calibrated probability of default, `points` run from 300 to 900, higher is better.
    """

    model_code: str
    model_version: str
    pd: float | None
    grade: Grade | None
    points: int | None
    reasons: tuple[Reason, ...]
    insufficient: bool
    lacking: tuple[Lacking, ...]
    missing: Mapping[str, MissingCause]


@dataclass(frozen=True)
class BatchScores:
    """Scores of many firms, one position each; where `insufficient`, pd is NaN and points 0."""

    pd: Floats
    log_odds: Floats
    points: NDArray[np.int64]
    grades: tuple[Grade | None, ...]
    insufficient: Flags
