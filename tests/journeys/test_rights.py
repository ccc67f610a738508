"""An objection and a repair in a real browser, by the people concerned, at a desk and on a phone."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.factories.rights import Town
from tests.journeys.conftest import Person
from xinyidai.accounts import passwords
from xinyidai.kernel.db import db as database
from xinyidai.scoring import service as scoring

pytestmark = pytest.mark.browser

PASSWORD = "一句好记的话 2026"


@pytest.fixture
def town(live: Flask) -> Town:
    made = Town()
    made.arrears()
    made.penalty()
    made.penalty(days=20, key="鹰环罚〔2026〕2号")
    for account in (made.owner, made.clerk, made.taxman, made.auditor):
        account.password_hash = passwords.hash_password(PASSWORD)
    scoring.refresh_firm(made.firm.id)
    database.session.commit()
    return made


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_firm_has_an_error_put_right_and_a_record_repaired(
    size: str, town: Town, served: Callable[[], str], person: Callable[..., Person]
) -> None:
    address = served()
    owner, clerk, taxman = (person(address, size) for _ in range(3))
    for who, account in ((owner, town.owner), (clerk, town.clerk), (taxman, town.taxman)):
        who.sign_in(account.login, PASSWORD)
    _object(owner)
    _accept(clerk)
    _correct(taxman)
    _read_the_answer(owner)
    _repair(owner, clerk)


def _object(owner: Person) -> None:
    owner.go("/enterprise/dispute?item=records&kind=tax_arrears")
    owner.see("01-dispute")
    owner.press("选出有错的记录")
    owner.see("02-records")
    owner.follow("有误？提出异议")
    owner.page.get_by_label("内容写错了").check()
    owner.fill(statement="欠税余额三月已经缴清，完税证明 000123")
    owner.see("03-objection-new")
    owner.press("提交异议")
    owner.see("04-objection")
    assert "已提交" in owner.text()


def _accept(clerk: Person) -> None:
    clerk.go("/office")
    clerk.see("05-office")
    clerk.go("/office/objections")
    clerk.see("06-queue")
    clerk.follow("YY")
    clerk.see("07-check")
    clerk.press("受理并转核实")
    clerk.see("08-accepted")
    assert "来源核实中" in clerk.text()


def _correct(taxman: Person) -> None:
    taxman.go("/department")
    taxman.see("09-department")
    taxman.press("去答复")
    taxman.see("10-to-answer")
    taxman.follow("YY")
    taxman.press("查看被异议的记录")
    assert "这条记录的各版本" in taxman.text()
    taxman.page.get_by_text("更正后的内容").click()
    taxman.page.get_by_label("更正内容").check()
    taxman.fill(basis="已核对征收系统，余额应为 0", field_balance="0")
    taxman.see("11-answer")
    taxman.page.on("dialog", lambda dialog: dialog.accept())
    taxman.press("异议成立")
    taxman.see("12-answered")
    assert "记录已更正" in taxman.text()


def _read_the_answer(owner: Person) -> None:
    owner.go("/enterprise/objections")
    owner.see("13-objections")
    owner.follow("欠税公告")
    owner.see("14-answered")
    owner.press("我知道了")
    assert "已办结" in owner.text()


def _repair(owner: Person, clerk: Person) -> None:
    owner.go("/enterprise/repairs")
    owner.see("15-repairs")
    owner.press("看我的记录")
    owner.see("16-repairable")
    owner.press("申请修复")
    owner.fill(duty_note="罚款五月十日缴清，缴款书 000123", signed_name="张演示")
    owner.page.get_by_label("我代表本企业签署以上承诺").check()
    owner.see("17-repair-new")
    owner.press("签署承诺并提交")
    owner.see("18-repair")
    clerk.go("/office/repairs")
    clerk.see("19-repair-queue")
    clerk.follow("XF")
    clerk.press("审核通过")
    clerk.fill(receipt_no="XYZG-2026-000123")
    clerk.see("20-hand-over")
    clerk.press("登记转办")
    clerk.fill(reason="认定机关同意修复")
    clerk.page.on("dialog", lambda dialog: dialog.accept())
    clerk.press("修复完成")
    clerk.see("21-repaired")
    assert "已修复" in clerk.text()
    clerk.go("/office/objections/counter")
    clerk.see("22-counter")
