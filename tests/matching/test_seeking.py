"""Searches over many firms: the columns say of each firm what the plain evaluation says."""

import pytest

from tests.factories import parties
from tests.products.worlds import criterion
from xinyidai.enterprises.values import BORROWED_MARK, EnterpriseScale, RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.matching import service as matching
from xinyidai.matching.service.assembling import subject_from
from xinyidai.products import service as product_service
from xinyidai.products.rules import assess, parse_criteria
from xinyidai.products.values import Outcome, Wish, readings_of
from xinyidai.profiles import service as profiles

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


def plainly(asked, firm):
    facts = profiles.current_profile(firm.id)
    subject = subject_from(firm, profiles.facts_of(facts).values)
    return assess((asked,), readings_of(subject, Wish(), on=clock.today())).outcome


def test_every_field_is_judged_as_for_one_firm(firms):
    asked = [
        parse_criteria([one], product_service.indicator_names(), stored=True)[0] for one in ASKED
    ]
    found = matching.seek({place: (one,) for place, one in enumerate(asked)}, clock.today())
    for place, one in enumerate(asked):
        for firm in firms:
            [outcome] = [each for each in Outcome if firm.id in found[place][each]]
            assert outcome is plainly(one, firm), (one.field.code, firm.employees)


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
