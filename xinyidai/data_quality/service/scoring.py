"""Scores of departments, 季评估 and 年考核: weighted rates, stored day by day with their parts."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from xinyidai.catalogue.quality import QUALITY
from xinyidai.data_quality import figure_queries, queries, rules
from xinyidai.data_quality.models import QualityScore
from xinyidai.data_quality.service.departments import read_directory
from xinyidai.data_quality.values import (
    NO_RATE,
    TICKETS_PART,
    UNASSIGNED,
    Period,
    Rate,
    Score,
)
from xinyidai.kernel import clock
from xinyidai.kernel.db import db


def rates_of(months: Iterable[date]) -> dict[str, dict[str, Rate]]:
    """Return each department's rates over some months, from the newest measuring of each month."""
    found: dict[str, dict[str, Rate]] = {}
    for month in months:
        for figure in figure_queries.figures(month):
            rates = found.setdefault(figure.department_code, {})
            rate = Rate(figure.numerator, figure.denominator)
            rates[figure.measure.value] = rates.get(figure.measure.value, NO_RATE) + rate
    return found


def scores_of(period: Period, start: date) -> dict[str, Score]:
    """Return each department's score of a period that begins with the month `start`."""
    months = rules.months_of(period, start)
    rates = rates_of(months)
    last, today = rules.last_day(months[-1]), clock.today()
    ids = {office: code for code, office in read_directory().ids.items()}
    for office, (timely, all_) in queries.tickets_on_time(start, last, today).items():
        if office in ids:
            rates.setdefault(ids[office], {})[TICKETS_PART] = Rate(timely, all_)
    return {code: rules.score(found) for code, found in rates.items() if code != UNASSIGNED}


def keep_scores(months: Iterable[date]) -> None:
    """Store today's scores of the months, and of the quarters and years they lie in."""
    periods = {(period, rules.period_start(period, month)) for month in months for period in Period}
    for period, start in sorted(periods):
        for code, score in sorted(scores_of(period, start).items()):
            _keep(period, start, code, score)
    db.session.flush()


def _keep(period: Period, start: date, code: str, score: Score) -> None:
    today = clock.today()
    row = queries.score_made(period, start, code, today)
    if row is None:
        row = QualityScore(period=period, starts_on=start, department_code=code, made_on=today)
        db.session.add(row)
    row.score, row.grade, row.parts = score.value, score.grade, parts_of(score)
    row.rule_version, row.made_at = QUALITY.version, clock.now()


def parts_of(score: Score) -> dict[str, Any]:
    """Return the parts of a score as they are stored."""
    return {
        name: {
            "weight": str(part.weight),
            "numerator": part.rate.numerator,
            "denominator": part.rate.denominator,
        }
        for name, part in score.parts.items()
    }
