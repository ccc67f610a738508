"""Objections over HTTP: the firm on its phone, the source and the office at their desks."""

import re

import pytest

from tests.factories import parties
from tests.factories.rights import ARREARS, IDENTITY, STATEMENT, Town
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.objections import queries
from xinyidai.objections.models import Objection
from xinyidai.objections.values import ObjectionState

LIST = "/enterprise/objections"
BASIS = "已核对征收系统，税款三月入库"


@pytest.fixture
def town(live) -> Town:
    made = Town()
    made.fact = made.arrears()
    db.session.commit()
    return made


@pytest.fixture
def owner(town, client_as):
    return client_as(town.owner)


@pytest.fixture
def clerk(town, client_as):
    return client_as(town.clerk)


@pytest.fixture
def taxman(town, client_as):
    return client_as(town.taxman)


def raised(owner, town) -> str:
    """Object to the record; return the id."""
    form = {"record": town.fact.id, "kind": ARREARS, "reason": "settled", "statement": STATEMENT}
    answer = owner.post(f"{LIST}/new", data=form)
    assert answer.status_code == 303, answer.text
    return answer.location.rsplit("/", 1)[1]


def accepted(owner, clerk, town) -> str:
    objection_id = raised(owner, town)
    done = clerk.post(f"/office/objections/{objection_id}", data={"action": "accept"})
    assert done.status_code == 303, done.text
    return objection_id


def state_of(objection_id: str) -> ObjectionState:
    db.session.rollback()
    return db.session.get(Objection, objection_id).state


def test_a_firm_objects_from_a_record_and_follows_its_way(owner, clerk, taxman, town):
    records = owner.post("/enterprise/records").text
    link = re.search(r'href="(/enterprise/objections/new\?[^"]+)"', records)[1].replace(
        "&amp;", "&"
    )
    form = owner.get(link)
    assert form.status_code == 200
    assert "欠税公告" in form.text
    objection_id = accepted(owner, clerk, town)
    page = owner.get(f"{LIST}/{objection_id}").text
    assert "来源核实" in page
    assert "剩 20 天" in page
    assert town.clerk.name not in page
    assert "异议中" in owner.post("/enterprise/records").text
    assert "1 条异议中" in owner.post("/enterprise/holdings").text
    [record] = owner.post("/enterprise/holdings/file").json["groups"]["records"]["records"]
    assert record["under_objection"] is True
    done = taxman.post(
        f"/department/objections/{objection_id}",
        data={"action": "uphold", "remedy": "withdraw", "basis": BASIS},
    )
    assert done.status_code == 303, done.text
    assert "欠税公告" not in owner.post("/enterprise/records").text
    assert BASIS in owner.get(f"{LIST}/{objection_id}").text
    assert owner.post(f"{LIST}/{objection_id}/acknowledge").status_code == 303
    assert state_of(objection_id) is ObjectionState.CLOSED


def test_a_form_that_is_not_sound_comes_back_with_what_was_typed(owner, town):
    form = {"record": town.fact.id, "kind": ARREARS, "reason": "", "statement": "短"}
    answer = owner.post(f"{LIST}/new", data=form)
    assert answer.status_code == 422
    assert "请选择理由" in answer.text
    answer = owner.post(f"{LIST}/new", data=form | {"reason": "settled"})
    assert answer.status_code == 422
    assert "至少 5 个字" in answer.text
    assert ">短</textarea>" in answer.text
    assert owner.get(LIST).text.count("受理编号") == 0


def test_the_same_thing_twice_is_a_conflict(owner, town):
    raised(owner, town)
    form = {"record": town.fact.id, "kind": ARREARS, "reason": "settled", "statement": STATEMENT}
    answer = owner.post(f"{LIST}/new", data=form)
    assert answer.status_code == 409
    assert "正在办理" in answer.text


def test_strange_addresses_are_not_found(owner, town):
    for query in ("", "record=x", "kind=gossip", "item=gossip", "look=x", f"look={town.firm.id}"):
        assert owner.get(f"{LIST}/new?{query}").status_code == 404, query
    form = {"record": 999_999, "kind": ARREARS, "reason": "settled", "statement": STATEMENT}
    assert owner.post(f"{LIST}/new", data=form).status_code == 404


@pytest.mark.parametrize(
    ("query", "words"),
    [("kind=tax_grade", "应有的记录没有"), ("item=registration", "内容有误或过时")],
)
def test_what_is_no_record_is_objected_to_as_well(owner, query, words, town):
    assert words in owner.get(f"{LIST}/new?{query}").text
    name, value = query.split("=")
    reason = "missing" if name == "kind" else "wrong_holding"
    form = {name: value, "reason": reason, "statement": STATEMENT}
    assert owner.post(f"{LIST}/new", data=form).status_code == 303


def test_every_dispute_page_leads_to_an_objection(owner, town):
    page = owner.get("/enterprise/dispute?indicator=tax_arrears_amount").text
    assert "/enterprise/records" in page
    assert "objections/new?item=accounts" in owner.get("/enterprise/dispute?item=accounts").text
    assert (
        'value="tax_arrears"' in owner.get("/enterprise/dispute?item=records&kind=tax_arrears").text
    )
    narrowed = owner.post("/enterprise/records", data={"kinds": "tax_grade"}).text
    assert "欠税公告" not in narrowed
    assert "欠税公告" in owner.post("/enterprise/records", data={"kinds": "tax_arrears,x"}).text


def test_the_source_sees_the_record_and_corrects_it(owner, clerk, taxman, town):
    objection_id = accepted(owner, clerk, town)
    address = f"/department/objections/{objection_id}"
    assert "有 1 件异议等您答复" in taxman.get("/department").text
    assert objection_id in taxman.get("/department/objections").text
    before = taxman.get(address).text
    assert "先看被异议的记录" in before
    assert "12,345.00" not in before
    seen = taxman.post(f"{address}/record").text
    assert "12,345.00 元" in seen
    assert 'name="field_balance"' in seen
    assert 'value="12345"' in seen
    form = {
        "action": "uphold",
        "remedy": "correct",
        "basis": BASIS,
        "field_tax_type": "增值税",
        "field_balance": "很多",
        "field_announced_on": town.fact.content["announced_on"],
    }
    wrong = taxman.post(address, data=form)
    assert wrong.status_code == 422
    assert "不是金额" in wrong.text
    assert 'value="很多"' in wrong.text
    assert taxman.post(address, data=form | {"field_balance": "0"}).status_code == 303
    assert "0.00 元" in owner.post("/enterprise/records").text
    handled = owner.get("/enterprise/queries?by=handling").text
    assert "办理异议" in handled
    assert town.taxman.name in handled


def test_asked_by_the_source_the_firm_supplies(owner, clerk, taxman, town):
    objection_id = accepted(owner, clerk, town)
    address = f"/department/objections/{objection_id}"
    asked = taxman.post(address, data={"action": "ask", "question": "请写明完税证明编号"})
    assert asked.status_code == 303
    assert "等企业补充" in taxman.get("/department/objections").text
    refused = taxman.post(address, data={"action": "reject", "basis": BASIS})
    assert refused.status_code == 409
    assert "请写明完税证明编号" in owner.get(f"{LIST}/{objection_id}").text
    assert owner.post(f"{LIST}/{objection_id}/supply", data={"words": ""}).status_code == 422
    supplied = owner.post(f"{LIST}/{objection_id}/supply", data={"words": "编号 12345678"})
    assert supplied.status_code == 303
    assert "编号 12345678" in taxman.get(address).text


def test_the_firm_withdraws_and_the_mark_goes(owner, clerk, town):
    objection_id = accepted(owner, clerk, town)
    assert owner.post(f"{LIST}/{objection_id}/withdraw").status_code == 303
    assert state_of(objection_id) is ObjectionState.WITHDRAWN
    assert "看异议进展" not in owner.post("/enterprise/records").text


def test_the_office_has_a_queue_and_dismisses_with_a_reason(owner, clerk, town, client_as):
    objection_id = raised(owner, town)
    queue = clerk.get("/office/objections").text
    assert objection_id in queue
    assert "剩 20 天" in queue
    assert "异议待受理" in clerk.get("/office").text
    address = f"/office/objections/{objection_id}"
    assert clerk.post(address, data={"action": "dismiss", "opinion": ""}).status_code == 422
    assert clerk.post(address, data={"action": "explode"}).status_code == 422
    done = clerk.post(address, data={"action": "dismiss", "opinion": "没有写明哪里不对"})
    assert done.status_code == 303
    auditor = client_as(town.auditor)
    assert "没有写明哪里不对" in auditor.get(address).text
    assert auditor.get("/office/objections?state=answered").status_code == 200
    assert auditor.post(address, data={"action": "accept"}).status_code == 403
    assert clerk.get("/office/objections?state=x").status_code == 422


def test_late_ones_have_a_list_of_their_own(owner, clerk, town, at):
    with at("2026-09-01T10:00"):
        objection_id = raised(owner, town)
    assert objection_id in clerk.get("/office/objections?state=late").text
    assert "已超时" in clerk.get(f"/office/objections/{objection_id}").text


def test_a_clerk_objects_for_a_person_at_the_counter(clerk, owner, town):
    address = "/office/objections/counter"
    assert clerk.get(address).status_code == 200
    form = {"uscc": town.firm.uscc, "identity": IDENTITY, "kind": ARREARS}
    assert clerk.post(address, data=form | {"uscc": "x"}).status_code == 422
    assert clerk.post(address, data=form | {"kind": "x"}).status_code == 422
    assert clerk.post(address, data=form | {"identity": ""}).status_code == 422
    shown = clerk.post(address, data=form)
    assert shown.status_code == 200
    assert f'value="{town.fact.id}"' in shown.text
    chosen = form | {"record": str(town.fact.id)}
    assert clerk.post(address, data=chosen).status_code == 422
    done = clerk.post(address, data=chosen | {"reason": "settled", "statement": STATEMENT})
    assert done.status_code == 303, done.text
    objection_id = done.location.rsplit("/", 1)[1]
    assert "窗口代办" in owner.get(f"{LIST}/{objection_id}").text
    assert "窗口代办" in owner.get("/enterprise/queries?by=handling").text
    missing = form | {"record": "missing", "reason": "missing", "statement": STATEMENT}
    assert clerk.post(address, data=missing).status_code == 303
    withdrawn = clerk.post(f"/office/objections/{objection_id}", data={"action": "withdraw"})
    assert withdrawn.status_code == 303


def test_the_office_does_not_withdraw_what_a_firm_raised_itself(clerk, owner, town):
    objection_id = raised(owner, town)
    answer = clerk.post(f"/office/objections/{objection_id}", data={"action": "withdraw"})
    assert answer.status_code == 422
    assert state_of(objection_id) is ObjectionState.SUBMITTED


def test_nobody_else_finds_it(owner, clerk, town, client_as):
    objection_id = accepted(owner, clerk, town)
    other = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    dept = parties.account(Role.DEPARTMENT, parties.department())
    db.session.commit()
    assert client_as(other).get(f"{LIST}/{objection_id}").status_code == 404
    stranger = client_as(dept)
    for method, place in (("get", ""), ("post", ""), ("post", "/record")):
        address = f"/department/objections/{objection_id}{place}"
        answer = getattr(stranger, method)(address, data={"action": "reject", "basis": BASIS})
        assert answer.status_code == 404, place
    assert queries.find(objection_id) is not None


def test_a_character_that_no_database_keeps_is_no_server_error(owner, town):
    form = {"record": town.fact.id, "kind": ARREARS, "reason": "settled"}
    answer = owner.post(f"{LIST}/new", data={**form, "statement": "\x00" + STATEMENT})
    assert answer.status_code < 500
    answer = owner.post(f"{LIST}/new", data={**form, "statement": STATEMENT, "reason": "\x00"})
    assert answer.status_code < 500
