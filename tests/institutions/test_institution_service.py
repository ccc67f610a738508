"""Admission of institutions and offices."""

from dataclasses import replace

import pytest

from tests.factories import parties
from xinyidai.audit.queries import list_of_subject
from xinyidai.institutions import queries, service
from xinyidai.institutions.service import BranchFacts, DepartmentFacts, InstitutionFacts
from xinyidai.institutions.values import DepartmentKind, InstitutionKind, InstitutionStatus
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound

pytestmark = pytest.mark.usefixtures("db")

BANK = InstitutionFacts(
    code="YCB",
    name="鹰川市演示商业银行",
    short_name="鹰川演示银行",
    kind=InstitutionKind.BANK,
    region_code="410400",
)
BRANCH = BranchFacts(code="001", name="演示支行", region_code="410402")
OFFICE = DepartmentFacts(
    code="tax", name="鹰川市演示税务局", kind=DepartmentKind.DEPARTMENT, region_code="410400"
)
KEEPERS = [Role.CREDIT_OFFICE, Role.OPERATOR, Role.SYSTEM]


def actor(role):
    return Actor(None, role, None, "测试")


@pytest.mark.parametrize("role", KEEPERS)
def test_keepers_admit_an_institution(role):
    bank = service.admit_institution(actor(role), BANK)
    assert queries.find_institution_by_code("YCB") is bank
    assert [entry.action for entry in list_of_subject("institution", bank.id)] == [
        "institution:admit"
    ]


@pytest.mark.parametrize("role", [role for role in Role if role not in KEEPERS])
@pytest.mark.parametrize(
    "deed",
    [
        lambda actor, _bank_id: service.admit_institution(actor, BANK),
        lambda actor, bank_id: service.suspend_institution(actor, bank_id, "整改"),
        lambda actor, bank_id: service.resume_institution(actor, bank_id, "整改"),
        lambda actor, bank_id: service.add_branch(actor, bank_id, BRANCH),
        lambda actor, _bank_id: service.add_department(actor, OFFICE),
    ],
)
def test_nobody_else_admits_or_extends(role, deed):
    with pytest.raises(Forbidden):
        deed(actor(role), parties.institution().id)


def test_a_taken_code_is_refused_in_chinese():
    service.admit_institution(SYSTEM, BANK)
    with pytest.raises(Conflict, match="已被使用"):
        service.admit_institution(SYSTEM, BANK)


def test_every_bad_field_is_named():
    bad = replace(BANK, code="有空 格", name=" ", short_name="", region_code="41", phone="x")
    with pytest.raises(InvalidInput) as refused:
        service.admit_institution(SYSTEM, bad)
    assert set(refused.value.fields) == {"code", "name", "short_name", "region_code", "phone"}


def test_an_institution_is_suspended_and_resumed_with_a_reason():
    bank = parties.institution()
    service.suspend_institution(SYSTEM, bank.id, "整改")
    assert bank.status is InstitutionStatus.SUSPENDED
    assert bank not in queries.list_institutions(active_only=True)
    service.resume_institution(SYSTEM, bank.id, "整改完成")
    assert bank.status is InstitutionStatus.ACTIVE


def test_suspending_twice_or_without_a_reason_is_refused():
    bank = parties.institution()
    with pytest.raises(InvalidInput):
        service.suspend_institution(SYSTEM, bank.id, " ")
    service.suspend_institution(SYSTEM, bank.id, "整改")
    with pytest.raises(Conflict):
        service.suspend_institution(SYSTEM, bank.id, "整改")


def test_a_branch_code_is_unique_within_its_institution():
    bank, other = parties.institution(), parties.institution()
    branch = service.add_branch(SYSTEM, bank.id, BRANCH)
    service.add_branch(SYSTEM, other.id, BRANCH)
    with pytest.raises(Conflict):
        service.add_branch(SYSTEM, bank.id, BRANCH)
    assert queries.list_branches(bank.id) == [branch]


def test_an_office_is_entered_once():
    office = service.add_department(SYSTEM, OFFICE)
    assert queries.find_department_by_code("tax") is office
    assert queries.list_departments(kind=DepartmentKind.DEPARTMENT) == [office]
    with pytest.raises(Conflict):
        service.add_department(SYSTEM, OFFICE)


def test_what_is_absent_is_not_found():
    absent = parties.enterprise().id
    with pytest.raises(NotFound):
        queries.get_institution(absent)
    with pytest.raises(NotFound):
        queries.get_department(absent)
