"""Groups of firms that products are made for: 是, 否, and never 否 for what is not known."""

from dataclasses import replace
from itertools import chain

import pytest

from tests.matching.factories import firm
from tests.matching.naive import firm_as_dict
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.catalogue.target_groups import group_rules
from xinyidai.enterprises import service as enterprises
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.matching import grouping, service
from xinyidai.matching.columns import columns_of
from xinyidai.matching.grouping import FirmFacts
from xinyidai.matching.reverse import reverse
from xinyidai.products.values import (
    NO_RECORD,
    EnterpriseKind,
    MatchSubject,
    Outcome,
    TargetGroup,
    Wish,
    implied_criteria,
    readings_of,
)
from xinyidai.profiles.values import IndicatorValue

STALE = Missing(MissingCause.STALE)
HIDDEN = Missing(MissingCause.NOT_AUTHORIZED)
FIRM = FirmFacts("C3071", EnterpriseKind.COMPANY, (), {})
IP = ("patents_total", "trademarks_total", "software_copyrights_total")
GROUPS = (TargetGroup.FIRST_LOAN, TargetGroup.AGRICULTURE, TargetGroup.IP_OWNER)


def facts(**changes):
    return replace(FIRM, **changes)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 0, 0), False),
        ((0, 1, 0), True),
        ((0, NO_RECORD, 0), NO_RECORD),
        ((2, NO_RECORD, HIDDEN), True),
        ((HIDDEN, 0, 0), HIDDEN),
    ],
)
def test_intellectual_property_is_denied_only_where_all_three_offices_were_asked(counts, expected):
    assert grouping.owns_ip(facts(values=dict(zip(IP, counts, strict=True)))) == expected


def test_without_any_profile_nothing_is_known():
    assert grouping.owns_ip(FIRM) == grouping.first_loan(FIRM) == NO_RECORD
    assert grouping.agriculture(FIRM) == NO_RECORD


@pytest.mark.parametrize(
    ("marks", "loans", "expected"),
    [
        ((), NO_RECORD, NO_RECORD),  # no record is not «never borrowed»
        ((), 0, False),  # a loan that was paid back was a loan
        ((), 2, False),
        (("first_loan",), NO_RECORD, True),
        (("first_loan",), 1, False),
        (("first_loan",), HIDDEN, HIDDEN),  # what is withheld opens nothing
        (("first_loan",), STALE, STALE),
        (("borrowed",), NO_RECORD, False),
        (("borrowed", "first_loan"), NO_RECORD, False),
    ],
)
def test_a_first_borrower_is_known_from_a_list_and_denied_by_any_loan(marks, loans, expected):
    assert grouping.first_loan(facts(marks=marks, values={"loans_active": loans})) == expected


@pytest.mark.parametrize(
    ("trade", "kind", "level", "expected"),
    [
        ("A0111", EnterpriseKind.COMPANY, NO_RECORD, True),
        ("C1311", EnterpriseKind.COMPANY, 0, True),
        ("F5112", EnterpriseKind.COMPANY, 0, True),
        ("C3071", EnterpriseKind.COOPERATIVE, NO_RECORD, True),
        ("C3071", EnterpriseKind.COMPANY, 2, True),
        ("C3071", EnterpriseKind.COMPANY, 0, False),
        ("C3071", EnterpriseKind.COMPANY, NO_RECORD, NO_RECORD),
        ("C", EnterpriseKind.COMPANY, 0, NO_RECORD),  # too coarse to deny
        ("F51", EnterpriseKind.COMPANY, 0, NO_RECORD),
        (None, EnterpriseKind.COMPANY, 0, NO_RECORD),
        ("C3071", NO_RECORD, 0, NO_RECORD),
        ("C3071", NO_RECORD, 1, True),
    ],
)
def test_agriculture_follows_from_trade_form_or_recognition(trade, kind, level, expected):
    one = facts(industry_code=trade, kind=kind, values={"farm_recognition_level": level})
    assert grouping.agriculture(one) == expected


def test_taking_a_fact_away_never_puts_a_firm_into_a_group():
    full = facts(
        industry_code="C3071",
        values=dict.fromkeys(chain.from_iterable(grouping.GROUP_INDICATORS.values()), 0),
    )
    for judge in (grouping.owns_ip, grouping.first_loan, grouping.agriculture):
        assert judge(full) is False
        for code in full.values:
            for gap in (NO_RECORD, HIDDEN, STALE):
                assert judge(replace(full, values={**full.values, code: gap})) is not True
        assert judge(replace(full, industry_code=None, kind=NO_RECORD)) is not True


@pytest.mark.parametrize("group", GROUPS)
def test_the_engine_and_the_naive_reading_agree_on_each_group(group):
    [criterion] = implied_criteria((), None, target_groups=[group.value])
    code = criterion.field.code
    subjects = [MatchSubject(**{code: value}) for value in (True, False, NO_RECORD)]
    readings = [readings_of(subject, Wish(), on=clock.today()) for subject in subjects]
    found = reverse([criterion], columns_of(readings))
    naive = [firm_as_dict(subject, Wish(), clock.today())[code] for subject in subjects]
    assert [criterion.judge(one[code]) for one in readings] == [
        Outcome.ELIGIBLE,
        Outcome.INELIGIBLE,
        Outcome.INSUFFICIENT,
    ]
    assert dict(found.counts) == dict.fromkeys(Outcome, 1)
    assert naive == [True, False, None]


def test_a_firm_that_was_paid_a_loan_here_is_no_first_borrower_and_shows_no_mark(db):
    enterprise = firm(tags=["first_loan", "gazelle"])
    qualified = ("high_tech_valid", "tech_sme_valid", "specialised_new_valid")
    values = {code: IndicatorValue(code, 0, None, 0) for code in qualified}
    assert service.subject_from(enterprise, values).first_loan is True
    enterprises.note_borrowed(SYSTEM, enterprise.id)
    enterprises.note_borrowed(SYSTEM, enterprise.id)
    subject = service.subject_from(enterprise, values)
    assert enterprise.tags.count("borrowed") == 1
    assert (subject.first_loan, subject.tags) == (False, {"gazelle", "?unicorn"})


def test_every_group_names_its_source_and_how_to_supply_it():
    for rule in group_rules().groups.values():
        assert rule.source
        assert rule.supply
        assert "数据不足" in rule.rule or "为“否”" in rule.rule
