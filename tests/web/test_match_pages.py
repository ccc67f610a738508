"""The firm acts on what a match found: each step's page, the source, the origin, a new day."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.factories import parties
from tests.products.factories import listed_version, manager_of
from tests.products.worlds import criterion
from tests.web.firms_for_pages import make_city
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db
from xinyidai.matching import queries, service
from xinyidai.matching.values import Act, OutcomeCounts, Wish
from xinyidai.products.values import FIELDS, INDICATOR_PREFIX
from xinyidai.web.enterprise import match_ways as ways
from xinyidai.web.enterprise.home_view import Desk, next_action
from xinyidai.web.enterprise.match_view import counts_of

MATCHES = "/enterprise/matches"
ASKED = {"amount": "50", "term_months": "12"}
STAFF = criterion("employees", "at_least", 10) | {"show_threshold": True}


@pytest.fixture
def city(live):
    made = make_city()
    listed_version(
        manager_of(made.bank), code="STAFF", name="用工贷", criteria=(STAFF,), region_codes=()
    )
    made.firm.employees = 3
    db.session.commit()
    return made


@pytest.fixture
def owner(city, client_as):
    return client_as(city.owner)


def matched(owner):
    assert owner.post(MATCHES, data=ASKED).status_code == 303
    db.session.rollback()


def run_of(city):
    return queries.find_last_run(city.firm.id)


def test_a_product_a_step_away_stands_under_its_own_tab(owner):
    matched(owner)
    page = owner.get(f"{MATCHES}?outcome=near").text
    assert "用工贷" in page
    assert "把员工人数从 3 人提高到 10 人" in page
    assert "有误？" in page
    assert "用工贷" not in owner.get(f"{MATCHES}?outcome=ineligible").text
    assert owner.get("/enterprise").text.count(f"{MATCHES}?outcome=") == 4


def test_the_numbers_of_the_tabs_are_all_products(owner, city):
    matched(owner)
    run = service.read_current_run(city.owner.as_actor(), city.firm.id)
    assert sum(counts_of(run).values()) == run.product_count == 2


def test_a_wish_outside_what_the_product_lends_is_said_on_its_card(owner):
    assert owner.post(MATCHES, data={"amount": "900", "term_months": "１２"}).status_code == 303
    page = owner.get(f"{MATCHES}?outcome=near").text
    assert "您想借 900 万元，它的额度是10 万元–300 万元" in page


def test_a_run_without_a_wish_says_so(owner, city):
    service.match_own_firm(SYSTEM, city.firm.id, Wish())
    db.session.commit()
    assert "还没有填想借多少、用多久" in owner.get(MATCHES).text


def test_the_next_day_asks_again_with_what_was_typed(owner, city):
    with clock.at(clock.now() - timedelta(days=1)):
        service.match_own_firm(SYSTEM, city.firm.id, Wish(50_000_000, 12))
    db.session.commit()
    page = owner.get(MATCHES).text
    assert "上次的结果已经过时" in page
    assert 'value="50"' in page
    assert 'value="12"' in page


def test_what_the_batch_found_is_shown_before_the_firm_asks(owner, city):
    assert owner.post("/enterprise/profile/refresh").status_code == 303
    assert service.match_due() == 1
    db.session.commit()
    page = owner.get(MATCHES).text
    assert "今天自动核对的结果" in page
    assert "用工贷" in page
    assert f"{MATCHES}#batch" in owner.get("/enterprise").text


def test_the_page_names_what_it_rests_on_and_computes_it_again(owner, city):
    matched(owner)
    run = run_of(city)
    page = owner.get(MATCHES).text
    assert str(run.id) in page
    assert run.products_fingerprint[:12] in page
    answer = owner.post(f"{MATCHES}/replay", data={"run_id": str(run.id)}, follow_redirects=True)
    assert "重算 2 款，结论和排序得分全部一致" in answer.text
    db.session.rollback()
    city.firm.employees = 30
    db.session.commit()
    answer = owner.post(f"{MATCHES}/replay", data={"run_id": str(run.id)}, follow_redirects=True)
    assert "1 款与当时不同：用工贷" in answer.text
    assert "员工人数" in answer.text


def test_nobody_replays_the_match_of_another_firm(owner, city, client_as):
    matched(owner)
    stranger = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    db.session.commit()
    other, data = client_as(stranger), {"run_id": str(run_of(city).id)}
    assert other.post(f"{MATCHES}/replay", data=data).status_code == 404
    assert other.post(f"{MATCHES}/replay", data={"run_id": "x"}).status_code == 404
    assert client_as(city.officer).post(f"{MATCHES}/replay", data=data).status_code == 403


def test_the_office_learns_whether_a_match_comes_out_the_same_and_no_result(owner, city, client_as):
    matched(owner)
    clerk = parties.account(Role.CREDIT_OFFICE, parties.credit_office())
    db.session.commit()
    desk = client_as(clerk)
    assert "在售产品" in desk.get("/office/matching").text
    page = desk.post("/office/matching", data={"run_id": str(run_of(city).id)}).text
    assert "2 款，一致 2 款" in page
    assert "用工贷" not in page
    assert city.firm.name not in page
    for wrong in ("abc", "00000000-0000-7000-8000-000000000000"):
        assert desk.post("/office/matching", data={"run_id": wrong}).status_code == 422


def test_a_match_made_before_the_days_count_does_not_hold_after_it(owner, city):
    matched(owner)
    counts = OutcomeCounts(decided=40, approved=30, promised=40, kept=30)
    service.record_standings(SYSTEM, clock.today(), {city.version.product_id: counts})
    db.session.commit()
    assert service.read_current_run(city.owner.as_actor(), city.firm.id) is None
    matched(owner)
    assert service.read_current_run(city.owner.as_actor(), city.firm.id) is not None


def every_field():
    yield from FIELDS
    yield from (INDICATOR_PREFIX + code for code in indicator_dictionary().indicators)


def test_every_source_and_every_way_to_object_is_a_page_that_opens(owner, live):
    with live.test_request_context():
        pages = {ways.dispute_url(field, "属于名单“白名单”") for field in every_field()}
        pages |= {ways.way_out({"act": act, "field": "tags"}).get("href", "") for act in Act}
    assert len(pages) > 90
    for address in sorted(pages - {""}):
        assert owner.get(address).status_code == 200, address


def test_the_one_thing_to_do_is_a_bank_that_waits_for_the_firms_word(live):
    lead = SimpleNamespace(id="l", expires_on=clock.today())
    bank = SimpleNamespace(short_name="演示银行")
    with live.test_request_context():
        invited = next_action(Desk((), (), (), None, invitations=[(lead, bank)] * 2))
        waiting = next_action(Desk((), (), (), None, ["n"], [(lead, bank)]))
        nothing = next_action(Desk((), (), (), None))
    assert invited.title == "演示银行想联系您，另有 1 家"
    assert invited.href.endswith("/invitations/l")
    assert waiting.href.endswith("/needs/n/authorize")
    assert nothing.label == "找产品"
