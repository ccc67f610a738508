"""Finding customers through the API: protected numbers, and firms only under their signature."""

from uuid import UUID

import pytest

from tests.factories import parties
from tests.leads.town import MANY
from xinyidai.kernel.db import db as database
from xinyidai.leads import service
from xinyidai.leads.models import Lead, LeadSearch
from xinyidai.leads.values import Choice
from xinyidai.profiles import service as profiles

SEARCH = {
    "name": "找轴承厂",
    "criteria": [{"field": "industry", "operator": "in_industry", "value": ["C34"]}],
}
ABSENT = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def city(world):
    """A few willing firms with a profile of the day."""
    _open([world.firm, parties.enterprise()])
    return world


@pytest.fixture
def crowd(world):
    """Enough of them for numbers that are shown whatever is drawn."""
    _open([world.firm, *(parties.enterprise() for _ in range(MANY - 1))])
    return world


def _open(firms):
    profiles.build_some([firm.id for firm in firms])
    for firm in firms:
        service.choose_contact(parties.boss_of(firm), Choice(is_open=True))
    database.session.commit()


def searched(city):
    made = city.us.post("/lead-searches", SEARCH)
    assert made.status_code == 201, made.json
    return f"/lead-searches/{made.json['id']}", made.json


def test_a_search_gives_rounded_numbers_and_no_firm(crowd):
    _, answer = searched(crowd)
    assert answer["counts"]["eligible"]["number"] in {20, 30}
    assert answer["counts"]["ineligible"] == {"number": None, "as_of": None}
    assert crowd.firm.uscc not in str(answer)
    assert answer["conditions"] == ["所属行业属于通用设备制造业（C34）"]


def test_the_same_search_sent_twice_a_day_is_one_and_counts_once(city):
    path, first = searched(city)
    again, second = searched(city)
    assert (path, first) == (again, second)
    assert service.counts_left(city.us.bank.id) == 19
    assert database.session.query(LeadSearch).count() == 1


def test_invitations_are_told_in_tens_and_a_name_comes_with_the_signature(crowd):
    path, _ = searched(crowd)
    sent = crowd.us.post(f"{path}/invitations").json
    assert set(sent.values()) <= {20, 30}
    assert crowd.us.get("/leads").json["total"] == 0
    lead = database.session.query(Lead).filter_by(enterprise_id=crowd.firm.id).one()
    service.accept_invitation(parties.boss_of(crowd.firm), lead.id)
    database.session.commit()
    [row] = crowd.us.get("/leads").json["items"]
    assert (row["uscc"], row["consent_state"]) == (crowd.firm.uscc, "active")
    said = crowd.us.post(f"/leads/{row['id']}/feedback", {"is_valid": False, "reason": "no_need"})
    assert said.json["feedback"]["reason"] == "no_need"
    twice = crowd.us.post(f"/leads/{row['id']}/feedback", {"is_valid": True})
    assert (twice.status_code, twice.json["code"]) == (409, "already_reported")


def test_a_search_is_matched_weekly_counted_again_and_listed(city):
    path, answer = searched(city)
    assert city.us.post(f"{path}/weekly", {"is_weekly": True}).json["is_weekly"]
    assert not city.us.post(f"{path}/weekly", {"is_weekly": False}).json["is_weekly"]
    assert city.us.post(f"{path}/weekly", {"is_weekly": "yes"}).status_code == 422
    recounted = city.us.post(f"{path}/count").json["counts"]["eligible"]
    assert recounted["number"] == answer["counts"]["eligible"]["number"]
    assert city.us.get("/lead-searches").json["total"] == 1


def test_another_institutions_searches_and_leads_do_not_exist(city):
    path, answer = searched(city)
    for asked in (path, f"/leads?search_id={answer['id']}"):
        assert city.others.get(asked).status_code == 404
    for step in ("count", "invitations"):
        assert city.others.post(f"{path}/{step}").status_code == 404
    assert city.us.post(f"/leads/{ABSENT}/feedback", {"is_valid": True}).status_code == 404
    assert UUID(answer["id"])


def test_what_cannot_be_read_is_422(city):
    for wrong in (
        {"name": ""},
        {"criteria": [{"field": "shoe_size", "operator": "at_least", "value": 1}]},
        {"criteria": [{"field": "amount_fen", "operator": "at_least", "value": 1}]},
        {"criteria": [{"field": "employees", "operator": "at_least", "value": 1, "code": "x"}]},
        {"criteria": []},
        {"product_id": "x"},
    ):
        answer = city.us.post("/lead-searches", SEARCH | wrong)
        assert (answer.status_code, bool(answer.json["fields"])) == (422, True), wrong


def test_a_token_without_the_scope_is_403(world):
    narrow = world.caller(world.us.bank, "queries")
    assert narrow.get("/leads").status_code == 403
