"""Words and values of joint checks, 联合奖惩核查."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from xinyidai.credit_lists.values import Membership


class RowShelf(StrEnum):
    """What became of a row of a checked file: an outcome, or that it was not checked, 核查行."""

    SERIOUS = "serious"  # 命中严重失信主体名单
    HONOUR = "honour"  # 命中红名单
    NONE = "none"  # 未命中
    INSUFFICIENT = "insufficient"  # 数据不足
    UNCHECKED = "unchecked"  # 错码或重复，没有核查


class CheckOutcome(StrEnum):
    """What a check found, 核查结果."""

    SERIOUS = "serious"  # 命中严重失信主体名单
    HONOUR = "honour"  # 命中红名单
    NONE = "none"  # 未命中
    INSUFFICIENT = "insufficient"  # 数据不足


class CheckState(StrEnum):
    """How far the loop of a check has come, 核查状态."""

    ANSWERED = "answered"  # 已响应，待处置
    HANDLED = "handled"  # 已处置，待反馈
    CLOSED = "closed"  # 已办结


class CheckAction(StrEnum):
    """The four steps of a check, 四步闭环; the audit tag is `joint_check:<value>`."""

    REQUEST = "request"  # 发起
    ANSWER = "answer"  # 响应
    HANDLE = "handle"  # 处置
    FEEDBACK = "feedback"  # 反馈


class CheckChannel(StrEnum):
    """Where a check came from, 核查渠道."""

    PAGE = "page"  # 页面
    FILE = "file"  # 批量
    API = "api"  # 接口
    AUTOMATIC = "automatic"  # 自动核查


class HandlingDecision(StrEnum):
    """What was done with the result of a check, 处置."""

    APPLIED = "applied"  # 已采取措施
    NOT_APPLIED = "not_applied"  # 未采取措施


class Gap(StrEnum):
    """Why nobody may say 未命中, 数据不足的原因."""

    UNKNOWN_FIRM = "unknown_firm"  # 平台没有这家企业
    NEVER_COLLECTED = "never_collected"  # 来源从未归集
    STALE = "stale"  # 来源过期未更新
    UNRELEASED = "unreleased"  # 有记录尚未经批次核对


OUTCOME_NAMES: Mapping[CheckOutcome, str] = {
    CheckOutcome.SERIOUS: "命中严重失信主体名单",
    CheckOutcome.HONOUR: "命中红名单",
    CheckOutcome.NONE: "未命中",
    CheckOutcome.INSUFFICIENT: "数据不足",
}
STATE_NAMES: Mapping[CheckState, str] = {
    CheckState.ANSWERED: "待处置",
    CheckState.HANDLED: "已处置，待反馈",
    CheckState.CLOSED: "已办结",
}
ACTION_NAMES: Mapping[CheckAction, str] = {
    CheckAction.REQUEST: "发起核查",
    CheckAction.ANSWER: "平台响应",
    CheckAction.HANDLE: "处置",
    CheckAction.FEEDBACK: "反馈办结",
}
CHANNEL_NAMES: Mapping[CheckChannel, str] = {
    CheckChannel.PAGE: "页面",
    CheckChannel.FILE: "批量",
    CheckChannel.API: "接口",
    CheckChannel.AUTOMATIC: "自动核查",
}
DECISION_NAMES: Mapping[HandlingDecision, str] = {
    HandlingDecision.APPLIED: "已采取措施",
    HandlingDecision.NOT_APPLIED: "未采取措施",
}
OPEN_STATES = frozenset({CheckState.ANSWERED, CheckState.HANDLED})


@dataclass(frozen=True, kw_only=True)
class CheckOrder:
    """Whom to check, for what: a code or a full name, an occasion of the list, a case number.

    `request_key` names the order, so that sending it again is answered by the first check.
    """

    occasion: str
    case_no: str
    uscc: str = ""
    name: str = ""
    request_key: str | None = None
    channel: CheckChannel = CheckChannel.PAGE


@dataclass(frozen=True, kw_only=True)
class BatchOrder:
    """A file or list of codes to check for one occasion."""

    occasion: str
    case_no: str
    content: bytes
    file_name: str
    request_key: str


@dataclass(frozen=True, kw_only=True)
class ScreenOrder:
    """A check that another use case makes by itself, 自动核查."""

    enterprise_id: UUID
    occasion: str
    case_no: str


@dataclass(frozen=True, kw_only=True)
class Handling:
    """What a department did: measures of the catalogue by code, or none and why."""

    decision: HandlingDecision
    measures: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Missing:
    """One reason for 数据不足, in words for whoever asked."""

    gap: Gap
    text: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a check says: lists, what applies on the occasion, and what could not be said."""

    outcome: CheckOutcome
    hits: tuple[Membership, ...]
    measures: tuple[str, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class CodeRow:
    """One row of a file of codes; `fault` says what is wrong with it, empty when nothing is."""

    number: int
    given: str
    uscc: str
    fault: str
