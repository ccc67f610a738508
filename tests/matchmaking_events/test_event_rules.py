"""Plans, sign-ups and meetings; no database."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from xinyidai.kernel import clock
from xinyidai.matchmaking_events import rules
from xinyidai.matchmaking_events.rules import EventPlan, MeetingReport, SignUpFacts
from xinyidai.matchmaking_events.values import EventFormat, EventState, MeetingOutcome

NOW = datetime(2026, 5, 11, 9, tzinfo=clock.TZ)
PLAN = EventPlan(
    title="演示对接会", description="", format=EventFormat.ONSITE, place="演示礼堂", region_code="410400",
    starts_at=NOW + timedelta(days=7), ends_at=NOW + timedelta(days=7, hours=3),
    sign_up_until=NOW + timedelta(days=6), capacity=2,
)  # fmt: skip
SIGN_UP = SignUpFacts(EventState.OPEN, NOW, capacity=2, taken=1)
REPORT = MeetingReport(
    enterprise_id=UUID(int=1), institution_id=UUID(int=2), outcome=MeetingOutcome.NONE
)


def test_a_sound_plan_has_no_fault():
    assert rules.plan_faults(PLAN, NOW) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("place", ""),
        ("description", "长" * 2001),
        ("starts_at", NOW - timedelta(days=1)),
        ("ends_at", NOW),
        ("sign_up_until", NOW),
        ("sign_up_until", NOW + timedelta(days=8)),
        ("capacity", 0),
        ("region_code", "41０400"),
    ],
)
def test_a_bad_field_of_a_plan_is_named(field, value):
    assert field in rules.plan_faults(replace(PLAN, **{field: value}), NOW)


def test_sign_up_is_open_to_the_deadline_itself():
    assert rules.sign_up_obstacle(SIGN_UP, NOW) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": EventState.PLANNED}, "not_open"),
        ({"state": EventState.CLOSED}, "sign_up_closed"),
        ({"state": EventState.CANCELLED}, "sign_up_closed"),
        ({"sign_up_until": NOW - timedelta(seconds=1)}, "sign_up_over"),
        ({"taken": 2}, "event_full"),
    ],
)
def test_each_obstacle_has_its_code(changes, code):
    obstacle = rules.sign_up_obstacle(replace(SIGN_UP, **changes), NOW)
    assert obstacle is not None
    assert obstacle[0] == code


@pytest.mark.parametrize("amount", [None, 0, -1, 10**15])
def test_an_intention_needs_a_sane_amount(amount):
    report = replace(REPORT, outcome=MeetingOutcome.INTENTION, amount_fen=amount)
    assert "amount" in rules.meeting_faults(report)


def test_only_an_intention_has_an_amount():
    assert "amount" in rules.meeting_faults(replace(REPORT, amount_fen=100))
    assert rules.meeting_faults(REPORT) == {}
