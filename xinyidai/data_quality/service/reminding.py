"""Weekly reminders, 周提醒, and what else the clock does to data quality."""

from datetime import date
from uuid import UUID

from xinyidai.catalogue.quality import QUALITY
from xinyidai.data_quality import figure_queries, queries, rules
from xinyidai.data_quality.service import bulletins, telling, tickets
from xinyidai.data_quality.service.departments import read_directory
from xinyidai.data_quality.values import MEASURE_NAMES, NO_RATE, Measure, Rate
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.http import Page

MONDAY = 0
PUBLISHED_FROM = 3  # the day of the month from which last month's bulletin is published
ONE = Page(1, 1)


def remind() -> None:
    """Do what is due today; run twice, it does nothing the second time."""
    tickets.watch()
    today = clock.today()
    if today.weekday() == MONDAY:
        remind_weekly(today)
    if today.day >= PUBLISHED_FROM:
        publish_last_month(today)


def remind_weekly(today: date) -> None:
    """Tell each department that has something open what it is, once a week."""
    year, week, _ = today.isocalendar()
    for code, office in read_directory().ids.items():
        lines = _open_matters(code, office, rules.month_of(today))
        if lines:
            telling.tell_weekly(office, lines, f"{year}-{week:02d}")


def publish_last_month(today: date) -> None:
    """Publish last month's bulletin once, unless nothing was measured."""
    month = rules.month_after(rules.month_of(today), -1)
    if queries.last_edition(month) is None and queries.run_for(month) is not None:
        bulletins.publish(SYSTEM, month)


def _open_matters(code: str, office: UUID, month: date) -> list[str]:
    waiting = {
        "迟报": (queries.late_records(ONE, month=month, department=code)[1], "条"),
        "到期未报送": (queries.missed_deliveries(ONE, month=month, department=code)[1], "次"),
        "待说明的疑点": (queries.count_suspects(code), "条"),
        "待答复的纠错单": (queries.count_tickets(office), "张"),
    }
    lines = [f"{what} {number} {unit}" for what, (number, unit) in waiting.items() if number]
    return [*lines, *_below_target(code, month)]


def _below_target(code: str, month: date) -> list[str]:
    rates: dict[Measure, Rate] = {}
    for figure in figure_queries.figures(month, code):
        rate = Rate(figure.numerator, figure.denominator)
        rates[figure.measure] = rates.get(figure.measure, NO_RATE) + rate
    return [
        f"本月{MEASURE_NAMES[measure]} {rules.percent(rate.value)}，未达目标"
        for measure, rate in rates.items()
        if rate.value is not None and rate.value < QUALITY.targets[measure.value].now
    ]
