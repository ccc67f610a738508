"""Words and values of objections, 异议."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from xinyidai.catalogue.objections import ObjectionSubject


class ObjectionState(StrEnum):
    """Where an objection stands, 异议状态."""

    SUBMITTED = "submitted"  # 已提交
    ACCEPTED = "accepted"  # 已受理
    MARKED = "marked"  # 已标注
    AT_SOURCE = "at_source"  # 来源核实中
    UPHELD = "upheld"  # 异议成立
    REJECTED = "rejected"  # 异议不成立
    WITHDRAWN = "withdrawn"  # 已撤回
    CLOSED = "closed"  # 已办结


class ObjectionAction(StrEnum):
    """What is done to an objection; the audit tag is `objection:<value>`, 异议操作."""

    SUBMIT = "submit"  # 提交
    ACCEPT = "accept"  # 受理
    DISMISS = "dismiss"  # 不予受理
    MARK = "mark"  # 标注异议中
    ROUTE = "route"  # 转来源核实
    ASK = "ask"  # 要求补充
    SUPPLY = "supply"  # 补充说明
    RESUME = "resume"  # 恢复计时
    ESCALATE = "escalate"  # 超期督办
    UPHOLD = "uphold"  # 认定成立
    REJECT = "reject"  # 认定不成立
    WITHDRAW = "withdraw"  # 撤回
    CLOSE = "close"  # 办结


class ObjectionOutcome(StrEnum):
    """What came of an objection, 异议结果."""

    CORRECTED = "corrected"  # 已更正
    WITHDRAWN_BY_SOURCE = "withdrawn_by_source"  # 已撤销
    GONE_BEFORE = "gone_before"  # 已不再使用
    REMEDIED = "remedied"  # 已处理
    MAINTAINED = "maintained"  # 维持
    DISMISSED = "dismissed"  # 不予受理


class Remedy(StrEnum):
    """How a source puts a record right when it agrees, 处理方式."""

    CORRECT = "correct"  # 更正内容
    WITHDRAW = "withdraw"  # 撤销这条记录
    OTHER = "other"  # 其他处理


class Channel(StrEnum):
    """Where an application came in, 办理渠道."""

    ONLINE = "online"  # 网上
    COUNTER = "counter"  # 窗口


S, A = ObjectionState, ObjectionAction
# From the acceptance to the answer everything that shows the record says 异议中.
MARKED_STATES = frozenset({S.ACCEPTED, S.MARKED, S.AT_SOURCE})
OPEN_STATES = MARKED_STATES | {S.SUBMITTED}
ANSWERED_STATES = frozenset({S.UPHELD, S.REJECTED})

STATE_NAMES: Mapping[ObjectionState, str] = {
    S.SUBMITTED: "已提交",
    S.ACCEPTED: "已受理",
    S.MARKED: "已标注",
    S.AT_SOURCE: "来源核实中",
    S.UPHELD: "异议成立",
    S.REJECTED: "异议不成立",
    S.WITHDRAWN: "已撤回",
    S.CLOSED: "已办结",
}
ACTION_NAMES: Mapping[ObjectionAction, str] = {
    A.SUBMIT: "提交异议",
    A.ACCEPT: "信用办受理",
    A.DISMISS: "不予受理",
    A.MARK: "标注“异议中”",
    A.ROUTE: "转来源核实",
    A.ASK: "要求补充说明",
    A.SUPPLY: "企业补充说明",
    A.RESUME: "恢复计时",
    A.ESCALATE: "超期督办",
    A.UPHOLD: "异议成立",
    A.REJECT: "异议不成立",
    A.WITHDRAW: "企业撤回",
    A.CLOSE: "办结",
}
OUTCOME_NAMES: Mapping[ObjectionOutcome, str] = {
    ObjectionOutcome.CORRECTED: "记录已更正",
    ObjectionOutcome.WITHDRAWN_BY_SOURCE: "记录已撤销",
    ObjectionOutcome.GONE_BEFORE: "记录已不再使用",
    ObjectionOutcome.REMEDIED: "已处理",
    ObjectionOutcome.MAINTAINED: "经核实维持",
    ObjectionOutcome.DISMISSED: "不予受理",
}
REMEDY_NAMES: Mapping[Remedy, str] = {
    Remedy.CORRECT: "更正内容",
    Remedy.WITHDRAW: "撤销这条记录",
    Remedy.OTHER: "已按说明处理",
}
CHANNEL_NAMES: Mapping[Channel, str] = {Channel.ONLINE: "网上", Channel.COUNTER: "窗口代办"}


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is objected to: a record by id, a kind, a look by its event, or another item."""

    subject: ObjectionSubject
    item: str = ""
    record_id: int | None = None
    event_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Why, in the firm's words; `reason` is a code of the catalogue."""

    reason: str
    statement: str


@dataclass(frozen=True)
class Marks:
    """Which records of one firm are under objection, by their names through all versions."""

    keys: frozenset[str]
    kinds: frozenset[str]
