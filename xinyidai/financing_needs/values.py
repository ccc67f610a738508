"""The words of financing needs, 融资需求."""

from dataclasses import dataclass
from enum import StrEnum

from xinyidai.products.values import Wish


class FinancingNeedState(StrEnum):
    """State of a financing need, 融资需求状态."""

    DRAFT = "draft"  # 草稿
    PUBLISHED = "published"  # 已发布
    DISPATCHED = "dispatched"  # 已派单
    CLAIMED = "claimed"  # 已抢单
    CONTACTED = "contacted"  # 已对接
    CONVERTED = "converted"  # 已转申请
    WITHDRAWN = "withdrawn"  # 已撤回
    EXPIRED = "expired"  # 已过期


FINANCING_NEED_STATE_NAMES: dict[FinancingNeedState, str] = {
    FinancingNeedState.DRAFT: "草稿",
    FinancingNeedState.PUBLISHED: "已发布",
    FinancingNeedState.DISPATCHED: "已派单",
    FinancingNeedState.CLAIMED: "已抢单",
    FinancingNeedState.CONTACTED: "已对接",
    FinancingNeedState.CONVERTED: "已转申请",
    FinancingNeedState.WITHDRAWN: "已撤回",
    FinancingNeedState.EXPIRED: "已过期",
}


class FinancingNeedAction(StrEnum):
    """What is done to a financing need."""

    DRAFT = "financing_need:draft"  # 保存草稿
    UPDATE = "financing_need:update"  # 修改草稿
    PUBLISH = "financing_need:publish"  # 发布
    WITHDRAW = "financing_need:withdraw"  # 撤回
    EXPIRE = "financing_need:expire"  # 到期


@dataclass(frozen=True)
class NeedFacts:
    """What a firm writes in a financing need; the amount in 分."""

    wish: Wish
    purpose_text: str = ""
    preferences: str = ""
