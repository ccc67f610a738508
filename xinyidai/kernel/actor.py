"""Who acts, 操作主体."""

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What somebody may be on the platform."""

    PUBLIC = "public"  # 公众，未登录
    ENTERPRISE_USER = "enterprise_user"  # 企业负责人或经办人
    BANK_OFFICER = "bank_officer"  # 银行客户经理
    BANK_PRODUCT_MANAGER = "bank_product_manager"  # 银行产品经理
    BANK_CLIENT = "bank_client"  # 银行系统（接口）
    CREDIT_OFFICE = "credit_office"  # 信用办
    DEPARTMENT = "department"  # 部门、园区、街道
    GUARANTOR = "guarantor"  # 担保机构
    AUDITOR = "auditor"  # 监管、审计
    OPERATOR = "operator"  # 平台管理员
    SYSTEM = "system"  # 系统任务


BANK_ROLES = frozenset({Role.BANK_OFFICER, Role.BANK_PRODUCT_MANAGER, Role.BANK_CLIENT})


@dataclass(frozen=True)
class Actor:
    """One person or program acting for one party.

    `party_id` is the enterprise, the institution or the department, as the role says.
    """

    account_id: UUID | None
    role: Role
    party_id: UUID | None
    name: str


SYSTEM = Actor(None, Role.SYSTEM, None, "系统")
ANONYMOUS = Actor(None, Role.PUBLIC, None, "访客")

_address: ContextVar[str | None] = ContextVar("client_address", default=None)


def note_address(address: str | None) -> None:
    """Remember where the present request comes from; each request says it anew."""
    _address.set(address)


def client_address() -> str | None:
    """Return where the present request comes from, 来源地址; None outside of requests."""
    return _address.get()
