"""Looks at a firm's credit: what is said before a use is spent, and that none is spent twice."""

import re
from concurrent.futures import ThreadPoolExecutor

from tests.factories import parties
from tests.web.bank_city import KEY, City, grant, key, look
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.consents import service as consents
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_records import queries as looks
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db


def test_reading_an_application_writes_nothing_and_shows_the_uses_left(officer, city):
    page = officer.get(city.address).text
    assert "查看（剩余 2 次）" in page
    assert officer.get(city.address).status_code == 200
    assert looks.looks_under_consent(city.consent.id) == []


def test_a_look_spends_one_use_and_reading_it_again_spends_none(officer, city):
    address = look(officer, city.consent)
    assert address.startswith("/queries/")
    for _ in range(2):
        page = officer.get(address)
        assert page.status_code == 200, page.text
    assert "项有数据" in page.text
    assert "数据不足（未授权）" in page.text
    assert "查看（剩余 1 次）" in officer.get(city.address).text


def test_a_revoked_consent_refuses_the_next_look_and_the_old_result(officer, city):
    address = look(officer, city.consent)
    consents.revoke_consent(city.boss.as_actor(), city.consent.id)
    db.session.commit()
    refused = officer.post("/queries", data={"consent_id": city.consent.id, "key": key()})
    assert refused.status_code == 403
    assert "企业已撤回这份授权" in refused.text
    assert officer.get(address).status_code == 403
    assert "企业已撤回这份授权" in officer.get(city.address).text
    outcomes = [str(look.outcome) for look in looks.looks_under_consent(city.consent.id)]
    assert sorted(outcomes) == ["allowed", "refused"]


def test_a_result_only_consent_shows_no_indicators(officer, city):
    consent = grant(city.boss, city.bank, mode=ConsentMode.RESULT)
    db.session.commit()
    page = officer.get(look(officer, consent)).text
    assert "只提供评价结果，不提供原始信息" in page
    assert "项有数据" not in page


def outcomes(city: City) -> list[str]:
    db.session.rollback()
    return sorted(str(event.outcome) for event in looks.looks_under_consent(city.consent.id))


def test_a_form_sent_twice_spends_one_use_and_leads_to_one_result(officer, city):
    sent = key()
    assert look(officer, city.consent, sent) == look(officer, city.consent, sent)
    assert outcomes(city) == ["allowed"]
    assert look(officer, city.consent) != look(officer, city.consent, sent)
    assert outcomes(city) == ["allowed", "allowed"]


def test_two_clicks_at_the_same_time_spend_one_use(live, city, client_as):
    clients = [client_as(city.officer) for _ in range(4)]
    fields = {"consent_id": city.consent.id, "key": key()}
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda client: client.post("/queries", data=fields), clients))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert outcomes(city) == ["allowed"]


def test_a_key_answers_nobody_else_and_no_other_order(officer, city, client_as):
    sent = key()
    look(officer, city.consent, sent)
    other = grant(city.boss, city.bank)
    colleague = parties.account(Role.BANK_OFFICER, city.bank)
    db.session.commit()
    fields = {"consent_id": other.id, "key": sent}
    assert officer.post("/queries", data=fields).status_code == 409
    fields = {"consent_id": city.consent.id, "key": sent}
    assert client_as(colleague).post("/queries", data=fields).status_code == 409
    assert outcomes(city) == ["allowed"]


def test_a_refused_order_leaves_its_key_free(officer, city):
    consents.suspend_consent(city.boss.as_actor(), city.consent.id)
    db.session.commit()
    fields = {"consent_id": city.consent.id, "key": key()}
    assert officer.post("/queries", data=fields).status_code == 403
    consents.resume_consent(city.boss.as_actor(), city.consent.id)
    db.session.commit()
    assert officer.post("/queries", data=fields).status_code == 303
    assert outcomes(city) == ["allowed", "refused"]


def test_a_form_without_consent_or_key_is_refused_in_words(officer, city):
    assert officer.post("/queries", data={"key": key()}).status_code == 422
    stale = officer.post("/queries", data={"consent_id": city.consent.id, "key": "x"})
    assert "请返回上一页刷新后重试" in stale.text
    assert outcomes(city) == []


def test_a_consent_that_does_not_exist_is_not_found_and_logged(officer, city):
    nobody = "0197a3c0-0000-7000-8000-000000000001"
    answer = officer.post("/queries", data={"consent_id": nobody, "key": key()})
    assert answer.status_code == 404
    [event] = looks.latest_events()
    assert (event.reasons, event.account_id) == (["no_consent"], city.officer.id)


def test_the_page_says_what_a_look_will_and_will_not_contain(officer, city):
    page = officer.get(f"/bank/consents/{city.consent.id}").text
    assert KEY.search(page)
    assert "平台还没有归集过这一项" in page
    unseen = page.split("<strong>看不到</strong>")[1].split("</p>")[0]
    assert ITEMS["social_insurance"].name in unseen
    assert ITEMS["tax"].name not in unseen


def test_an_application_names_what_its_product_needs_and_the_consent_has_not(officer, city):
    city.version.required_items = ["registration", "tax", "social_insurance"]
    db.session.commit()
    page = officer.get(city.address).text
    assert "这个产品需要、授权里没有的信息" in page
    link = re.search(r'href="([^"]*items=social_insurance[^"]*)"', page).group(1)
    form = officer.get(link.replace("&amp;", "&")).text
    assert re.search(r'value="social_insurance" checked', form)


def test_a_frequency_that_is_reached_replaces_the_button(officer, city):
    consent = grant(city.boss, city.bank, max_per_day=1, max_per_month=2)
    db.session.commit()
    look(officer, consent)
    page = officer.get(f"/bank/consents/{consent.id}").text
    assert "已达到授权约定的频次上限" in page
    assert "起可以再查看" in page
    assert "本月还可 1 次" in page
    assert "今天还可 0 次" in page
    assert 'action="/queries"' not in page


def test_a_consent_for_one_officer_tells_the_others_so(officer, city, client_as):
    colleague = parties.account(Role.BANK_OFFICER, city.bank)
    consent = grant(city.boss, city.bank, officer_account_id=colleague.id)
    db.session.commit()
    page = officer.get(f"/bank/consents/{consent.id}").text
    assert f"仅 {colleague.name}" in page
    assert "请由指定的经办人员查看" in page
    assert 'action="/queries"' not in page
    assert 'action="/queries"' in client_as(colleague).get(f"/bank/consents/{consent.id}").text


def test_a_changed_representative_is_named_before_a_use_is_spent(officer, city):
    db.session.get(Enterprise, city.firm.id).legal_representative = "赵新任"
    db.session.commit()
    page = officer.get(city.address).text
    assert "企业法定代表人已变更" in page
    assert 'action="/queries"' not in page


def test_a_product_manager_sees_the_limits_but_no_button(manager, city):
    page = manager.get(f"/bank/consents/{city.consent.id}").text
    assert "查看前请核对" in page
    assert 'action="/queries"' not in page
    assert manager.post("/queries", data={"consent_id": city.consent.id}).status_code == 403
