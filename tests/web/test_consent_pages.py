"""我的授权 over HTTP, with real commits: the list, signing by one and by two, suspension, the end."""

import pytest
from sqlalchemy import select

from tests.web.firms_for_pages import (
    as_owner,
    ask,
    granted,
    look_at,
    make_city,
    submitted,
)
from xinyidai.accounts.values import AccountStatus
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentState
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.web.enterprise.consent_queries import Shelf, counts, shelf_of

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


def states() -> list[ConsentState]:
    db.session.rollback()
    found = db.session.scalars(select(Consent).order_by(Consent.created_at)).all()
    return [consents.state_of(consent) for consent in found]


@pytest.fixture
def city(live):
    return make_city()


@pytest.fixture
def owner(city, client_as):
    return client_as(city.owner)


def test_a_request_is_answered_from_the_first_screen(owner, city):
    consent = ask(city)

    assert "请您授权查看数据" in owner.get("/enterprise").text
    address = f"/enterprise/consents/{consent.id}"
    assert "同意授权" in owner.get(address).text
    owner.post(f"{address}/agree")
    assert "生效中" in owner.get(address).text


def test_an_authorization_is_declined_suspended_resumed_and_revoked(owner, city):
    address = f"/enterprise/consents/{ask(city).id}"
    owner.post(f"{address}/agree")

    for deed, state in (("suspend", "已暂停"), ("resume", "生效中"), ("revoke", "已撤回")):
        assert state in owner.post(f"{address}/{deed}", follow_redirects=True).text

    declined = f"/enterprise/consents/{ask(city).id}/decline"
    assert owner.post(declined, data={"reason": "字" * 501}).status_code == 422
    assert owner.post(declined, follow_redirects=True).status_code == 200


def test_the_list_is_one_click_from_home_and_revoking_two_from_there(owner, city):
    address = f"{LIST}/{granted(city).id}"

    assert f'href="{LIST}"' in owner.get(HOME).text
    assert f'href="{address}/revoke"' in owner.get(LIST).text
    asked = owner.get(f"{address}/revoke").text
    assert f'action="{address}/revoke"' in asked
    assert "对方立即看不到" in asked
    assert "依法保留的" in asked
    done = owner.post(f"{address}/revoke", follow_redirects=True).text
    assert "已撤回" in done
    assert states() == [ConsentState.REVOKED]


def test_a_second_click_on_revoke_changes_nothing(owner, city):
    address = f"{LIST}/{granted(city).id}/revoke"

    first = owner.post(address, data={"reason": "不办了"})
    second = owner.post(address, data={"reason": "别的原因"})

    assert (first.status_code, second.status_code) == (303, 303)
    [consent] = db.session.scalars(select(Consent)).all()
    assert consent.revoke_reason == "不办了"
    assert owner.get(address).status_code == 302


def test_withdrawing_names_the_applications_that_stop(owner, city):
    submitted(owner, city)
    [consent] = db.session.scalars(select(Consent)).all()

    page = owner.get(f"{LIST}/{consent.id}/revoke").text

    assert city.version.name in page
    assert "停下来" in page


def test_what_waits_cannot_be_revoked_but_declined(owner, city):
    address = f"{LIST}/{ask(city).id}"

    assert owner.get(f"{address}/revoke").status_code == 302
    assert owner.post(f"{address}/revoke").status_code == 409
    assert owner.post(f"{address}/decline").status_code == 303
    assert owner.post(f"{address}/decline").status_code == 303
    assert states() == [ConsentState.DECLINED]


def test_the_lists_are_paged_and_agree_with_the_states(owner, city, at):
    with at("2026-05-01T09:00"):
        for _ in range(22):
            granted(city)
        ask(city)
        revoked = granted(city)
        consents.revoke_consent(city.owner.as_actor(), revoked.id)
        granted(city, valid_until=clock.today())
        db.session.commit()
    with at("2026-05-02T09:00"):
        numbers = counts(city.firm.id)
        assert numbers == {Shelf.LIVE: 22, Shelf.WAITING: 1, Shelf.ENDED: 2}
        live = shelf_of(city.firm.id, Shelf.LIVE, Page(1, 100))
        assert set(consents.states_of(live).values()) == {ConsentState.ACTIVE}
        ended = shelf_of(city.firm.id, Shelf.ENDED, Page(1, 100))
        assert set(consents.states_of(ended).values()) == {
            ConsentState.REVOKED,
            ConsentState.EXPIRED,
        }


def test_a_page_of_the_list_shows_twenty_and_leads_on(owner, city):
    for _ in range(21):
        granted(city)

    first, second = owner.get(LIST).text, owner.get(f"{LIST}?list=live&page=2").text

    assert first.count("授权编号") == 20
    assert second.count("授权编号") == 1
    assert owner.get(f"{LIST}?list=nonsense").status_code == 404


def test_a_card_names_officer_items_uses_and_the_last_look(owner, city):
    consent = granted(city, officer_account_id=city.officer.id, max_per_month=2)
    look_at(city, consent)

    page = owner.get(LIST).text

    assert city.officer.name in page
    assert "纳税与开票" in page
    assert "共 2 次，还剩 1 次；每月最多 2 次，本月已看 1 次" in page
    assert "还没有看过" not in page


def test_a_new_representative_suspends_until_the_firm_confirms(owner, city):
    address = f"{LIST}/{granted(city).id}"
    before = owner.get(address).text
    db.session.get(Enterprise, city.firm.id).legal_representative = "王新任"
    db.session.commit()

    page = owner.get(address).text
    assert "确认继续" not in before
    assert "由 张演示 变更为 王新任" in page
    assert f'action="{address}/confirm"' in page
    assert "法定代表人已变更，1 份授权自动暂停" in owner.get(HOME).text
    owner.post(f"{address}/confirm")
    again = owner.post(f"{address}/confirm")
    assert again.status_code == 303
    assert states() == [ConsentState.ACTIVE]
    assert "内容与签名一致" in owner.get(address).text


@pytest.mark.parametrize(
    ("what", "words"),
    [("bank", "已被暂停使用平台"), ("officer", "指定的经办人员已离岗"), ("own", "想一想")],
)
def test_each_suspension_says_why_and_can_be_ended_by_revoking(owner, city, what, words):
    consent = granted(city, officer_account_id=city.officer.id)
    if what == "bank":
        db.session.get(Institution, city.bank.id).status = InstitutionStatus.SUSPENDED
    elif what == "officer":
        city.officer.status = AccountStatus.SUSPENDED
    db.session.commit()
    if what == "own":
        owner.post(f"{LIST}/{consent.id}/suspend", data={"reason": "想一想"})

    assert words in owner.get(LIST).text
    assert words in owner.get(f"{LIST}/{consent.id}").text
    assert owner.post(f"{LIST}/{consent.id}/revoke").status_code == 303
    assert states() == [ConsentState.REVOKED]


def test_the_page_tells_signature_history_and_looks(owner, city):
    consent = granted(city)
    look_at(city, consent)
    look_at(city, consent, items=["judicial"])

    page = owner.get(f"{LIST}/{consent.id}").text

    assert f"平台用密钥 {consent.signature_key_id}" in page
    assert "内容与签名一致" in page
    assert "同意授权，生效" in page
    assert "已拒绝查看" in page
    assert consent.artefact_hash in page


def test_terms_changed_behind_the_application_are_shown_as_such(owner, city, live):
    consent = granted(city)
    as_owner(live, "update consent set max_uses = 9 where id = :id", id=consent.id)

    page = owner.get(f"{LIST}/{consent.id}").text

    assert "内容与签名不一致" in page


def test_empty_lists_say_what_to_do(owner):
    assert "没有生效的授权" in owner.get(LIST).text
    assert "没有等您确认的授权" in owner.get(f"{LIST}?list=waiting").text
    assert "还没有结束的授权" in owner.get(f"{LIST}?list=ended").text
