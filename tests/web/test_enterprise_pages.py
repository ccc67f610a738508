"""The pages of the enterprise user, over HTTP and with real commits."""

import re
from uuid import uuid4

import pytest

from tests.factories import parties
from tests.web.firms_for_pages import ask, make_city, start
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.web import wording

PAGES = (
    "/enterprise",
    "/enterprise/consents",
    "/enterprise/consents?list=waiting",
    "/enterprise/consents?list=ended",
    "/enterprise/consents/new",
    "/enterprise/consents/new?purpose=pre_loan",
    "/enterprise/queries",
    "/enterprise/queries?by=platform",
    "/enterprise/queries?by=own",
    "/enterprise/holdings",
    "/enterprise/profile",
    "/enterprise/profile/indicators",
    "/enterprise/profile/timeline",
    "/enterprise/profile/relations",
    "/enterprise/profile/missing",
    "/enterprise/dispute",
    "/enterprise/dispute?indicator=high_tech_valid",
    "/enterprise/dispute?item=accounts",
    "/enterprise/matches",
    "/enterprise/matches/new?guarantee=guaranty",
    "/enterprise/applications",
    "/enterprise/events",
)


@pytest.fixture
def city(live):
    return make_city()


@pytest.fixture
def owner(city, client_as):
    return client_as(city.owner)


def test_a_new_firm_can_open_every_page(owner):
    for address in PAGES:
        response = owner.get(address)
        assert response.status_code == 200, address
        assert "style=" not in response.text


def test_an_officer_may_open_none_of_them(city, client_as):
    officer = client_as(city.officer)

    assert {officer.get(address).status_code for address in PAGES} == {403}


def test_the_first_screen_offers_to_find_products_when_there_is_nothing_else(owner):
    page = owner.get("/enterprise").text

    assert "找适合您的贷款产品" in page
    assert page.count("is-todo") == 1


def test_the_sign_in_and_sign_up_pages_open_for_anyone(live):
    client = live.test_client()

    assert client.get("/sign-in").status_code == 200
    assert client.get("/sign-up").status_code == 200
    refused = client.post("/sign-up", data={"enterprise_name": "甲公司"})
    assert refused.status_code == 422
    assert "甲公司" in refused.text


def test_foreign_things_are_not_found(owner, city, client_as):
    address = start(owner, city)
    consent = ask(city)
    stranger = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    db.session.commit()
    other = client_as(stranger)

    assert other.get(address).status_code == 404
    assert other.post(f"{address}/submit").status_code == 404
    assert other.get(f"/enterprise/consents/{consent.id}").status_code == 404
    assert other.post(f"/enterprise/consents/{consent.id}/agree").status_code == 404


def test_products_are_matched_and_explained(owner, city):
    wrong = owner.post("/enterprise/matches", data={"amount": "", "term_months": "0"})
    posted = owner.post(
        "/enterprise/matches", data={"amount": "50", "term_months": "12", "guarantee": "credit"}
    )
    page = owner.get(posted.location).text

    assert wrong.status_code == 422
    assert "为什么这样排" in page
    assert city.version.name in page
    assert "数据不足" in page
    assert "补上就能做" in page
    assert "补充成立年限（须不低于2 年）" in page
    assert "核对登记信息" in page
    assert "找适合您的贷款产品" in owner.get("/enterprise").text
    assert owner.get("/enterprise/matches?outcome=nonsense").status_code == 404


def test_a_product_shows_what_was_found_for_this_firm(owner, city):
    address = f"/enterprise/products/{city.version.product_id}"

    assert "用我的数据核对一下" in owner.get(address).text
    owner.post("/enterprise/matches", data={"amount": "50", "term_months": "12"})
    assert "还差一些数据才能判断" in owner.get(address).text
    assert owner.get(f"/enterprise/products/{uuid4()}").status_code == 404


def test_the_profile_is_built_by_a_post_only(owner):
    assert "更新画像" in owner.get("/enterprise/profile").text
    assert owner.post("/enterprise/profile/refresh").status_code == 303

    page = owner.get("/enterprise/profile").text

    assert "数据齐不齐" in page
    assert "请来源补报" in owner.get("/enterprise/profile/missing").text


def test_the_firm_sees_its_own_records(owner):
    assert "我的原始记录" in owner.post("/enterprise/records").text


def test_every_state_has_its_words():
    tables = [value for name, value in vars(wording).items() if re.fullmatch("[A-Z_]+", name)]

    assert len(tables) > 20
    for table in tables:
        assert set(table) == set(type(next(iter(table))))
