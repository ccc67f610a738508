"""The story of the product, with four identities in a real browser, at a desk and on a phone.

A bank lists a product, the office approves it, a firm registers, authorizes, sees profile, score
and matches, applies; the officer looks, and decides with reasons that the firm reads.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from tests.factories import parties
from tests.journeys.conftest import Person
from xinyidai.accounts import passwords
from xinyidai.accounts.models import Account
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database
from xinyidai.scoring import service as scoring
from xinyidai.scoring.artefacts import shipped_folder
from xinyidai.seeds import crowd, deliveries
from xinyidai.seeds.firms import make_firms
from xinyidai.seeds.models import ACTIVE, CODE
from xinyidai.seeds.world import STREAM, World

pytestmark = pytest.mark.browser

PASSWORD = "一句好记的话 2026"
FIRMS = 300


@dataclass
class City:
    """Who signs in, and the firm that is not on the platform yet."""

    manager: str
    officer: str
    office: str
    firm: Enterprise


def _login(role: Role, party: object) -> str:
    account: Account = parties.account(role, party)
    account.password_hash = passwords.hash_password(PASSWORD)
    return account.login


@pytest.fixture
def city(live: Flask) -> City:
    """Three hundred firms with their records, a bank, two people of the office, an active model."""
    day = clock.today()
    world = World(day, make_firms(STREAM, FIRMS, day))
    crowd.register_firms(world)
    deliveries.deliver_all(world, lambda _: None)
    office = parties.department(DepartmentKind.CREDIT_OFFICE)
    keeper = parties.account(Role.OPERATOR).as_actor()
    second = parties.account(Role.CREDIT_OFFICE, office).as_actor()
    scoring.register_model(keeper, shipped_folder(CODE, ACTIVE))
    scoring.validate_model(keeper, CODE, ACTIVE)
    scoring.approve_model(second, CODE, ACTIVE)
    scoring.activate_model(keeper, CODE, ACTIVE)
    bank = parties.institution(name="鹰川演示故事银行", short_name="故事银行", phone="0375-0000000")
    place = crowd._story_place(world)
    city = City(
        _login(Role.BANK_PRODUCT_MANAGER, bank),
        _login(Role.BANK_OFFICER, bank),
        _login(Role.CREDIT_OFFICE, office),
        database.session.get_one(Enterprise, world.ids[place]),
    )
    database.session.commit()
    return city


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_firm_gets_its_answer(
    size: str, city: City, served: Callable[[], str], person: Callable[..., Person]
) -> None:
    address = served()
    manager, clerk, owner, officer = (person(address, size) for _ in range(4))
    _list_a_product(manager, city)
    _approve_it(clerk, city)
    _register(owner, city)
    _authorize(owner)
    _look_at_oneself(owner)
    _find_the_product(owner)
    number = _apply(owner)
    _decide(officer, city, number)
    _read_the_reasons(owner)


def _list_a_product(manager: Person, city: City) -> None:
    manager.sign_in(city.manager, PASSWORD)
    manager.see("01-manager-products")
    manager.go("/bank/products/new")
    manager.fill(
        code="STORY-1",
        name="故事信用贷",
        description="给经营满一年的小微企业的信用贷款。",
        amount_min="5",
        amount_max="300",
        term_min="3",
        term_max="24",
        rate_min="3.6",
        rate_max="4.8",
        promise_days="3",
    )
    manager.page.select_option("[name=kind]", "credit_loan")
    manager.page.select_option("[name=guarantee]", "credit")
    manager.page.select_option("[name=repayment]", index=1)
    manager.press("再加几条")
    manager.page.select_option("[name='crit-0-field']", "years_established")
    manager.page.select_option("[name='crit-0-operator']", "at_least")
    manager.fill(**{"crit-0-value": "1", "crit-0-text": "成立满一年才能申请。"})
    for item in ("registration", "tax"):
        manager.page.check(f"[name=required_items][value={item}]")
    manager.see("02-manager-form")
    manager.leave_by(manager.page.locator("button[value=save]").last)
    manager.page.wait_for_url("**/bank/products/*")
    manager.press("写样例")
    manager.press("按条件提出样例")
    manager.leave_by(manager.page.locator("button[value=save]").last)
    manager.press("提交审核")
    assert "待审" in manager.text() or "审核中" in manager.text()
    manager.see("03-manager-submitted")


def _approve_it(clerk: Person, city: City) -> None:
    clerk.sign_in(city.office, PASSWORD)
    clerk.see("04-office-today")
    clerk.go("/office/products")
    clerk.follow("故事信用贷")
    clerk.see("05-office-product")
    clerk.press("通过并上架")
    assert "上架" in clerk.text()
    clerk.see("06-office-listed")


def _register(owner: Person, city: City) -> None:
    owner.go("/sign-up")
    owner.fill(
        uscc=city.firm.uscc,
        enterprise_name=city.firm.name,
        legal_representative="写错的名字",
        person_name="演示·赵六",
        phone="19900000006",
        login="gushi-demo",
        password=PASSWORD,
    )
    owner.page.check("[name=position][value=legal_representative]")
    owner.press("注册")
    assert "与登记信息不一致" in owner.text()
    owner.see("07-sign-up-refused")
    owner.fill(legal_representative=city.firm.legal_representative or "", password=PASSWORD)
    owner.press("注册")
    owner.page.wait_for_url("**/enterprise")
    owner.see("08-owner-home")


def _authorize(owner: Person) -> None:
    owner.go("/enterprise/consents/new?purpose=pre_loan")
    owner.page.get_by_label("鹰川演示故事银行").check()
    owner.see("09-authorize-form")
    owner.press("下一步：核对")
    assert "鹰川演示故事银行" in owner.text()
    owner.see("10-authorize-check")
    owner.leave_by(owner.page.locator("form[method=post] button[type=submit]").last)
    owner.page.wait_for_url("**/enterprise/consents")
    assert "生效" in owner.text()
    owner.see("11-consents")


def _look_at_oneself(owner: Person) -> None:
    owner.go("/enterprise/profile")
    owner.press("更新画像")
    assert "演示模型" in owner.text()
    assert "信用等级" in owner.text()
    owner.see("12-profile")
    for page, said in (
        ("指标", "点“n 条记录”"),
        ("时间轴", "按月报送的"),
        ("关系", "不推测"),
        ("缺什么", "还有别的办法"),
    ):
        owner.press(page)
        assert said in owner.text()
        owner.see(f"12-profile-{page}")


def _find_the_product(owner: Person) -> None:
    owner.go("/enterprise/matches/new")
    owner.fill(amount="50", term_months="12")
    owner.press("找产品")
    assert "故事信用贷" in owner.text()
    owner.see("13-matches")
    owner.follow("故事信用贷")
    assert "成立年限" in owner.text()
    owner.see("14-product")
    owner.press("申请这款产品")


def _apply(owner: Person) -> str:
    owner.fill(amount="50", term_months="12", loan_purpose="采购 8 月订单的钢材")
    contact = owner.page.locator("[name=contact_name]")
    if contact.count():
        owner.fill(contact_name="演示·赵六", contact_phone="19900000006")
    owner.see("15-apply-need")
    owner.press("保存并继续")
    owner.see("16-apply-tasks")
    owner.press("核对并提交")
    owner.see("17-apply-check")
    owner.page.get_by_role("button", name="提交申请").dblclick()
    owner.page.wait_for_url("**/submitted")
    owner.see("18-apply-submitted")
    found = [word for word in owner.text().split() if word.startswith("SQ")]
    return found[0]


def _decide(officer: Person, city: City, number: str) -> None:
    officer.sign_in(city.officer, PASSWORD)
    officer.see("19-officer-desk")
    officer.go(f"/bank/search?q={number}")
    officer.follow(city.firm.name)
    officer.press("受理")
    officer.see("20-officer-application")
    officer.leave_by(officer.page.get_by_role("button", name="查看"))
    officer.page.wait_for_url("**/queries/*")
    assert "演示模型" in officer.text()
    officer.see("21-officer-look")
    officer.page.reload()
    officer.go(f"/bank/search?q={number}")
    officer.follow(city.firm.name)
    officer.press("送审批")
    officer.fill(note="现场核实,经营正常。")
    officer.press("送审批")
    officer.press("拒绝")
    officer.press("确认拒绝")
    assert "请选择" in officer.text()
    officer.see("22-officer-refused-empty")
    officer.page.check("#reason-insufficient_turnover")
    officer.page.check("#reason-credit_record")
    officer.fill(note_credit_record="2025 年有一条欠税公告。")
    officer.press("确认拒绝")
    officer.see("23-officer-decided")


def _read_the_reasons(owner: Person) -> None:
    owner.go("/enterprise/applications")
    owner.see("24-owner-applications")
    owner.follow("故事信用贷")
    text = owner.text()
    assert "欠税公告" in text
    assert "异议" in text or "有误" in text
    owner.see("25-owner-reasons")
    owner.go("/enterprise/queries")
    assert "故事银行" in owner.text()
    owner.see("26-owner-looks")
    owner.go("/enterprise")
    owner.see("27-owner-home-after")
