"""Words of the accounts slice."""

from enum import StrEnum


class AccountStatus(StrEnum):
    """Whether an account may sign in, 账户状态."""

    ACTIVE = "active"  # 正常
    SUSPENDED = "suspended"  # 停用


class Position(StrEnum):
    """What an enterprise user is in the firm, 身份."""

    LEGAL_REPRESENTATIVE = "legal_representative"  # 法定代表人
    AGENT = "agent"  # 经办人
    STAFF = "staff"  # 机构工作人员
