"""Who may open the pages of an authorization, and its receipts."""

from uuid import uuid4

import pytest

from tests.factories import parties
from tests.web.firms_for_pages import (
    granted,
    make_city,
)
from xinyidai.kernel.actor import Role

HOME, LIST = "/enterprise", "/enterprise/consents"
ROUTES = (
    ("GET", ""),
    ("GET", "/revoke"),
    ("POST", "/revoke"),
    ("POST", "/confirm"),
    ("POST", "/agree"),
    ("GET", "/receipt.pdf"),
    ("GET", "/receipt.json"),
)


@pytest.fixture
def city(live):
    return make_city()


@pytest.fixture
def owner(city, client_as):
    return client_as(city.owner)


def test_a_strangers_firm_finds_none_of_the_routes(city, client_as):
    consent = granted(city)
    stranger = client_as(parties.account(Role.ENTERPRISE_USER, parties.enterprise()))

    found = {
        stranger.open(f"{LIST}/{consent.id}{path}", method=m).status_code for m, path in ROUTES
    }
    absent = {stranger.open(f"{LIST}/{uuid4()}{path}", method=m).status_code for m, path in ROUTES}

    assert found == absent == {404}


def test_a_bank_may_open_none_of_the_routes(city, client_as):
    consent = granted(city)
    officer = client_as(city.officer)

    found = {officer.open(f"{LIST}/{consent.id}{path}", method=m).status_code for m, path in ROUTES}

    assert found == {403}


def test_the_receipt_comes_as_paper_and_as_a_record(owner, city):
    address = f"{LIST}/{granted(city).id}"

    paper = owner.get(f"{address}/receipt.pdf")
    record = owner.get(f"{address}/receipt.json")

    assert paper.data.startswith(b"%PDF")
    assert "attachment" in paper.headers["Content-Disposition"]
    assert record.json["record_header"]["record_id"] == address.rsplit("/", 1)[1]
