"""Tokens as RFC 6749 says, and what a caller without a good one hears."""

from base64 import b64encode
from datetime import timedelta

import pytest

from tests.api.conftest import token_of
from tests.factories import parties
from xinyidai.accounts.service import open_client
from xinyidai.accounts.values import BANK_SCOPES, OFFICE_SCOPE, AccountStatus
from xinyidai.kernel.access import roles_of
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db as database


def ask(app, client_id, secret, **form):
    credentials = b64encode(f"{client_id}:{secret}".encode()).decode()
    return app.test_client().post(
        "/oauth/token",
        data={"grant_type": "client_credentials", **form},
        headers={"Authorization": f"Basic {credentials}"},
    )


def open_bank_client():
    client, secret = open_client(
        SYSTEM, parties.institution().id, "信贷系统", scope="products applications"
    )
    database.session.commit()
    return client, secret


def test_the_right_secret_gets_a_short_lived_token_that_opens_the_api(live):
    client, secret = open_bank_client()
    answer = ask(live, client.client_id, secret)
    assert (answer.status_code, answer.json["expires_in"]) == (200, 900)
    assert (answer.json["token_type"].lower(), answer.headers["Cache-Control"]) == (
        "bearer",
        "no-store",
    )
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert live.test_client().get("/api/v1/applications", headers=headers).status_code == 200


def test_a_token_carries_no_more_than_was_asked_for_and_allowed(live):
    client, secret = open_bank_client()
    assert ask(live, client.client_id, secret, scope="products").json["scope"] == "products"
    too_much = ask(live, client.client_id, secret, scope="queries").json
    assert "queries" not in too_much.get("scope", "")


def test_whoever_cannot_prove_who_it_is_gets_what_rfc_6749_says(live):
    client, secret = open_bank_client()
    wrong = ask(live, client.client_id, "wrong")
    unknown = ask(live, "nobody", "wrong")
    assert (wrong.status_code, wrong.json["error"]) == (401, "invalid_client")
    assert "Basic" in wrong.headers["WWW-Authenticate"]
    assert (unknown.status_code, unknown.json["error"]) == (401, "invalid_client")
    other = ask(live, client.client_id, secret, grant_type="password")
    assert (other.status_code, other.json["error"]) == (400, "unsupported_grant_type")
    client.status = AccountStatus.SUSPENDED
    database.session.commit()
    assert ask(live, client.client_id, secret).status_code == 401


def test_a_banks_system_is_never_offered_what_offices_do():
    assert OFFICE_SCOPE not in BANK_SCOPES


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic eDp5", "Bearer \xff"])
def test_a_bad_token_is_refused_with_a_challenge(quick, header):
    answer = quick.client.get("/api/v1/applications", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.content_type == "application/problem+json"


def test_an_expired_token_is_refused(quick):
    client, _ = open_client(SYSTEM, quick.us.bank.id, "旧系统", scope="applications")
    token = token_of(client, "applications", life=timedelta(seconds=-1))
    database.session.commit()
    answer = quick.client.get("/api/v1/applications", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json["code"]) == (401, "invalid_token")


def test_a_stranger_gets_401_from_every_protected_operation(quick, app):
    protected = [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        and Role.PUBLIC not in roles_of(app.view_functions[rule.endpoint])
        for method in rule.methods & {"GET", "POST"}
    ]
    answers = {
        (rule.rule, method): quick.client.open(_filled(rule.rule), method=method)
        for rule, method in protected
    }
    assert len(answers) > 15
    assert {a.status_code for a in answers.values()} == {401}
    assert all("Bearer" in a.headers["WWW-Authenticate"] for a in answers.values())


def _filled(rule):
    parts = [
        "0197a3c0-0000-7000-8000-000000000001" if part.startswith("<") else part
        for part in rule.split("/")
    ]
    return "/".join(parts)


def test_the_session_cookie_opens_nothing_under_the_api(world, client_as):
    officer = parties.account(Role.BANK_OFFICER, world.us.bank)
    database.session.commit()
    assert client_as(officer).get("/api/v1/applications").status_code == 401
