"""What must hold of an institution, a branch or an office before it is entered; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xinyidai.institutions.values import DepartmentKind, InstitutionKind

LONGEST_NAME = 200
_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_REGION = re.compile(r"[0-9]{6}")
_PHONE = re.compile(r"[0-9][0-9 -]{5,18}[0-9]")


@dataclass(frozen=True, kw_only=True)
class InstitutionFacts:
    """What an institution states at its admission, 入驻; `gateway` names its system's interface."""

    code: str
    name: str
    short_name: str
    kind: InstitutionKind
    region_code: str
    phone: str | None = None
    gateway: str | None = None


@dataclass(frozen=True, kw_only=True)
class BranchFacts:
    """What is known of a branch, 网点."""

    code: str
    name: str
    region_code: str
    address: str | None = None
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class DepartmentFacts:
    """What is known of a government office, 部门."""

    code: str
    name: str
    kind: DepartmentKind
    region_code: str


def institution_faults(facts: InstitutionFacts) -> dict[str, str]:
    """Return a Chinese sentence for each bad field of an institution."""
    found = _party_faults(facts.code, facts.name, facts.region_code)
    if not 1 <= len(facts.short_name.strip()) <= LONGEST_NAME:
        found["short_name"] = "请填写机构简称。"
    return found | _phone_faults(facts.phone)


def branch_faults(facts: BranchFacts) -> dict[str, str]:
    """Return a Chinese sentence for each bad field of a branch."""
    found = _party_faults(facts.code, facts.name, facts.region_code)
    return found | _phone_faults(facts.phone)


def department_faults(facts: DepartmentFacts) -> Mapping[str, str]:
    """Return a Chinese sentence for each bad field of an office."""
    return _party_faults(facts.code, facts.name, facts.region_code)


def _party_faults(code: str, name: str, region_code: str) -> dict[str, str]:
    found = {}
    if not _CODE.fullmatch(code):
        found["code"] = "编码只能用字母、数字、下划线和短横线，最多 32 位。"
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        found["name"] = f"请填写名称，最多 {LONGEST_NAME} 个字。"
    if not _REGION.fullmatch(region_code):
        found["region_code"] = "请填写 6 位行政区划代码。"
    return found


def _phone_faults(phone: str | None) -> dict[str, str]:
    if phone is None or _PHONE.fullmatch(phone):
        return {}
    return {"phone": "请填写带区号的座机号或手机号。"}
