"""Joint checks by a department's own system."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.api.conftest import token_of
from tests.factories import parties
from tests.factories.lists import ListTown
from xinyidai.accounts.service import open_client, open_office_client
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db

PATH = "/api/v1/joint-checks"
REPORT = {"decision": "applied", "measures": ["procurement_exclusion"], "result": "资格审查不通过"}


@pytest.fixture
def town(live) -> ListTown:
    made = ListTown()
    made.listed()
    db.session.commit()
    return made


def headers_of(department, scope="checks", **more) -> dict[str, str]:
    client, _ = open_office_client(SYSTEM, department.id, "采购系统")
    token = token_of(client, scope, **more)
    db.session.commit()
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def headers(town):
    return headers_of(town.finance)


def order(town, **changes):
    return {
        "uscc": town.firm.uscc,
        "occasion": "government_procurement",
        "case_no": "采1号",
    } | changes


def test_a_system_checks_reads_and_reports(live, town, headers):
    client = live.test_client()
    answer = client.post(PATH, json=order(town), headers=headers)
    assert answer.status_code == 201, answer.json
    body = answer.json
    assert (body["outcome"], body["hits"][0]["list"]) == ("serious", "dishonest_debtor")
    assert [one["code"] for one in body["measures"]] == ["procurement_exclusion"]
    report = client.post(f"{PATH}/{body['id']}/feedback", json=REPORT, headers=headers)
    assert (report.status_code, report.json["state"]) == (200, "closed")
    again = client.post(f"{PATH}/{body['id']}/feedback", json=REPORT, headers=headers)
    assert again.status_code == 200
    assert client.get(f"{PATH}/{body['id']}", headers=headers).json["taken"] == REPORT["measures"]


def test_missing_data_is_named_and_is_no_pass(live, town, headers):
    body = (
        live.test_client()
        .post(PATH, json=order(town, uscc="91350100M000100Y43"), headers=headers)
        .json
    )
    assert body["outcome"] == "insufficient"
    assert [one["gap"] for one in body["missing"]] == ["unknown_firm"]


def test_the_same_key_gives_the_same_check(live, town, headers):
    client, keyed = live.test_client(), headers | {"Idempotency-Key": "A-1"}
    first = client.post(PATH, json=order(town), headers=keyed).json
    assert client.post(PATH, json=order(town), headers=keyed).json["id"] == first["id"]
    other = client.post(PATH, json=order(town, occasion="bidding"), headers=keyed)
    assert (other.status_code, other.json["code"]) == (409, "key_reused")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"uscc": "123"}, "invalid_uscc"),
        ({"occasion": "x"}, "unknown_occasion"),
        ({"who": 1}, None),
    ],
)
def test_a_bad_order_is_refused_with_a_reason(live, town, headers, changes, code):
    answer = live.test_client().post(PATH, json=order(town, **changes), headers=headers)
    assert answer.status_code == 422
    assert code is None or answer.json["code"] == code


def test_a_measure_outside_the_list_is_refused(live, town, headers):
    client = live.test_client()
    check = client.post(PATH, json=order(town), headers=headers).json["id"]
    answer = client.post(
        f"{PATH}/{check}/feedback", json=REPORT | {"measures": ["no_school"]}, headers=headers
    )
    assert (answer.status_code, answer.json["code"]) == (422, "measure_not_listed")


def test_another_office_a_bank_and_nobody_are_refused(live, town, headers):
    client = live.test_client()
    check = client.post(PATH, json=order(town), headers=headers).json["id"]
    stranger = headers_of(town.court)
    assert client.get(f"{PATH}/{check}", headers=stranger).status_code == 404
    bank_client, _ = open_client(SYSTEM, parties.institution().id, "信贷", scope="queries")
    bank = {"Authorization": f"Bearer {token_of(bank_client, 'queries')}"}
    db.session.commit()
    assert client.post(PATH, json=order(town), headers=bank).status_code == 403
    assert client.post(PATH, json=order(town)).status_code == 401
    expired = headers_of(town.finance, life=timedelta(seconds=-1))
    assert client.post(PATH, json=order(town), headers=expired).status_code == 401


def test_an_offices_token_opens_no_banks_door(live, town, headers):
    client = live.test_client()
    assert client.get("/api/v1/whitelist", headers=headers).status_code == 403
    assert client.get(f"{PATH}/{uuid4()}", headers=headers).status_code == 404


def test_the_description_names_the_key_and_the_scope(live):
    described = live.test_client().get("/api/v1/openapi.json").json["paths"]["/api/v1/joint-checks"]
    assert [one["name"] for one in described["post"]["parameters"]] == ["Idempotency-Key"]
    assert described["post"]["security"] == [{"client_credentials": ["checks"]}]
