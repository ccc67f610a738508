"""Side roads of an application on the pages of bank, firm and office, with real commits."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.factories import parties
from tests.products import factories as products
from tests.web.bank_city import City, post, state_of
from tests.whitelist.factories import listed
from xinyidai.applications.models import ApplicationStep, LoanApplication
from xinyidai.applications.values import ApplicationAction
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.working_days import add_working_days

LESS = {"amount": "30", "rate": "4.2", "term_months": "6", "note": "流水支持不了这个金额"}


@pytest.fixture
def owner(city, client_as):
    return client_as(city.boss)


def firm_page(city: City) -> str:
    return f"/enterprise/applications/{city.application.id}"


def offered(officer, city: City) -> None:
    post(officer, f"{city.address}/accept")
    post(officer, f"{city.address}/send-to-approval", note="订单真实")
    until = add_working_days(clock.today(), 10).isoformat()
    post(officer, f"{city.address}/offer", offer_until=until, **LESS)


def actions(city: City) -> list[ApplicationAction]:
    db.session.rollback()
    found = select(ApplicationStep.action).filter_by(application_id=city.application.id)
    return list(db.session.scalars(found))


def test_a_counter_offer_is_taken_on_the_firms_page_and_twice_is_once(officer, owner, city):
    offered(officer, city)
    page = owner.get(firm_page(city)).text
    assert "银行可以换一个条件" in page
    assert "流水支持不了这个金额" in page
    assert "您申请的是 50 万元" in page
    post(owner, f"{firm_page(city)}/take-offer")
    post(owner, f"{firm_page(city)}/take-offer")
    assert state_of(city) == "approved"
    assert actions(city).count(ApplicationAction.TAKE_OFFER) == 1
    assert "同意授信 30 万元" in officer.get(city.address).text


def test_a_counter_offer_is_refused_with_a_word_that_the_bank_reads(officer, owner, city):
    offered(officer, city)
    post(owner, f"{firm_page(city)}/refuse-offer", reason="金额太少")
    assert state_of(city) == "in_approval"
    assert "金额太少" in officer.get(city.address).text


def test_a_bad_counter_offer_is_shown_again_with_what_was_typed(officer, city):
    post(officer, f"{city.address}/accept")
    post(officer, f"{city.address}/send-to-approval", note="订单真实")
    sent = {**LESS, "amount": "80", "offer_until": clock.today().isoformat(), "note": ""}
    page = officer.post(f"{city.address}/offer", data=sent)
    assert page.status_code == 422
    assert all(words in page.text for words in ("不超过申请金额", "有效期至少", 'value="80"'))
    assert state_of(city) == "in_approval"


def test_an_officer_hands_over_to_a_colleague_whom_the_firm_then_reads(officer, owner, city):
    colleague = parties.account(Role.BANK_OFFICER, city.bank, name="赵演示接手")
    db.session.commit()
    form = officer.get(f"{city.address}/hand-over").text
    assert "赵演示接手" in form
    missing = officer.post(f"{city.address}/hand-over", data={"to": "officer:x", "reason": "休假"})
    assert missing.status_code == 422
    to = f"officer:{colleague.id}"
    post(officer, f"{city.address}/hand-over", to=to, reason="休假")
    post(officer, f"{city.address}/hand-over", to=to, reason="休假")
    assert actions(city).count(ApplicationAction.HAND_OVER) == 1
    assert "赵演示接手" in owner.get(firm_page(city)).text
    assert "休假" not in owner.get(firm_page(city)).text


def test_a_firm_sends_its_application_to_another_bank_in_one_form(owner, city):
    bank = parties.institution(short_name="演示他行")
    other = products.listed_version(products.manager_of(bank), code="P-OTHER", name="他行经营贷")
    product = str(other.product_id)
    db.session.commit()
    page = owner.get(f"{firm_page(city)}/resend").text
    assert "他行经营贷（演示他行）" in page
    assert str(city.version.product_id) not in page
    assert owner.post(f"{firm_page(city)}/resend", data={}).status_code == 422
    key = str(uuid4())
    first = post(owner, f"{firm_page(city)}/resend", product=product, request_key=key)
    assert first == post(owner, f"{firm_page(city)}/resend", product=product, request_key=key)
    assert state_of(city) == "reassigned"
    draft = db.session.get(LoanApplication, first.rsplit("/", 1)[1])
    assert (draft.state.value, draft.amount_applied_fen) == ("draft", 50_000_000)
    assert "授权银行查询" in owner.get(first).text


def test_what_a_bank_works_on_cannot_be_sent_elsewhere(officer, owner, city):
    offered(officer, city)
    assert owner.get(f"{firm_page(city)}/resend").status_code == 409
    assert "改投其他银行" not in owner.get(firm_page(city)).text


def test_whitelisted_firms_are_marked_with_list_and_day_on_every_work_list(officer, city):
    assert "白名单优先</span>" not in officer.get("/bank/applications").text
    entry = listed(city.firm)
    db.session.commit()
    for address in (
        "/bank/applications",
        "/bank",
        city.address,
        f"/bank/search?q={city.firm.uscc}",
    ):
        page = officer.get(address).text
        assert "物流白名单" in page, address
    assert city.firm.name in officer.get("/bank/applications?due=priority").text
    entry.state = type(entry.state).SUSPENDED
    db.session.commit()
    assert "物流白名单" not in officer.get("/bank/applications").text


def test_each_number_of_priority_leads_to_its_list(officer, city, client_as):
    entry = listed(city.firm)
    application = db.session.get(LoanApplication, city.application.id)
    application.priority_entry_id = entry.id
    db.session.commit()
    post(officer, f"{city.address}/decline", reasons="insufficient_turnover")
    clerk = client_as(parties.account(Role.CREDIT_OFFICE, parties.credit_office()))
    number = application.application_no
    for client, base in ((officer, "/bank"), (clerk, "/office")):
        page = client.get(f"{base}/priority").text
        assert f"{base}/priority/answered" in page
        rows = client.get(f"{base}/priority/answered").text
        assert number in rows
        assert "物流白名单" in rows
        assert number not in client.get(f"{base}/priority/late").text
        assert client.get(f"{base}/priority/nonsense").status_code == 422


def test_what_lies_on_the_list_of_another_bank_stays_there(city, client_as):
    entry = listed(city.firm)
    application = db.session.get(LoanApplication, city.application.id)
    application.priority_entry_id = entry.id
    stranger = parties.account(Role.BANK_OFFICER, parties.institution())
    db.session.commit()
    page = client_as(stranger).get("/bank/priority/waiting").text
    assert application.application_no not in page
