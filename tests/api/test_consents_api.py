"""Requests for consent by a bank's system."""

from datetime import timedelta

import pytest

from xinyidai.kernel import clock


def wanted(firm, **changes):
    today = clock.today()
    return {
        "uscc": firm.uscc,
        "purpose": "pre_loan",
        "item_codes": ["registration", "tax"],
        "valid_until": (today + timedelta(days=60)).isoformat(),
        "data_from": (today - timedelta(days=365)).isoformat(),
        "data_life_days": 30,
        "max_uses": 2,
    } | changes


def test_a_request_waits_for_the_firm(quick):
    answer = quick.us.post("/consents", wanted(quick.firm))
    assert (answer.status_code, answer.json["state"]) == (201, "pending")
    assert answer.json["enterprise"]["uscc"] == quick.firm.uscc
    assert quick.us.get(f"/consents/{answer.json['id']}").json["state"] == "pending"


def test_a_granted_consent_shows_who_signed_only_in_part(quick):
    shown = quick.us.get(f"/consents/{quick.consent().id}").json
    assert (shown["state"], shown["uses_left"]) == ("active", 2)
    assert shown["signer_name"] is None or "*" in shown["signer_name"]


def test_the_list_says_whether_there_is_more(quick):
    for _ in range(3):
        quick.consent()
    first = quick.us.get("/consents?size=2").json
    last = quick.us.get("/consents?size=2&page=2").json
    assert (len(first["items"]), first["has_more"]) == (2, True)
    assert (len(last["items"]), last["has_more"]) == (1, False)


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"valid_until": "2099-01-01"}, 422, "valid_until"),
        ({"valid_until": "2020-01-01"}, 422, "valid_until"),
        ({"data_from": "1990-01-01"}, 422, "data_from"),
        ({"max_uses": 11}, 422, "max_uses"),
        ({"max_uses": None}, 422, "max_uses"),
        ({"data_life_days": 181}, 422, "data_life_days"),
        ({"item_codes": ["no_such_item"]}, 422, "item_codes"),
        ({"mode": "stream"}, 422, "mode"),
        ({"uscc": "91410400XN0000018X"}, 422, "uscc"),
        ({"purpose": "no_such_purpose"}, 404, None),
        ({"uscc": "91410400XN99999998"}, None, None),
    ],
)
def test_more_than_the_purpose_allows_is_refused(quick, changes, status, field):
    answer = quick.us.post("/consents", wanted(quick.firm, **changes))
    assert answer.status_code in ({404, 422} if status is None else {status})
    assert field is None or field in answer.json["fields"]


def test_the_purposes_name_their_caps(quick):
    listed = quick.client.get("/api/v1/purposes").json["items"]
    [pre_loan] = [purpose for purpose in listed if purpose["code"] == "pre_loan"]
    assert (pre_loan["max_valid_days"], pre_loan["max_uses"]) == (90, 10)
    assert "tax" in pre_loan["item_codes"]
