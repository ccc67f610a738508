"""Rules of data quality as pure functions: months, expected deliveries, scores, what was typed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from xinyidai.catalogue.quality import QUALITY, QualityRules
from xinyidai.data_quality.values import NO_RATE, Period, Rate, Score, ScorePart, Slot
from xinyidai.kernel.working_days import add_working_days, is_working_day

FULL = Decimal(100)
TENTH = Decimal("0.1")
MONTHS_OF = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}
DECEMBER = 12
LONGEST_WORDS = 2000
NO_VALUE = "数据不足"


def month_of(day: date) -> date:
    """Return the first day of a day's month: months are named by it."""
    return day.replace(day=1)


def month_after(month: date, count: int = 1) -> date:
    """Return the month so many months later; negative counts go back."""
    years, number = divmod(month.month - 1 + count, DECEMBER)
    return date(month.year + years, number + 1, 1)


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return month_after(month) - timedelta(days=1)


def months_of(period: Period, start: date) -> list[date]:
    """Return the months of a period that begins with the month `start`."""
    return [month_after(start, count) for count in range(MONTHS_OF[period])]


def period_start(period: Period, day: date) -> date:
    """Return the first month of the period in which a day lies."""
    length = MONTHS_OF[period]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def next_working_day(day: date) -> date:
    """Return the day itself, or the first working day after it, 顺延."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def due_day(decided_on: date, rules: QualityRules = QUALITY) -> date:
    """Return the last day on which a decision is delivered in time, 及时率.

    The term begins the day after the decision and has 7 working days of the real calendar, with
    调休 (豫政〔2022〕32号: 自作出行政决定之日起7个工作日内).
    """
    return add_working_days(decided_on, rules.term_days)


def expected_deliveries(first: date, cycle_days: int, until: date) -> Iterator[Slot]:
    """Yield the deliveries that an update cycle asks for after the first one, 应报次数.

    The n-th is due `n × cycle_days` days after the day of the first delivery, on the next working
    day when that is none; several that fall on one day are one. A delivery counts for the slot in
    whose days it came in, and one slot is one obligation however often is delivered in it. Only
    slots whose last day lies before `until` are over. Source: the catalogue's `update_cycle_days`.
    """
    opened, count = first, 1
    while True:
        due = next_working_day(first + timedelta(days=count * cycle_days))
        if due >= until:
            return
        if due > opened:
            yield Slot(opened, due)
            opened = due
        count += 1


def is_kept(slot: Slot, delivered: Iterable[date]) -> bool:
    """Tell whether something was delivered in the days of a slot."""
    return any(slot.opened_on < day <= slot.due_on for day in delivered)


def score(rates: Mapping[str, Rate], rules: QualityRules = QUALITY) -> Score:
    """Return the weighted score, 评分: each part's rate times its weight, out of 100.

    Parts without data are left out and the weights of the others stand for all 100 points:
    a department is not marked down, nor up, for what there is no number of.
    """
    parts = {
        name: ScorePart(weight, rates.get(name, NO_RATE)) for name, weight in rules.weights.items()
    }
    known = {name: part for name, part in parts.items() if part.rate.denominator}
    weights = sum((part.weight for part in known.values()), Decimal(0))
    if not weights:
        return Score(None, None, parts)
    points = sum(
        (part.weight * part.rate.numerator / part.rate.denominator for part in known.values()),
        Decimal(0),
    )
    value = (points / weights * FULL).quantize(TENTH, ROUND_HALF_UP)
    return Score(value, rules.grade_of(value).code, parts)


def together(rates: Sequence[Rate]) -> Rate:
    """Return the rate over all."""
    return sum(rates, NO_RATE)


def words_faults(name: str, text: str, what: str) -> dict[str, str]:
    """Return what is wrong with words that have to be given, by the name of their field."""
    if not text.strip():
        return {name: f"{what}。"}
    if len(text) > LONGEST_WORDS:
        return {name: f"不能超过 {LONGEST_WORDS} 个字。"}
    return {}


def percent(value: Decimal | None, places: int = 2) -> str:
    """Return a fraction as a percentage; 数据不足 when absent. Rounded down."""
    if value is None:
        return NO_VALUE
    step = Decimal(1).scaleb(-places)
    return f"{(value * 100).quantize(step, 'ROUND_DOWN')}%"
