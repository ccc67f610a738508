"""Words of the institutions slice."""

from enum import StrEnum


class InstitutionKind(StrEnum):
    """What a financial institution is, 机构类型."""

    BANK = "bank"  # 银行
    GUARANTEE = "guarantee"  # 担保公司
    MICRO_LENDER = "micro_lender"  # 小额贷款公司
    INSURER = "insurer"  # 保险公司
    LEASING = "leasing"  # 融资租赁公司


class InstitutionStatus(StrEnum):
    """Whether an institution may work on the platform, 入驻状态."""

    ACTIVE = "active"  # 正常
    SUSPENDED = "suspended"  # 暂停


class DepartmentKind(StrEnum):
    """What a government office is, 部门类型."""

    CREDIT_OFFICE = "credit_office"  # 信用办
    DEPARTMENT = "department"  # 部门
    PARK = "park"  # 园区
    STREET = "street"  # 街道
    AUDIT = "audit"  # 监管、审计
