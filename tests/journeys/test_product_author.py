"""A product manager writes a product of ten criteria without help, and a firm finds it.

Draft with an error and its correction, examples, trial, submission; a second person of the credit
credit office lists it on a phone; a firm on a phone reads its reasons.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from tests.factories import parties
from tests.journeys.conftest import Person
from xinyidai.accounts import passwords
from xinyidai.accounts.models import Account
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db as database
from xinyidai.profiles import service as profiles

pytestmark = pytest.mark.browser

PASSWORD = "一句好记的话 2026"
# Field, condition, value, and what the firm reads when it does not meet it.
CRITERIA = (
    ("years_established", "at_least", "2", "企业成立须满 2 年。"),
    ("in_operation", "is_true", "", "企业须为存续状态。"),
    ("scale", "is_one_of", "小型、微型", "该产品面向小微企业。"),
    ("employees", "at_least", "5", "员工须不少于 5 人。"),
    ("revenue_fen", "at_least", "50", "上年营业收入须不低于 50 万元。"),
    ("industry", "is_none_of", "B、K", "采矿业和房地产业不在支持范围内。"),
    ("indicator:dishonesty_listed", "at_most", "否", "企业在失信被执行人名单内。"),
    ("indicator:tax_grade_latest", "at_least", "M级", "纳税信用级别须不低于 M 级。"),
    ("indicator:invoice_sales_growth_12m", "at_least", "-30", "开票销售额降幅不能超过 30%。"),
    ("indicator:penalties_24m", "at_most", "2", "近 24 个月行政处罚不能多于 2 次。"),
)


@dataclass
class Town:
    """Who signs in."""

    manager: str
    clerk: str
    owner: str


def _login(account: Account) -> str:
    account.password_hash = passwords.hash_password(PASSWORD)
    return account.login


@pytest.fixture
def town(live: Flask) -> Town:
    """Eight firms with their profiles, a bank, the credit office, and the owner of one firm."""
    firms = [parties.enterprise(employees=number + 2) for number in range(8)]
    for firm in firms:
        profiles.build_profile(SYSTEM, firm.id)
    bank = parties.institution(name="鹰川演示规则银行", short_name="规则银行")
    office = parties.department(DepartmentKind.CREDIT_OFFICE)
    made = Town(
        _login(parties.account(Role.BANK_PRODUCT_MANAGER, bank)),
        _login(parties.account(Role.CREDIT_OFFICE, office)),
        _login(parties.account(Role.ENTERPRISE_USER, firms[-1])),
    )
    database.session.commit()
    return made


def test_a_product_of_ten_criteria_is_written_tried_listed_and_found(
    town: Town, served: Callable[[], str], person: Callable[..., Person]
) -> None:
    address = served()
    manager = person(address, "desk")
    clerk, owner = person(address, "phone"), person(address, "phone")
    manager.sign_in(town.manager, PASSWORD)
    _write(manager)
    _correct(manager)
    _exemplify(manager)
    _try_out(manager)
    _submit(manager)
    clerk.sign_in(town.clerk, PASSWORD)
    _list(clerk)
    owner.sign_in(town.owner, PASSWORD)
    _find(owner)
    manager.go("/bank/products")
    manager.see("10-listed")
    assert "已上架" in manager.text()


def _write(manager: Person) -> None:
    manager.go("/bank/products")
    manager.press("新建产品")
    manager.fill(
        code="RULES-10",
        name="十条规则贷",
        description="给经营满两年、按时纳税的小微企业的信用贷款。",
        amount_max="300",
        rate_min="3.6",
        rate_max="4.8",
        term_max="24",
        promise_days="3",
    )
    manager.page.select_option("[name=kind]", "tech_loan")
    manager.page.select_option("[name=repayment]", "interest_first")
    for place, criterion in enumerate(CRITERIA):
        if place and place % 3 == 0:
            manager.press("再加几条")
        _fill_row(manager, place, criterion)
    # A slip: words where a number belongs, and nothing for the firm to read.
    manager.fill(**{"crit-3-value": "很多", "crit-4-text": ""})
    manager.leave_by(manager.page.locator("button[value=save]").last)
    manager.see("01-errors")


def _fill_row(manager: Person, place: int, criterion: tuple[str, str, str, str]) -> None:
    field, operator, value, text = criterion
    manager.page.select_option(f"[name='crit-{place}-field']", field)
    manager.page.select_option(f"[name='crit-{place}-operator']", operator)
    manager.fill(**{f"crit-{place}-value": value, f"crit-{place}-text": text})


def _correct(manager: Person) -> None:
    assert "第 4 条：“很多”不是数字。填数字，单位人。" in manager.text()
    assert "第 5 条：请写明不符合时给企业看的说明。" in manager.text()
    assert manager.page.input_value("[name='crit-9-text']") == CRITERIA[9][3]
    assert "计算日前 24 个月内作出" in manager.text()
    manager.fill(**{"crit-3-value": "5", "crit-4-text": CRITERIA[4][3]})
    manager.leave_by(manager.page.locator("button[value=save]").last)
    manager.page.wait_for_url("**/bank/products/*")
    manager.see("02-draft")
    manager.press("用文本查看和编辑")
    manager.see("03-text")
    assert len(manager.page.input_value("[name=rules]").splitlines()) == len(CRITERIA)
    manager.press("取消")


def _exemplify(manager: Person) -> None:
    manager.press("提交审核")
    assert "三种结论的样例各须至少 3 个" in manager.text()
    manager.press("写样例")
    manager.press("按条件提出样例")
    manager.see("04-proposed")
    # The manager thinks that a firm of one year passes; the rules do not.
    manager.fill(**{"ex-0-r-years_established": "1"})
    manager.leave_by(manager.page.locator("button[value=save]").last)
    manager.see("05-failing")
    assert "成立年限不低于2 年" in manager.text()
    manager.fill(**{"ex-0-r-years_established": "2"})
    manager.leave_by(manager.page.locator("button[value=save]").last)
    assert "个样例全部与预期相符" in manager.text()


def _try_out(manager: Person) -> None:
    manager.follow("试运行")
    manager.press("开始试运行")
    manager.see("06-trial")
    assert "8 家" in manager.text()
    manager.leave_by(manager.page.locator("a.back"))


def _submit(manager: Person) -> None:
    manager.press("提交审核")
    manager.page.get_by_text("等待信用办审核").first.wait_for()
    manager.see("07-submitted")


def _list(clerk: Person) -> None:
    clerk.go("/office/products")
    clerk.follow("十条规则贷")
    clerk.see("08-review")
    assert "个样例现在全部与预期相符" in clerk.text()
    assert "现在可触达" in clerk.text()
    clerk.press("通过并上架")
    assert "产品已上架" in clerk.text()


def _find(owner: Person) -> None:
    owner.go("/enterprise/matches")
    owner.fill(amount="50", term_months="12")
    owner.press("找产品")
    owner.see("09-matches")
    assert "十条规则贷" in owner.text()
