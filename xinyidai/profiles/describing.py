"""A profile as the API tells it, 画像接口: dimensions, tags, series, relations, timeline; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xinyidai.catalogue.indicators import Indicator, indicator_dictionary
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.missing import Missing
from xinyidai.catalogue.portrait import portrait_rules
from xinyidai.profiles.freshness import Meter, meters_of
from xinyidai.profiles.portrait_values import Event, Portrait, Tie, Trend
from xinyidai.profiles.presentation import missing_sentence, supply_text, value_text
from xinyidai.profiles.values import IndicatorValue, months_before


@dataclass(frozen=True)
class Described:
    """What is told of one firm: its indicators, their ranks, the portrait, tags as JSON."""

    values: Mapping[str, IndicatorValue]
    ranks: Mapping[str, Mapping[str, Any]]
    portrait: Portrait
    tags: Mapping[str, Any]
    today: date


def describe(told: Described) -> dict[str, Any]:
    """Return the profile as plain values in the order of the catalogue."""
    meters = {m.section: m for m in meters_of(told.portrait, told.values, told.today)}
    return {
        "as_of": told.today,
        "portrait_version": told.portrait.version,
        "tags_version": told.tags["version"],
        "dimensions": [
            _dimension(code, name, meters[code], told)
            for code, name in indicator_dictionary().sections.items()
        ],
        "tags": told.tags["given"],
        "tags_unknown": told.tags["unknown"],
        "trends": [_trend(trend) for trend in told.portrait.trends],
        "relations": [_tie(tie) for tie in told.portrait.ties if holds(tie, told.today)],
        "events": dict(told.portrait.totals),
    }


def events_json(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return events as the API tells them."""
    return [
        {
            "number": event.number,
            "kind": event.kind,
            "kind_name": get_kind(event.kind).name,
            "class": get_kind(event.kind).class_code,
            "effect": get_kind(event.kind).effect.value,
            "on": event.on,
            "until": event.until,
            "amount": event.amount_fen,
            "level": event.level,
            "text": event.text,
            "source": event.source,
            "collected_on": event.collected_on,
            "under_objection": event.is_marked,
        }
        for event in events
    ]


def holds(tie: Tie, today: date) -> bool:
    """Tell whether the last day of a relation is not past."""
    return tie.until is None or tie.until >= today


def _dimension(code: str, name: str, meter: Meter, told: Described) -> dict[str, Any]:
    entries = [e for e in indicator_dictionary().indicators.values() if e.section == code]
    rows = [
        _indicator(e, told.values[e.code], told.ranks) for e in entries if e.code in told.values
    ]
    return {
        "code": code,
        "name": name,
        "known": meter.known,
        "total": meter.total,
        "newest_on": meter.newest_on,
        "sources": [
            {
                "kind": state.kind,
                "freshness": state.freshness.value,
                "cycle_days": state.cycle_days,
                "collected_on": state.collected_on,
                "newest_on": state.newest_on,
            }
            for state in meter.kinds
        ],
        "indicators": rows,
    }


def _indicator(
    entry: Indicator, found: IndicatorValue, ranks: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    absent = found.value if isinstance(found.value, Missing) else None
    value = None if isinstance(found.value, Missing) else found.value
    rank = ranks.get(entry.code)
    return {
        "code": entry.code,
        "name": entry.name,
        "text": "数据不足" if value is None else value_text(entry, value),
        "value": value,
        "unit": entry.unit.value,
        "direction": entry.direction.value,
        "sources": list(dict.fromkeys(get_kind(kind).department.name for kind in entry.kinds)),
        "source_on": found.source_on,
        "records": found.records,
        "missing": absent.cause.value if absent else None,
        "explanation": missing_sentence(absent.cause, found.source_on) if absent else None,
        "supply": supply_text(entry, absent.cause) if absent else None,
        "percentile": rank["percent"] if rank else None,
        "peers": rank["peers"] if rank else None,
        "is_best": rank["is_best"] if rank else None,
        "definition": entry.definition,
        "legal": entry.legal,
    }


def _trend(trend: Trend) -> dict[str, Any]:
    rule = portrait_rules().trends.get(trend.code)
    return {
        "code": trend.code,
        "name": rule.name if rule else trend.code,
        "unit": rule.unit.value if rule else None,
        "indicators": list(rule.indicators) if rule else [],
        "months": [
            {"month": month.isoformat()[:7], "value": value}
            for month, value in zip(months_of(trend), trend.values, strict=True)
        ],
    }


def months_of(trend: Trend) -> list[date]:
    """Return the first day of each month of a series."""
    return [months_before(trend.first, -number) for number in range(len(trend.values))]


def _tie(tie: Tie) -> dict[str, Any]:
    return {
        "group": tie.group,
        "kind": tie.kind,
        "role": tie.role,
        "party": tie.party,
        "is_person": tie.is_person,
        "is_named": tie.is_named,
        "direction": "out" if tie.outward else "in",
        "amount": tie.amount_fen,
        "share_percent": tie.share,
        "on": tie.on,
        "until": tie.until,
        "event": tie.event,
    }
