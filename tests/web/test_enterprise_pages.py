"""The pages of the enterprise user, over HTTP and with real commits."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from tests.factories import parties
from tests.products import factories as products
from xinyidai.accounts.models import Account
from xinyidai.applications import service as applications
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.rules import DenialGiven, Terms
from xinyidai.applications.values import ApplicationState
from xinyidai.catalogue.denials import DENIAL_REASONS
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.products.models import ProductVersion
from xinyidai.web import wording

PAGES = (
    "/enterprise",
    "/enterprise/consents",
    "/enterprise/consents/new",
    "/enterprise/consents/new?purpose=pre_loan",
    "/enterprise/queries",
    "/enterprise/profile",
    "/enterprise/dispute",
    "/enterprise/dispute?indicator=high_tech_valid",
    "/enterprise/matches",
    "/enterprise/matches/new?guarantee=guaranty",
    "/enterprise/applications",
    "/enterprise/events",
)


@dataclass
class City:
    """A firm with its owner, a bank with an officer, and one product on sale."""

    firm: Enterprise
    owner: Account
    bank: Institution
    officer: Account
    version: ProductVersion


@pytest.fixture
def city(live):
    firm = parties.enterprise()
    bank = parties.institution(phone="0375-1234567")
    found = City(
        firm,
        parties.account(Role.ENTERPRISE_USER, firm, phone="13800000000"),
        bank,
        parties.account(Role.BANK_OFFICER, bank, phone="0375-7654321"),
        products.listed_version(products.manager_of(bank)),
    )
    db.session.commit()
    return found


@pytest.fixture
def owner(city, client_as):
    return client_as(city.owner)


def need(city: City, **changes: str) -> dict[str, str]:
    return {
        "product": str(city.version.product_id),
        "request_key": str(uuid4()),
        "amount": "50",
        "term_months": "12",
        "loan_purpose": "采购钢材",
        **changes,
    }


def start(owner, city: City) -> str:
    response = owner.post("/enterprise/applications/new", data=need(city))
    assert response.status_code == 303
    return response.location


def submitted(owner, city: City) -> str:
    address = start(owner, city)
    assert owner.post(f"{address}/consent").status_code == 303
    assert owner.post(f"{address}/submit").status_code == 303
    return address


def application_of(address: str) -> LoanApplication:
    db.session.rollback()
    found = db.session.get(LoanApplication, UUID(address.rsplit("/", 1)[1]))
    assert found is not None
    return found


def grant(city: City, **changes: str) -> dict[str, str]:
    return {
        "purpose": "pre_loan",
        "institution_id": str(city.bank.id),
        "item_codes": "tax",
        "valid_days": "30",
        "range_months": "12",
        "max_uses": "2",
        "data_life_days": "30",
        "mode": "view",
        **changes,
    }


def ask(city: City) -> Consent:
    today = clock.today()
    draft = ConsentDraft(
        enterprise_id=city.firm.id,
        institution_id=city.bank.id,
        purpose="pre_loan",
        item_codes=["tax"],
        valid_until=today + timedelta(days=30),
        data_from=today - timedelta(days=300),
        data_life_days=30,
        max_uses=2,
    )
    consent = consents.request_consent(city.officer.as_actor(), draft)
    db.session.commit()
    return consent


def test_a_new_firm_can_open_every_page(owner):
    for address in PAGES:
        response = owner.get(address)
        assert response.status_code == 200, address
        assert "style=" not in response.text


def test_an_officer_may_open_none_of_them(city, client_as):
    officer = client_as(city.officer)

    assert {officer.get(address).status_code for address in PAGES} == {403}


def test_the_first_screen_offers_to_find_products_when_there_is_nothing_else(owner):
    page = owner.get("/enterprise").text

    assert "找适合您的贷款产品" in page
    assert page.count("is-todo") == 1


def test_the_sign_in_and_sign_up_pages_open_for_anyone(live):
    client = live.test_client()

    assert client.get("/sign-in").status_code == 200
    assert client.get("/sign-up").status_code == 200
    refused = client.post("/sign-up", data={"enterprise_name": "甲公司"})
    assert refused.status_code == 422
    assert "甲公司" in refused.text


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


def test_looks_by_banks_and_runs_of_the_platform_stand_apart(owner):
    owner.post("/enterprise/profile/refresh")

    assert "平台自动计算" not in owner.get("/enterprise/queries").text
    assert "平台自动计算" in owner.get("/enterprise/queries?by=platform").text


def test_foreign_things_are_not_found(owner, city, client_as):
    address = start(owner, city)
    consent = ask(city)
    stranger = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    db.session.commit()
    other = client_as(stranger)

    assert other.get(address).status_code == 404
    assert other.post(f"{address}/submit").status_code == 404
    assert other.get(f"/enterprise/consents/{consent.id}").status_code == 404
    assert other.post(f"/enterprise/consents/{consent.id}/agree").status_code == 404


def test_one_signature_makes_one_authorization_for_each_bank(owner, city):
    second = parties.institution()
    db.session.commit()
    answers = grant(city) | {"institution_id": [str(city.bank.id), str(second.id)]}

    check = owner.get("/enterprise/consents/check", query_string=answers)
    owner.post("/enterprise/consents", data=answers)
    owner.post("/enterprise/consents", data=answers)

    assert "企业信用信息查询授权书" in check.text
    signed = db.session.scalars(select(Consent.institution_id)).all()
    assert sorted(signed) == sorted([city.bank.id, second.id])


def test_an_authorization_above_the_caps_is_shown_again(owner, city):
    answers = grant(city, valid_days="400", max_uses="")

    response = owner.get("/enterprise/consents/check", query_string=answers)
    above = owner.get("/enterprise/consents/check", query_string=grant(city, valid_days="400"))

    assert response.status_code == 422
    assert 'href="#f-max_uses"' in response.text
    assert 'href="#f-valid_days"' in above.text


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


def test_products_are_matched_and_explained(owner, city):
    wrong = owner.post("/enterprise/matches", data={"amount": "", "term_months": "0"})
    posted = owner.post(
        "/enterprise/matches", data={"amount": "50", "term_months": "12", "guarantee": "credit"}
    )
    page = owner.get(posted.location).text

    assert wrong.status_code == 422
    assert "为什么这样排" in page
    assert city.version.name in page
    assert "数据不足" in page
    assert "找适合您的贷款产品" in owner.get("/enterprise").text
    assert owner.get("/enterprise/matches?outcome=nonsense").status_code == 404


def test_a_product_shows_what_was_found_for_this_firm(owner, city):
    address = f"/enterprise/products/{city.version.product_id}"

    assert "用我的数据核对一下" in owner.get(address).text
    owner.post("/enterprise/matches", data={"amount": "50", "term_months": "12"})
    assert "还差一些数据才能判断" in owner.get(address).text
    assert owner.get(f"/enterprise/products/{uuid4()}").status_code == 404


def test_the_profile_is_built_by_a_post_only(owner):
    assert "更新画像" in owner.get("/enterprise/profile").text
    assert owner.post("/enterprise/profile/refresh").status_code == 303

    page = owner.get("/enterprise/profile").text

    assert "数据齐不齐" in page
    assert "有误？" in page


def test_the_firm_sees_its_own_records(owner):
    assert "我的原始记录" in owner.post("/enterprise/records").text


def test_every_state_has_its_words():
    tables = [value for name, value in vars(wording).items() if re.fullmatch("[A-Z_]+", name)]

    assert len(tables) > 20
    for table in tables:
        assert set(table) == set(type(next(iter(table))))
