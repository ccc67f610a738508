"""Finding customers on pages: numbers, invitations, the firm's choice, feedback; no firm leaks."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests.factories import parties
from tests.leads.town import Town
from tests.products import factories as products
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db
from xinyidai.leads import service
from xinyidai.leads.models import ContactChoice, Lead, LeadFeedback
from xinyidai.leads.values import LeadState
from xinyidai.matching import service as matching
from xinyidai.matching.values import OutcomeCounts

ROW = {"crit-0-field": "industry", "crit-0-operator": "in_industry", "crit-0-value": "C34"}
SEARCH = {"name": "找轴承厂", "do": "count", **ROW}


@pytest.fixture
def town(live):
    made = Town(size=1)
    db.session.commit()
    return made


@pytest.fixture
def officer(town, client_as):
    return client_as(town.staff)


@pytest.fixture
def owner(town, client_as):
    return client_as(town.owners[town.firms[0].id])


def searched(officer):
    response = officer.post("/bank/leads", data=SEARCH)
    assert response.status_code == 303, response.text
    return response.location


def invited(officer, owner):
    """Let the firm say yes and the bank invite; return where the firm answers, and the search."""
    assert (
        owner.post("/enterprise/contact", data={"is_open": "yes", "scope": "all"}).status_code
        == 303
    )
    search = searched(officer)
    assert officer.post(f"{search}/invite").status_code == 303
    db.session.rollback()
    lead = db.session.scalars(select(Lead)).one()
    return f"/enterprise/invitations/{lead.id}", search, lead.id


def test_a_search_is_typed_row_by_row_and_counted(officer):
    page = officer.get("/bank/leads/new").text
    assert "申请金额" not in page
    assert "信用等级" in page
    more = officer.post("/bank/leads", data={**SEARCH, "do": "add"}).text
    assert more.count('name="do" value="remove-') == 2
    shown = officer.get(searched(officer)).text
    assert "不足 20 家" in shown
    assert "所属行业属于" in shown


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "请给这次查找起个名字"),
        ({"crit-0-field": "shoe_size"}, "请选择一个字段"),
        ({"crit-0-field": "amount_fen", "crit-0-operator": "at_least", "crit-0-value": "1"},
         "申请时才填"),
        ({"crit-0-field": "", "crit-0-operator": "", "crit-0-value": ""}, "请至少写一个条件"),
        ({"product_id": "nobody"}, "请从列表里选择"),
        ({"product_id": "00000000-0000-7000-8000-000000000000"}, "请从本行在售产品里选择"),
    ],
)  # fmt: skip
def test_a_bad_search_is_shown_again_with_what_to_mend(officer, wrong, words):
    response = officer.post("/bank/leads", data={**SEARCH, **wrong})
    assert response.status_code == 422
    assert words in response.text
    assert SEARCH["name"] in response.text or "name" in wrong


def test_without_authorization_no_page_of_the_bank_names_a_firm(town, officer, owner):
    _, search, lead_id = invited(officer, owner)
    firm = town.firms[0]
    pages = ("/bank", "/bank/leads", search, "/messages", f"/bank/search?q={firm.name}")
    for address in pages:
        text = officer.get(address).text.replace(f'value="{firm.name}"', "")
        text = text.replace(f"“{firm.name}”", "")
        assert firm.name not in text, address
        assert firm.uscc not in text, address
        assert str(lead_id) not in text, address
    assert officer.get(f"/bank/leads/feedback/{lead_id}").status_code == 404


def test_the_firm_reads_who_seeks_it_authorizes_and_only_then_has_a_name(town, officer, owner):
    address, search, _ = invited(officer, owner)
    page = owner.get(address).text
    assert town.bank.name in page
    assert "所属行业属于" in page
    assert "不知道是您" in page
    accepted = owner.post(f"{address}/accept")
    assert accepted.location.startswith("/enterprise/consents/")
    assert owner.get(accepted.location).status_code == 200
    shown = officer.get(search).text
    assert town.firms[0].name in shown
    assert "接受了邀请" in shown
    assert owner.post(f"{address}/accept").status_code == 303
    assert "所属行业属于" in officer.get("/bank").text


def test_a_declined_invitation_stays_unknown(town, officer, owner):
    address, search, _ = invited(officer, owner)
    assert owner.post(f"{address}/decline").status_code == 303
    assert owner.post(f"{address}/accept").status_code == 409
    assert town.firms[0].name not in officer.get(search).text


def test_the_choice_is_off_until_made_and_no_takes_back_at_once(officer, owner):
    assert "还没有选择" in owner.get("/enterprise/contact").text
    address, _, _ = invited(officer, owner)
    assert "起愿意被联系" in owner.get("/enterprise/contact").text
    owner.post("/enterprise/contact", data={"is_open": "no"})
    assert owner.post(f"{address}/accept").status_code == 409
    db.session.rollback()
    assert [row.state for row in db.session.scalars(select(Lead))] == [LeadState.WITHDRAWN]
    assert len(db.session.scalars(select(ContactChoice)).all()) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"is_open": "perhaps"},
        {"is_open": "yes", "scope": "somebody"},
        {"is_open": "yes", "scope": "chosen"},
        {"is_open": "yes", "scope": "chosen", "institution_ids": "x"},
    ],
)
def test_an_unclear_choice_changes_nothing(owner, wrong):
    assert owner.post("/enterprise/contact", data=wrong).status_code == 422
    db.session.rollback()
    assert db.session.scalars(select(ContactChoice)).all() == []


def test_feedback_is_asked_with_a_reason_and_taken_once(officer, owner):
    address, search, lead_id = invited(officer, owner)
    owner.post(f"{address}/accept")
    form = f"/bank/leads/feedback/{lead_id}"
    assert "联系不上" in officer.get(form).text
    assert officer.post(form, data={}).status_code == 422
    assert officer.post(form, data={"outcome": "other"}).status_code == 422
    assert officer.post(form, data={"outcome": "no_need"}).location == search
    assert "无效，无需求" in officer.get(search).text
    officer.post(form, data={"outcome": "valid"})
    db.session.rollback()
    [said] = db.session.scalars(select(LeadFeedback)).all()
    assert not said.is_valid


def test_a_standing_match_is_switched_on_and_off(officer, town):
    search = searched(officer)
    officer.post(f"{search}/saving", data={"do": "save"})
    assert "停止每周匹配" in officer.get(search).text
    assert "下周一开始" in officer.get("/bank/leads").text
    officer.post(f"{search}/saving", data={"do": "stop"})
    assert "设为每周匹配" in officer.get(search).text
    assert "已按今天的数据" in officer.post(f"{search}/count", follow_redirects=True).text


def test_other_banks_and_other_roles_stay_outside(town, officer, owner, client_as):
    address, search, _ = invited(officer, owner)
    rival = client_as(town.rival)
    for deed in (rival.get(search), rival.post(f"{search}/invite"), rival.post(f"{search}/count"),
                 rival.post(f"{search}/saving")):  # fmt: skip
        assert deed.status_code == 404
    assert owner.get("/bank/leads").status_code == 403
    assert officer.get("/office/leads").status_code == 403
    assert officer.get(address).status_code == 403
    stranger = client_as(parties.account(Role.ENTERPRISE_USER, parties.enterprise()))
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}/accept").status_code == 404


def test_the_office_reads_numbers_by_bank_with_their_lists(town, officer, owner, client_as):
    address, _, lead_id = invited(officer, owner)
    owner.post(f"{address}/accept")
    officer.post(f"/bank/leads/feedback/{lead_id}", data={"outcome": "not_matching"})
    clerk = client_as(parties.account(Role.CREDIT_OFFICE, parties.credit_office()))
    page = clerk.get("/office/leads").text
    assert town.bank.name in page
    assert "不符合条件 1" in page
    behind = clerk.get(f"/office/leads/{town.bank.id}").text
    assert "找轴承厂" in behind
    assert "无效：不符合条件" in behind
    assert town.firms[0].name not in behind


def test_what_came_of_products_is_shown_with_the_list_behind_each_number(live, client_as):
    version = products.listed_version(products.manager_of(parties.institution()))
    counts = OutcomeCounts(40, 30, 40, 30, 25, 20, 0, 0)
    matching.record_standings(SYSTEM, clock.today(), {version.product_id: counts})
    clerk = parties.account(Role.CREDIT_OFFICE, parties.credit_office())
    db.session.commit()
    client = client_as(clerk)
    page = client.get("/office/standings").text
    assert re.search(r"30 / 40</a>", page)
    assert "75%" in page
    assert "80%" in page
    address = f"/office/standings/{version.product_id}"
    for which in ("decided", "promised"):
        assert client.get(f"{address}?list={which}").status_code == 200
    assert client.get(f"{address}?list=paid").status_code == 422
    assert client.get("/office/standings/00000000-0000-7000-8000-000000000000").status_code == 404


def test_anybody_reads_how_products_are_ordered_and_since_when(live, client_as):
    page = client_as(None).get("/ranking").text
    for words in ("35%", "30%", "15%", "20%", "不是信用评分", "不能花钱买位置", "2026.2", "2026.1"):
        assert words in page
    assert str(Decimal("0.35")) not in page


def test_the_weeks_new_products_are_listed_for_the_firm(town, owner):
    assert "有新产品符合您的情况时" in owner.get("/enterprise/contact").text
    assert service.week_of(clock.today()).weekday() == 0
