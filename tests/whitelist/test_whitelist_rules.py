"""Ticks, the automatic check, publicity and term; no database."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from xinyidai.catalogue.list_types import LIST_TYPES, get_list_type
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.whitelist import rules
from xinyidai.whitelist.rules import CheckOutcome, FirmFacts, MembershipStep, ends_on, lists_on
from xinyidai.whitelist.values import EntryAction

FIVE = get_list_type("small_micro_coordination")
GOOD = FirmFacts(RegistrationStatus.ACTIVE, code_invented=False, namesakes=0, live_entries=0)


def outcome_of(facts, code):
    return {fact.code: fact.outcome for fact in rules.check(facts)}[code]


def test_the_coordination_list_has_the_five_standards():
    assert [standard.name for standard in FIVE.standards] == [
        "合规持续经营", "固定经营场所", "真实融资需求", "信用状况良好", "贷款用途依法合规",
    ]  # fmt: skip


def test_a_nomination_names_every_fault_at_once():
    faults = rules.nomination_faults(FIVE, " ", {"unheard_of": "x", "real_need": " "})
    assert set(faults) == {"basis", "standard_unheard_of", "standard_real_need"}


def test_a_tick_with_evidence_has_no_fault():
    assert rules.nomination_faults(FIVE, "走访核实", {"real_need": "有采购合同"}) == {}


def test_every_standard_without_a_tick_is_named():
    ticked = {standard.code: {} for standard in FIVE.standards[1:]}
    assert rules.standards_not_ticked(FIVE, ticked) == ("合规持续经营",)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (RegistrationStatus.ACTIVE, CheckOutcome.MET),
        (RegistrationStatus.UNKNOWN, CheckOutcome.INSUFFICIENT),
        (RegistrationStatus.CANCELLED, CheckOutcome.UNMET),
        (RegistrationStatus.REVOKED, CheckOutcome.UNMET),
        (RegistrationStatus.MOVED_OUT, CheckOutcome.UNMET),
    ],
)
def test_the_check_reads_the_registration(status, outcome):
    facts = FirmFacts(status, code_invented=False, namesakes=0, live_entries=0)
    assert outcome_of(facts, "registration_status") is outcome


def test_a_sound_firm_meets_every_fact():
    assert {fact.outcome for fact in rules.check(GOOD)} == {CheckOutcome.MET}


def test_duplicates_are_not_passed_over():
    facts = FirmFacts(RegistrationStatus.ACTIVE, code_invented=True, namesakes=2, live_entries=1)
    assert outcome_of(facts, "code") is CheckOutcome.INSUFFICIENT
    assert outcome_of(facts, "namesakes") is CheckOutcome.INSUFFICIENT
    assert [fact.code for fact in rules.unmet(rules.check(facts))] == ["duplicate_entry"]


def test_publicity_counts_working_days_and_the_day_of_publication():
    monday, friday = date(2026, 5, 11), date(2026, 5, 15)
    assert rules.publicity_ends_on(monday, 5) == friday
    assert rules.publicity_ends_on(date(2026, 5, 16), 5) == date(2026, 5, 22)


def test_a_term_ends_on_the_same_day_of_a_later_month():
    assert rules.ends_on(date(2026, 5, 11), 12) == date(2027, 5, 11)
    assert rules.ends_on(date(2026, 1, 31), 1) == date(2026, 2, 28)


def test_past_membership_follows_the_steps_and_the_term_of_the_list():
    entry = UUID(int=1)
    first = datetime(2024, 3, 10, 9, tzinfo=clock.TZ)
    days = {"list": 0, "suspend": 30, "resume": 60, "remove": 90}
    steps = [
        MembershipStep(entry, "general", EntryAction(action), first + timedelta(days=after))
        for action, after in days.items()
    ]
    on = [lists_on(steps, first.date() + timedelta(days=n)) for n in (-1, 0, 29, 30, 60, 90)]
    assert on == [set(), {"general"}, {"general"}, set(), {"general"}, set()]
    over = ends_on(first.date(), LIST_TYPES["general"].valid_months)
    assert lists_on(steps[:1], over - timedelta(days=1)) == {"general"}
    assert lists_on(steps[:1], over) == set()
