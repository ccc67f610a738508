"""Invented parties for every slice's tests: firms, banks, branches, offices, accounts.

Each function adds to the session in whose application context it is called and flushes; nothing
commits. Names and codes belong to nobody.
"""

from itertools import count
from typing import TypeVar

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import Position
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.rules import normalise_name
from xinyidai.enterprises.values import EnterpriseOrigin, EnterpriseScale, RegistrationStatus
from xinyidai.institutions.models import Branch, Department, Institution
from xinyidai.institutions.values import DepartmentKind, InstitutionKind, InstitutionStatus
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import Model, db
from xinyidai.kernel.uscc import invented

REGION = "410400"
NO_PASSWORD = "!"  # no hash at all, so nobody signs in with it
STAFF_ROLES = {
    DepartmentKind.CREDIT_OFFICE: Role.CREDIT_OFFICE,
    DepartmentKind.AUDIT: Role.AUDITOR,
}

M = TypeVar("M", bound=Model)

# All of one length, so that no name is the beginning of another and names sort as they were made,
# whichever tests a process has run before.
_numbers = count(100_001)


def enterprise(**changes: object) -> Enterprise:
    """Add a small surviving firm; `name` also gives the normal name."""
    number = next(_numbers)
    name = str(changes.pop("name", f"鹰川市演示轴承{number}有限公司"))
    facts: dict[str, object] = {
        "uscc": invented(number),
        "name": name,
        "normal_name": normalise_name(name),
        "legal_representative": "张演示",
        "region_code": REGION,
        "industry_code": "C3451",
        "section": "C",
        "employees": 20,
        "scale": EnterpriseScale.SMALL,
        "enterprise_type": "有限责任公司",
        "status": RegistrationStatus.ACTIVE,
        "origin": EnterpriseOrigin.REGISTRY,
        "source": "演示",
    }
    return _added(Enterprise(**{**facts, **changes}))


def institution(kind: InstitutionKind = InstitutionKind.BANK, **changes: object) -> Institution:
    """Add an admitted institution, by default a bank."""
    number = next(_numbers)
    facts: dict[str, object] = {
        "code": f"DEMO{number:04d}",
        "name": f"鹰川市演示银行{number}",
        "short_name": f"演示行{number}",
        "kind": kind,
        "status": InstitutionStatus.ACTIVE,
        "region_code": REGION,
    }
    return _added(Institution(**{**facts, **changes}))


def branch(of: Institution, **changes: object) -> Branch:
    """Add a branch of an institution."""
    number = next(_numbers)
    facts: dict[str, object] = {
        "institution_id": of.id,
        "code": f"B{number:04d}",
        "name": f"{of.short_name}演示支行{number}",
        "region_code": REGION,
    }
    return _added(Branch(**{**facts, **changes}))


def department(kind: DepartmentKind = DepartmentKind.DEPARTMENT, **changes: object) -> Department:
    """Add a government office."""
    number = next(_numbers)
    facts: dict[str, object] = {
        "code": f"dept{number:04d}",
        "name": f"鹰川市演示局{number}",
        "kind": kind,
        "region_code": REGION,
    }
    return _added(Department(**{**facts, **changes}))


def credit_office(**changes: object) -> Department:
    """Add a credit office, 信用办."""
    return department(DepartmentKind.CREDIT_OFFICE, **changes)


def account(
    role: Role, party: Enterprise | Institution | Department | None = None, **changes: object
) -> Account:
    """Add an account of this role that acts for the party; nobody can sign in with a password."""
    number = next(_numbers)
    facts: dict[str, object] = {
        "login": f"demo{number:05d}",
        "name": f"李演示{number}",
        "role": role,
        "password_hash": NO_PASSWORD,
        "is_demo": True,
    }
    if isinstance(party, Enterprise):
        facts |= {"enterprise_id": party.id, "position": Position.LEGAL_REPRESENTATIVE}
    elif isinstance(party, Institution):
        facts["institution_id"] = party.id
    elif isinstance(party, Department):
        facts["department_id"] = party.id
    return _added(Account(**{**facts, **changes}))


def boss_of(firm: Enterprise) -> Actor:
    """Return who acts for a firm."""
    return account(Role.ENTERPRISE_USER, firm).as_actor()


def officer_of(bank: Institution) -> Actor:
    """Return a bank's loan officer."""
    return account(Role.BANK_OFFICER, bank).as_actor()


def clerk_of(office: Department) -> Actor:
    """Return a clerk of an office, in the role the kind of office gives."""
    return account(STAFF_ROLES.get(office.kind, Role.DEPARTMENT), office).as_actor()


def _added(row: M) -> M:
    db.session.add(row)
    db.session.flush()
    return row
