"""Credit repair over HTTP: the firm on its phone, the office at its desk and counter."""

import re

import pytest

from tests.factories import parties
from tests.factories.rights import IDENTITY, PENALTY, Town
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.repairs.models import Repair
from xinyidai.repairs.values import RepairState

LIST = "/enterprise/repairs"
CLAIM = {"duty_note": "罚款五月十日缴清，缴款书 000123", "signed_name": "张演示", "commitment": "1"}


@pytest.fixture
def town(live) -> Town:
    made = Town()
    made.fact = made.penalty()
    made.young = made.penalty(days=10, key="鹰环罚〔2026〕2号")
    db.session.commit()
    return made


@pytest.fixture
def owner(town, client_as):
    return client_as(town.owner)


@pytest.fixture
def clerk(town, client_as):
    return client_as(town.clerk)


def applied(owner, town) -> str:
    named = {"record": town.fact.id, "kind": PENALTY}
    answer = owner.post(f"{LIST}/new", data=named | CLAIM)
    assert answer.status_code == 303, answer.text
    return answer.location.rsplit("/", 1)[1]


def step(clerk, repair_id: str, action: str, **fields: str) -> int:
    form = {"action": action, **fields}
    return clerk.post(f"/office/repairs/{repair_id}", data=form).status_code


def state_of(repair_id: str) -> RepairState:
    db.session.rollback()
    return db.session.get(Repair, repair_id).state


def test_the_page_says_that_it_is_free_and_warns_of_paid_agents(owner):
    page = owner.get(LIST).text
    assert "不收取任何费用" in page
    assert "中介都不可信" in page


def test_what_can_be_repaired_is_shown_when_asked_for(owner, town):
    assert "鹰环罚" not in owner.get(LIST).text
    page = owner.post(LIST).text
    assert page.count("环保处罚") >= 2 or page.count("环境") >= 2
    assert "可以申请" in page
    links = re.findall(r"/enterprise/repairs/new\?record=(\d+)", page)
    assert links == [str(town.fact.id)]


def test_a_firm_goes_the_whole_way(owner, clerk, town):
    form = owner.get(f"{LIST}/new?record={town.fact.id}&kind={PENALTY}").text
    assert "信用承诺书" in form
    repair_id = applied(owner, town)
    address = f"/office/repairs/{repair_id}"
    assert repair_id in clerk.get("/office/repairs").text
    assert "信用修复待办" in clerk.get("/office").text
    assert "鹰环罚〔2026〕1号" not in clerk.get(address).text
    assert "鹰环罚〔2026〕1号" in clerk.post(f"{address}/record").text
    assert step(clerk, repair_id, "repair", reason="认定机关同意修复") == 409
    assert step(clerk, repair_id, "check") == 303
    assert step(clerk, repair_id, "hand_over", receipt_no="") == 422
    assert step(clerk, repair_id, "hand_over", receipt_no="XYZG-2026-1") == 303
    assert "XYZG-2026-1" in owner.get(f"{LIST}/{repair_id}").text
    assert step(clerk, repair_id, "repair", reason="") == 422
    assert step(clerk, repair_id, "repair", reason="认定机关同意修复") == 303
    assert "已停止公示、共享和使用" in owner.get(f"{LIST}/{repair_id}").text
    records = owner.post("/enterprise/records").text
    assert "鹰环罚〔2026〕1号" not in records
    assert "鹰环罚〔2026〕2号" in records
    assert "办理信用修复" in owner.get("/enterprise/queries?by=handling").text


def test_what_is_not_sound_comes_back_with_every_fault(owner, town):
    named = {"record": town.young.id, "kind": PENALTY}
    answer = owner.post(f"{LIST}/new", data=named)
    assert answer.status_code == 422
    for words in ("最短公示期还没有满", "请阅读并签署信用承诺", "请写明义务怎样履行"):
        assert words in answer.text
    for query in ("", f"record=x&kind={PENALTY}", f"record={town.fact.id}&kind=tax_grade"):
        assert owner.get(f"{LIST}/new?{query}").status_code == 404


def test_returned_it_is_completed_or_withdrawn(owner, clerk, town):
    repair_id = applied(owner, town)
    assert step(clerk, repair_id, "return", reason="") == 422
    assert step(clerk, repair_id, "return", reason="缺少缴款凭证的编号") == 303
    assert "缺少缴款凭证的编号" in owner.get(f"{LIST}/{repair_id}").text
    assert owner.post(f"{LIST}/{repair_id}/resubmit", data={"duty_note": ""}).status_code == 422
    sent = owner.post(f"{LIST}/{repair_id}/resubmit", data={"duty_note": "缴款书编号 000456"})
    assert sent.status_code == 303
    assert owner.post(f"{LIST}/{repair_id}/withdraw").status_code == 303
    assert state_of(repair_id) is RepairState.WITHDRAWN
    assert step(clerk, repair_id, "explode") == 422


def test_a_clerk_applies_for_a_person_at_the_counter(owner, clerk, town):
    address = "/office/repairs/counter"
    assert clerk.get(address).status_code == 200
    form = {"uscc": town.firm.uscc, "identity": IDENTITY}
    assert clerk.post(address, data=form | {"uscc": "x"}).status_code == 422
    assert clerk.post(address, data=form | {"identity": ""}).status_code == 422
    shown = clerk.post(address, data=form).text
    assert f'value="{town.fact.id}"' in shown
    chosen = form | {"record": str(town.fact.id)}
    assert clerk.post(address, data=chosen).status_code == 422
    done = clerk.post(address, data=chosen | CLAIM)
    assert done.status_code == 303, done.text
    assert "窗口代办" in owner.get(done.location.replace("/office", "/enterprise")).text


def test_others_watch_or_see_nothing(owner, town, client_as):
    repair_id = applied(owner, town)
    auditor = client_as(town.auditor)
    assert auditor.get(f"/office/repairs/{repair_id}").status_code == 200
    assert auditor.get("/office/repairs?state=ended").status_code == 200
    assert auditor.get("/office/repairs?state=x").status_code == 422
    assert auditor.post(f"/office/repairs/{repair_id}").status_code == 403
    other = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    db.session.commit()
    assert client_as(other).get(f"{LIST}/{repair_id}").status_code == 404
