"""Terms, pauses and words of objections."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinyidai.catalogue.errors import CatalogueBroken, UnknownObjectionReason
from xinyidai.catalogue.objections import (
    OBJECTIONS,
    ObjectionSubject,
    Term,
    TermUnit,
    get_objection_reason,
    read_objection_rules,
    reasons_for,
)
from xinyidai.catalogue.reading import parse_catalogue
from xinyidai.kernel.working_days import working_days_between
from xinyidai.objections import rules
from xinyidai.objections.values import Remedy

CALENDAR, WORKING = TermUnit.CALENDAR, TermUnit.WORKING
days = st.dates(date(2026, 1, 1), date(2026, 12, 1))
FILE = """
version: "1"
term: {days: 20, unit: calendar}
supplement_days: 10
warn_days: 3
close_days: 15
reasons:
  - {code: a, name: 甲, text: 甲, subjects: [record, kind, look, holding]}
"""


def test_twenty_calendar_days_are_the_default():
    assert OBJECTIONS.term == Term(20, CALENDAR)
    assert rules.due_on(date(2026, 9, 20), OBJECTIONS.term) == date(2026, 10, 10)


def test_working_days_leave_out_the_national_holiday():
    # 2026: 1 to 7 October free, 10 October (Saturday) worked
    assert rules.due_on(date(2026, 9, 30), Term(1, WORKING)) == date(2026, 10, 8)
    assert rules.due_on(date(2026, 9, 30), Term(3, WORKING)) == date(2026, 10, 10)


def test_a_pause_moves_the_last_day_by_as_long_as_it_lasted():
    due = date(2026, 10, 10)
    assert rules.resumed_due_on(due, date(2026, 9, 25), date(2026, 9, 29), CALENDAR) == date(
        2026, 10, 14
    )
    assert rules.resumed_due_on(due, date(2026, 9, 25), date(2026, 9, 25), CALENDAR) == due


def test_a_pause_over_the_holiday_counts_working_days_only():
    due = date(2026, 10, 12)
    moved = rules.resumed_due_on(due, date(2026, 9, 30), date(2026, 10, 8), WORKING)
    assert working_days_between(due, moved) == 1


def test_a_question_after_the_last_day_gives_no_day_back():
    due = date(2026, 10, 10)
    assert rules.resumed_due_on(due, date(2026, 10, 11), date(2026, 10, 30), CALENDAR) == due


@given(due=days, asked=days, wait=st.integers(0, 60), unit=st.sampled_from(TermUnit))
def test_a_pause_never_shortens_a_term(due, asked, wait, unit):
    assert rules.resumed_due_on(due, asked, asked + timedelta(days=wait), unit) >= due


@given(start=days, length=st.integers(1, 40), unit=st.sampled_from(TermUnit))
def test_on_the_last_day_nothing_is_left_and_after_it_it_is_late(start, length, unit):
    due = rules.due_on(start, Term(length, unit))
    assert rules.days_left(due, due, unit) == 0
    assert rules.days_left(due, due + timedelta(days=1), unit) < 0
    assert rules.days_left(due, start, unit) == length


def test_words_must_be_said_and_a_reason_must_fit():
    missing, wrong = get_objection_reason("missing"), get_objection_reason("wrong_content")
    record = ObjectionSubject.RECORD
    assert set(rules.wording_faults(missing, record, "短")) == {"reason", "statement"}
    assert rules.wording_faults(wrong, record, "金额多写了一个零") == {}
    assert rules.words_faults("x", "长" * 1001, "") == {"x": "最多 1000 个字。"}


@pytest.mark.parametrize("subject", ObjectionSubject)
@pytest.mark.parametrize("remedy", Remedy)
def test_a_record_is_corrected_or_withdrawn_and_nothing_else_is(subject, remedy):
    is_fine = (subject is ObjectionSubject.RECORD) == (remedy is not Remedy.OTHER)
    assert (rules.remedy_faults(subject, remedy) == {}) is is_fine


def test_everything_may_be_objected_to_for_some_reason():
    assert all(len(reasons_for(subject)) > 1 for subject in ObjectionSubject)
    with pytest.raises(UnknownObjectionReason):
        get_objection_reason("boredom")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("unit: calendar", "unit: lunar"),
        ("days: 20", "days: 0"),
        ("warn_days: 3", "warn_days: -1"),
        ("warn_days: 3", "warn_days: 3\nextra: 1"),
        ("subjects: [record, kind, look, holding]", "subjects: [record]"),
        ("subjects: [record, kind, look, holding]", "subjects: [weather]"),
    ],
)
def test_a_broken_file_does_not_load(old, new):
    assert old in FILE
    read_objection_rules(parse_catalogue(FILE, "test"))
    with pytest.raises(CatalogueBroken):
        read_objection_rules(parse_catalogue(FILE.replace(old, new), "test"))
