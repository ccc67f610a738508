"""From exact sums to indicator values, and when there is none, 数据不足; pure.

A share is one division of two exact integers, rounded half up to 9 places; no engine divides.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xinyidai.catalogue.indicators import (
    Indicator,
    WhenAbsent,
    indicator_dictionary,
)
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.profiles.formulas import (
    PACK,
    Change,
    Formula,
    Newest,
    NewestChange,
    Register,
    Share,
    Total,
)
from xinyidai.profiles.indicators import FORMULAS
from xinyidai.profiles.values import (
    IndicatorValue,
    KindSummary,
    Number,
    ProfileFacts,
    RawProfile,
    window_is_within,
)

PLACES = 10**9
QUANTITY_SCALE = 10_000
NO_RECORDS = KindSummary(0, None)

Cell = int | Decimal | None


@dataclass(frozen=True)
class Reading:
    """What a profile was read with.

    `allowed` are the record kinds that may be used, `None` for all; `collected` those that have
    been collected at all, for whatever firm: only there does absence mean zero. `since` is the
    first day of the authorized period.
    """

    as_of: date
    collected: frozenset[str]
    allowed: frozenset[str] | None = None
    since: date | None = None

    def allows(self, indicator: Indicator) -> bool:
        """Tell whether all that the indicator rests on may be used: every kind, the whole window.

        Half a negative list, or half a window, would make a withheld record look like none.
        """
        if self.allowed is not None and not self.allowed.issuperset(indicator.kinds):
            return False
        return window_is_within(indicator.window_months, self.since, self.as_of)

    def may_hide(self, indicator: Indicator) -> bool:
        """Tell whether records from before the authorized period may bear on the indicator.

        Records that hold until they end are read whenever they began; the others of an indicator
        without a window count until they grow stale, or for good.
        """
        if self.since is None or indicator.window_months is not None:
            return False
        if isinstance(FORMULAS[indicator.code], Register):
            return False
        if all(get_kind(kind).map.valid_until for kind in indicator.kinds):
            return False
        days = indicator.fresh_within_days
        return days is None or self.as_of - timedelta(days=days) < self.since


def finish(raw: RawProfile, reading: Reading) -> ProfileFacts:
    """Turn what an engine returned for one firm into the firm's indicators."""
    dictionary = indicator_dictionary()
    values = {
        code: _indicator_value(indicator, raw, reading)
        for code, indicator in dictionary.indicators.items()
    }
    return ProfileFacts(raw.enterprise_id, reading.as_of, dictionary.version, values)


def _indicator_value(indicator: Indicator, raw: RawProfile, reading: Reading) -> IndicatorValue:
    code = indicator.code
    if not reading.allows(indicator):
        return IndicatorValue(code, Missing(MissingCause.NOT_AUTHORIZED), None, 0)
    summaries = [raw.kinds.get(kind, NO_RECORDS) for kind in indicator.kinds]
    records = sum(summary.records for summary in summaries)
    source_on = max((s.latest_on for s in summaries if s.latest_on), default=None)
    value = computed(FORMULAS[code], code, raw.columns)
    missing = missing_cause(indicator, value, records, source_on, reading)
    if (missing or not value) and source_on is None and reading.may_hide(indicator):
        missing = MissingCause.NOT_AUTHORIZED
    return IndicatorValue(code, Missing(missing) if missing else value or 0, source_on, records)


def missing_cause(
    indicator: Indicator,
    value: Number | None,
    records: int,
    source_on: date | None,
    reading: Reading,
) -> MissingCause | None:
    """Return why an indicator has no value, or nothing when it has one."""
    if isinstance(FORMULAS[indicator.code], Register):
        return MissingCause.NO_RECORD if value is None else None
    if indicator.when_absent is WhenAbsent.ZERO:
        # Records that do not say what is asked are no zero either.
        is_silent = value is None and source_on is not None
        is_known = bool(value) or reading.collected.issuperset(indicator.kinds)
        return None if is_known and not is_silent else MissingCause.NO_RECORD
    if source_on is None:
        return MissingCause.NO_RECORD
    days = indicator.fresh_within_days
    if days is not None and reading.as_of - source_on > timedelta(days=days):
        return MissingCause.STALE
    if value is None:
        return MissingCause.NO_RECORD if records else MissingCause.STALE
    return None


def computed(formula: Formula, code: str, columns: Mapping[str, Cell]) -> Number | None:
    """Return the value of a formula from its columns, or nothing where a part is absent."""
    match formula:
        case Total():
            return _plain(columns[code])
        case Newest(divisor=divisor):
            return _unpacked(columns[code], divisor)
        case Register(divisor=divisor):
            return _divided(columns[code], divisor)
        case Share():
            return _share(columns[f"{code}__a"], columns[f"{code}__b"])
        case Change():
            return _change(columns[f"{code}__a"], columns[f"{code}__b"])
        case NewestChange():
            now, before = (_unpacked(columns[f"{code}__{part}"], 1) for part in "ab")
            return _change(_cell(now), _cell(before))


def _plain(cell: Cell) -> Number | None:
    if cell is None:
        return None
    whole = int(cell)
    return whole if whole == cell else float(cell)


def _cell(number: Number | None) -> int | None:
    return None if number is None else int(number)


def _unpacked(cell: Cell, divisor: int) -> Number | None:
    return None if cell is None else _divided(int(cell) % PACK, divisor)


def _divided(cell: Cell, divisor: int) -> Number | None:
    if cell is None or divisor == 1:
        return _plain(cell)
    return _plain(cell // divisor) if cell % divisor == 0 else _share(cell, divisor)


def _change(now: Cell, before: Cell) -> float | None:
    return None if now is None or before is None else _share(now - before, before)


def _share(numerator: Cell, denominator: Cell) -> float | None:
    if numerator is None or denominator is None or denominator <= 0:
        return None
    over, under = (int(part * QUANTITY_SCALE) for part in (numerator, denominator))
    return (2 * over * PLACES + under) // (2 * under) / PLACES


def to_json(facts: ProfileFacts) -> dict[str, Any]:
    """Return the form in which a snapshot keeps its indicators."""
    return {
        code: {
            "value": None if isinstance(value.value, Missing) else value.value,
            "missing": value.value.cause.value if isinstance(value.value, Missing) else None,
            "source_on": value.source_on.isoformat() if value.source_on else None,
            "records": value.records,
        }
        for code, value in facts.values.items()
    }


def from_json(indicators: Mapping[str, Any]) -> dict[str, IndicatorValue]:
    """Read what `to_json` wrote; an unknown cause raises `ValueError`."""
    return {code: _value_of(code, entry) for code, entry in indicators.items()}


def _value_of(code: str, entry: Mapping[str, Any]) -> IndicatorValue:
    missing, source_on = entry["missing"], entry["source_on"]
    return IndicatorValue(
        code,
        entry["value"] if missing is None else Missing(MissingCause(missing)),
        date.fromisoformat(source_on) if source_on else None,
        entry["records"],
    )


def content_hash(indicators: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the indicators, the same for the same content."""
    text = json.dumps(indicators, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
