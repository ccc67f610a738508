import dataclasses
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from xinyidai.catalogue.purposes import PURPOSES, get_purpose
from xinyidai.consents import rules
from xinyidai.consents.lifecycle import LIFECYCLE
from xinyidai.consents.values import (
    REFUSAL_SENTENCES,
    STATE_NAMES,
    TERMINAL_STATES,
    ConsentAction,
    ConsentDraft,
    ConsentFacts,
    ConsentMode,
    ConsentState,
    LookWish,
    RefusalReason,
    Standing,
)
from xinyidai.kernel import clock

NOW = datetime(2026, 5, 20, 9, tzinfo=clock.TZ)
HOUR = timedelta(hours=1)
FIRM, BANK, OTHER, OFFICER = (UUID(int=number) for number in range(1, 5))
S, R = ConsentState, RefusalReason


STANDINGS = {field.name for field in dataclasses.fields(Standing)}


def facts(**changes):
    known = {name: changes.pop(name) for name in STANDINGS & changes.keys()}
    plain = {
        "enterprise_id": FIRM,
        "institution_id": BANK,
        "purpose": "pre_loan",
        "item_codes": frozenset({"tax", "judicial"}),
        "valid_from": date(2026, 5, 1),
        "valid_until": date(2026, 6, 30),
        "max_uses": 3,
        "requested_at": NOW - 10 * HOUR,
        "granted_at": NOW - 9 * HOUR,
        "standing": Standing(**known),
    }
    return ConsentFacts(**{**plain, **changes})


STATES = [
    (S.DRAFT, {"requested_at": None, "granted_at": None}),
    (S.PENDING, {"granted_at": None}),
    (S.PENDING, {"granted_at": NOW + HOUR}),
    (S.PENDING, {"granted_at": None, "institution_active": False}),
    (S.ACTIVE, {}),
    (S.ACTIVE, {"granted_at": NOW}),
    (S.ACTIVE, {"revoked_at": NOW + HOUR}),
    (S.ACTIVE, {"use_count": 2}),
    (S.ACTIVE, {"max_uses": None, "use_count": 999}),
    (S.ACTIVE, {"valid_until": date(2026, 5, 20)}),
    (S.SUSPENDED, {"suspended_at": NOW}),
    (S.SUSPENDED, {"institution_active": False}),
    (S.SUSPENDED, {"enterprise_active": False}),
    (S.SUSPENDED, {"officer_active": False}),
    (S.SUSPENDED, {"representative_same": False}),
    (S.SUSPENDED, {"purpose_active": False}),
    (S.REVOKED, {"purpose_active": False, "revoked_at": NOW}),
    (S.DECLINED, {"granted_at": None, "declined_at": NOW}),
    (S.REVOKED, {"revoked_at": NOW}),
    (S.REVOKED, {"revoked_at": NOW, "suspended_at": NOW - HOUR}),
    (S.EXPIRED, {"valid_until": date(2026, 5, 19)}),
    (S.EXPIRED, {"valid_until": date(2026, 5, 19), "granted_at": None}),
    (S.EXPIRED, {"valid_until": date(2026, 5, 19), "revoked_at": NOW}),
    (S.REVOKED, {"valid_until": date(2026, 5, 19), "revoked_at": NOW - 30 * HOUR}),
    (S.USED_UP, {"use_count": 3, "used_up_at": NOW}),
    (S.USED_UP, {"use_count": 3}),
    (S.USED_UP, {"use_count": 3, "used_up_at": NOW - HOUR, "revoked_at": NOW}),
    (S.ENDED, {"ended_at": NOW}),
    (S.ENDED, {"ended_at": NOW - HOUR, "revoked_at": NOW}),
]


@pytest.mark.parametrize(("state", "changes"), STATES)
def test_the_state_follows_from_facts_and_clock(state, changes):
    assert rules.state_at(facts(**changes), NOW) is state


def test_every_state_is_reached_by_the_table():
    assert {state for state, _ in STATES} == set(ConsentState)


@pytest.mark.parametrize(("state", "changes"), [(s, c) for s, c in STATES if s in TERMINAL_STATES])
@pytest.mark.parametrize("later", [timedelta(seconds=1), timedelta(days=400)])
def test_no_later_event_leaves_a_terminal_state(state, changes, later):
    ended = facts(**changes)
    after = dataclasses.replace(
        ended,
        revoked_at=ended.revoked_at or NOW + later,
        ended_at=ended.ended_at or NOW + later,
        suspended_at=NOW + later,
    )
    assert rules.state_at(after, NOW + later) is state


def test_the_last_day_counts_to_midnight_in_shanghai():
    last_second = datetime(2026, 6, 30, 23, 59, 59, tzinfo=clock.TZ)
    fresh = facts(granted_at=NOW)
    assert rules.state_at(fresh, last_second) is S.ACTIVE
    assert rules.state_at(fresh, last_second + timedelta(seconds=1)) is S.EXPIRED


def looked(in_day, in_month, day=None):
    day = day or NOW.date()
    return {"window_day": day, "used_in_day": in_day, "used_in_month": in_month}


@pytest.mark.parametrize(
    ("caps", "used"),
    [
        ({"max_per_day": 2}, looked(1, 9)),
        ({"max_per_day": 2}, looked(2, 9, NOW.date() - timedelta(days=1))),
        ({"max_per_month": 5}, looked(4, 4)),
        ({"max_per_month": 5}, looked(5, 5, date(2026, 4, 30))),
        ({"max_per_month": 5}, looked(5, 5, date(2025, 5, 20))),
    ],
)
def test_a_frequency_counts_calendar_days_and_months_of_shanghai(caps, used):
    assert covered({**caps, **used}) == []


def covered(changes=None, **look):
    asked = {
        "institution_id": BANK,
        "account_id": OFFICER,
        "purpose": "pre_loan",
        "items": ["tax"],
    }
    return rules.covers(facts(**(changes or {})), LookWish(**{**asked, **look}), NOW)


def test_a_live_consent_covers_its_own_look():
    assert covered() == []


@pytest.mark.parametrize(
    ("reasons", "changes", "look"),
    [
        ({R.NOT_GRANTED}, {"granted_at": None}, {}),
        ({R.DECLINED}, {"granted_at": None, "declined_at": NOW}, {}),
        ({R.SUSPENDED}, {"suspended_at": NOW}, {}),
        ({R.REVOKED}, {"revoked_at": NOW}, {}),
        ({R.EXPIRED}, {"valid_until": date(2026, 5, 2)}, {}),
        ({R.USED_UP}, {"use_count": 3}, {}),
        ({R.ENDED}, {"ended_at": NOW}, {}),
        ({R.NOT_YET_VALID}, {"valid_from": date(2026, 5, 21)}, {}),
        ({R.INSTITUTION_SUSPENDED}, {"institution_active": False}, {}),
        ({R.ENTERPRISE_INACTIVE}, {"enterprise_active": False}, {}),
        ({R.OFFICER_LEFT}, {"officer_active": False}, {}),
        ({R.REPRESENTATIVE_CHANGED}, {"representative_same": False}, {}),
        ({R.PURPOSE_WITHDRAWN}, {"purpose_active": False}, {}),
        ({R.OTHER_OFFICER}, {"officer_account_id": OTHER}, {}),
        ({R.OTHER_OFFICER}, {"officer_account_id": OFFICER}, {"account_id": None}),
        ({R.TOO_OFTEN}, {"max_per_day": 2, **looked(2, 2)}, {}),
        ({R.TOO_OFTEN}, {"max_per_month": 5, **looked(1, 5)}, {}),
        ({R.OTHER_INSTITUTION}, {}, {"institution_id": OTHER}),
        ({R.OTHER_INSTITUTION}, {}, {"institution_id": None}),
        ({R.OTHER_INSTITUTION}, {"institution_id": None}, {"institution_id": None}),
        ({R.OTHER_PURPOSE}, {}, {"purpose": "post_loan"}),
        ({R.ITEM_NOT_COVERED}, {}, {"items": ["tax", "customs"]}),
        ({R.ITEM_NOT_COVERED}, {}, {"items": []}),
        (
            {R.REVOKED, R.OTHER_PURPOSE, R.ITEM_NOT_COVERED, R.INSTITUTION_SUSPENDED},
            {"revoked_at": NOW, "institution_active": False},
            {"purpose": "guarantee", "items": ["customs"]},
        ),
        ({R.USED_UP, R.REVOKED}, {"use_count": 3, "used_up_at": NOW - HOUR, "revoked_at": NOW}, {}),
    ],
)
def test_a_refusal_names_every_reason(reasons, changes, look):
    assert set(covered(changes, **look)) == reasons


def test_a_used_up_consent_still_lets_its_snapshots_be_read_until_it_is_revoked():
    spent = facts(use_count=3, used_up_at=NOW)
    assert rules.reading_again_reasons(spent, NOW, OFFICER) == []
    revoked = dataclasses.replace(spent, revoked_at=NOW)
    assert rules.reading_again_reasons(revoked, NOW, OFFICER) == [R.REVOKED]


def test_what_was_used_up_first_is_not_read_after_the_last_day_either():
    spent = facts(use_count=3, used_up_at=NOW)
    later = clock.local(NOW).replace(year=NOW.year + 2)
    assert rules.state_at(spent, later) is S.USED_UP
    assert rules.reading_again_reasons(spent, later, OFFICER) == [R.EXPIRED]


def draft(**changes):
    plain = {
        "enterprise_id": FIRM,
        "institution_id": BANK,
        "purpose": "pre_loan",
        "item_codes": ["tax"],
        "valid_until": date(2026, 6, 30),
        "data_from": date(2025, 5, 20),
        "data_life_days": 90,
        "max_uses": 3,
    }
    return ConsentDraft(**{**plain, **changes})


def faults(**changes):
    wanted = draft(**changes)
    return rules.over_caps(wanted, get_purpose(wanted.purpose), NOW.date())


def test_a_request_within_the_caps_has_no_faults():
    assert faults() == {}
    assert faults(purpose="post_loan", max_uses=None, max_per_month=5) == {}
    assert faults(purpose="post_loan", max_uses=5) == {}


@pytest.mark.parametrize(
    ("field", "cap", "changes"),
    [
        ("valid_until", "90 天", {"valid_until": date(2026, 8, 19)}),
        ("valid_until", "今天", {"valid_until": date(2026, 5, 19)}),
        ("data_from", "36 个月", {"data_from": date(2023, 5, 19)}),
        ("data_from", "今天", {"data_from": date(2026, 5, 21)}),
        ("data_life_days", "180 天", {"data_life_days": 181}),
        ("data_life_days", "180 天", {"data_life_days": 0}),
        ("max_uses", "10 次", {"max_uses": 11}),
        ("max_uses", "10 次", {"max_uses": None}),
        ("max_uses", "1 次", {"max_uses": 0}),
        ("max_per_month", "5 次", {"purpose": "post_loan", "max_uses": None}),
        ("max_per_month", "5 次", {"purpose": "post_loan", "max_uses": 6}),
        ("max_per_month", "5 次", {"purpose": "post_loan", "max_per_month": 6}),
        ("max_per_month", "1 次", {"max_per_month": 0}),
        ("max_per_day", "1 次", {"max_per_day": 0}),
        ("item_codes", "customs", {"purpose": "post_loan", "item_codes": ["customs"]}),
        ("item_codes", "至少", {"item_codes": []}),
        ("mode", "使用方式", {"mode": ConsentMode.STREAM}),
    ],
)
def test_a_field_above_its_cap_is_named_with_the_cap(field, cap, changes):
    found = faults(**changes)
    assert found.keys() == {field}
    assert cap in found[field]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_caps_themselves_may_be_asked_for(purpose):
    caps = get_purpose(purpose).caps
    asked = draft(
        purpose=purpose,
        item_codes=sorted(caps.items),
        mode=min(caps.modes),
        valid_until=NOW.date() + timedelta(days=caps.max_valid_days),
        data_from=rules.months_before(NOW.date(), caps.max_range_months),
        data_life_days=caps.max_data_life_days,
        max_uses=caps.max_uses,
        max_per_month=caps.max_per_month,
    )
    assert rules.over_caps(asked, get_purpose(purpose), NOW.date()) == {}


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 5, 20), 12, date(2025, 5, 20)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
    ],
)
def test_months_are_calendar_months(day, months, before):
    assert rules.months_before(day, months) == before


@pytest.mark.parametrize("state", sorted(TERMINAL_STATES))
def test_no_action_leads_out_of_a_terminal_state(state):
    assert LIFECYCLE.actions_from(state) == ()


def test_every_action_state_and_refusal_has_its_words():
    assert set(LIFECYCLE.steps) == set(ConsentAction)
    assert set(STATE_NAMES) == set(ConsentState)
    assert set(REFUSAL_SENTENCES) == set(RefusalReason)
