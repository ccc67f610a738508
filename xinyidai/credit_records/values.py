"""Words and values of credit records, 公共信用信息."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

# A register extract fills firms instead of records, and its batches bear this kind, 企业登记.
REGISTRATION = "registration"
SELF_DECLARED = "self_declared"  # the source of what a firm declared and an office verified
PLATFORM = "platform"  # the source of what a use case of the platform itself decided
SOURCE_NAMES: Mapping[str, str] = {SELF_DECLARED: "自主填报（已核验）", PLATFORM: "本平台"}


class RecordStatus(StrEnum):
    """Whether a record counts, 信息状态; only `in_force` is ever shown or computed with."""

    IN_FORCE = "in_force"  # 有效
    SUPERSEDED = "superseded"  # 已被新版本替代
    CORRECTED = "corrected"  # 异议更正
    WITHDRAWN = "withdrawn"  # 来源撤销
    REPAIRED = "repaired"  # 已信用修复


STATUS_NAMES: Mapping[RecordStatus, str] = {
    RecordStatus.IN_FORCE: "有效",
    RecordStatus.SUPERSEDED: "已被新版本替代",
    RecordStatus.CORRECTED: "异议更正",
    RecordStatus.WITHDRAWN: "来源撤销",
    RecordStatus.REPAIRED: "已信用修复",
}


class BatchState(StrEnum):
    """How far a collection batch has come, 归集批次状态."""

    RUNNING = "running"  # 归集中
    FINISHED = "finished"  # 完成
    FAILED = "failed"  # 失败


class QueryKind(StrEnum):
    """Which kind of reading an event tells of, 查询类别."""

    DISCLOSURE = "disclosure"  # 对外提供
    PLATFORM = "platform"  # 平台处理
    OWN = "own"  # 企业查看自己的信息
    HANDLING = "handling"  # 办理异议和修复
    PUBLIC = "public"  # 公开信息查询
    CHECK = "check"  # 联合奖惩核查
    EXCHANGE = "exchange"  # 节点交换


class QueryOutcome(StrEnum):
    """How a query ended, 查询结果."""

    ALLOWED = "allowed"  # 已提供
    REFUSED = "refused"  # 已拒绝


class DisclosureSubject(StrEnum):
    """What the recipient is shown, 提供内容."""

    PROFILE = "profile"  # 企业画像
    RECORDS = "records"  # 信用信息明细
    REPORT = "report"  # 信用报告
    SCORE = "score"  # 评价结果
    JOINT_RESULT = "joint_result"  # 联合结果
    ALERT = "alert"  # 风险预警
    EXPORT = "export"  # 批量导出


RESULT_SUBJECTS = frozenset(
    {DisclosureSubject.SCORE, DisclosureSubject.ALERT, DisclosureSubject.JOINT_RESULT}
)


@dataclass(frozen=True)
class DisclosureRequest:
    """One look that somebody asks for; `items` None means all items of the consent.

    `enterprise_id` None means a firm that the platform does not know: such a look is refused.
    """

    consent_id: UUID
    enterprise_id: UUID | None
    purpose: str
    subject: DisclosureSubject
    rule_version: str
    items: Sequence[str] | None = None
    batch_id: UUID | None = None


@dataclass(frozen=True)
class Fact:
    """One record in force, as the door hands it out; `amount_fen` is integer 分."""

    id: int
    kind: str
    source: str
    natural_key: str
    occurred_on: date
    valid_until: date | None
    amount_fen: int | None
    quantity: Decimal | None
    level: str | None
    content: Mapping[str, Any]
    collected_at: datetime
    batch_id: UUID | None = None


@dataclass(frozen=True)
class PublicRecord:
    """One record in force as anybody may be shown it, 公示信息.

    `content` holds public fields only; `ends_on` is where its publicity ends, None where no end is
    known. `key` names the record through all its versions and is shown to nobody.
    """

    kind: str
    source: str
    occurred_on: date
    ends_on: date | None
    content: Mapping[str, Any]
    collected_at: datetime
    key: str


@dataclass(frozen=True)
class HandledCase:
    """The firm's own case for which somebody of an office may see its records, 办理事项.

    `purpose` is one of `HANDLING_PURPOSES`; the slice that holds the case has checked the actor.
    """

    purpose: str
    case_id: UUID
    enterprise_id: UUID


HANDLING_PURPOSES: Mapping[str, str] = {
    "objection": "办理异议",
    "repair": "办理信用修复",
    "counter": "窗口代办",
}
# For what the public part of a firm's records is read; anybody may, and nothing else is shown.
PUBLIC_PURPOSES: Mapping[str, str] = {
    "public_query": "公开信息查询",
    "credit_code": "扫信用码",
    "public_report": "开具公开版信用报告",
}


@dataclass(frozen=True)
class RecordTrace:
    """What is known of one record through all its versions, without what it says."""

    key: str
    kind: str
    present_id: int | None
    first_collected_at: datetime
    occurred_on: date
    valid_until: date | None


@dataclass(frozen=True)
class RecordVersion:
    """One version of a record without what it says; in force, it was not ended by anybody."""

    id: int
    status: RecordStatus
    batch_id: UUID
    collected_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None


@dataclass(frozen=True)
class Snapshot:
    """What was shown in one look; reading it again spends nothing."""

    id: UUID
    enterprise_id: UUID
    institution_id: UUID
    consent_id: UUID
    event_id: UUID
    subject: DisclosureSubject
    content: Mapping[str, Any]
    content_hash: str
    facts_version: int
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class WriteCounts:
    """What one application of staged rows did."""

    inserted: int
    superseded: int
    unchanged: int
    firms: int


@dataclass(frozen=True)
class BatchCounts:
    """What became of the rows of one file."""

    total: int
    accepted: int
    rejected: int
    unchanged: int


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch that is written in blocks has come, in rows that change something."""

    rows_due: int = 0
    rows_written: int = 0
    rows_superseded: int = 0
    blocks_done: int = 0
    heartbeat_at: datetime | None = None


@dataclass(frozen=True)
class Rejection:
    """One rule that one row of a delivery broke, 退回; the value is masked.

    `occurred_on` is the day of the fact as far as the row told it.
    """

    batch_id: UUID
    row_number: int
    field: str
    shown_value: str
    rule: str
    advice: str
    occurred_on: date | None
