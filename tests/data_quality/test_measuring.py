"""The figures against an independent count; days of receipt, terms, double deliveries, cycles."""

import random
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

from tests.data_quality.conftest import HOUSING, LICENCE, PENALTY, REFORM, TRANSPORT, Row
from xinyidai.data_quality import figure_queries, queries
from xinyidai.data_quality.models import QualityFigure
from xinyidai.data_quality.values import Measure
from xinyidai.kernel.http import Page

# The State Council's calendar of 2025, typed from the notice: not from the library under test.
FREE = {
    *(date(2025, 1, 28) + timedelta(days=n) for n in range(8)),
    *(date(2025, 4, 4) + timedelta(days=n) for n in range(3)),
    *(date(2025, 5, 1) + timedelta(days=n) for n in range(5)),
    date(2025, 1, 1),
}
WORKED = {date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27)}
WIDE = Page(1, 100)


def works(day: date) -> bool:
    if day in WORKED:
        return True
    return day not in FREE and day.weekday() < 5


def seventh(day: date) -> date:
    left = 7
    while left:
        day += timedelta(days=1)
        left -= works(day)
    return day


def figures(month: date, measure: Measure) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (one.department_code, one.kind): (one.numerator, one.denominator)
        for one in figure_queries.figures(month)
        if one.measure is measure
    }


def naive_slots(first: date, days: list[date], cycle: int, today: date, month: date):
    """Count kept and expected deliveries by walking the calendar day by day."""
    dues, n = [first], 1
    while True:
        due = first + timedelta(days=cycle * n)
        while not works(due):
            due += timedelta(days=1)
        if due >= today:
            break
        if due not in dues:
            dues.append(due)
        n += 1
    kept = expected = 0
    for before, due in pairwise(dues):
        if (due.year, due.month) == (month.year, month.month):
            expected += 1
            kept += any(before < day <= due for day in days)
    return kept, expected


def test_every_rate_equals_an_independent_count(city) -> None:
    dice = random.Random(7)  # noqa: S311 - invented deliveries
    delivered: dict[tuple[str, str], list] = defaultdict(list)
    for source in (HOUSING, TRANSPORT, REFORM):
        for kind in (LICENCE, PENALTY):
            day = date(2024, 12, dice.randint(10, 20))
            while day < date(2025, 4, 25):
                rows = [
                    Row(
                        dice.choice(city.firms),
                        f"{source}{kind}{dice.randint(1, 400)}号",
                        day - timedelta(days=dice.randint(0, 25)),
                    )
                    for _ in range(dice.randint(0, 12))
                ]
                bad = {"uscc_length": dice.randint(0, 2), "required_missing": dice.randint(0, 2)}
                city.deliver(source, kind, day, rows, bad)
                delivered[source, kind].append((day, rows, sum(bad.values())))
                day += timedelta(days=dice.randint(1, 11))
    months = [date(2025, n, 1) for n in (1, 2, 3, 4)]
    today = date(2025, 4, 28)
    city.measure(today, months)
    for month in months:
        assert figures(month, Measure.TIMELINESS) == naive_timely(delivered, month)
        assert figures(month, Measure.COMPLIANCE) == naive_compliance(delivered, month)
        assert figures(month, Measure.REPORTING) == naive_reporting(delivered, month, today)
    late, total = queries.late_records(WIDE, month=None, department=None)
    assert total > 50
    assert all(one.received_on > seventh(one.decided_on) == one.due_on for one in late)


def naive_timely(delivered, month: date):
    counts = {}
    for key, batches in delivered.items():
        first, seen, good, all_ = batches[0][0], set(), 0, 0
        for day, rows, _ in batches:
            for row in rows:
                name = (row.firm, row.number, row.decided_on)
                if name in seen:
                    continue
                seen.add(name)
                due = seventh(row.decided_on)
                if due >= first and (day.year, day.month) == (month.year, month.month):
                    all_ += 1
                    good += day <= due
        if all_:
            counts[key] = (good, all_)
    return counts


def naive_compliance(delivered, month: date):
    counts = {}
    for key, batches in delivered.items():
        seen, good, bad = set(), 0, 0
        for day, rows, rejected in batches:
            new = {(row.firm, row.number, row.decided_on) for row in rows} - seen
            seen |= new
            if (day.year, day.month) == (month.year, month.month):
                good, bad = good + len(new), bad + rejected
        if good + bad:
            counts[key] = (good, good + bad)
    return counts


def naive_reporting(delivered, month: date, today: date):
    counts = {}
    for key, batches in delivered.items():
        days = [day for day, _, _ in batches]
        kept, expected = naive_slots(days[0], days, 7, today, month)
        if expected:
            counts[key] = (kept, expected)
    return counts


def test_the_seventh_working_day_is_in_time_and_the_eighth_is_late(city) -> None:
    city.deliver(HOUSING, LICENCE, date(2025, 1, 2), [])
    decided = date(2025, 1, 20)  # Monday; Sunday the 26th is worked, 28 January to 4 February free
    rows = [Row(city.firms[0], "甲1号", decided), Row(city.firms[1], "甲2号", decided)]
    city.deliver(HOUSING, LICENCE, date(2025, 1, 27), rows[:1])
    city.deliver(HOUSING, LICENCE, date(2025, 2, 5), rows)
    city.measure(date(2025, 2, 28), [date(2025, 1, 1), date(2025, 2, 1)])
    assert figures(date(2025, 1, 1), Measure.TIMELINESS) == {(HOUSING, LICENCE): (1, 1)}
    assert figures(date(2025, 2, 1), Measure.TIMELINESS) == {(HOUSING, LICENCE): (1, 1)}
    city.deliver(HOUSING, LICENCE, date(2025, 2, 6), [Row(city.firms[2], "甲3号", decided)])
    city.measure(date(2025, 2, 28), [date(2025, 2, 1)])
    assert figures(date(2025, 2, 1), Measure.TIMELINESS) == {(HOUSING, LICENCE): (1, 2)}
    [[late], total] = queries.late_records(WIDE, month=date(2025, 2, 1), department=HOUSING)
    assert (total, late.due_on, late.days_late) == (1, date(2025, 2, 5), 1)
    assert late.shown_number == "甲***号"


def test_a_saturday_that_is_worked_counts(city) -> None:
    city.deliver(HOUSING, LICENCE, date(2025, 1, 2), [])
    decided = date(2025, 1, 24)  # then 26, 27 January, 5, 6, 7 February, Saturday the 8th, the 10th
    for day in (date(2025, 2, 10), date(2025, 2, 11)):
        city.deliver(HOUSING, LICENCE, day, [Row(city.firms[0], f"乙{day.day}号", decided)])
    city.measure(date(2025, 2, 28))
    assert figures(date(2025, 2, 1), Measure.TIMELINESS) == {(HOUSING, LICENCE): (1, 2)}


def test_what_comes_on_a_day_off_after_the_term_is_late_by_a_day(city) -> None:
    city.deliver(HOUSING, LICENCE, date(2025, 3, 3), [])
    row = Row(city.firms[0], "丙1号", date(2025, 3, 5))  # due on Friday 14 March
    city.deliver(HOUSING, LICENCE, date(2025, 3, 15), [row])
    city.measure(date(2025, 3, 20))
    [[late], _] = queries.late_records(WIDE, month=None, department=HOUSING)
    assert (late.due_on, late.days_late) == (date(2025, 3, 14), 1)


def test_a_row_delivered_again_keeps_its_first_day_even_when_changed(city) -> None:
    city.deliver(HOUSING, LICENCE, date(2025, 3, 3), [])
    row = Row(city.firms[0], "丁1号", date(2025, 3, 5))
    changed = Row(city.firms[0], "丁1号", date(2025, 3, 5), words="改")
    for day, delivered in ((6, row), (25, row), (28, changed)):
        city.deliver(HOUSING, LICENCE, date(2025, 3, day), [delivered])
    city.measure(date(2025, 3, 31))
    assert figures(date(2025, 3, 1), Measure.TIMELINESS) == {(HOUSING, LICENCE): (1, 1)}
    assert figures(date(2025, 3, 1), Measure.COMPLIANCE) == {(HOUSING, LICENCE): (2, 2)}


def test_what_was_due_before_the_first_delivery_is_stock(city) -> None:
    rows = [
        Row(city.firms[0], "戊1号", date(2020, 5, 6)),
        Row(city.firms[0], "戊2号", date(2025, 3, 3)),
    ]
    city.deliver(HOUSING, LICENCE, date(2025, 3, 10), rows)
    city.measure(date(2025, 3, 31))
    assert figures(date(2025, 3, 1), Measure.TIMELINESS) == {(HOUSING, LICENCE): (1, 1)}


def test_without_data_there_is_no_rate(city) -> None:
    run = city.measure(date(2025, 3, 31))
    assert figure_queries.figures(date(2025, 3, 1)) == []
    assert run.rule_version == "2026.1"


def test_a_source_that_is_no_department_is_nobodys(city) -> None:
    city.deliver(
        "某平台", LICENCE, date(2025, 3, 10), [Row(city.firms[0], "己1号", date(2025, 3, 7))]
    )
    city.measure(date(2025, 3, 31))
    assert figures(date(2025, 3, 1), Measure.TIMELINESS) == {("", LICENCE): (1, 1)}
    assert figures(date(2025, 3, 1), Measure.REPORTING) == {}


def test_measured_twice_on_a_day_nothing_doubles(city, db) -> None:
    city.deliver(
        HOUSING, LICENCE, date(2025, 3, 3), [Row(city.firms[0], "庚1号", date(2025, 3, 3))]
    )
    city.deliver(
        HOUSING, LICENCE, date(2025, 3, 28), [Row(city.firms[1], "庚2号", date(2025, 3, 4))]
    )
    first = city.measure(date(2025, 3, 31))
    event = first.event_id
    before = db.query(QualityFigure).count()
    again = city.measure(date(2025, 3, 31))
    assert (again.id, db.query(QualityFigure).count()) == (first.id, before)
    assert queries.late_records(WIDE, month=None, department=None)[1] == 1
    assert again.event_id != event
    assert city.measure(date(2025, 4, 1)).id != first.id


def test_missed_deliveries_are_listed_with_their_days(city) -> None:
    city.deliver(HOUSING, LICENCE, date(2025, 3, 3), [])
    city.deliver(HOUSING, LICENCE, date(2025, 3, 20), [])
    city.measure(date(2025, 3, 26))
    assert figures(date(2025, 3, 1), Measure.REPORTING) == {(HOUSING, LICENCE): (1, 3)}
    missed, _ = queries.missed_deliveries(WIDE, month=date(2025, 3, 1), department=HOUSING)
    days = [(one.opened_on.day, one.due_on.day) for one in missed]
    assert days == [(10, 17), (3, 10)]
