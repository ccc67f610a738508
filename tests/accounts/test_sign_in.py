"""Signing in, out, up; lockout; and what a form without its token gets."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import parties
from xinyidai.accounts import passwords, queries, service
from xinyidai.accounts.models import Account
from xinyidai.accounts.session import COOKIE
from xinyidai.accounts.values import AccountStatus
from xinyidai.audit import queries as audit
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database

PASSWORD = "一句好记的话 2026"


@pytest.fixture
def officer(live: Flask) -> Account:
    account = parties.account(role=Role.BANK_OFFICER)
    account.password_hash = passwords.hash_password(PASSWORD)
    database.session.commit()
    return account


def _enter(client: FlaskClient, login: str, password: str, **more: str) -> object:
    return client.post("/sign-in", data={"login": login, "password": password, **more})


def test_the_right_password_opens_the_first_screen(live: Flask, officer: Account) -> None:
    answer = _enter(live.test_client(), officer.login.upper(), PASSWORD)
    cookie = answer.headers["Set-Cookie"]
    assert (answer.status_code, answer.location) == (302, "/bank")
    assert COOKIE in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_only_the_hash_of_the_token_is_kept(live: Flask, officer: Account) -> None:
    client = live.test_client()
    _enter(client, officer.login, PASSWORD)
    token = client.get_cookie(COOKIE).value
    found = queries.find_session(service.token_hash(token))
    assert found is not None
    assert token.encode() not in found[0].token_hash


@pytest.mark.parametrize("login", ["somebody-else", ""])
def test_an_unknown_login_gets_the_same_sentence(login: str, live: Flask, officer: Account) -> None:
    unknown = _enter(live.test_client(), login, PASSWORD)
    wrong = _enter(live.test_client(), officer.login, "not the password")
    assert unknown.status_code == wrong.status_code == 422
    assert service.WRONG in unknown.text
    assert service.WRONG in wrong.text


def test_five_failures_lock_for_a_quarter_of_an_hour(live: Flask, officer: Account) -> None:
    client = live.test_client()
    for _ in range(passwords.MOST_FAILURES):
        _enter(client, officer.login, "not the password")
    locked = _enter(client, officer.login, PASSWORD)
    assert locked.status_code == 422
    assert "15 分钟" in locked.text
    with clock.at(clock.now() + passwords.LOCK + timedelta(seconds=1)):
        assert _enter(client, officer.login, PASSWORD).status_code == 302


def test_a_try_begun_before_the_lock_does_not_lift_it(live: Flask, officer: Account) -> None:
    for _ in range(passwords.MOST_FAILURES + 1):
        service.count_failure(officer.login)
    database.session.commit()
    assert officer.locked_until is not None
    assert _enter(live.test_client(), officer.login, PASSWORD).status_code == 422


def test_a_suspended_account_stays_out(live: Flask, officer: Account) -> None:
    officer.status = AccountStatus.SUSPENDED
    database.session.commit()
    assert _enter(live.test_client(), officer.login, PASSWORD).status_code == 422


def test_suspending_ends_open_sessions(live: Flask, officer: Account) -> None:
    client = live.test_client()
    _enter(client, officer.login, PASSWORD)
    officer.status = AccountStatus.SUSPENDED
    database.session.commit()
    assert client.get("/bank").location.startswith("/sign-in")


def test_sign_out_everywhere_ends_every_device(
    officer: Account, client_as: Callable[[Account], FlaskClient]
) -> None:
    here, there = client_as(officer), client_as(officer)
    here.post("/sign-out", data={"everywhere": "1"})
    assert there.get("/bank").status_code == 302


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "//["],
)
def test_the_next_page_is_always_ours(target: str, live: Flask, officer: Account) -> None:
    answer = _enter(live.test_client(), officer.login, PASSWORD, next=target)
    assert answer.location == "/bank"


def test_a_form_without_its_token_changes_nothing(live: Flask, officer: Account) -> None:
    live.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = _enter(live.test_client(), officer.login, PASSWORD)
    finally:
        live.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
    assert "没有生效" in answer.text


@pytest.mark.parametrize(
    ("password", "word"),
    [("short", "至少"), ("1234567890", "常见"), ("aaaaaaaaaaaa", "常见"), ("x" * 200, "最多")],
)
def test_a_weak_password_is_named(password: str, word: str) -> None:
    assert word in (passwords.weakness(password, "someone") or "")


def _sign_up(client: FlaskClient, **changes: str) -> object:
    return client.post("/sign-up", data=changes)


@pytest.fixture
def form(live: Flask) -> dict[str, str]:
    firm = parties.enterprise(name="鹰川演示木器有限公司")
    database.session.commit()
    return {
        "uscc": firm.uscc,
        "enterprise_name": "鹰川演示木器有限公司",
        "legal_representative": firm.legal_representative,
        "person_name": "演示·李四",
        "phone": "19900000001",
        "login": "muqi-demo",
        "password": PASSWORD,
        "position": "agent",
    }


def test_a_firm_signs_up_when_all_agrees(live: Flask, form: dict[str, str]) -> None:
    answer = _sign_up(live.test_client(), **form)
    account = queries.find_account("muqi-demo")
    assert (answer.status_code, answer.location) == (302, "/enterprise")
    assert [entry.action for entry in audit.list_of_subject("account", account.id)] == [
        "account:open",
        "account:sign_in",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("uscc", "91410400MA9K000A31"),
        ("uscc", "123"),
        ("enterprise_name", "另一家演示公司"),
        ("legal_representative", "别人"),
        ("phone", "12345"),
        ("password", "short"),
        ("position", "emperor"),
        ("person_name", ""),
    ],
)
def test_a_firm_does_not_sign_up_when_something_differs(
    field: str, value: str, live: Flask, form: dict[str, str]
) -> None:
    answer = _sign_up(live.test_client(), **{**form, field: value})
    assert answer.status_code == 422
    assert queries.find_account("muqi-demo") is None


def test_public_facts_open_no_second_account(live: Flask, form: dict[str, str]) -> None:
    _sign_up(live.test_client(), **form)
    answer = _sign_up(live.test_client(), **{**form, "login": "muqi-second"})
    assert answer.status_code == 422
    assert "已有账户" in answer.text
    assert queries.find_account("muqi-second") is None


def test_suspending_an_institution_puts_its_people_out(
    live: Flask, client_as: Callable[[Account], FlaskClient]
) -> None:
    bank = parties.institution()
    officer = parties.account(Role.BANK_OFFICER, bank)
    database.session.commit()
    client = client_as(officer)
    before = client.get("/bank").status_code
    bank.status = InstitutionStatus.SUSPENDED
    database.session.commit()
    assert (before, client.get("/bank").status_code) == (200, 302)
