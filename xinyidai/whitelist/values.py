"""Words of the whitelist slice."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class EntryState(StrEnum):
    """Where a firm's entry stands, 白名单状态."""

    NOMINATED = "nominated"  # 已推荐
    SCREENED = "screened"  # 初审通过
    UNDER_JOINT_REVIEW = "under_joint_review"  # 部门联审
    PUBLICISED = "publicised"  # 公示中
    LISTED = "listed"  # 在册
    SUSPENDED = "suspended"  # 暂停
    REMOVED = "removed"  # 已移出


class EntryAction(StrEnum):
    """What is done to an entry; the audit tag is `whitelist:<value>`."""

    NOMINATE = "nominate"  # 推荐
    SCREEN = "screen"  # 初审
    REVIEW = "review"  # 转联审
    PUBLICISE = "publicise"  # 公示
    LIST = "list"  # 入库
    SUSPEND = "suspend"  # 暂停
    RESUME = "resume"  # 恢复
    REMOVE = "remove"  # 移出


@dataclass(frozen=True)
class Priority:
    """Why a firm is served first, 白名单优先: the entry it rests on and what the list promises.

    It says nothing of whether a bank lends: no criterion, score or order of products reads it.
    Both terms are in working days.
    """

    entry_id: UUID
    list_type: str
    list_name: str
    listed_on: date
    answer_days: int
    contact_days: int
