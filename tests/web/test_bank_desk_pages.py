"""A bank's first screens and lists, over HTTP and with real commits."""

from datetime import timedelta

from tests.factories import parties
from tests.web.bank_city import grant, key, post
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.credit_records import queries as looks
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.matchmaking_events import service as events
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.matchmaking_events.service import EventPlan
from xinyidai.matchmaking_events.values import EventFormat

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
    "/bank/batches",
    "/bank/batches/new",
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
    assert f"3/{len(ITEMS)}" in page


def test_search_finds_by_code_number_and_name(officer, city):
    for text in (city.firm.uscc, city.application.application_no, city.firm.name[3:8]):
        assert city.address in officer.get("/bank/search", query_string={"q": text}).text


def test_the_filter_of_the_list_lives_in_the_address(officer, city):
    assert city.address in officer.get("/bank/applications?state=submitted").text
    assert city.address not in officer.get("/bank/applications?state=accepted").text
    assert officer.get("/bank/applications?state=nonsense").status_code == 422


def test_a_foreign_bank_finds_nothing(city, client_as):
    stranger = parties.account(Role.BANK_OFFICER, parties.institution())
    db.session.commit()
    client = client_as(stranger)
    assert client.get(city.address).status_code == 404
    assert client.post(f"{city.address}/accept").status_code == 404
    assert client.get(f"/bank/consents/{city.consent.id}").status_code == 404
    fields = {"consent_id": city.consent.id, "key": key()}
    assert client.post("/queries", data=fields).status_code == 404
    [refused] = looks.looks_at_enterprise(city.firm.id)
    assert (refused.party_id, refused.reasons) == (stranger.party_id, ["other_institution"])
    assert client.get(f"/bank/products/{city.version.id}").status_code == 404


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
