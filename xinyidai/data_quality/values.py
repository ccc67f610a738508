"""Words and values of data quality, 数据质量."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class Measure(StrEnum):
    """The three rates of 双公示, 三率."""

    REPORTING = "reporting"  # 上报率
    COMPLIANCE = "compliance"  # 合规率
    TIMELINESS = "timeliness"  # 及时率


MEASURE_NAMES: Mapping[Measure, str] = {
    Measure.REPORTING: "上报率",
    Measure.COMPLIANCE: "合规率",
    Measure.TIMELINESS: "及时率",
}
# What each rate counts, for pages and bulletins; docs/data-quality.md says it at length.
MEASURE_TEXTS: Mapping[Measure, str] = {
    Measure.REPORTING: "已报 ÷ 应报。应报 = 按目录更新周期在当月到期的报送次数"
    " + 决定日在当月、从其他来源得知的决定数",
    Measure.COMPLIANCE: "通过行数 ÷ 报送行数，按收到日所在月。未变化的行重复报送不计",
    Measure.TIMELINESS: "决定后 7 个工作日内报到的条数 ÷ 报到的条数"
    "（十公示类别，存量不计），按首次收到日所在月",
}
UNASSIGNED = ""  # figures of sources that are no department of the city
UNASSIGNED_NAME = "未对应部门的来源"


class SuspectState(StrEnum):
    """How far a suspected concealment is, 瞒报疑点状态."""

    OPEN = "open"  # 待说明
    EXPLAINED = "explained"  # 已说明，待核
    CLOSED = "closed"  # 已了结


class SuspectAction(StrEnum):
    """What is done to a suspect; the audit tag is `suspect:<value>`, 疑点操作."""

    FIND = "find"  # 系统发现
    EXPLAIN = "explain"  # 部门说明
    CLOSE = "close"  # 信用办了结
    SETTLE = "settle"  # 补报后自动了结


class SuspectOutcome(StrEnum):
    """What came of a suspect; never a verdict, 了结结果."""

    EXCLUDED = "excluded"  # 排除疑点
    REPORTED = "reported"  # 已补报
    HANDED_ON = "handed_on"  # 移交有关部门核查


class TicketSubject(StrEnum):
    """What a correction ticket is about, 纠错单对象."""

    DELIVERY = "delivery"  # 退回的报送行
    WAITING_NAME = "waiting_name"  # 待核名
    FIRM_CODE = "firm_code"  # 企业代码


class TicketState(StrEnum):
    """How far a correction ticket is, 纠错单状态."""

    OPENED = "opened"  # 已建单
    SENT = "sent"  # 待答复
    CORRECTED = "corrected"  # 已更正，待核验
    KEPT = "kept"  # 维持原数据，待核
    VERIFIED = "verified"  # 已核验
    CLOSED = "closed"  # 已办结
    CANCELLED = "cancelled"  # 已撤销


class TicketAction(StrEnum):
    """What is done to a ticket; the audit tag is `correction_ticket:<value>`, 纠错单操作."""

    OPEN = "open"  # 建单
    SEND = "send"  # 转来源部门
    CORRECT = "correct"  # 答复已更正
    KEEP = "keep"  # 答复维持
    RETURN = "return"  # 退回重办
    ESCALATE = "escalate"  # 超期督办
    VERIFY = "verify"  # 核验通过
    CLOSE = "close"  # 办结
    CANCEL = "cancel"  # 撤销


class CoverageState(StrEnum):
    """Whether a firm has facts of a domain, 覆盖状态."""

    HAVE = "have"  # 有
    STALE = "stale"  # 过期
    MISSING = "missing"  # 缺失


class Period(StrEnum):
    """What a score is for, 评价周期."""

    MONTH = "month"  # 月度
    QUARTER = "quarter"  # 季度评估
    YEAR = "year"  # 年度考核


class SourceState(StrEnum):
    """Whether a source delivers a kind as often as the catalogue says, 更新状态."""

    FRESH = "fresh"  # 按期更新
    LATE = "late"  # 超过周期
    NEVER = "never"  # 从未报送


SUSPECT_NAMES: Mapping[SuspectState, str] = {
    SuspectState.OPEN: "待说明",
    SuspectState.EXPLAINED: "已说明，待核",
    SuspectState.CLOSED: "已了结",
}
SUSPECT_ACTION_NAMES: Mapping[SuspectAction, str] = {
    SuspectAction.FIND: "系统发现疑点",
    SuspectAction.EXPLAIN: "部门说明情况",
    SuspectAction.CLOSE: "信用办了结",
    SuspectAction.SETTLE: "部门已补报，自动了结",
}
OUTCOME_NAMES: Mapping[SuspectOutcome, str] = {
    SuspectOutcome.EXCLUDED: "排除疑点",
    SuspectOutcome.REPORTED: "已补报",
    SuspectOutcome.HANDED_ON: "移交有关部门核查",
}
TICKET_NAMES: Mapping[TicketState, str] = {
    TicketState.OPENED: "已建单",
    TicketState.SENT: "待答复",
    TicketState.CORRECTED: "已更正，待核验",
    TicketState.KEPT: "维持原数据，待核",
    TicketState.VERIFIED: "已核验",
    TicketState.CLOSED: "已办结",
    TicketState.CANCELLED: "已撤销",
}
TICKET_ACTION_NAMES: Mapping[TicketAction, str] = {
    TicketAction.OPEN: "建单",
    TicketAction.SEND: "转来源部门",
    TicketAction.CORRECT: "部门答复：已更正",
    TicketAction.KEEP: "部门答复：维持",
    TicketAction.RETURN: "退回重办",
    TicketAction.ESCALATE: "超期督办",
    TicketAction.VERIFY: "核验通过",
    TicketAction.CLOSE: "办结",
    TicketAction.CANCEL: "撤销",
}
SUBJECT_NAMES: Mapping[TicketSubject, str] = {
    TicketSubject.DELIVERY: "报送退回的代码",
    TicketSubject.WAITING_NAME: "没有可用代码的名称",
    TicketSubject.FIRM_CODE: "企业登记的代码",
}
COVERAGE_NAMES: Mapping[CoverageState, str] = {
    CoverageState.HAVE: "有",
    CoverageState.STALE: "过期",
    CoverageState.MISSING: "缺失",
}
SOURCE_NAMES: Mapping[SourceState, str] = {
    SourceState.FRESH: "按期更新",
    SourceState.LATE: "超过周期",
    SourceState.NEVER: "从未报送",
}
PERIOD_NAMES: Mapping[Period, str] = {
    Period.MONTH: "月度",
    Period.QUARTER: "季度评估",
    Period.YEAR: "年度考核",
}
FAULT_NAMES: Mapping[str, str] = {
    "duplicate": "重码：一个主体标识码用在几个主体上",
    "wrong_length": "错码：长度不对",
    "wrong_character": "错码：字符不对",
    "wrong_check_digit": "错码：校验位不对",
    "name_mismatch": "错码：名称与登记不一致",
    "no_code": "待核名：没有可用的代码",
}
TICKETS_PART = "tickets"  # the part of a score that tickets answered in time make
ON_TIME_NAME = "纠错单按期答复率"
OPEN_TICKETS = frozenset({TicketState.OPENED, TicketState.SENT})
UNCLOSED_TICKETS = OPEN_TICKETS | {TicketState.CORRECTED, TicketState.KEPT, TicketState.VERIFIED}
OPEN_SUSPECTS = frozenset({SuspectState.OPEN, SuspectState.EXPLAINED})


@dataclass(frozen=True)
class Rate:
    """A rate with all that it rests on; `value` None is 数据不足, never zero."""

    numerator: int
    denominator: int

    @property
    def value(self) -> Decimal | None:
        """Return the fraction, or None when there is nothing to divide by."""
        if not self.denominator:
            return None
        return Decimal(self.numerator) / Decimal(self.denominator)

    @property
    def failing(self) -> int:
        """Return how many fall short."""
        return self.denominator - self.numerator

    def __add__(self, other: "Rate") -> "Rate":
        """Return the rate over both."""
        return Rate(self.numerator + other.numerator, self.denominator + other.denominator)


NO_RATE = Rate(0, 0)


@dataclass(frozen=True)
class Slot:
    """One delivery that the update cycle asks for: after `opened_on`, up to and on `due_on`."""

    opened_on: date
    due_on: date


@dataclass(frozen=True)
class Cell:
    """One number of one department, kind and month, as it is stored."""

    month: date
    department: str
    kind: str
    measure: Measure
    rate: Rate


@dataclass(frozen=True)
class ScorePart:
    """One part of a score: its points, its weight, and the rate it comes from."""

    weight: Decimal
    rate: Rate


@dataclass(frozen=True)
class Score:
    """A department's score out of 100; None is 数据不足. Parts without data are left out."""

    value: Decimal | None
    grade: str | None
    parts: Mapping[str, ScorePart] = field(default_factory=dict)


@dataclass(frozen=True)
class NewTicket:
    """What a clerk opens a ticket with by hand."""

    subject: TicketSubject
    department_id: UUID
    statement: str
    kind: str | None = None
    rows: int = 1
    details: Mapping[str, Any] = field(default_factory=dict)
