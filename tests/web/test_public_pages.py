"""Pages without sign-in: what anyone sees, and what nobody outside sees."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import parties
from tests.web.products_for_pages import product_facts
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.products import service as products

Client = Callable[..., FlaskClient]


def listed_product(**changes: object):
    bank = parties.institution()
    manager = parties.account(Role.BANK_PRODUCT_MANAGER, bank).as_actor()
    version = products.draft_product(manager, product_facts(**changes))
    products.add_proposed_examples(manager, version.id)
    products.submit_product(manager, version.id)
    products.list_product(parties.clerk_of(parties.credit_office()), version.id)
    db.session.commit()
    return version


@pytest.mark.parametrize(
    "path",
    ["/", "/products", "/whitelist", "/events", "/events?when=all", "/privacy", "/accessibility"],
)
def test_a_visitor_reads_every_public_page(client_as: Client, path: str) -> None:
    answer = client_as(None).get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1


def test_the_home_page_says_that_figures_are_missing_rather_than_zero(client_as: Client) -> None:
    text = client_as(None).get("/").text
    assert "数据不足" in text
    assert "企业注册" in text


def test_who_is_signed_in_goes_from_home_to_the_own_first_screen(client_as: Client) -> None:
    clerk = parties.account(Role.CREDIT_OFFICE, parties.credit_office())
    answer = client_as(clerk).get("/")
    assert answer.status_code == 302
    assert answer.location == "/office"


def test_the_demo_panel_names_accounts_and_password(client_as: Client, live: Flask) -> None:
    clerk = parties.account(Role.CREDIT_OFFICE, parties.credit_office())
    db.session.commit()
    live.config["DEMO_PASSWORD"] = "demo-words"
    try:
        text = client_as(None).get("/").text
    finally:
        live.config.pop("DEMO_PASSWORD")
    assert clerk.login in text
    assert "demo-words" in text


def test_a_listed_product_shows_its_criteria_in_words(client_as: Client) -> None:
    version = listed_product()
    client = client_as(None)
    assert "演示税信贷" in client.get("/products?kind=credit_loan").text
    page = client.get(f"/products/{version.product_id}").text
    assert "成立年限不低于" in page
    assert "3.85% 至 4.85%" in page


def test_a_filter_that_is_not_in_the_list_is_refused(client_as: Client) -> None:
    assert client_as(None).get("/products?kind=nonsense").status_code == 422
    assert client_as(None).get("/products?institution=nonsense").status_code == 422


def test_what_does_not_exist_is_not_found(client_as: Client) -> None:
    absent = "01890000-0000-7000-8000-000000000000"
    client = client_as(None)
    assert client.get(f"/products/{absent}").status_code == 404
    assert client.get(f"/events/{absent}").status_code == 404


def test_the_footer_leads_to_privacy_and_accessibility(client_as: Client) -> None:
    text = client_as(None).get("/products").text
    assert 'href="/privacy"' in text
    assert 'href="/accessibility"' in text


def test_the_developers_page_shows_the_api_without_scripts_of_others(client_as: Client) -> None:
    answer = client_as(None).get("/developers")
    assert answer.status_code == 200
    assert "/api/v1/openapi.json" in answer.text


def test_products_are_found_by_where_the_firm_is(client_as: Client) -> None:
    listed_product(code="HERE", name="本地贷", region_codes=("419500",))
    listed_product(code="AWAY", name="外地贷", region_codes=("410100",))
    client = client_as(None)
    page = client.get("/products?region=鹰川市").text
    assert "本地贷" in page
    assert "外地贷" not in page
    unknown = client.get("/products?region=鹰川县").text
    assert "没有按所在地筛选" in unknown
    assert "是不是想写：鹰川" in unknown
    assert "外地贷" in unknown


def test_a_card_shows_the_yearly_cost_and_never_hides_a_fee(client_as: Client) -> None:
    listed_product(code="OPEN", name="明白贷")
    page = client_as(None).get("/products").text
    assert "综合年化成本" in page
    assert "费用未公布" in page
