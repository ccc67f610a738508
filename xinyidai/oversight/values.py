"""Words and values of oversight, 查询审查."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from xinyidai.kernel.actor import Role


class AlarmRule(StrEnum):
    """What made an alarm, 异常查询规则."""

    BURST = "burst"  # 短时间大量查询
    OFF_HOURS = "off_hours"  # 非工作时间查询
    NO_CASE = "no_case"  # 没有对应业务
    MANY_REFUSED = "many_refused"  # 连续被拒绝


class AlarmState(StrEnum):
    """How far an alarm has been looked into, 异常处理状态."""

    OPEN = "open"  # 待核查
    EXPLAINED = "explained"  # 已说明，正常
    CONFIRMED = "confirmed"  # 确认违规


class Verdict(StrEnum):
    """What a reviewer found in a sampled query, 抽查结论."""

    COMPLIANT = "compliant"  # 合规
    QUESTIONABLE = "questionable"  # 存疑
    BREACH = "breach"  # 违规


class Difference(StrEnum):
    """How readings and events may differ, 对账差异."""

    READING_WITHOUT_EVENT = "reading_without_event"  # 有读取没有留痕
    EVENT_WITHOUT_READING = "event_without_reading"  # 有留痕没有读取
    EVENT_WITHOUT_SNAPSHOT = "event_without_snapshot"  # 有留痕没有快照
    SNAPSHOT_WITHOUT_EVENT = "snapshot_without_event"  # 有快照没有留痕
    RESULT_CHANGED = "result_changed"  # 快照与留痕摘要不符
    USES_MISCOUNTED = "uses_miscounted"  # 授权次数与留痕不符
    EVENT_NOT_IN_LEDGER = "event_not_in_ledger"  # 留痕未入存证
    LEDGER_WITHOUT_EVENT = "ledger_without_event"  # 存证没有对应留痕
    COMMITMENT_BROKEN = "commitment_broken"  # 留痕内容与存证不符
    NOT_SEALED = "not_sealed"  # 存证未按时封存


RULE_NAMES: Mapping[AlarmRule, str] = {
    AlarmRule.BURST: "短时间大量查询",
    AlarmRule.OFF_HOURS: "非工作时间查询",
    AlarmRule.NO_CASE: "没有对应业务",
    AlarmRule.MANY_REFUSED: "连续被拒绝",
}
ALARM_STATE_NAMES: Mapping[AlarmState, str] = {
    AlarmState.OPEN: "待核查",
    AlarmState.EXPLAINED: "已说明，正常",
    AlarmState.CONFIRMED: "确认违规",
}
VERDICT_NAMES: Mapping[Verdict, str] = {
    Verdict.COMPLIANT: "合规",
    Verdict.QUESTIONABLE: "存疑",
    Verdict.BREACH: "违规",
}
DIFFERENCE_NAMES: Mapping[Difference, str] = {
    Difference.READING_WITHOUT_EVENT: "有读取，没有留痕",
    Difference.EVENT_WITHOUT_READING: "有留痕，没有读取",
    Difference.EVENT_WITHOUT_SNAPSHOT: "有留痕，没有快照",
    Difference.SNAPSHOT_WITHOUT_EVENT: "有快照，没有留痕",
    Difference.RESULT_CHANGED: "快照内容与留痕摘要不符",
    Difference.USES_MISCOUNTED: "授权已用次数与留痕不符",
    Difference.EVENT_NOT_IN_LEDGER: "留痕未入存证",
    Difference.LEDGER_WITHOUT_EVENT: "存证没有对应留痕",
    Difference.COMMITMENT_BROKEN: "留痕内容与存证不符",
    Difference.NOT_SEALED: "存证未按时封存",
}


class CaseKind(StrEnum):
    """Business that gives an institution a reason to look at a firm, 对应业务."""

    APPLICATION = "application"  # 在本机构的贷款申请
    ANY_APPLICATION = "any_application"  # 在任一银行的贷款申请
    LOAN = "loan"  # 未结清贷款
    NEED = "need"  # 已发布的融资需求
    MEETING = "meeting"  # 对接会洽谈或同场报名
    WHITELIST = "whitelist"  # 白名单推荐


CASE_NAMES: Mapping[CaseKind, str] = {
    CaseKind.APPLICATION: "在本机构的贷款申请",
    CaseKind.ANY_APPLICATION: "在银行的贷款申请",
    CaseKind.LOAN: "在本机构未结清的贷款",
    CaseKind.NEED: "已发布的融资需求",
    CaseKind.MEETING: "对接会洽谈或同场报名",
    CaseKind.WHITELIST: "白名单推荐",
}


@dataclass(frozen=True)
class SeenLook:
    """One disclosure, or a refused one, as the rules see it.

    `who` is the account; for programs, which have none, role, institution and a digest of the name.
    """

    id: UUID
    happened_at: datetime
    who: str
    account_id: UUID | None
    role: Role
    institution_id: UUID | None
    enterprise_id: UUID | None
    purpose: str


@dataclass(frozen=True)
class Case:
    """Business of a firm, with one institution or (None) with any; `until` None: still going on."""

    kind: CaseKind
    enterprise_id: UUID
    institution_id: UUID | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Suspicion:
    """What a rule found: the looks behind it, oldest first, under a key that is the same each time.

    `facts` are plain JSON for the page; no name and no credit value.
    """

    rule: AlarmRule
    key: str
    day: date
    looks: Sequence[SeenLook]
    facts: Mapping[str, Any]
