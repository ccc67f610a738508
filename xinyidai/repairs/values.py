"""Words and values of credit repair, 信用修复."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xinyidai.catalogue.values import RecordKind, RepairClass
from xinyidai.credit_records.values import Fact


class RepairState(StrEnum):
    """Where an application for repair stands, 修复状态."""

    SUBMITTED = "submitted"  # 已申请
    RETURNED = "returned"  # 退回补正
    CHECKED = "checked"  # 审核通过
    HANDED_OVER = "handed_over"  # 已转信用中国
    REPAIRED = "repaired"  # 已修复
    REFUSED = "refused"  # 不予修复
    WITHDRAWN = "withdrawn"  # 已撤回


class RepairAction(StrEnum):
    """What is done to an application; the audit tag is `repair:<value>`, 修复操作."""

    SUBMIT = "submit"  # 申请
    CHECK = "check"  # 审核通过
    RETURN = "return"  # 退回补正
    RESUBMIT = "resubmit"  # 补正后再提交
    HAND_OVER = "hand_over"  # 转信用中国
    REPAIR = "repair"  # 登记修复
    REFUSE = "refuse"  # 不予修复
    WITHDRAW = "withdraw"  # 撤回


class RepairChannel(StrEnum):
    """Where an application came in, 办理渠道."""

    ONLINE = "online"  # 网上
    COUNTER = "counter"  # 窗口


S, A = RepairState, RepairAction
OPEN_STATES = frozenset({S.SUBMITTED, S.RETURNED, S.CHECKED, S.HANDED_OVER})

STATE_NAMES: Mapping[RepairState, str] = {
    S.SUBMITTED: "待审核",
    S.RETURNED: "退回补正",
    S.CHECKED: "审核通过，待转办",
    S.HANDED_OVER: "信用中国办理中",
    S.REPAIRED: "已修复",
    S.REFUSED: "不予修复",
    S.WITHDRAWN: "已撤回",
}
ACTION_NAMES: Mapping[RepairAction, str] = {
    A.SUBMIT: "提交申请",
    A.CHECK: "审核通过",
    A.RETURN: "退回补正",
    A.RESUBMIT: "补正后提交",
    A.HAND_OVER: "转“信用中国”",
    A.REPAIR: "修复完成",
    A.REFUSE: "不予修复",
    A.WITHDRAW: "企业撤回",
}
CLASS_NAMES: Mapping[RepairClass, str] = {
    RepairClass.MINOR: "轻微",
    RepairClass.GENERAL: "一般",
    RepairClass.SERIOUS: "严重",
}
CHANNEL_NAMES: Mapping[RepairChannel, str] = {
    RepairChannel.ONLINE: "网上",
    RepairChannel.COUNTER: "窗口代办",
}


@dataclass(frozen=True, kw_only=True)
class RepairClaim:
    """What the firm declares: the duty is fulfilled and how, and the commitment it signed."""

    duty_note: str
    signed_name: str
    has_signed: bool


@dataclass(frozen=True)
class Repairable:
    """A negative record of the firm with its class and the earliest day of an application."""

    fact: Fact
    kind: RecordKind
    grade: RepairClass
    earliest_on: date
    is_open: bool = False
