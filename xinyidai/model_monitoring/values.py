"""Words of model monitoring: labels from outcomes, alarms and their states."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xinyidai.scoring.validation.drift import DriftVerdict

__all__ = [
    "ALARM_NAMES",
    "AlarmAction",
    "AlarmKind",
    "AlarmState",
    "DriftVerdict",
    "LeftOut",
    "OutcomeLabel",
    "Raised",
]


class OutcomeLabel(StrEnum):
    """What a loan's outcome says within the label window, 表现标签."""

    BAD = "bad"  # 违约
    GOOD = "good"  # 正常
    INDETERMINATE = "indeterminate"  # 不确定：逾期 31 至 89 天
    IMMATURE = "immature"  # 表现期未满
    UNREPORTED = "unreported"  # 表现期内报告不全


class LeftOut(StrEnum):
    """Why a loan is not in an export of labels, 未导出的原因."""

    NOT_AUTHORIZED = "not_authorized"  # 企业没有有效的“模型训练”授权
    BEFORE_AUTHORIZED_PERIOD = "before_authorized_period"  # 早于授权的数据起始日
    NO_SNAPSHOT = "no_snapshot"  # 决定日没有留存的画像
    INDETERMINATE = "indeterminate"  # 不确定
    IMMATURE = "immature"  # 表现期未满
    UNREPORTED = "unreported"  # 报告不全


class AlarmKind(StrEnum):
    """What an alarm is about, 预警类别."""

    FEATURE_DRIFT = "feature_drift"  # 指标漂移
    NEW_CATEGORY = "new_category"  # 出现新类别
    MISSING_SHARE = "missing_share"  # 缺失率上升
    SCORE_DRIFT = "score_drift"  # 评分漂移
    EXPECTED_AUC = "expected_auc"  # 估计区分能力下降
    EXPECTED_BAD_RATE = "expected_bad_rate"  # 估计违约率变化
    REAL_AUC = "real_auc"  # 实际区分能力下降
    REAL_BAD_RATE = "real_bad_rate"  # 实际违约率偏离


ALARM_NAMES: Mapping[AlarmKind, str] = {
    AlarmKind.FEATURE_DRIFT: "指标漂移",
    AlarmKind.NEW_CATEGORY: "出现新类别",
    AlarmKind.MISSING_SHARE: "缺失率上升",
    AlarmKind.SCORE_DRIFT: "评分漂移",
    AlarmKind.EXPECTED_AUC: "估计区分能力下降",
    AlarmKind.EXPECTED_BAD_RATE: "估计违约率变化",
    AlarmKind.REAL_AUC: "实际区分能力下降",
    AlarmKind.REAL_BAD_RATE: "实际违约率偏离",
}


class AlarmState(StrEnum):
    """How far an alarm is handled, 预警状态."""

    OPEN = "open"  # 待认领
    TAKEN = "taken"  # 处理中
    CLOSED = "closed"  # 已关闭


class AlarmAction(StrEnum):
    """What is done to an alarm; the audit tag is `model_alarm:<value>`."""

    TAKE = "take"  # 认领
    CLOSE = "close"  # 关闭


@dataclass(frozen=True)
class Raised:
    """An alarm to be raised: kind, feature code (empty: the whole model) and its numbers."""

    kind: AlarmKind
    feature: str
    facts: Mapping[str, object]
