"""Every route, knocked at by a stranger and by each wrong role, answers as the product says."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.factories import parties
from xinyidai.accounts.models import Account
from xinyidai.kernel.access import roles_of
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database

SIGNED_IN = [role for role in Role if role not in {Role.PUBLIC, Role.SYSTEM, Role.BANK_CLIENT}]


def _url(rule: Rule) -> str:
    values = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        known = {"UUIDConverter": uuid4(), "IntegerConverter": 1}
        # One of several words: any of them will do.
        words = sorted(getattr(converter, "items", {"nothing"}))
        values[name] = known.get(kind, words[0])
    return rule.build(values, append_unknown=False)[1]


def _knocks(app: Flask) -> list[tuple[str, str, frozenset[Role]]]:
    return [
        (method, _url(rule), roles_of(app.view_functions[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def _party(role: Role) -> object:
    """Return an own party of the kind the role acts for; its objects are not the ones asked for."""
    if role is Role.ENTERPRISE_USER:
        return parties.enterprise()
    if role in {Role.BANK_OFFICER, Role.BANK_PRODUCT_MANAGER, Role.GUARANTOR}:
        return parties.institution()
    return None if role is Role.OPERATOR else parties.department()


def _is_machine(url: str) -> bool:
    return url.startswith(("/api/", "/oauth/"))


def test_a_stranger_gets_401_or_the_sign_in_page(
    live: Flask, client_as: Callable[[Account | None], FlaskClient]
) -> None:
    client = client_as(None)
    wrong = []
    for method, url, roles in _knocks(live):
        if Role.PUBLIC in roles:
            continue
        answer = client.open(url, method=method)
        expected = {401} if _is_machine(url) else {302}
        if answer.status_code not in expected:
            wrong.append((method, url, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", SIGNED_IN)
def test_a_wrong_role_gets_403_and_the_right_role_no_5xx(
    role: Role, live: Flask, client_as: Callable[[Account | None], FlaskClient]
) -> None:
    account = parties.account(role, _party(role))
    database.session.commit()
    client = client_as(account)
    wrong = []
    for method, url, roles in _knocks(live):
        if url == "/sign-out" or Role.PUBLIC in roles:
            continue
        status = client.open(url, method=method).status_code
        if _is_machine(url):
            is_fine = status == 401  # the API never takes the session cookie
        elif role not in roles:
            is_fine = status == 403
        else:
            is_fine = status < 500
        if not is_fine:
            wrong.append((method, url, status))
    assert wrong == []


def test_a_foreign_or_absent_object_is_404(
    live: Flask, client_as: Callable[[Account | None], FlaskClient]
) -> None:
    wrong = []
    for role in SIGNED_IN:
        account = parties.account(role, _party(role))
        database.session.commit()
        client = client_as(account)
        for rule in live.url_map.iter_rules():
            has_id = any(type(c).__name__ == "UUIDConverter" for c in rule._converters.values())
            roles = roles_of(live.view_functions[rule.endpoint])
            if not has_id or "GET" not in rule.methods or role not in roles:
                continue
            url = _url(rule)
            if not _is_machine(url) and client.get(url).status_code != 404:
                wrong.append((role, url, client.get(url).status_code))
    assert wrong == []
