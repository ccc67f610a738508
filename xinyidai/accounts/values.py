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


class Scope(StrEnum):
    """What a token may be asked for, 令牌权限."""

    PRODUCTS = "products"  # 维护本机构产品
    APPLICATIONS = "applications"  # 受理和反馈申请
    QUERIES = "queries"  # 在授权范围内查询企业信用信息
    CHECKS = "checks"  # 部门系统的联合奖惩核查和反馈


OFFICE_SCOPE = Scope.CHECKS
BANK_SCOPES = tuple(sorted(scope.value for scope in Scope if scope is not OFFICE_SCOPE))
