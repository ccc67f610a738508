"""From records to a portrait, 画像内容: events, relations, monthly series; pure."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from xinyidai.catalogue.portrait import Fold, Measure, TieRule, TrendRule, portrait_rules
from xinyidai.credit_records.service import showable
from xinyidai.credit_records.values import Fact
from xinyidai.profiles.portrait_values import Event, Tie, Trend
from xinyidai.profiles.values import Number, months_before

MONTHS = 36
VERSION = "portrait-2026.1"
UNNAMED = "某单位"
Namer = Callable[[Fact], str]


@dataclass(frozen=True)
class MonthSum:
    """What the records of one kind and level come to in one month."""

    kind: str
    level: str | None
    month: date
    amount_fen: int | None
    quantity: Decimal | None
    most: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Writing:
    """How records are put into words: on which day, whom to hide, how many of each kind.

    `key_of` names a record through its versions where the portrait is the firm's own; `marked`
    are the names of those under objection, to be noted in what somebody else is shown.
    """

    today: date
    persons: Collection[str] = ()
    most_of_a_kind: int
    key_of: Namer
    is_own: bool
    marked: Collection[str] = field(default_factory=frozenset)


def events_of(facts: Sequence[Fact], writing: Writing) -> tuple[tuple[Event, ...], dict[int, int]]:
    """Return the newest events of each kind, newest first, and the event number of each record."""
    newest = sorted(facts, key=_place, reverse=True)
    seen: Counter[str] = Counter()
    events: list[Event] = []
    numbers: dict[int, int] = {}
    for fact in newest:
        seen[fact.kind] += 1
        if seen[fact.kind] <= writing.most_of_a_kind:
            numbers[fact.id] = len(events) + 1
            events.append(_event(len(events) + 1, fact, writing))
    return tuple(events), numbers


def _place(fact: Fact) -> tuple[date, str, str, str]:
    """Return what orders records of one day whatever numbers the database gave them."""
    return fact.occurred_on, fact.kind, fact.natural_key, fact.source


def totals_of(facts: Sequence[Fact]) -> dict[str, int]:
    """Return how many records of each kind there are."""
    return dict(sorted(Counter(fact.kind for fact in facts).items()))


def _event(number: int, fact: Fact, writing: Writing) -> Event:
    key = writing.key_of(fact)
    return Event(
        number=number,
        kind=fact.kind,
        source=fact.source,
        on=fact.occurred_on,
        until=showable.last_day_of(fact),
        amount_fen=fact.amount_fen,
        level=fact.level,
        text=showable.words_of(fact, writing.persons, writing.today),
        collected_on=fact.collected_at.date(),
        key=key if writing.is_own else None,
        record=fact.id if writing.is_own else None,
        is_marked=not writing.is_own and key in writing.marked,
    )


def ties_of(facts: Sequence[Fact], numbers: Mapping[int, int], today: date) -> tuple[Tie, ...]:
    """Return the relations that the records tell of, those that hold, in the order of the rules."""
    unnamed: dict[tuple[str, str], str] = {}
    found = []
    rules = portrait_rules()
    for rule in rules.ties.values():
        for fact in sorted(facts, key=_place):
            if fact.kind == rule.kind and _holds(fact, today):
                tie = _tie(fact, rule, unnamed, numbers.get(fact.id), today)
                found += [tie] if tie else []
    return tuple(found)


def _tie(
    fact: Fact,
    rule: TieRule,
    unnamed: dict[tuple[str, str], str],
    number: int | None,
    today: date,
) -> Tie | None:
    party = showable.party_of(fact, rule.party, today)
    if party is None:
        return None
    words, is_person, is_named = party
    if not is_named:
        words = _words_for(fact, rule, unnamed, words)
    is_share = rule.kind == "shareholder_contribution" and fact.quantity is not None
    return Tie(
        group=rule.group,
        kind=rule.kind,
        role=rule.role,
        party=words,
        is_person=is_person,
        is_named=is_named,
        outward=rule.outward,
        amount_fen=fact.amount_fen,
        share=float(fact.quantity) if is_share and fact.quantity is not None else None,
        on=fact.occurred_on,
        until=fact.valid_until,
        event=number,
    )


def _words_for(fact: Fact, rule: TieRule, unnamed: dict[tuple[str, str], str], masked: str) -> str:
    """Return words that tell two unnamed parties apart and name neither."""
    who = (rule.group, showable.name_of_party(fact, rule.party))
    if who not in unnamed:
        stem = masked or UNNAMED
        taken = sum(words.startswith(stem) for words in unnamed.values())
        unnamed[who] = f"{stem}{taken + 1}" if taken or not masked else stem
    return unnamed[who]


def _holds(fact: Fact, today: date) -> bool:
    return fact.valid_until is None or fact.valid_until >= today


def trends_of(sums: Sequence[MonthSum], today: date) -> tuple[Trend, ...]:
    """Return the series that have a value at all; a month without a record has none."""
    first = months_before(today.replace(day=1), MONTHS)
    trends = [_trend(rule, sums, first) for rule in portrait_rules().trends.values()]
    return tuple(trend for trend in trends if any(value is not None for value in trend.values))


def _trend(rule: TrendRule, sums: Sequence[MonthSum], first: date) -> Trend:
    cells: list[Number | None] = [None] * MONTHS
    for found in sums:
        is_wanted = found.kind == rule.kind and rule.level in {None, found.level}
        place = _months_between(first, found.month)
        value = _measured(rule, found)
        if is_wanted and 0 <= place < MONTHS and value is not None:
            cells[place] = _folded(rule, cells[place], value)
    return Trend(rule.code, first, tuple(cells))


def _measured(rule: TrendRule, found: MonthSum) -> Number | None:
    if rule.measure is Measure.AMOUNT:
        return found.amount_fen
    value = found.most if rule.fold is Fold.MAX else found.quantity
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _folded(rule: TrendRule, before: Number | None, value: Number) -> Number:
    if before is None:
        return value
    return max(before, value) if rule.fold is Fold.MAX else before + value


def _months_between(first: date, month: date) -> int:
    return (month.year - first.year) * 12 + month.month - first.month
