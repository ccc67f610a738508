"""The words of the leads slice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from xinyidai.products.values import Outcome

# Raised with every change of what is counted, shown or sent; stored with each count.
RULES_VERSION = "2026.3"
# Criteria carry words for the firm that fails; nobody fails a search before anybody's eyes.
NO_WORDS = "不符合本次查找的条件。"


class ContactScope(StrEnum):
    """By whom a firm is willing to be approached, 愿意被谁联系."""

    ALL = "all"  # 平台上的全部金融机构
    BANKS = "banks"  # 只限银行
    CHOSEN = "chosen"  # 只限选定的机构


class LeadOrigin(StrEnum):
    """How a firm became a lead, 线索来源."""

    INVITED = "invited"  # 平台代发邀请
    CONSENT = "consent"  # 已授权本机构


class LeadState(StrEnum):
    """Where a lead stands, 线索状态."""

    SENT = "sent"  # 已邀请，待企业答复
    AUTHORIZED = "authorized"  # 企业已授权
    DECLINED = "declined"  # 企业婉拒
    WITHDRAWN = "withdrawn"  # 已收回
    EXPIRED = "expired"  # 逾期未答复


class LeadAction(StrEnum):
    """What is done to searches, leads and a firm's choice; the audit tags."""

    SEARCH = "lead_search:count"  # 按条件计数
    SAVE = "lead_search:save"  # 设为每周匹配
    STOP = "lead_search:stop"  # 停止每周匹配
    INVITE = "lead:invite"  # 代发邀请
    AUTHORIZE = "lead:authorize"  # 接受并授权
    DECLINE = "lead:decline"  # 婉拒
    WITHDRAW = "lead:withdraw"  # 收回
    EXPIRE = "lead:expire"  # 逾期
    FEED_BACK = "lead:feedback"  # 反馈质量
    CHOOSE = "contact_choice:set"  # 设置联系意愿


class FeedbackReason(StrEnum):
    """Why a lead was of no use, 无效原因."""

    UNREACHABLE = "unreachable"  # 联系不上
    NO_NEED = "no_need"  # 无需求
    NOT_MATCHING = "not_matching"  # 不符合条件
    HAS_CREDIT = "has_credit"  # 已有授信
    OTHER = "other"  # 其他


SCOPE_NAMES: Mapping[ContactScope, str] = {
    ContactScope.ALL: "平台上的全部金融机构",
    ContactScope.BANKS: "只限银行",
    ContactScope.CHOSEN: "只限我选定的机构",
}
STATE_NAMES: Mapping[LeadState, str] = {
    LeadState.SENT: "待企业答复",
    LeadState.AUTHORIZED: "企业已授权",
    LeadState.DECLINED: "企业婉拒",
    LeadState.WITHDRAWN: "已收回",
    LeadState.EXPIRED: "逾期未答复",
}
REASON_NAMES: Mapping[FeedbackReason, str] = {
    FeedbackReason.UNREACHABLE: "联系不上",
    FeedbackReason.NO_NEED: "无需求",
    FeedbackReason.NOT_MATCHING: "不符合条件",
    FeedbackReason.HAS_CREDIT: "已有授信",
    FeedbackReason.OTHER: "其他",
}


@dataclass(frozen=True)
class SearchOrder:
    """Whom an institution seeks: criteria in their JSON form, or those of its own product."""

    name: str
    criteria: tuple[dict[str, Any], ...] = ()
    product_id: UUID | None = None


@dataclass(frozen=True)
class ShownCount:
    """A number of firms as an institution may read it; None is «fewer than twenty».

    `as_of` is set where the number of an earlier, nearly equal search is repeated.
    """

    number: int | None
    as_of: date | None = None

    @property
    def text(self) -> str:
        """Return the number in words."""
        said = "不足 20 家" if self.number is None else f"约 {self.number} 家"
        return f"{said}（沿用 {self.as_of:%Y-%m-%d} 相近查询的数字）" if self.as_of else said


@dataclass(frozen=True)
class SearchCounts:
    """What a search found, by outcome, as shown; empty before the first count."""

    shown: Mapping[Outcome, ShownCount] = field(default_factory=dict)

    def text(self, outcome: Outcome) -> str:
        """Return one number in words."""
        return self.shown[outcome].text if outcome in self.shown else "还没有计数"


@dataclass(frozen=True)
class Choice:
    """A firm's answer to «may institutions approach us?», 联系意愿; closed unless it says so."""

    is_open: bool = False
    scope: ContactScope = ContactScope.ALL
    institution_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Feedback:
    """What an institution says of a lead: of use, or why not."""

    is_valid: bool
    reason: FeedbackReason | None = None
    note: str = ""
