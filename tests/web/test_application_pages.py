"""The firm's way through an application, over HTTP and with real commits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests.factories import parties
from tests.products import factories as products
from tests.web.firms_for_pages import (
    application_of,
    make_city,
    need,
    second_person,
    start,
    submitted,
)
from xinyidai.applications import service as applications
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.rules import Terms
from xinyidai.applications.values import ApplicationState
from xinyidai.catalogue.denials import DENIAL_REASONS
from xinyidai.catalogue.refusals import DenialGiven
from xinyidai.consents.models import Consent
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db


@pytest.fixture
def city(live):
    return make_city()


@pytest.fixture
def owner(city, client_as):
    return client_as(city.owner)


def test_an_application_goes_from_draft_to_submitted_by_its_task_list(owner, city):
    address = start(owner, city)

    assert "授权银行查询" in owner.get(address).text
    assert "还有任务没有完成" in owner.get(f"{address}/check").text
    owner.post(f"{address}/consent")
    assert "提交申请" in owner.get(f"{address}/check").text
    done = owner.post(f"{address}/submit", follow_redirects=True)
    assert application_of(address).application_no in done.text
    assert application_of(address).state is ApplicationState.SUBMITTED


def test_the_consent_of_an_application_covers_what_the_product_requires(owner, city):
    address = start(owner, city)

    owner.post(f"{address}/consent", data={"item_codes": "judicial"})
    owner.post(f"{address}/consent")

    [consent] = db.session.scalars(select(Consent)).all()
    assert set(consent.item_codes) == {"registration", "tax", "judicial"}
    assert application_of(address).consent_id == consent.id


def test_submitting_twice_leads_to_the_same_confirmation(owner, city):
    address = submitted(owner, city)
    applications.accept_application(city.officer.as_actor(), application_of(address).id)
    db.session.commit()

    again = owner.post(f"{address}/submit")

    assert again.location == f"{address}/submitted"
    assert owner.get(again.location).status_code == 200


def test_starting_twice_with_one_key_makes_one_draft(owner, city):
    answers = need(city)

    first = owner.post("/enterprise/applications/new", data=answers)
    second = owner.post("/enterprise/applications/new", data=answers)

    assert first.location == second.location


def test_a_wrong_need_is_shown_again_with_what_was_typed(owner, city):
    answers = need(city, amount="五十", loan_purpose="")

    response = owner.post("/enterprise/applications/new", data=answers)

    assert response.status_code == 422
    assert "五十" in response.text
    assert "有 1 处需要修改" in response.text
    assert db.session.scalar(select(LoanApplication)) is None


def test_need_and_contact_of_a_draft_can_be_changed(owner, city):
    address = start(owner, city)

    owner.post(
        f"{address}/need", data={"amount": "60.5", "term_months": "6", "loan_purpose": "发工资"}
    )
    wrong = owner.post(f"{address}/contact", data={"contact_name": "王", "contact_phone": "1"})

    assert application_of(address).amount_applied_fen == 60_500_000
    assert wrong.status_code == 422
    assert 'value="60.5"' in owner.get(f"{address}/need").text


def test_without_a_live_consent_nothing_is_submitted(owner, city):
    address = start(owner, city)

    response = owner.post(f"{address}/submit")

    assert response.status_code == 422
    assert "先完成授权" in response.text
    assert application_of(address).state is ApplicationState.DRAFT


def test_a_refusal_shows_its_reasons_and_what_to_do(owner, city):
    address = submitted(owner, city)
    code = next(code for code, reason in DENIAL_REASONS.items() if reason.actionable)
    reasons = [DenialGiven(code, "缺少说明")]
    applications.decline_application(city.officer.as_actor(), application_of(address).id, reasons)
    db.session.commit()

    page = owner.get(address).text

    assert "没有通过的原因" in page
    assert "怎么办" in page


def test_a_returned_application_is_the_thing_to_do_now(owner, city):
    address = submitted(owner, city)
    applications.return_application(city.officer.as_actor(), application_of(address).id, "请补流水")
    db.session.commit()

    assert "请补流水" in owner.get("/enterprise").text
    assert "银行退回" in owner.get(address).text


def test_the_note_of_the_due_diligence_stays_with_the_bank(owner, city):
    address = submitted(owner, city)
    officer, application_id = city.officer.as_actor(), application_of(address).id
    applications.accept_application(officer, application_id)
    applications.send_to_approval(officer, application_id, "内部意见")
    db.session.commit()

    page = owner.get(address).text

    assert "内部意见" not in page
    assert city.officer.name in page


def test_an_application_can_be_withdrawn(owner, city):
    address = submitted(owner, city)

    owner.post(f"{address}/withdraw", data={"reason": "不需要了"})

    assert application_of(address).state is ApplicationState.WITHDRAWN
    assert "已撤回" in owner.get(address).text


def test_a_late_bank_is_named_late(owner, city, at):
    address = submitted(owner, city)
    application_of(address).promised_on = clock.today() - timedelta(days=2)
    db.session.commit()

    assert "慢了 2 天" in owner.get("/enterprise").text


def test_a_late_bank_stands_before_a_draft(owner, city):
    address = submitted(owner, city)
    application_of(address).promised_on = clock.today() - timedelta(days=1)
    other = products.listed_version(products.manager_of(city.bank), code="OTHER", name="另一款")
    db.session.commit()
    owner.post("/enterprise/applications/new", data=need(city, product=str(other.product_id)))

    page = owner.get("/enterprise").text

    assert "填完并提交申请" in page
    assert page.index("慢了 1 天") < page.index("草稿，还没有提交")


def test_an_approval_shows_its_terms_and_asks_to_sign(owner, city):
    address = submitted(owner, city)
    officer, application_id = city.officer.as_actor(), application_of(address).id
    applications.accept_application(officer, application_id)
    applications.send_to_approval(officer, application_id)
    terms = Terms(40_000_000, Decimal("0.0435"), 12)
    applications.approve_application(officer, application_id, terms)
    db.session.commit()

    assert "去签约" in owner.get("/enterprise").text
    assert "4.35%" in owner.get(address).text
    assert owner.get(f"{address}/submitted").location == address


def test_without_a_phone_in_the_account_the_contact_is_asked_at_once(city, client_as):
    owner = client_as(parties.account(Role.ENTERPRISE_USER, city.firm))
    address = f"/enterprise/applications/new?product={city.version.product_id}"

    assert 'name="contact_phone"' in owner.get(address).text
    refused = owner.post("/enterprise/applications/new", data=need(city, contact_phone="12"))
    assert refused.status_code == 422


def test_a_second_application_to_a_bank_rests_on_the_same_consent(owner, city):
    submitted(owner, city)
    other = products.listed_version(products.manager_of(city.bank), code="OTHER", name="另一款")
    db.session.commit()
    answers = need(city, product=str(other.product_id))

    second = owner.post("/enterprise/applications/new", data=answers).location
    owner.post(f"{second}/consent")

    assert len(db.session.scalars(select(Consent)).all()) == 1


def test_with_two_signers_an_application_waits_for_the_second(owner, city, client_as):
    other = client_as(second_person(city))
    address = start(owner, city)

    signed = owner.post(f"{address}/consent", follow_redirects=True).text
    again = owner.post(f"{address}/consent", follow_redirects=True).text
    early = owner.post(f"{address}/submit")

    assert "已签 1/2，等待另一位" in signed
    assert "已签 1/2，等待另一位" in again
    assert "已签 1/2，等待另一位" in owner.get(address).text
    assert early.status_code == 422
    [consent] = db.session.scalars(select(Consent)).all()
    assert "请您确认" in other.get("/enterprise").text
    other.post(f"/enterprise/consents/{consent.id}/agree")
    assert owner.post(f"{address}/submit").status_code == 303
    assert application_of(address).consent_id == consent.id
