"""Words of the matchmaking events slice."""

from enum import StrEnum


class EventState(StrEnum):
    """Where an event stands, 活动状态."""

    PLANNED = "planned"  # 筹备中
    OPEN = "open"  # 报名中
    CLOSED = "closed"  # 报名截止
    HELD = "held"  # 已举办
    FOLLOWED_UP = "followed_up"  # 已回访
    CANCELLED = "cancelled"  # 已取消


class EventAction(StrEnum):
    """What is done to an event; the audit tag is `event:<value>`."""

    PLAN = "plan"  # 筹备
    OPEN = "open"  # 开放报名
    CLOSE = "close"  # 截止报名
    HOLD = "hold"  # 举办
    FOLLOW_UP = "follow_up"  # 回访
    CANCEL = "cancel"  # 取消


class EventFormat(StrEnum):
    """How people meet, 活动形式."""

    ONSITE = "onsite"  # 现场
    ONLINE = "online"  # 线上


class MeetingOutcome(StrEnum):
    """What a meeting led to, 洽谈结果."""

    INTENTION = "intention"  # 达成意向
    FOLLOWING = "following"  # 继续跟进
    NONE = "none"  # 未达成
