"""Each alarm rule at its boundary; no database."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from xinyidai.kernel.actor import Role
from xinyidai.oversight import rules
from xinyidai.oversight.values import AlarmRule, Case, CaseKind, SeenLook

Moment = Callable[[str], datetime]
FIRM, BANK = uuid4(), uuid4()
MINUTE = timedelta(minutes=1)


def seen(moment: datetime, **changes: object) -> SeenLook:
    facts: dict[str, object] = {
        "id": uuid4(),
        "happened_at": moment,
        "who": "officer",
        "account_id": None,
        "role": Role.BANK_OFFICER,
        "institution_id": BANK,
        "enterprise_id": FIRM,
        "purpose": "pre_loan",
    }
    return SeenLook(**{**facts, **changes})


def row(count: int, first: datetime, apart: timedelta) -> list[SeenLook]:
    return [seen(first + number * apart) for number in range(count)]


def case(kind: CaseKind, since: datetime, until: datetime | None, bank: UUID | None = BANK) -> Case:
    return Case(kind, FIRM, bank, since, until)


def test_thirty_looks_in_an_hour_are_quiet_and_one_more_is_a_burst(moment: Moment) -> None:
    first = moment("2026-11-18T10:00")
    assert rules.hour_bursts(row(30, first, MINUTE), first) == []
    [found] = rules.hour_bursts(row(31, first, MINUTE), first)
    assert (found.rule, found.key) == (AlarmRule.BURST, "officer:2026-11-18T10")
    assert len(found.looks) == found.facts["count"] == 31


def test_sixty_minutes_include_both_ends(moment: Moment) -> None:
    first = moment("2026-11-18T10:00")
    exactly = [*row(30, first, MINUTE), seen(first + 60 * MINUTE)]
    later = [*row(30, first, MINUTE), seen(first + 60 * MINUTE + timedelta(microseconds=1))]
    assert len(rules.hour_bursts(exactly, first)) == 1
    assert rules.hour_bursts(later, first) == []


def test_a_long_burst_makes_one_suspicion_for_each_clock_hour(moment: Moment) -> None:
    first = moment("2026-11-18T10:45")
    found = rules.hour_bursts(row(100, first, timedelta(seconds=30)), first)
    assert [one.key[-2:] for one in found] == ["11"]
    wide = rules.hour_bursts(row(200, first, timedelta(seconds=30)), first)
    assert [one.key[-2:] for one in wide] == ["11", "12"]


def test_what_ended_before_the_run_is_not_found_again(moment: Moment) -> None:
    first = moment("2026-11-18T10:00")
    assert rules.hour_bursts(row(31, first, MINUTE), moment("2026-11-18T11:00")) == []


@pytest.mark.parametrize(
    ("count", "before", "is_burst"),
    [(19, [], False), (20, [], True), (20, [4], False), (21, [4], True), (26, [1, 5, 90], True)],
)
def test_a_day_is_measured_by_the_own_usual_day(
    moment: Moment, count: int, before: Sequence[int], is_burst: bool
) -> None:
    looks = row(count, moment("2026-11-18T08:00"), 20 * MINUTE)
    found = rules.day_burst(looks, before)
    assert (found is not None) is is_burst
    assert found is None or found.key == "officer:2026-11-18"


@pytest.mark.parametrize(("count", "alarms"), [(4, 0), (5, 1)])
def test_the_fifth_refusal_in_an_hour_is_one_too_many(
    moment: Moment, count: int, alarms: int
) -> None:
    first = moment("2026-11-18T10:00")
    assert len(rules.many_refused(row(count, first, 15 * MINUTE), first)) == alarms


@pytest.mark.parametrize(
    ("at", "is_alarm"),
    [
        ("2026-11-18T06:59:59", True),
        ("2026-11-18T07:00", False),
        ("2026-11-18T20:59:59", False),
        ("2026-11-18T21:00", True),
        ("2026-11-21T10:00", True),  # a Saturday
        ("2026-10-01T10:00", True),  # National Day, a Thursday
    ],
)
def test_office_time_begins_at_seven_and_ends_at_nine_on_working_days(
    moment: Moment, at: str, is_alarm: bool
) -> None:
    assert bool(rules.off_hours([seen(moment(at))])) is is_alarm


def test_programs_have_no_office_time(moment: Moment) -> None:
    night = moment("2026-11-18T03:00")
    assert rules.off_hours([seen(night, role=Role.BANK_CLIENT)]) == []
    assert len(rules.off_hours([seen(night, role=Role.GUARANTOR)])) == 1


def test_looks_of_one_night_make_one_suspicion(moment: Moment) -> None:
    looks = row(3, moment("2026-11-18T22:00"), MINUTE)
    [found] = rules.off_hours([*looks, seen(moment("2026-11-18T12:00"))])
    assert list(found.looks) == looks


def test_a_case_counts_thirty_days_before_and_after(moment: Moment) -> None:
    look, day = seen(moment("2026-11-18T10:00")), timedelta(days=1)
    near = case(CaseKind.APPLICATION, look.happened_at + 30 * day, None)
    ended = case(CaseKind.APPLICATION, moment("2026-01-01T00:00"), look.happened_at - 30 * day)
    far = case(CaseKind.APPLICATION, look.happened_at + 30 * day + MINUTE, None)
    over = case(
        CaseKind.APPLICATION, moment("2026-01-01T00:00"), look.happened_at - 30 * day - MINUTE
    )
    for fitting in (near, ended):
        assert rules.without_case([look], [fitting]) == []
    for missing in (far, over):
        assert len(rules.without_case([look], [missing])) == 1


def test_the_purpose_says_which_case_is_needed(moment: Moment) -> None:
    now = moment("2026-11-18T10:00")
    applied = [case(CaseKind.APPLICATION, now, None)]
    assert rules.without_case([seen(now, purpose="pre_loan")], applied) == []
    [found] = rules.without_case([seen(now, purpose="post_loan")], applied)
    assert found.facts["wanted"] == [CaseKind.LOAN]
    assert (
        rules.without_case([seen(now, purpose="post_loan")], [case(CaseKind.LOAN, now, None)]) == []
    )


def test_another_banks_application_is_no_case(moment: Moment) -> None:
    now = moment("2026-11-18T10:00")
    others = [case(CaseKind.APPLICATION, now, None, uuid4())]
    assert len(rules.without_case([seen(now)], others)) == 1
    anybodys = [case(CaseKind.NEED, now, None, None)]
    assert rules.without_case([seen(now)], anybodys) == []


@pytest.mark.parametrize("purpose", ["model_training", "curiosity", ""])
def test_an_unknown_purpose_is_an_alarm_whatever_the_business(moment: Moment, purpose: str) -> None:
    now = moment("2026-11-18T10:00")
    everything = [case(kind, now, None) for kind in CaseKind]
    [found] = rules.without_case([seen(now, purpose=purpose)], everything)
    assert found.facts["known"] is False


@pytest.mark.parametrize(
    ("total", "drawn"),
    [(0, 0), (7, 7), (20, 20), (500, 20), (1_000, 20), (1_001, 21), (10_000, 200), (90_000, 200)],
)
def test_two_in_a_hundred_are_drawn_within_bounds(total: int, drawn: int) -> None:
    assert rules.sample_size(total) == drawn


def test_a_draw_repeats_from_its_seed_alone() -> None:
    ids = [uuid4() for _ in range(100)]
    first = rules.draw("seed", ids, 20)
    assert first == rules.draw("seed", reversed(ids), 20)
    assert set(first) != set(rules.draw("other", ids, 20))


def test_a_month_is_a_month_of_shanghai(moment: Moment) -> None:
    since, until = rules.month_bounds("2026-12")
    assert (since, until) == (moment("2026-12-01T00:00"), moment("2027-01-01T00:00"))
    for wrong in ("2026-13", "2026", "20261", "2026-12-01"):
        with pytest.raises(ValueError, match=r".+"):
            rules.month_bounds(wrong)
