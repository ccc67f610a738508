"""The way of a need in a real browser: the firm on its phone, a bank and the office at desks."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from tests.factories import parties
from tests.journeys.conftest import Person
from tests.products.factories import listed_version, manager_of
from xinyidai.accounts import passwords
from xinyidai.accounts.models import Account
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database

pytestmark = pytest.mark.browser

PASSWORD = "一句好记的话 2026"
FIRM = "鹰川市演示需求轴承有限公司"


@dataclass
class Town:
    """Who signs in."""

    owner: str
    officer: str
    office: str


def _login(role: Role, party: object, **changes: object) -> str:
    account: Account = parties.account(role, party, **changes)
    account.password_hash = passwords.hash_password(PASSWORD)
    return account.login


@pytest.fixture
def town(live: Flask) -> Town:
    """A firm, a bank with a product, and the office."""
    firm, bank = parties.enterprise(name=FIRM), parties.institution(name="鹰川演示需求银行")
    listed_version(manager_of(bank), criteria=())
    found = Town(
        _login(Role.ENTERPRISE_USER, firm, phone="13800001234"),
        _login(Role.BANK_OFFICER, bank, phone="0375-7654321"),
        _login(Role.CREDIT_OFFICE, parties.department(DepartmentKind.CREDIT_OFFICE)),
    )
    database.session.commit()
    return found


def test_a_firm_publishes_a_bank_claims_and_calls(
    town: Town, served: Callable[[], str], person: Callable[..., Person]
) -> None:
    address = served()
    owner, officer = person(address, "phone"), person(address, "desk")
    clerk = person(address, "desk")
    _publish(owner, town)
    _claim(officer, town)
    _answer(owner)
    _call(officer)
    _confirm_and_withdraw(owner)
    clerk.sign_in(town.office, PASSWORD)
    clerk.go("/office/needs")
    assert FIRM in clerk.text()
    clerk.see("10-office-needs")


def _publish(owner: Person, town: Town) -> None:
    owner.sign_in(town.owner, PASSWORD)
    owner.go("/enterprise/needs/new")
    owner.fill(amount="80", term_months="12", purpose_text="采购八月订单的钢材", rate_max="4.5")
    owner.page.select_option("[name=purpose]", "materials")
    owner.see("01-owner-form")
    owner.press("发布")
    assert "还没有银行接单" in owner.text()
    owner.see("02-owner-published")


def _claim(officer: Person, town: Town) -> None:
    officer.sign_in(town.officer, PASSWORD)
    officer.go("/bank/needs")
    assert "80 万元" in officer.text()
    assert FIRM not in officer.text()
    officer.see("03-bank-pool")
    officer.press("抢单")
    assert "等企业授权" in officer.text()
    assert FIRM not in officer.text()
    officer.see("04-bank-claimed")


def _answer(owner: Person) -> None:
    owner.go("/enterprise/needs")
    owner.press("答复 1 家银行")
    owner.see("05-owner-answer")
    owner.page.get_by_label("同意，授权它查看").check()
    owner.press("提交答复并签署")
    assert "前联系您" in owner.text()
    owner.see("06-owner-authorized")


def _call(officer: Person) -> None:
    officer.go("/bank/needs/held")
    officer.see("07-bank-held")
    officer.follow(FIRM)
    assert "13800001234" in officer.text()
    officer.press("报告已联系")
    assert "已登记联系" in officer.text()
    officer.see("08-bank-contacted")


def _confirm_and_withdraw(owner: Person) -> None:
    owner.page.reload()
    owner.press("已经联系我")
    assert "已联系" in owner.text()
    owner.press("撤回需求")
    assert "用原来的内容重新发布" in owner.text()
    owner.see("09-owner-withdrawn")
