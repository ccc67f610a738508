"""Values of the portrait, 画像内容: dated events, relations and monthly series, and their JSON.

A portrait keeps facts with their last day, never conclusions: whoever shows it asks what still
holds on that day.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from xinyidai.catalogue.kinds import Effect, get_kind
from xinyidai.profiles.values import Number


@dataclass(frozen=True, kw_only=True)
class Event:
    """One record as an event of the timeline, 时间轴; `number` names it within the portrait.

    `text` holds no person and nobody's name that is not public. `key` names the record through
    all its versions, `record` its present one; only the firm's own portrait has them.
    `is_marked`: under objection (异议中) when a look was made.
    """

    number: int
    kind: str
    source: str
    on: date
    until: date | None
    amount_fen: int | None
    level: str | None
    text: str
    collected_on: date
    key: str | None = None
    record: int | None = None
    is_marked: bool = False

    def holds(self, today: date) -> bool:
        """Tell whether the last day, 有效期至, is not past."""
        return self.until is None or self.until >= today


@dataclass(frozen=True, kw_only=True)
class Tie:
    """One relation to somebody else, 关系, as one record tells it.

    `party` is a public name, a masked person, or words that name nobody; equal words within a
    portrait mean the same party. `share` is a percentage of the capital.
    """

    group: str
    kind: str
    role: str
    party: str
    is_person: bool
    is_named: bool
    outward: bool
    amount_fen: int | None
    share: float | None
    on: date
    until: date | None
    event: int | None


@dataclass(frozen=True)
class Trend:
    """One monthly series, 趋势: `first` is the first month's first day; None is 数据不足."""

    code: str
    first: date
    values: tuple[Number | None, ...]


@dataclass(frozen=True)
class Portrait:
    """Everything a profile shows beside indicators, as the records stood on a day.

    `totals` are the numbers of records of each kind of event, of which only the newest are in
    `events`; `newest` the newest record of each kind; `collected` the last collection of each kind
    by the platform; `kinds` what could be read, None for everything.
    """

    version: str
    as_of: date
    kinds: frozenset[str] | None
    events: tuple[Event, ...]
    totals: Mapping[str, int]
    newest: Mapping[str, date]
    trends: tuple[Trend, ...]
    ties: tuple[Tie, ...]
    collected: Mapping[str, date]

    def reads(self, kinds: Sequence[str]) -> bool:
        """Tell whether all of these kinds could be read."""
        return self.kinds is None or self.kinds.issuperset(kinds)


def standing(portrait: Portrait, today: date) -> Portrait:
    """Return the portrait without what may not be used any more: 失信 beyond its last day.

    Publicity of a penalty ends on its last day, an entry of a list on the day of its removal; any
    other record that is over stays in the timeline and says so.
    """
    kept = tuple(event for event in portrait.events if not _has_lapsed(event, today))
    if len(kept) == len(portrait.events):
        return portrait
    gone = Counter(event.kind for event in portrait.events if _has_lapsed(event, today))
    totals = {kind: number - gone[kind] for kind, number in portrait.totals.items()}
    # That a kind had a record, and when, is not to be told either: events are kept newest first.
    newest = {kind: day for kind, day in portrait.newest.items() if kind not in gone}
    for event in reversed(kept):
        if event.kind in gone:
            newest[event.kind] = event.on
    return replace(
        portrait,
        events=kept,
        totals={k: n for k, n in totals.items() if n},
        newest=dict(sorted(newest.items())),
    )


def _has_lapsed(event: Event, today: date) -> bool:
    is_adverse = get_kind(event.kind).effect is Effect.NEGATIVE
    return is_adverse and event.until is not None and event.until <= today


def to_json(portrait: Portrait) -> dict[str, Any]:
    """Return the portrait as plain JSON; days as 2026-05-31, amounts in 分."""
    return {
        "version": portrait.version,
        "as_of": portrait.as_of.isoformat(),
        "kinds": None if portrait.kinds is None else sorted(portrait.kinds),
        "events": [_plain(vars(event)) for event in portrait.events],
        "totals": dict(portrait.totals),
        "newest": {kind: day.isoformat() for kind, day in portrait.newest.items()},
        "trends": [
            {"code": t.code, "first": t.first.isoformat(), "values": list(t.values)}
            for t in portrait.trends
        ],
        "ties": [_plain(vars(tie)) for tie in portrait.ties],
        "collected": {kind: day.isoformat() for kind, day in portrait.collected.items()},
    }


def from_json(content: Mapping[str, Any]) -> Portrait:
    """Read what `to_json` wrote."""
    kinds = content["kinds"]
    return Portrait(
        content["version"],
        date.fromisoformat(content["as_of"]),
        None if kinds is None else frozenset(kinds),
        tuple(
            Event(**_with_days(entry, "on", "until", "collected_on")) for entry in content["events"]
        ),
        content["totals"],
        _days(content["newest"]),
        tuple(
            Trend(t["code"], date.fromisoformat(t["first"]), tuple(t["values"]))
            for t in content["trends"]
        ),
        tuple(Tie(**_with_days(entry, "on", "until")) for entry in content["ties"]),
        _days(content["collected"]),
    )


def _plain(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in entry.items()
    }


def _with_days(entry: Mapping[str, Any], *names: str) -> dict[str, Any]:
    days = {name: date.fromisoformat(entry[name]) for name in names if entry[name] is not None}
    return {**entry, **days}


def _days(texts: Mapping[str, str]) -> dict[str, date]:
    return {kind: date.fromisoformat(text) for kind, text in texts.items()}
