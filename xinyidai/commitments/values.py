"""Words and values of credit commitments, 信用承诺."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from xinyidai.catalogue.commitments import CommitmentKind


class CommitmentState(StrEnum):
    """Where a commitment stands, 履行状态."""

    ACTIVE = "active"  # 履行中
    SUPPLIED = "supplied"  # 已交证明待核实
    KEPT = "kept"  # 已履行
    BROKEN = "broken"  # 违背承诺
    EXPIRED = "expired"  # 逾期未核实
    ANNULLED = "annulled"  # 认定已撤销
    CLOSED = "closed"  # 已停止公示


class CommitmentAction(StrEnum):
    """What is done to a commitment; the audit tag is `commitment:<value>`, 承诺操作."""

    SIGN = "sign"  # 签署
    SUPPLY = "supply"  # 提交履行证明
    KEEP = "keep"  # 认定已履行
    BREAK = "break"  # 认定违背承诺
    EXPIRE = "expire"  # 逾期未核实
    ANNUL = "annul"  # 撤销认定
    CLOSE = "close"  # 停止公示


class TemplateState(StrEnum):
    """Whether firms may sign a template, 模板状态."""

    DRAFT = "draft"  # 待批准
    IN_FORCE = "in_force"  # 在用
    RETIRED = "retired"  # 已停用


class TemplateAction(StrEnum):
    """What is done to a template; the audit tag is `commitment_template:<value>`, 模板操作."""

    DRAFT = "draft"  # 起草
    APPROVE = "approve"  # 批准启用
    RETIRE = "retire"  # 停用


S, A = CommitmentState, CommitmentAction
OPEN_STATES = frozenset({S.ACTIVE, S.SUPPLIED, S.EXPIRED})
# What the public is shown: not what has left publicity.
PUBLIC_STATES = frozenset(CommitmentState) - {S.CLOSED}
KIND_NAMES: Mapping[CommitmentKind, str] = {
    CommitmentKind.APPROVAL: "审批替代型",
    CommitmentKind.PROACTIVE: "自主公示型",
    CommitmentKind.SELF_DISCIPLINE: "行业自律型",
    CommitmentKind.REPAIR: "信用修复型",
    CommitmentKind.CERTIFICATE: "证明事项告知型",
    CommitmentKind.TOLERANCE: "容缺受理型",
}
STATE_NAMES: Mapping[CommitmentState, str] = {
    S.ACTIVE: "履行中",
    S.SUPPLIED: "待核实",
    S.KEPT: "已履行",
    S.BROKEN: "违背承诺",
    S.EXPIRED: "逾期未核实",
    S.ANNULLED: "认定已撤销",
    S.CLOSED: "已停止公示",
}
ACTION_NAMES: Mapping[CommitmentAction, str] = {
    A.SIGN: "签署承诺",
    A.SUPPLY: "提交履行证明",
    A.KEEP: "认定已履行",
    A.BREAK: "认定违背承诺",
    A.EXPIRE: "逾期未核实",
    A.ANNUL: "认定撤销",
    A.CLOSE: "停止公示",
}
TEMPLATE_STATE_NAMES: Mapping[TemplateState, str] = {
    TemplateState.DRAFT: "待批准",
    TemplateState.IN_FORCE: "在用",
    TemplateState.RETIRED: "已停用",
}


@dataclass(frozen=True, kw_only=True)
class TemplateDraft:
    """What a clerk drafts; `department` is the code of who checks fulfilment, empty the office.

    `code` names the series of versions.
    """

    code: str
    kind: CommitmentKind
    title: str
    body: str
    term_days: int
    department: str = ""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a firm fills in to sign: for what, until when; `request_key` makes two clicks one."""

    template_id: UUID
    matter: str
    due_on: date | None
    agreed: bool
    request_key: UUID


@dataclass(frozen=True, kw_only=True)
class RepairPromise:
    """The commitment that stands in an application for repair, as it was signed there."""

    repair_no: str
    text: str
    version: str
    signed_name: str


@dataclass(frozen=True)
class Tally:
    """How many commitments of one kind or area stand how."""

    code: str
    counts: Mapping[CommitmentState, int]

    @property
    def total(self) -> int:
        """Return how many there are."""
        return sum(self.counts.values())

    @property
    def kept_rate(self) -> float | None:
        """Return kept among those with a finding, None where there is no finding yet."""
        kept, broken = self.counts.get(S.KEPT, 0), self.counts.get(S.BROKEN, 0)
        return kept / (kept + broken) if kept + broken else None
