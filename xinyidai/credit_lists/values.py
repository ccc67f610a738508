"""Words and values of credit lists, 名单."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from xinyidai.catalogue.credit_lists import CreditListType


class ReleaseKind(StrEnum):
    """What a release does, 批次类别."""

    LISTING = "listing"  # 列入
    REMOVAL = "removal"  # 移出


class ReleaseState(StrEnum):
    """Where a release stands, 批次状态."""

    DRAFT = "draft"  # 起草
    CHECKED = "checked"  # 已审核
    PUBLISHED = "published"  # 已发布
    WITHDRAWN = "withdrawn"  # 已撤回
    DROPPED = "dropped"  # 已作废


class ReleaseAction(StrEnum):
    """What is done to a release; the audit tag is `credit_list:<value>`, 批次操作."""

    DRAFT = "draft"  # 起草
    CHECK = "check"  # 合法性审核
    PUBLISH = "publish"  # 发布
    WITHDRAW = "withdraw"  # 撤回并更正
    DROP = "drop"  # 作废


class OutReason(StrEnum):
    """Why an entry is no longer in force, 移出原因."""

    TERM_OVER = "term_over"  # 期限届满
    RECORD_ENDED = "record_ended"  # 依据的记录已修复、撤销或更正
    REMOVED = "removed"  # 依法移出
    WRONG_LISTING = "wrong_listing"  # 错误列入，已更正


KIND_NAMES: Mapping[ReleaseKind, str] = {ReleaseKind.LISTING: "列入", ReleaseKind.REMOVAL: "移出"}
STATE_NAMES: Mapping[ReleaseState, str] = {
    ReleaseState.DRAFT: "待审核",
    ReleaseState.CHECKED: "已审核，待发布",
    ReleaseState.PUBLISHED: "已发布",
    ReleaseState.WITHDRAWN: "已撤回更正",
    ReleaseState.DROPPED: "已作废",
}
ACTION_NAMES: Mapping[ReleaseAction, str] = {
    ReleaseAction.DRAFT: "起草",
    ReleaseAction.CHECK: "合法性审核通过",
    ReleaseAction.PUBLISH: "发布",
    ReleaseAction.WITHDRAW: "撤回并公告更正",
    ReleaseAction.DROP: "作废",
}
OUT_NAMES: Mapping[OutReason, str] = {
    OutReason.TERM_OVER: "期限届满",
    OutReason.RECORD_ENDED: "依据的记录已修复、撤销或更正",
    OutReason.REMOVED: "依法移出",
    OutReason.WRONG_LISTING: "错误列入，已更正",
}
# Reasons that somebody may give for a removal; the rest follow by themselves.
REMOVAL_REASONS = frozenset({OutReason.REMOVED, OutReason.WRONG_LISTING})


@dataclass(frozen=True, kw_only=True)
class TypedEntry:
    """One entry of a list without records, as it was typed or uploaded; `row` counts from 1."""

    row: int
    uscc: str
    document: str
    organ: str
    in_on: date
    out_planned_on: date | None = None


@dataclass(frozen=True)
class Membership:
    """One entry in force, as a check or a page is told of it."""

    entry_id: UUID
    enterprise_id: UUID
    list_type: CreditListType
    document: str
    organ: str
    in_on: date
    out_planned_on: date | None


@dataclass(frozen=True)
class Standing:
    """How firms stand on the lists, 名单状况.

    `unreleased` counts by firm the records in force of serious kinds that no entry in force
    covers: they were collected and have not gone through a release, so nobody may say 未命中.
    """

    memberships: Mapping[UUID, tuple[Membership, ...]]
    unreleased: Mapping[UUID, int]
