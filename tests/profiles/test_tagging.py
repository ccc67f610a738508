"""Tags: each follows from its rule, and what cannot be told is neither yes nor no."""

from datetime import date, timedelta

import pytest

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.catalogue.profile_tags import parse_tags, tag_rules
from xinyidai.catalogue.reading import parse_catalogue
from xinyidai.profiles.freshness import Freshness, meters_of
from xinyidai.profiles.portrait_values import Event, Portrait
from xinyidai.profiles.tagging import tags_of
from xinyidai.profiles.values import IndicatorValue

TODAY = date(2026, 5, 31)
TAG = """
version: "1"
tags:
  - {{code: t, name: 标签, tone: good, meaning: 说明, basis: 依据, {rule}}}
"""


def event(number: int, kind: str, days: int, **changes) -> Event:
    fields = {
        "number": number,
        "kind": kind,
        "source": "test",
        "on": TODAY - timedelta(days=days),
        "until": None,
        "amount_fen": None,
        "level": None,
        "text": "",
        "collected_on": TODAY,
    }
    return Event(**fields | changes)


def portrait(*events: Event, kinds=None, collected=()) -> Portrait:
    totals = {kind: sum(e.kind == kind for e in events) for kind in {e.kind for e in events}}
    days = dict.fromkeys(collected, TODAY)
    return Portrait("v", TODAY, kinds, events, totals, {}, (), (), days)


def given(found: Portrait, **values) -> set[str]:
    indicators = {code: IndicatorValue(code, value, None, 1) for code, value in values.items()}
    return {tag.rule.code for tag in tags_of(found, indicators, TODAY).given}


def unknown(found: Portrait) -> set[str]:
    return {rule.code for rule in tags_of(found, {}, TODAY).unknown}


def test_a_certificate_counts_until_its_last_day():
    on_the_day = event(1, "high_tech_certificate", 90, until=TODAY)
    past = event(1, "high_tech_certificate", 90, until=TODAY - timedelta(days=1))
    assert given(portrait(on_the_day)) == {"high_tech"}
    assert given(portrait(past)) == set()


def test_only_the_newest_tax_grade_counts():
    old, new = event(2, "tax_grade", 400, level="A"), event(1, "tax_grade", 40, level="B")
    assert "tax_grade_a" not in given(portrait(new, old))
    assert "tax_grade_a" in given(portrait(event(1, "tax_grade", 40, level="A")))


def test_words_of_the_record_tell_one_honour_from_another():
    keeps = event(1, "honour", 10, text="守合同重信用企业（演示）；市级")
    assert given(portrait(keeps)) == {"keeps_contracts"}
    assert given(portrait(event(1, "honour", 10, text="纳税先进单位"))) == set()


def test_a_tag_names_the_events_that_justify_it():
    events = [event(n, "patent", n, level=level) for n, level in ((1, "design"), (2, "invention"))]
    [tag] = tags_of(portrait(*events), {}, TODAY).given
    assert (tag.rule.code, tag.events) == ("invention", (2,))


def test_none_on_record_needs_that_the_kind_was_collected_and_the_whole_was_read():
    assert "no_loan_known" in given(portrait(collected=["loan_record"]))
    assert "no_loan_known" in unknown(portrait())
    within = portrait(kinds=frozenset({"loan_record"}), collected=["loan_record"])
    assert "no_loan_known" in unknown(within)
    assert "no_loan_known" not in given(portrait(event(1, "loan_record", 9), collected=["x"]))


def test_the_first_loan_is_the_only_one_and_late():
    one, other = event(1, "loan_record", 30), event(2, "loan_record", 200)
    assert "first_loan" in given(portrait(one, collected=["loan_record"]))
    assert "first_loan" not in given(portrait(one, other, collected=["loan_record"]))
    assert "first_loan" not in given(portrait(event(1, "loan_record", 400)))


def test_what_was_not_authorized_is_neither_given_nor_denied():
    found = portrait(kinds=frozenset({"patent"}))
    assert "high_tech" in unknown(found)
    assert "invention" not in unknown(found)


def test_a_condition_on_a_missing_indicator_is_unknown():
    absent = Missing(MissingCause.NO_RECORD)
    assert given(portrait(), years_established=3) == {"three_years"}
    assert given(portrait(), years_established=2.9) == set()
    assert given(portrait(), years_established=absent) == set()


def test_every_tag_of_the_file_can_be_given_or_denied():
    assert len(tag_rules().tags) >= 20
    assert {rule.tone for rule in tag_rules().tags.values()} == {"good", "plain", "caution"}


@pytest.mark.parametrize(
    "rule",
    [
        "kinds: [unheard_of], pick: any",
        "kinds: [tax_payment], pick: any",
        "kinds: [tax_grade], levels: [AAA], pick: any",
        "kinds: [tax_grade]",
        "indicators: [{indicator: unheard_of, at_least: 1}]",
        "indicators: [{indicator: years_established}]",
        "kinds: [patent], pick: any, colour: red",
        "kinds: [patent], pick: any, indicators: [{indicator: years_established, at_least: 1}]",
    ],
)
def test_a_rule_that_means_nothing_is_refused(rule):
    with pytest.raises(CatalogueBroken):
        parse_tags(parse_catalogue(TAG.format(rule=rule), "test"))


def test_freshness_follows_the_collection_and_not_the_luck_of_having_records():
    late = TODAY - timedelta(days=70)
    found = Portrait(
        "v", TODAY, None, (), {}, {}, (), (), {"tax_arrears": TODAY, "tax_payment": late}
    )
    meter = next(m for m in meters_of(found, {}, TODAY) if m.section == "tax_social")
    states = {state.kind: state.freshness for state in meter.kinds}
    assert states["tax_arrears"] is Freshness.ON_TIME
    assert states["tax_payment"] is Freshness.LATE
    assert states["housing_fund"] is Freshness.NEVER
    assert meter.known == 0


def test_what_a_look_may_not_read_is_said_to_be_unread():
    found = portrait(kinds=frozenset({"tax_arrears"}), collected=["tax_arrears"])
    states = {s.kind: s.freshness for m in meters_of(found, {}, TODAY) for s in m.kinds}
    assert states["tax_payment"] is Freshness.UNREAD
    assert states["tax_arrears"] is Freshness.ON_TIME
