"""What a program may send by mistake or on purpose: always refused, always explained in Chinese."""

import json
import re

import pytest

from tests.api.conftest import BODIES
from xinyidai.products.routes import PRODUCT_IN

SOME = "0197a3c0-0000-7000-8000-000000000001"
APPROVAL = f"/applications/{SOME}/approval"
DENIAL = f"/applications/{SOME}/denial"
RETURN = f"/applications/{SOME}/return"
DISBURSEMENT = f"/applications/{SOME}/disbursement"
QUERY = {"consent_id": SOME, "uscc": "91410400XN0000018J", "purpose": "pre_loan"}
CONSENT = {
    "uscc": "91410400XN0000018J",
    "purpose": "pre_loan",
    "item_codes": ["tax"],
    "valid_until": "2026-08-30",
    "data_from": "2025-06-01",
    "data_life_days": 90,
    "max_uses": 3,
}
GRANT, PAYOUT = BODIES["approval"], BODIES["disbursement"]
REASON = {"code": "too_young", "note": ""}


def terms(**changes):
    return PRODUCT_IN | {"terms": PRODUCT_IN["terms"] | changes}


# path, body, the field that is named
BODIES_REFUSED = [
    (APPROVAL, {}, "amount_fen"),
    (APPROVAL, GRANT | {"amount_fen": "40000000"}, "amount_fen"),
    (APPROVAL, GRANT | {"amount_fen": 40_000_000.0}, "amount_fen"),
    (APPROVAL, GRANT | {"amount_fen": 0.5}, "amount_fen"),
    (APPROVAL, GRANT | {"amount_fen": True}, "amount_fen"),
    (APPROVAL, GRANT | {"amount_fen": None}, "amount_fen"),
    (APPROVAL, GRANT | {"amount_fen": 0}, "amount_fen"),
    (APPROVAL, GRANT | {"amount_fen": -1}, "amount_fen"),
    (APPROVAL, GRANT | {"amount_fen": 10**30}, "amount_fen"),
    (APPROVAL, GRANT | {"amount_fen": [1]}, "amount_fen"),
    (APPROVAL, GRANT | {"rate": 0.0435}, "rate"),
    (APPROVAL, GRANT | {"rate": "4.35%"}, "rate"),
    (APPROVAL, GRANT | {"rate": "4.35"}, "rate"),
    (APPROVAL, GRANT | {"rate": "0.04350001"}, "rate"),
    (APPROVAL, GRANT | {"rate": "0.0435\n"}, "rate"),
    (APPROVAL, GRANT | {"rate": "NaN"}, "rate"),
    (APPROVAL, GRANT | {"rate": "1E-2"}, "rate"),
    (APPROVAL, GRANT | {"rate": "０.04"}, "rate"),
    (APPROVAL, GRANT | {"term_months": "12"}, "term_months"),
    (APPROVAL, GRANT | {"term_months": 361}, "term_months"),
    (APPROVAL, GRANT | {"term_months": 10**40}, "term_months"),
    (APPROVAL, GRANT | {"disclosure_id": "x"}, "disclosure_id"),
    (APPROVAL, GRANT | {"amount": 1}, "amount"),
    (DENIAL, {}, "reasons"),
    (DENIAL, {"reasons": []}, "reasons"),
    (DENIAL, {"reasons": [REASON] * 5}, "reasons"),
    (DENIAL, {"reasons": "too_young"}, "reasons"),
    (DENIAL, {"reasons": ["too_young"]}, "reasons.0"),
    (DENIAL, {"reasons": [{"note": "x"}]}, "reasons.0.code"),
    (DENIAL, {"reasons": [REASON | {"text": "x"}]}, "reasons.0.text"),
    (DENIAL, {"reasons": [REASON | {"note": "长" * 501}]}, "reasons.0.note"),
    (DENIAL, {"reasons": [REASON | {"note": 7}]}, "reasons.0.note"),
    (RETURN, {"note": ""}, "note"),
    (RETURN, {"note": "长" * 501}, "note"),
    (RETURN, {"note": ["x"]}, "note"),
    (DISBURSEMENT, PAYOUT | {"is_first_loan": "yes"}, "is_first_loan"),
    (DISBURSEMENT, PAYOUT | {"is_first_loan": 1}, "is_first_loan"),
    (DISBURSEMENT, PAYOUT | {"guarantee": "house"}, "guarantee"),
    (DISBURSEMENT, PAYOUT | {"disbursed_on": "2026-02-30"}, "disbursed_on"),
    (DISBURSEMENT, PAYOUT | {"disbursed_on": 20260105}, "disbursed_on"),
    (DISBURSEMENT, PAYOUT | {"loan_no": "9" * 65}, "loan_no"),
    ("/queries", QUERY | {"consent_id": "1"}, "consent_id"),
    ("/queries", QUERY | {"consent_id": None}, "consent_id"),
    ("/queries", QUERY | {"uscc": "not a code"}, "uscc"),
    ("/queries", QUERY | {"uscc": "9" * 5000}, "uscc"),
    ("/queries", QUERY | {"kinds": ["tax"]}, "kinds"),
    ("/queries", QUERY | {"items": []}, "items"),
    ("/queries", QUERY | {"items": "tax"}, "items"),
    ("/consents", CONSENT | {"item_codes": []}, "item_codes"),
    ("/consents", CONSENT | {"item_codes": [None]}, "item_codes.0"),
    ("/consents", CONSENT | {"mode": "everything"}, "mode"),
    ("/consents", CONSENT | {"data_life_days": 10**20}, "data_life_days"),
    ("/consents", CONSENT | {"max_uses": 0}, "max_uses"),
    ("/consents", CONSENT | {"institution_id": SOME}, "institution_id"),
    ("/products", PRODUCT_IN | {"kind": "gift"}, "kind"),
    ("/products", PRODUCT_IN | {"criteria": [7]}, "criteria.0"),
    ("/products", PRODUCT_IN | {"state": "listed"}, "state"),
    ("/products", terms(amount_max_fen="1"), "terms.amount_max_fen"),
    ("/products", terms(rate_max="NaN"), "terms.rate_max"),
    ("/products", terms(guarantee=None), "terms.guarantee"),
    ("/products", terms(rate_max=0.045), "terms.rate_max"),
    ("/products", terms(promise_days="3"), "terms.promise_days"),
    (RETURN, [], "body"),
    (RETURN, "note", "body"),
    (RETURN, 7, "body"),
]
QUERIES_REFUSED = [
    ("/products?page=0", "page"),
    ("/products?page=x", "page"),
    ("/products?page=1.5", "page"),
    ("/products?page=" + "9" * 5000, "page"),
    ("/products?page=100001", "page"),
    ("/products?size=101", "size"),
    ("/products?size=-1", "size"),
    ("/products?kind=gift", "kind"),
    ("/products?institution=1", "institution"),
    ("/products?region=41x", "region"),
    ("/products?region=410400%0A", "region"),
    ("/products?regoin=410400", "regoin"),
    ("/products?q=" + "q" * 51, "q"),
    ("/applications?state=lost", "state.0"),
    ("/applications?state=", "state.0"),
    ("/whitelist?list_type=" + "x" * 33, "list_type"),
    ("/events?upcoming=1", "upcoming"),
]
# raw bytes that are no JSON, or not JSON that can be kept
RAW_REFUSED = [
    (b"", 400),
    (b"{", 400),
    (b'{"note": }', 400),
    (b"\xff\xfe\xfd", 400),
    (b'{"note": "\xc3\x28"}', 400),
    (b'{"note": NaN}', 400),
    (b'{"note": -Infinity}', 400),
    (b'{"note": ' + b"9" * 5000 + b"}", 400),
    (b'{"note": "a", "note": "b"}', 400),
    (b"[" * 100_000 + b"]" * 100_000, 400),
    (b'{"note": "a\\u0000b"}', 422),
    (b'{"note": "\\ud800"}', 422),
    (b'{"a\\u0000": "b"}', 422),
    (b'{"note": "' + b"x" * 1_100_000 + b'"}', 413),
]


def explained(answer):
    """Tell whether the answer is a problem document with a Chinese sentence."""
    body = json.loads(answer.data)
    return (
        answer.content_type == "application/problem+json"
        and body["status"] == answer.status_code
        and re.search("[一-鿿]", body["detail"]) is not None
        and {"type", "title", "code", "request_id"} <= body.keys()
    )


@pytest.mark.parametrize(("path", "body", "field"), BODIES_REFUSED)
def test_a_wrong_body_is_refused_and_the_field_is_named_in_chinese(quick, path, body, field):
    answer = quick.us.post(path, body)
    assert answer.status_code == 422
    assert explained(answer)
    assert re.search("[一-鿿]", answer.json["fields"][field])


@pytest.mark.parametrize(("path", "field"), QUERIES_REFUSED)
def test_a_wrong_query_string_is_refused_and_the_parameter_is_named(quick, path, field):
    answer = quick.us.get(path)
    assert answer.status_code == 422
    assert explained(answer)
    assert re.search("[一-鿿]", answer.json["fields"][field])


@pytest.mark.parametrize(("raw", "status"), RAW_REFUSED)
def test_a_broken_body_is_refused(quick, raw, status):
    answer = quick.us.post(RETURN, data=raw, content_type="application/json")
    assert answer.status_code == status
    assert explained(answer)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_not_supported(quick, content_type):
    answer = quick.us.post(RETURN, data=b'{"note": "x"}', content_type=content_type)
    assert answer.status_code == 415
    assert explained(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/applications/not-a-uuid", 404),
        ("GET", "/applications/%00", 404),
        ("GET", f"/applications/{SOME}", 404),
        ("POST", f"/applications/{SOME}/acceptance", 404),
        ("POST", f"/applications/{SOME}/gift", 404),
        ("GET", f"/queries/{SOME}", 404),
        ("GET", f"/consents/{SOME}", 404),
        ("GET", f"/products/{SOME}", 404),
        ("POST", f"/products/{SOME}/submission", 404),
        ("DELETE", f"/applications/{SOME}", 405),
        ("PUT", "/products", 405),
        ("GET", "/products?q=%00", 422),
        ("GET", "/whitelist?list_type=%00", 422),
        ("GET", "/products?q=%25%5C_'%22", 200),
    ],
)
def test_strange_addresses_are_answered_in_order(quick, method, path, status):
    answer = quick.us.client.open(f"/api/v1{path}", method=method, headers=quick.us.headers)
    assert answer.status_code == status
    assert status == 200 or explained(answer)
