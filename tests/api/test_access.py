"""Scopes and foreign parties, over every operation."""

import pytest

from xinyidai.kernel.access import ROLES_ATTRIBUTE

NOBODY = "0197a3c0-0000-7000-8000-000000000001"
STEPS = (
    "acceptance",
    "investigation",
    "approval-request",
    "approval",
    "denial",
    "return",
    "signature",
    "disbursement",
    "settlement",
)
BY_SCOPE = {
    "products": [("POST", "/products"), ("POST", f"/products/{NOBODY}/submission")],
    "applications": [
        ("GET", "/applications"),
        ("GET", f"/applications/{NOBODY}"),
        *(("POST", f"/applications/{NOBODY}/{step}") for step in STEPS),
    ],
    "queries": [
        ("GET", "/consents"),
        ("GET", f"/consents/{NOBODY}"),
        ("POST", "/consents"),
        ("POST", "/queries"),
        ("GET", f"/queries/{NOBODY}"),
        ("GET", "/whitelist"),
    ],
}
CASES = [(scope, *case) for scope, cases in BY_SCOPE.items() for case in cases]


@pytest.mark.parametrize(("scope", "method", "path"), CASES)
def test_a_token_without_the_scope_is_refused_before_its_body_is_read(quick, scope, method, path):
    others = " ".join(set(BY_SCOPE) - {scope})
    caller = quick.caller(quick.us.bank, scope=others)
    answer = quick.client.open(f"/api/v1{path}", method=method, headers=caller.headers)
    assert (answer.status_code, answer.json["code"]) == (403, "insufficient_scope")
    assert answer.json["scope"] == scope


def test_every_operation_declares_roles_and_only_posts_write(app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")]
    views = [(rule, app.view_functions[rule.endpoint]) for rule in rules]
    assert all(hasattr(view, ROLES_ATTRIBUTE) for _, view in views)
    assert all(
        hasattr(view, "__xyd_transactional__") == ("POST" in rule.methods) for rule, view in views
    )


def test_another_banks_application_does_not_exist(quick):
    path = quick.application()
    assert quick.others.get(path).status_code == 404
    assert quick.others.post(f"{path}/acceptance").status_code == 404
    assert quick.others.get("/applications").json["total"] == 0


def test_another_banks_consent_does_not_exist(quick):
    consent = quick.consent()
    assert quick.others.get(f"/consents/{consent.id}").status_code == 404
    assert quick.others.get("/consents").json["items"] == []


def test_another_banks_snapshot_does_not_exist(world):
    body = {
        "consent_id": str(world.consent().id),
        "uscc": world.firm.uscc,
        "purpose": "pre_loan",
    }
    snapshot = world.us.post("/queries", body).json["id"]
    assert world.others.get(f"/queries/{snapshot}").status_code == 404
    assert world.others.post("/queries", body).status_code == 404


def test_an_unknown_address_is_a_problem_document_that_nobody_stores(quick):
    answer = quick.us.get("/nothing-here")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"
