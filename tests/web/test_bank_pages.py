"""The pages of a bank, over HTTP and with real commits."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from tests.factories import parties
from tests.products import factories as products
from xinyidai.accounts.models import Account
from xinyidai.applications import queries as application_queries
from xinyidai.applications import service as applications
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.rules import Wanted
from xinyidai.applications.service import Draft
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft, ConsentMode
from xinyidai.credit_records import queries as looks
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.matchmaking_events import service as events
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.matchmaking_events.service import EventPlan
from xinyidai.matchmaking_events.values import EventFormat
from xinyidai.products.models import ProductVersion

OFFICER_PAGES = (
    "/bank",
    "/bank/search?q=轴承",
    "/bank/search?q=91410400MA40000001",
    "/bank/applications",
    "/bank/applications?state=&due=overdue&size=50",
    "/bank/applications?due=resubmitted",
    "/bank/applications?state=declined&q=轴承",
    "/bank/figures/median_days",
    "/bank/figures/approval_rate",
    "/bank/consents",
    "/bank/consents?view=closed&q=轴承",
    "/bank/consents/new",
    "/bank/consents/new?purpose=post_loan",
    "/bank/products",
    "/bank/whitelist",
    "/bank/whitelist?type=logistics",
    "/bank/events",
)
MANAGER_PAGES = (
    "/bank/consents",
    "/bank/products",
    "/bank/products?state=draft",
    "/bank/products/new",
    "/bank/events",
)


@dataclass
class City:
    """A bank with its people, a firm that authorized it and applied to it."""

    firm: Enterprise
    boss: Account
    bank: Institution
    officer: Account
    manager: Account
    version: ProductVersion
    consent: Consent
    application: LoanApplication

    @property
    def address(self) -> str:
        return f"/bank/applications/{self.application.id}"


@pytest.fixture
def city(live) -> City:
    firm, bank = parties.enterprise(), parties.institution()
    boss = parties.account(Role.ENTERPRISE_USER, firm)
    officer = parties.account(Role.BANK_OFFICER, bank)
    manager = parties.account(Role.BANK_PRODUCT_MANAGER, bank)
    version = products.listed_version(products.manager_of(bank))
    consent = grant(boss, bank)
    application = submit(boss, version)
    made = City(firm, boss, bank, officer, manager, version, consent, application)
    db.session.commit()
    return made


def grant(boss: Account, bank: Institution, mode: ConsentMode = ConsentMode.VIEW) -> Consent:
    today = clock.today()
    draft = ConsentDraft(
        enterprise_id=boss.enterprise_id,
        institution_id=bank.id,
        purpose="pre_loan",
        item_codes=["registration", "tax", "judicial"],
        valid_until=today + timedelta(days=10),
        data_from=today - timedelta(days=365),
        data_life_days=30,
        max_uses=2,
        mode=mode,
    )
    return consents.grant_directly(boss.as_actor(), [draft])[0]


def submit(boss: Account, version: ProductVersion) -> LoanApplication:
    wanted = Wanted(50_000_000, 12, "采购钢材", "张演示", "13800000000")
    draft = Draft(uuid4(), version.product_id, wanted)
    application = applications.start_application(boss.as_actor(), draft)
    return applications.submit_application(boss.as_actor(), application.id)


@pytest.fixture
def officer(city, client_as) -> FlaskClient:
    return client_as(city.officer)


@pytest.fixture
def manager(city, client_as) -> FlaskClient:
    return client_as(city.manager)


def post(client: FlaskClient, address: str, **fields: object) -> str:
    """Send a form that must succeed and return where it leads."""
    response = client.post(address, data=fields)
    assert response.status_code == 303, response.text
    return response.location


def state_of(city: City) -> str:
    db.session.rollback()
    return db.session.get(LoanApplication, city.application.id).state.value


def to_approval(officer: FlaskClient, city: City) -> None:
    post(officer, f"{city.address}/accept")
    post(officer, f"{city.address}/investigate")
    post(officer, f"{city.address}/send-to-approval", note="订单真实")


def test_an_officer_opens_every_page(officer):
    for address in OFFICER_PAGES:
        response = officer.get(address)
        assert response.status_code == 200, address
        assert "<h1>" in response.text


def test_a_product_manager_opens_their_pages(manager):
    for address in MANAGER_PAGES:
        assert manager.get(address).status_code == 200, address


def test_a_new_bank_sees_honest_empty_states(live, client_as):
    account = parties.account(Role.BANK_OFFICER, parties.institution())
    db.session.commit()
    page = client_as(account).get("/bank").text
    assert "现在没有待办理的申请" in page
    assert "没有新线索" in page
    assert "数据不足" in page


def test_visitors_and_firms_are_kept_out(city, client_as):
    assert client_as(None).get("/bank").status_code == 302
    assert client_as(city.boss).get("/bank").status_code == 403
    assert client_as(city.manager).get(city.address).status_code == 403


def test_the_first_screen_shows_work_and_consents_about_to_end(officer, city):
    page = officer.get("/bank").text
    assert city.firm.name in page
    assert "剩 10 个工作日" in page or "个工作日" in page
    assert "申请续签" in page
    assert "没有新线索" in page


def test_a_firm_that_only_authorized_is_a_lead(officer, city):
    other = parties.enterprise(name="鹰川市演示线索有限公司")
    grant(parties.account(Role.ENTERPRISE_USER, other), city.bank)
    db.session.commit()
    page = officer.get("/bank").text
    assert "鹰川市演示线索有限公司" in page
    assert "3/15" in page


def test_search_finds_by_code_number_and_name(officer, city):
    for text in (city.firm.uscc, city.application.application_no, city.firm.name[3:8]):
        assert city.address in officer.get("/bank/search", query_string={"q": text}).text


def test_the_filter_of_the_list_lives_in_the_address(officer, city):
    assert city.address in officer.get("/bank/applications?state=submitted").text
    assert city.address not in officer.get("/bank/applications?state=accepted").text
    assert officer.get("/bank/applications?state=nonsense").status_code == 422


def test_reading_an_application_writes_nothing_and_shows_the_uses_left(officer, city):
    page = officer.get(city.address).text
    assert "查看（剩余 2 次）" in page
    assert officer.get(city.address).status_code == 200
    assert looks.looks_under_consent(city.consent.id) == []


def test_a_look_spends_one_use_and_reading_it_again_spends_none(officer, city):
    address = post(officer, f"/bank/consents/{city.consent.id}/looks")
    assert "/bank/looks/" in address
    for _ in range(2):
        page = officer.get(address)
        assert page.status_code == 200, page.text
    assert "项有数据" in page.text
    assert "数据不足（未授权）" in page.text
    assert "查看（剩余 1 次）" in officer.get(city.address).text


def test_a_revoked_consent_refuses_the_next_look_and_the_old_result(officer, city):
    address = post(officer, f"/bank/consents/{city.consent.id}/looks")
    consents.revoke_consent(city.boss.as_actor(), city.consent.id)
    db.session.commit()
    refused = officer.post(f"/bank/consents/{city.consent.id}/looks")
    assert refused.status_code == 403
    assert "企业已撤回这份授权" in refused.text
    assert officer.get(address).status_code == 403
    assert "企业已撤回这份授权" in officer.get(city.address).text
    outcomes = [str(look.outcome) for look in looks.looks_under_consent(city.consent.id)]
    assert sorted(outcomes) == ["allowed", "refused"]


def test_a_result_only_consent_shows_no_indicators(officer, city):
    consent = grant(city.boss, city.bank, ConsentMode.RESULT)
    db.session.commit()
    page = officer.get(post(officer, f"/bank/consents/{consent.id}/looks")).text
    assert "只提供评价结果，不提供原始信息" in page
    assert "项有数据" not in page


def test_the_whole_way_from_acceptance_to_settlement(officer, city):
    to_approval(officer, city)
    post(officer, f"{city.address}/approve", amount="40", rate="3.85", term_months="12")
    post(officer, f"{city.address}/sign")
    day = clock.today()
    post(
        officer,
        f"{city.address}/disburse",
        loan_no="JJ001",
        amount="40",
        rate="3.85",
        disbursed_on=day.isoformat(),
        due_on=(day + timedelta(days=360)).isoformat(),
        loan_kind="first",
        guarantee="credit",
    )
    assert "登记结清" in officer.get(city.address).text
    post(officer, f"{city.address}/settle")
    assert state_of(city) == "settled"
    assert "借据号 JJ001" in officer.get(city.address).text


def test_an_approval_keeps_the_look_it_rested_on(officer, city):
    look = post(officer, f"/bank/consents/{city.consent.id}/looks").rsplit("/", 1)[1]
    to_approval(officer, city)
    assert look in officer.get(f"{city.address}/approve").text
    fields = {"amount": "40", "rate": "3.85", "term_months": "12", "disclosure_id": look}
    post(officer, f"{city.address}/approve", **fields)
    decision = application_queries.latest_decision(city.application.id)
    assert decision.disclosure_id == UUID(look)
    assert str(decision.rate) == "0.038500"


def test_a_look_that_may_no_longer_be_read_is_not_linked(officer, city):
    look = post(officer, f"/bank/consents/{city.consent.id}/looks").rsplit("/", 1)[1]
    to_approval(officer, city)
    consents.revoke_consent(city.boss.as_actor(), city.consent.id)
    db.session.commit()
    fields = {"amount": "40", "rate": "3.85", "term_months": "12", "disclosure_id": look}
    response = officer.post(f"{city.address}/approve", data=fields)
    assert response.status_code == 422
    assert "请选择“不关联”" in response.text
    assert state_of(city) == "in_approval"


def test_a_bad_form_comes_back_with_what_was_typed(officer, city):
    to_approval(officer, city)
    response = officer.post(
        f"{city.address}/approve", data={"amount": "99", "rate": "abc", "term_months": "12"}
    )
    assert response.status_code == 422
    assert "有 1 处需要修改" in response.text
    assert 'value="abc"' in response.text
    assert state_of(city) == "in_approval"


def test_a_refusal_needs_an_actionable_reason_and_the_note_it_asks_for(officer, city):
    lonely = officer.post(f"{city.address}/decline", data={"reasons": ["withdrawn_by_enterprise"]})
    assert lonely.status_code == 422
    assert "至少选择一个企业可以着手改进的原因" in lonely.text
    silent = officer.post(f"{city.address}/decline", data={"reasons": ["credit_record"]})
    assert 'id="f-note_credit_record-error"' in silent.text
    post(officer, f"{city.address}/decline", reasons=["too_young"], note_too_young="满 2 年再来")
    assert state_of(city) == "declined"
    assert "满 2 年再来" in officer.get(city.address).text


def test_returning_for_completion_says_what_is_missing(officer, city):
    assert officer.post(f"{city.address}/return", data={"note": " "}).status_code == 422
    post(officer, f"{city.address}/return", note="请补充订单合同")
    assert "请补充订单合同" in officer.get(city.address).text


def test_a_step_out_of_turn_is_a_conflict(officer, city):
    assert officer.get(f"{city.address}/disburse").status_code == 409
    assert officer.post(f"{city.address}/settle").status_code == 409


def test_a_foreign_bank_finds_nothing(city, client_as):
    stranger = parties.account(Role.BANK_OFFICER, parties.institution())
    db.session.commit()
    client = client_as(stranger)
    assert client.get(city.address).status_code == 404
    assert client.post(f"{city.address}/accept").status_code == 404
    assert client.get(f"/bank/consents/{city.consent.id}").status_code == 404
    assert client.post(f"/bank/consents/{city.consent.id}/looks").status_code == 404
    [refused] = looks.looks_at_enterprise(city.firm.id)
    assert (refused.party_id, refused.reasons) == (stranger.party_id, ["other_institution"])
    assert client.get(f"/bank/products/{city.version.id}").status_code == 404


def asked(city: City, **changes: object) -> dict[str, object]:
    return {
        "purpose": "pre_loan",
        "uscc": city.firm.uscc,
        "item_codes": ["tax"],
        "valid_until": (clock.today() + timedelta(days=30)).isoformat(),
        "range_months": "12",
        "max_uses": "2",
        "data_life_days": "30",
        "mode": "view",
        **changes,
    }


def test_a_bank_asks_for_a_consent_and_waits(officer, city):
    address = post(officer, "/bank/consents", **asked(city))
    page = officer.get(address).text
    assert "待企业确认" in page
    assert "查看（" not in page
    assert address in officer.get("/bank/consents?view=pending").text


def test_a_request_above_the_caps_comes_back(officer, city):
    response = officer.post("/bank/consents", data=asked(city, max_uses="99", uscc="123"))
    assert response.status_code == 422
    again = officer.post("/bank/consents", data=asked(city, max_uses="99", range_months="999"))
    assert again.status_code == 422
    assert "最多查询 10 次" in again.text
    assert 'href="#f-range_months"' in again.text


def test_a_bank_gives_a_consent_up_with_a_reason(officer, city):
    address = f"/bank/consents/{city.consent.id}"
    assert officer.post(f"{address}/end").status_code == 422
    post(officer, f"{address}/end", reason="不再需要")
    assert "已终止" in officer.get(address).text


def product(**changes: object) -> dict[str, object]:
    return {
        "code": "XYD-900",
        "name": "订单贷",
        "kind": "credit_loan",
        "guarantee": "credit",
        "repayment": "revolving",
        "amount_min": "5",
        "amount_max": "300",
        "rate_min": "3.45",
        "rate_max": "4.35",
        "description": "凭订单借钱",
        "required_items": ["tax"],
        "crit-0-field": "years_established",
        "crit-0-operator": "at_least",
        "crit-0-value": "2",
        "crit-0-text": "成立须满 2 年。",
        "crit-0-shown": "1",
        "crit-1-field": "indicator:tax_grade_latest",
        "crit-1-operator": "at_least",
        "crit-1-value": "B级",
        "crit-1-text": "纳税信用须不低于 B 级。",
        "crit-1-shown": "1",
        **changes,
    }


def test_a_manager_drafts_edits_and_submits_a_product(manager, city):
    address = post(manager, "/bank/products", **product())
    page = manager.get(address).text
    assert "成立年限不低于2 年" in page
    assert "不低于B级" in page
    form = manager.get(f"{address}/edit").text
    assert 'value="3.45"' in form
    assert 'value="B级"' in form
    post(manager, f"{address}/edit", **product(name="订单快贷"))
    post(manager, f"{address}/submit")
    assert "等待信用办审核" in manager.get(address).text


def test_the_criteria_editor_adds_and_removes_rows_without_saving(manager, city):
    more = manager.post("/bank/products", data=product(do="add"))
    assert 'name="crit-2-field"' in more.text
    less = manager.post("/bank/products", data=product(do="remove-0"))
    assert 'name="crit-1-field"' not in less.text
    assert "纳税信用须不低于 B 级。" in less.text
    assert "订单贷" not in manager.get("/bank/products").text


def test_each_bad_criterion_has_a_sentence_of_its_own(manager, city):
    bad = product(**{"crit-0-value": "很久", "crit-1-text": "", "crit-1-operator": ""})
    response = manager.post("/bank/products", data=bad)
    assert response.status_code == 422
    assert "第 1 条：“很久”不是数字。" in response.text
    assert "第 2 条：请选择条件。" in response.text
    huge = manager.post("/bank/products", data=product(**{"crit-0-value": "1e999999999"}))
    assert "第 1 条：“1e999999999”太大了。" in huge.text
    wrong = manager.post("/bank/products", data=product(**{"crit-0-operator": "is_one_of"}))
    assert "第 1 条：字段“成立年限”不能使用条件" in wrong.text


def test_a_draft_that_is_not_ready_is_not_submitted(manager, city):
    address = post(manager, "/bank/products", **product(description=""))
    response = manager.post(f"{address}/submit")
    assert response.status_code == 422
    assert "请用一两句话向企业说明这个产品" in response.text


def test_a_listed_product_gets_a_new_version_and_can_be_delisted(manager, city):
    address = f"/bank/products/{city.version.id}"
    draft = post(manager, f"{address}/revise")
    assert manager.get(draft).status_code == 200
    assert manager.post(f"{address}/delist").status_code == 422
    post(manager, f"{address}/delist", reason="产品升级")
    assert "已下架" in manager.get(address).text


def test_an_officer_reads_products_but_changes_none(officer, city):
    assert officer.get(f"/bank/products/{city.version.id}").status_code == 200
    assert officer.get("/bank/products/new").status_code == 403
    assert officer.post(f"/bank/products/{city.version.id}/delist").status_code == 403


def opened_event() -> MatchmakingEvent:
    clerk = parties.clerk_of(parties.credit_office())
    start = clock.now() + timedelta(days=5)
    plan = EventPlan(
        title="轴承产业对接会",
        description="",
        format=EventFormat.ONSITE,
        place="会议中心",
        region_code="410400",
        starts_at=start,
        ends_at=start + timedelta(hours=3),
        sign_up_until=start - timedelta(days=1),
        capacity=20,
    )
    return events.open_event(clerk, events.plan_event(clerk, plan).id)


def test_a_bank_sees_who_comes_only_after_it_signed_up(officer, city):
    event = opened_event()
    events.register(city.boss.as_actor(), event.id, "找订单贷款")
    db.session.commit()
    address = f"/bank/events/{event.id}"
    assert city.firm.name not in officer.get(address).text
    post(officer, f"{address}/register", wish="制造业小微")
    page = officer.get(address).text
    assert city.firm.name in page
    assert "找订单贷款" in page
    post(officer, f"{address}/cancel")
    assert city.firm.name not in officer.get(address).text


def test_a_guarantor_is_told_that_nothing_flows_yet(live, client_as):
    house = parties.institution(InstitutionKind.GUARANTEE)
    account = parties.account(Role.GUARANTOR, house)
    db.session.commit()
    assert "本期尚未开放担保申请流转" in client_as(account).get("/guarantor").text


def test_no_page_carries_inline_style_or_script(officer, city):
    for address in ("/bank", city.address, f"{city.address}/decline", "/bank/consents/new"):
        page = officer.get(address).text
        assert " style=" not in page
        assert " onclick=" not in page
