"""A form sent after the session ended goes on after signing in, for its sender alone."""

import io
import re
from html import unescape

import pytest

from tests.factories import parties
from tests.web.firms_for_pages import make_city
from tests.web.test_need_pages import LIST, form
from xinyidai.accounts import passwords
from xinyidai.accounts.session import COOKIE
from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.web import kept_forms

PASSWORD = "一句好记的话 2026"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def hidden(page):
    """Return the hidden fields of a page as the browser would send them."""
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


@pytest.fixture
def live(live, monkeypatch):
    monkeypatch.setitem(live.config, "WTF_CSRF_ENABLED", True)
    return live


@pytest.fixture
def boss(live):
    city = make_city()
    city.owner.password_hash = passwords.hash_password(PASSWORD)
    db.session.commit()
    return city.owner


@pytest.fixture
def browser(live, boss):
    """Be the owner's browser: signed in, a form open, and then the session has ended."""
    client = live.test_client()
    enter(client, boss)
    return client


def enter(client, account, **more):
    fields = hidden(client.get("/sign-in").text) | more
    return client.post("/sign-in", data={**fields, "login": account.login, "password": PASSWORD})


def sent_too_late(client, **changes):
    """Open the form, lose the session, send the form; return the answer."""
    token = hidden(client.get(f"{LIST}/new").text)["csrf_token"]
    client.delete_cookie(COOKIE)
    return client.post(f"{LIST}/new", data=form(csrf_token=token, **changes))


def needs():
    return db.session.query(FinancingNeed).count()


def test_what_was_typed_goes_on_after_signing_in(browser, boss):
    asked = sent_too_late(browser)
    assert asked.status_code == 401
    assert "填写的内容还在" in asked.text
    kept = hidden(asked.text)["kept"]
    again = enter(browser, boss, kept=kept)
    assert "采购八月订单的钢材" in again.text
    assert needs() == 0
    answer = browser.post(f"{LIST}/new", data=hidden(again.text))
    assert answer.status_code == 303, answer.text
    assert needs() == 1


def test_a_wrong_password_loses_nothing(browser, boss):
    kept = hidden(sent_too_late(browser).text)["kept"]
    fields = {"csrf_token": hidden(browser.get("/sign-in").text)["csrf_token"], "kept": kept}
    refused = browser.post("/sign-in", data={**fields, "login": boss.login, "password": "错"})
    assert refused.status_code == 422
    assert hidden(refused.text)["kept"] == kept


def test_another_account_does_not_get_it(browser, live):
    kept = hidden(sent_too_late(browser).text)["kept"]
    other = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    other.password_hash = passwords.hash_password(PASSWORD)
    db.session.commit()
    answer = enter(browser, other, kept=kept)
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    assert "没有带过来" in page
    assert "采购八月订单的钢材" not in page


@pytest.mark.parametrize("spoil", [lambda text: text + "x", lambda _: "{}", lambda _: "a.b.c"])
def test_what_the_platform_did_not_sign_is_left_out(spoil, browser, boss):
    kept = hidden(sent_too_late(browser).text)["kept"]
    assert enter(browser, boss, kept=spoil(kept)).status_code == 302


def test_it_is_kept_for_an_hour(browser, boss):
    kept = hidden(sent_too_late(browser).text)["kept"]
    with clock.at(clock.now() + kept_forms.KEPT_FOR):
        assert enter(browser, boss, kept=kept).status_code == 302


def test_a_form_of_another_site_is_not_kept(browser):
    browser.delete_cookie(COOKIE)
    for token in ("", "made-up"):
        answer = browser.post(f"{LIST}/new", data=form(csrf_token=token))
        assert answer.status_code == 302


def test_a_browser_nobody_signed_in_with_keeps_nothing(live):
    stranger = live.test_client()
    token = hidden(stranger.get("/sign-in").text)["csrf_token"]
    answer = stranger.post(f"{LIST}/new", data=form(csrf_token=token))
    assert answer.status_code == 302


def test_passwords_are_never_kept_and_files_are_named(browser, boss):
    asked = sent_too_late(
        browser, password="秘密的口令", proof=(io.BytesIO(b"%PDF-1.7"), "证明.pdf")
    )
    again = enter(browser, boss, kept=hidden(asked.text)["kept"]).text
    assert "秘密的口令" not in again
    assert "附件需要重新选择" in again


def test_what_is_too_large_to_keep_is_told(browser, boss):
    asked = sent_too_late(browser, purpose_text="钢" * kept_forms.LARGEST_BODY)
    assert asked.status_code == 302
    assert "没有生效" in browser.get(asked.location).text
