"""Why a value is not there; absent data is never zero and never a pass."""

from dataclasses import dataclass
from enum import StrEnum


class MissingCause(StrEnum):
    """Why an indicator has no value, 数据不足的原因."""

    NO_RECORD = "no_record"  # 没有记录
    NOT_AUTHORIZED = "not_authorized"  # 未授权
    STALE = "stale"  # 已过时


@dataclass(frozen=True)
class Missing:
    """The state 数据不足: there is no value, and this is why."""

    cause: MissingCause
