"""Put monthly series, 趋势, into charts and words; a month without a record is 数据不足."""

from typing import Any

from xinyidai.catalogue.indicators import Unit
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.portrait import Fold, TrendRule, portrait_rules
from xinyidai.kernel.money import FEN_PER_WAN
from xinyidai.profiles.service.portraits import Portrait, Trend, months_of

Row = dict[str, Any]
YEAR = 12


def trend_charts(portrait: Portrait) -> list[Row]:
    """Return the series as the line chart takes them, with the change of a year in words."""
    rules = portrait_rules().trends
    return [_chart(rules[t.code], t) for t in portrait.trends if t.code in rules]


def trend_of(portrait: Portrait | None, indicator: str) -> Row | None:
    """Return the small line beside an indicator: its last 24 months and their words."""
    rules = portrait_rules().trends
    for trend in portrait.trends if portrait else ():
        rule = rules.get(trend.code)
        if rule and indicator in rule.indicators:
            points = trend.values[-2 * YEAR :]
            known = sum(point is not None for point in points)
            label = f"{rule.name}，近 {len(points)} 个月，其中 {known} 个月有数据"
            return {"points": list(points), "label": label, "code": rule.code}
    return None


def _chart(rule: TrendRule, trend: Trend) -> Row:
    unit, divisor = _unit(rule.unit)
    start = _start(trend)
    return {
        "code": rule.code,
        "name": rule.name,
        "labels": [month.isoformat()[:7] for month in months_of(trend)[start:]],
        "values": [None if v is None else _rounded(v / divisor) for v in trend.values[start:]],
        "unit": unit,
        "note": _change(rule, trend),
        "kind": rule.kind,
        "source": get_kind(rule.kind).department.name,
        "indicators": list(rule.indicators),
    }


def _unit(unit: Unit) -> tuple[str, int]:
    if unit is Unit.AMOUNT:
        return " 万元", FEN_PER_WAN
    return {Unit.PEOPLE: " 人", Unit.KWH: " 千瓦时"}.get(unit, ""), 1


def _rounded(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 2)


def _start(trend: Trend) -> int:
    """Return the first month with a value; a year is drawn at least."""
    known = [place for place, value in enumerate(trend.values) if value is not None]
    return min(known[0], len(trend.values) - YEAR) if known else len(trend.values) - YEAR


def _change(rule: TrendRule, trend: Trend) -> str:
    """Compare this year with the one before, where the same months of both are known."""
    now, before = trend.values[-YEAR:], trend.values[-2 * YEAR : -YEAR]
    gaps = sum(value is None for value in now)
    said = f"近 12 个月里有 {gaps} 个月没有记录。" if gaps else ""
    is_alike = [v is None for v in now] == [v is None for v in before]
    if rule.fold is Fold.MAX:
        first, last = now[0], now[-1]
        is_alike = first is not None and last is not None
    else:
        first, last = sum(v or 0 for v in before), sum(v or 0 for v in now)
    if not is_alike or gaps == YEAR:
        return said + "前后两年有记录的月份不同，不作比较。"
    return _compared(first or 0, last or 0, rule) + said


def _compared(before: float, now: float, rule: TrendRule) -> str:
    spans = (
        (" 11 个月前", "最近一个月") if rule.fold is Fold.MAX else ("再前 12 个月", "近 12 个月")
    )
    if before <= 0:
        return f"{spans[1]}{_amount(now, rule)}。"
    change = (now - before) / before
    words = "持平" if not change else f"{'增加' if change > 0 else '减少'} {abs(change):.1%}"
    return f"{spans[1]}{_amount(now, rule)}，比{spans[0]}{words}。"


def _amount(value: float, rule: TrendRule) -> str:
    unit, divisor = _unit(rule.unit)
    return f" {_rounded(value / divisor):,}{unit}"
