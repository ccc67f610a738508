"""Searches over many firms: the columns say of each firm what the plain evaluation says."""

import pytest

from tests.factories import parties
from tests.factories.models import city_with_records, put_in_force
from tests.products.worlds import criterion
from tests.profiles.city import City
from xinyidai.enterprises.values import BORROWED_MARK, EnterpriseScale, RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.matching import service as matching
from xinyidai.matching.service import keeping
from xinyidai.matching.service.assembling import subject_from
from xinyidai.products import service as product_service
from xinyidai.products.rules import assess, parse_criteria
from xinyidai.products.values import Outcome, Wish, readings_of
from xinyidai.profiles import service as profiles
from xinyidai.scoring import queries as scoring
from xinyidai.scoring import service as scores
from xinyidai.whitelist import queries as whitelist
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.values import EntryState

KINDS = (
    {"employees": None, "registered_capital_fen": None, "tags": []},
    {"employees": 300, "scale": EnterpriseScale.LARGE, "tags": ["high_tech", "gazelle"]},
    {"industry_code": "F5111", "section": "F", "enterprise_type": "个体工商户"},
    {"status": RegistrationStatus.REVOKED, "region_code": "410403"},
    {
        "established_on": None,
        "industry_code": None,
        "section": None,
        "status": RegistrationStatus.UNKNOWN,
    },
    {"tags": ["first_loan"], "industry_code": "A0111", "section": "A"},
    {"tags": [BORROWED_MARK], "enterprise_type": "农民专业合作社"},
)
ASKED = (
    criterion("employees", "at_least", 20),
    criterion("registered_capital_fen", "at_most", 10**9),
    criterion("years_established", "at_least", 2),
    criterion("industry", "in_industry", ["C"]),
    criterion("region_code", "in_region", ["410482"]),
    criterion("scale", "is_one_of", ["small", "micro"]),
    criterion("enterprise_kind", "is_none_of", ["individual"]),
    criterion("in_operation", "is_true"),
    criterion("tags", "has_any", ["high_tech"]),
    criterion("tags", "has_none", ["gazelle", "whitelist:general"]),
    criterion("tags", "has_all", ["whitelist:general"]),
    criterion("grade", "at_least", "BBB"),
    criterion("first_loan", "is_true"),
    criterion("agriculture", "is_true"),
    criterion("owns_ip", "is_false"),
    criterion("indicator:tax_paid_12m", "at_least", 1),
    criterion("indicator:penalties_24m", "at_most", 0),
    criterion("indicator:no_longer_there", "at_most", 0),
)


@pytest.fixture
def firms(db):
    made = [parties.enterprise(**facts) for facts in KINDS]
    for firm in made:
        profiles.build_profile(SYSTEM, firm.id)
    return made


@pytest.fixture(params=["at once", "all kept", "little kept"])
def memory(request, monkeypatch):
    """Small cities are read by their ids; here they are read and kept as large ones are."""
    if request.param != "at once":
        monkeypatch.setattr(keeping, "MOST_LOOKED_UP", 3)
        monkeypatch.setattr(keeping, "AT_ONCE", 2)
    if request.param == "little kept":
        monkeypatch.setattr(keeping, "MOST_BYTES", 1)
    keeping.forget()
    yield
    keeping.forget()


def plainly(asked, firm):
    facts = profiles.current_profile(firm.id)
    score = scoring.find_current(firm.id)
    subject = subject_from(
        firm,
        profiles.facts_of(facts).values,
        grade=score.grade if score else None,
        list_codes=whitelist.list_codes_of(firm.id),
    )
    return assess((asked,), readings_of(subject, Wish(), on=clock.today())).outcome


def join(firm, code):
    member = WhitelistEntry(
        list_type=code,
        enterprise_id=firm.id,
        state=EntryState.LISTED,
        basis="测试",
        rules_version="test",
        listed_at=clock.now(),
    )
    database.session.add(member)
    database.session.flush()


def require_as_plainly(firms, *, only=None):
    asked = [
        parse_criteria([one], product_service.indicator_names(), stored=True)[0] for one in ASKED
    ]
    searches = {place: (one,) for place, one in enumerate(asked)}
    found = matching.seek(searches, clock.today(), only=only)
    for place, one in enumerate(asked):
        for firm in firms:
            [outcome] = [each for each in Outcome if firm.id in found[place][each]]
            assert outcome is plainly(one, firm), (one.field.code, firm.employees)


def test_every_field_is_judged_as_for_one_firm(firms, memory):
    require_as_plainly(firms)


@pytest.mark.parametrize("memory", ["all kept", "little kept"], indirect=True)
def test_a_living_city_is_judged_as_firm_by_firm_after_every_change(db, memory):
    put_in_force()
    firms = city_with_records(8)
    for place, firm in enumerate(firms):
        firm.tags = [["gazelle"], ["first_loan"], ["high_tech", "unicorn"], []][place % 4]
    profiles.build_some([firm.id for firm in firms])
    scores.score_all()
    assert {scoring.find_current(firm.id).grade for firm in firms} - {None}
    require_as_plainly(firms)
    join(firms[0], "general")
    City().record(firms[1].id, "administrative_penalty", clock.today(), level="fine")
    profiles.build_some([firm.id for firm in firms])
    require_as_plainly(firms)
    scores.score_dirty()
    firms[2].industry_code, firms[3].tags = "F5111", ["gazelle"]
    db.flush()
    require_as_plainly(firms)
    require_as_plainly(firms[:5], only=[firm.id for firm in firms[:5]])


def test_a_firm_whose_facts_changed_is_left_out_until_its_new_profile_and_then_read_anew(firms):
    [paid] = parse_criteria([ASKED[-3]], product_service.indicator_names())
    before = matching.seek({1: (paid,)}, clock.today())[1]
    firms[0].facts_version += 1
    database.session.flush()
    without = matching.seek({1: (paid,)}, clock.today())[1]
    everybody = set().union(*before.values())
    assert set().union(*without.values()) == everybody - {firms[0].id}
    profiles.build_profile(SYSTEM, firms[0].id)
    assert set().union(*matching.seek({1: (paid,)}, clock.today())[1].values()) == everybody


def test_only_the_firms_named_are_gone_through(firms):
    [young] = parse_criteria([ASKED[2]], product_service.indicator_names())
    found = matching.seek({1: (young,)}, clock.today(), only=[firms[1].id])[1]
    assert set().union(*found.values()) == {firms[1].id}
    assert set().union(*matching.seek({1: (young,)}, clock.today(), only=[])[1].values()) == set()


def test_a_firm_that_changed_is_read_anew_although_the_others_are_kept(firms):
    [many] = parse_criteria([ASKED[0]], product_service.indicator_names())
    for employees, outcome in ((300, Outcome.ELIGIBLE), (3, Outcome.INELIGIBLE), (30, "eligible")):
        firms[1].employees = employees
        database.session.flush()
        assert firms[1].id in matching.seek({1: (many,)}, clock.today())[1][Outcome(outcome)]
    more = parties.enterprise(employees=40)
    assert more.id not in matching.seek({1: (many,)}, clock.today())[1][Outcome.ELIGIBLE]
    profiles.build_profile(SYSTEM, more.id)
    assert more.id in matching.seek({1: (many,)}, clock.today())[1][Outcome.ELIGIBLE]
