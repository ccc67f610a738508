"""Requests for consent by a bank's system."""

import base64
from datetime import timedelta
from hashlib import sha256

import pytest

from tests.factories import parties
from xinyidai.consents import queries
from xinyidai.consents import service as consents
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.ledger import service as ledger

NOBODY = "0197a3c0-0000-7000-8000-000000000001"


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
        ({"max_per_day": 0}, 422, "max_per_day"),
        ({"max_per_month": "2"}, 422, "max_per_month"),
        ({"officer_account_id": "x"}, 422, "officer_account_id"),
        ({"officer_account_id": NOBODY}, 422, "officer_account_id"),
        (
            {"purpose": "post_loan", "max_uses": None, "max_per_month": 6},
            422,
            "max_per_month",
        ),
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
    assert (pre_loan["max_per_month"], pre_loan["modes"]) == (None, ["result", "store", "view"])


def test_a_purpose_taken_out_of_use_is_neither_listed_nor_asked_for(quick):
    clerk = parties.clerk_of(parties.credit_office())
    consents.retire_template(clerk, queries.active_template("pre_loan").id)
    listed = quick.client.get("/api/v1/purposes").json["items"]
    assert "pre_loan" not in [purpose["code"] for purpose in listed]
    answer = quick.us.post("/consents", wanted(quick.firm))
    assert (answer.status_code, answer.json["code"]) == (422, "purpose_withdrawn")


def test_frequency_and_officer_are_asked_for_and_shown(quick):
    officer = parties.account(Role.BANK_OFFICER, quick.us.bank)
    terms = {"max_per_day": 1, "max_per_month": 2, "officer_account_id": str(officer.id)}
    answer = quick.us.post("/consents", wanted(quick.firm, **terms))
    assert answer.status_code == 201
    assert {name: answer.json[name] for name in terms} == terms
    assert (answer.json["signature"], answer.json["artefact"]) == (None, None)


def test_a_bank_can_verify_a_consent_offline(quick):
    shown = quick.us.get(f"/consents/{quick.consent().id}").json
    signature = shown["signature"]
    assert sha256(shown["artefact"].encode()).hexdigest() == signature["artefact_hash"]
    message = f"{signature['signed_form']}\n{shown['artefact']}".encode()
    value = base64.b64decode(signature["value"])
    assert ledger.verify_signature(signature["key_id"], message, value)
    assert not ledger.verify_signature(signature["key_id"], message + b" ", value)


def test_a_list_carries_no_artefact(quick):
    quick.consent()
    [item] = quick.us.get("/consents").json["items"]
    assert "artefact" not in item
    assert "signer_name" not in item


def test_the_receipt_is_a_record_with_names_masked(quick):
    consent = quick.consent()
    answer = quick.us.get(f"/consents/{consent.id}/receipt")
    assert answer.status_code == 200
    assert answer.json["record_header"]["record_id"] == str(consent.id)
    assert answer.json["extension"]["consent_no"] == consent.consent_no
    assert consent.signer_name not in answer.text
    assert quick.others.get(f"/consents/{consent.id}/receipt").status_code == 404
