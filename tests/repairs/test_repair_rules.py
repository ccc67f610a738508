"""Order 36 in small: earliest days, conditions, receipts; and the life of an application."""

from datetime import date, timedelta
from itertools import product

import pytest

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.kind_reading import SHORTEST_PUBLICITY
from xinyidai.catalogue.kinds import KINDS, Effect
from xinyidai.catalogue.reading import parse_catalogue
from xinyidai.catalogue.repairs import REPAIRS, read_repair_texts
from xinyidai.catalogue.values import RepairClass, RepairRule
from xinyidai.kernel.errors import InvalidTransition
from xinyidai.repairs import rules
from xinyidai.repairs.lifecycle import LIFECYCLE
from xinyidai.repairs.values import ACTION_NAMES, CLASS_NAMES, STATE_NAMES, RepairClaim
from xinyidai.repairs.values import RepairAction as A
from xinyidai.repairs.values import RepairState as S

TODAY = date(2026, 11, 22)
# Their records end when the case does, and nobody applies for it.
NOT_REPAIRED = {"court_enforcement", "dishonesty_list", "bankruptcy", "property_seizure"}
STEPS = {
    (S.SUBMITTED, A.CHECK): S.CHECKED,
    (S.SUBMITTED, A.RETURN): S.RETURNED,
    (S.SUBMITTED, A.REFUSE): S.REFUSED,
    (S.SUBMITTED, A.WITHDRAW): S.WITHDRAWN,
    (S.RETURNED, A.RESUBMIT): S.SUBMITTED,
    (S.RETURNED, A.WITHDRAW): S.WITHDRAWN,
    (S.CHECKED, A.HAND_OVER): S.HANDED_OVER,
    (S.CHECKED, A.REFUSE): S.REFUSED,
    (S.CHECKED, A.WITHDRAW): S.WITHDRAWN,
    (S.HANDED_OVER, A.REPAIR): S.REPAIRED,
    (S.HANDED_OVER, A.REFUSE): S.REFUSED,
}
FILE = """
version: "1"
window: 信用中国
reminders: [30, 0]
free: 免费
warning: 小心
commitment: 承诺
steps: [一]
"""


@pytest.mark.parametrize(("state", "action"), [*product(S, A)])
def test_every_pair_leads_where_the_table_says_or_nowhere(state, action):
    if (state, action) in STEPS:
        assert LIFECYCLE.next_state(state, action) is STEPS[state, action]
    else:
        with pytest.raises(InvalidTransition):
            LIFECYCLE.next_state(state, action)


def test_every_state_action_and_class_has_a_name():
    assert (set(STATE_NAMES), set(ACTION_NAMES)) == (set(S), set(A))
    assert set(CLASS_NAMES) == set(RepairClass)


def test_every_negative_kind_says_whether_it_is_repaired():
    negative = {kind.code for kind in KINDS.values() if kind.effect is Effect.NEGATIVE}
    repaired = {kind.code for kind in KINDS.values() if kind.repair}
    assert negative - repaired == NOT_REPAIRED
    assert repaired <= negative


def test_no_kind_is_shown_for_less_than_its_class_demands():
    short = [
        kind.code
        for kind in KINDS.values()
        if kind.repair and kind.repair.min_publicity_months < SHORTEST_PUBLICITY[kind.repair.grade]
    ]
    assert short == []


@pytest.mark.parametrize(
    ("happened", "earliest"),
    [
        ("2026-08-22", "2026-11-22"),
        ("2026-07-01", "2026-10-01"),  # 92 days
        ("2025-11-30", "2026-02-28"),  # 90 days, and there is no 30 February
        ("2026-02-01", "2026-05-01"),  # 89 days
    ],
)
def test_three_months_are_counted_by_the_calendar(happened, earliest):
    general = RepairRule(RepairClass.GENERAL, 3)
    day = rules.earliest_on(general, date.fromisoformat(happened))
    assert day == date.fromisoformat(earliest)


def test_a_serious_record_waits_a_year_and_a_minor_one_not_at_all():
    serious = RepairRule(RepairClass.SERIOUS, 12)
    assert rules.earliest_on(serious, date(2024, 2, 29)) == date(2025, 2, 28)
    assert rules.earliest_on(RepairRule(RepairClass.MINOR, 0), TODAY) == TODAY


@pytest.mark.parametrize(
    ("claim", "earliest", "faults"),
    [
        (RepairClaim(duty_note="已缴清罚款", signed_name="张三", has_signed=True), TODAY, set()),
        (
            RepairClaim(duty_note="已缴清罚款", signed_name="张三", has_signed=True),
            TODAY + timedelta(days=1),
            {"record"},
        ),
        (
            RepairClaim(duty_note="", signed_name="", has_signed=False),
            TODAY + timedelta(days=1),
            {"record", "duty_note", "signed_name", "commitment"},
        ),
    ],
)
def test_all_conditions_are_checked_at_once(claim, earliest, faults):
    assert set(rules.application_faults(claim, earliest, TODAY)) == faults


@pytest.mark.parametrize("number", ["", "123", "a b c d", "x" * 65, "<script>"])
def test_a_receipt_has_a_number(number):
    assert rules.receipt_faults(number)
    assert not rules.receipt_faults("XYZG-2026-000123")


def test_the_texts_say_that_it_is_free_and_warn_of_agents():
    assert "不收取任何费用" in REPAIRS.free
    assert "中介" in REPAIRS.warning
    assert REPAIRS.reminders == (30, 0)
    assert len(REPAIRS.commitment_hash) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("reminders: [30, 0]", "reminders: []"),
        ("reminders: [30, 0]", "reminders: [-1]"),
        ("steps: [一]", "steps: []"),
        ("free: 免费", "free: 免费\nprice: 100"),
    ],
)
def test_a_broken_file_does_not_load(old, new):
    read_repair_texts(parse_catalogue(FILE, "test"))
    with pytest.raises(CatalogueBroken):
        read_repair_texts(parse_catalogue(FILE.replace(old, new), "test"))
