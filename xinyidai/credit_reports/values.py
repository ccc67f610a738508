"""Words and values of credit reports, 信用报告, and of credit codes, 信用码."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from xinyidai.catalogue.credit_reports import ReportEdition


class ReportStanding(StrEnum):
    """What is to be said of a report at the moment, 报告状态."""

    VALID = "valid"  # 有效
    OUTDATED = "outdated"  # 信息有更新
    CORRECTED = "corrected"  # 信息有更正
    EXPIRED = "expired"  # 已过有效期
    CONSENT_OVER = "consent_over"  # 授权已结束


class VerificationOutcome(StrEnum):
    """What came of checking a report, 查验结果."""

    GENUINE = "genuine"  # 真实
    ALTERED = "altered"  # 内容被改动
    UNKNOWN = "unknown"  # 查无此报告


class VerificationWay(StrEnum):
    """How a report was checked, 查验方式."""

    NUMBER = "number"  # 编号和核验码
    FILE = "file"  # 上传文件


class CodeEnd(StrEnum):
    """Why a credit code no longer works, 信用码失效原因."""

    RENEWED = "renewed"  # 已更换
    SWITCHED_OFF = "switched_off"  # 已停用


class Finding(StrEnum):
    """What the edition in place of certificates says of a kind or department, 查询结论."""

    NONE = "none"  # 未查见记录
    RECORDS = "records"  # 查见记录
    INSUFFICIENT = "insufficient"  # 数据不足，不能替代证明


FINDING_NAMES: Mapping[Finding, str] = {
    Finding.NONE: "未查见记录",
    Finding.RECORDS: "查见记录",
    Finding.INSUFFICIENT: "数据不足，不能替代证明",
}
STANDING_NAMES: Mapping[ReportStanding, str] = {
    ReportStanding.VALID: "有效",
    ReportStanding.OUTDATED: "信息有更新",
    ReportStanding.CORRECTED: "信息有更正",
    ReportStanding.EXPIRED: "已过有效期",
    ReportStanding.CONSENT_OVER: "授权已结束",
}
STANDING_SENTENCES: Mapping[ReportStanding, str] = {
    ReportStanding.VALID: "本报告之后企业的信息没有变化。",
    ReportStanding.OUTDATED: "本报告之后有新的信息，内容可能不是最新的，建议重新开具。",
    ReportStanding.CORRECTED: "本报告之后有信息更正，请重新开具。",
    ReportStanding.EXPIRED: "本报告已过有效期，请重新开具。",
    ReportStanding.CONSENT_OVER: "据以开具本报告的企业授权已经结束，不能再使用。",
}


@dataclass(frozen=True)
class ReportOrder:
    """What a firm asks a report for; period and departments belong to one edition only.

    Sent again under the same `request_key`, an order is answered with the report it already got.
    """

    edition: ReportEdition
    use: str
    request_key: str = ""
    first: date | None = None
    last: date | None = None
    departments: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class ShownRecord:
    """One record as a public page or a report shows it; every value is text."""

    kind: str
    name: str
    source: str
    occurred_on: date
    ends_on: date | None
    collected_on: date
    legal_basis: str
    is_marked: bool
    fields: tuple[tuple[str, str], ...]
    batch: str = ""


@dataclass(frozen=True)
class PublicSection:
    """One part of the public page; `is_collected` False means 数据不足.

    `lacking` names the kinds of the section that were never collected: of them nothing follows.
    """

    code: str
    name: str
    records: tuple[ShownRecord, ...]
    is_collected: bool
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublicCredit:
    """What anybody may be shown of a firm, as of a moment."""

    enterprise_id: UUID
    uscc: str
    name: str
    status: str
    as_of: datetime
    sections: tuple[PublicSection, ...]

    @property
    def record_count(self) -> int:
        """Return how many records are shown."""
        return sum(len(section.records) for section in self.sections)


@dataclass(frozen=True)
class NameHit:
    """A firm whose name holds what was typed."""

    uscc: str
    name: str
    status: str


@dataclass(frozen=True)
class NameSearch:
    """What a name led to; `is_cut` says that there are more than may be listed."""

    hits: tuple[NameHit, ...]
    is_cut: bool


@dataclass(frozen=True)
class Verified:
    """What a check of a report may say; only a genuine one says anything of the report."""

    outcome: VerificationOutcome
    standing: ReportStanding | None = None
    facts: tuple[tuple[str, str], ...] = ()
    checked_at: datetime | None = None


@dataclass(frozen=True)
class Draft:
    """A report before it is made: its content, and the kinds whose records it rests on."""

    content: dict[str, Any]
    kinds: frozenset[str]
    record_count: int
