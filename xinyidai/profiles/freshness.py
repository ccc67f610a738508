"""How complete and how fresh a profile is, 齐全和新鲜: by dimension, from the catalogue's cycles.

A firm without penalties has no new penalty record, and that is no gap; so a kind is late when the
platform has not collected it for longer than its cycle allows, whoever's records came. Monthly
figures show besides from which month the newest one is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from xinyidai.catalogue.credit_reports import REPORTS
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.missing import Missing
from xinyidai.profiles.portrait_values import Portrait
from xinyidai.profiles.values import IndicatorValue


class Freshness(StrEnum):
    """How a kind of information stands, 新鲜程度."""

    ON_TIME = "on_time"  # 按期更新
    LATE = "late"  # 超过更新周期
    NEVER = "never"  # 平台还没有归集过
    UNREAD = "unread"  # 未授权


@dataclass(frozen=True)
class KindState:
    """One kind of information: cycle in days, last collection, and the firm's newest record."""

    kind: str
    freshness: Freshness
    cycle_days: int
    collected_on: date | None
    newest_on: date | None


@dataclass(frozen=True)
class Meter:
    """One dimension: indicators with a value of all, and its kinds one by one."""

    section: str
    known: int
    total: int
    kinds: tuple[KindState, ...]

    @property
    def on_time(self) -> int:
        """Return how many kinds are collected on time."""
        return sum(state.freshness is Freshness.ON_TIME for state in self.kinds)

    @property
    def newest_on(self) -> date | None:
        """Return the day of the firm's newest record of the dimension."""
        return max((s.newest_on for s in self.kinds if s.newest_on), default=None)


def meters_of(
    portrait: Portrait, values: Mapping[str, IndicatorValue], today: date
) -> tuple[Meter, ...]:
    """Return one meter for each dimension, in the order of the dictionary."""
    dictionary = indicator_dictionary()
    meters = []
    for section in dictionary.sections:
        entries = [entry for entry in dictionary.indicators.values() if entry.section == section]
        kinds = dict.fromkeys(kind for entry in entries for kind in entry.kinds)
        found = [values[entry.code] for entry in entries if entry.code in values]
        known = sum(not isinstance(value.value, Missing) for value in found)
        states = tuple(_state(kind, portrait, today) for kind in kinds)
        meters.append(Meter(section, known, len(entries), states))
    return tuple(meters)


def _state(code: str, portrait: Portrait, today: date) -> KindState:
    cycle = get_kind(code).update_cycle_days
    collected = portrait.collected.get(code)
    return KindState(
        code, _freshness(code, portrait, today), cycle, collected, portrait.newest.get(code)
    )


def _freshness(code: str, portrait: Portrait, today: date) -> Freshness:
    collected = portrait.collected.get(code)
    if not portrait.reads([code]):
        return Freshness.UNREAD
    if collected is None:
        return Freshness.NEVER
    allowed = max(
        REPORTS.stale_after_days, get_kind(code).update_cycle_days * REPORTS.stale_after_cycles
    )
    is_late = today - collected > timedelta(days=allowed)
    return Freshness.LATE if is_late else Freshness.ON_TIME
