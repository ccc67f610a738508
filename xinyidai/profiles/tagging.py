"""Which tags a firm has on a day, 标签, and which records or indicators justify each; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xinyidai.catalogue.missing import Missing
from xinyidai.catalogue.profile_tags import Condition, Pick, TagRule, tag_rules
from xinyidai.profiles.portrait_values import Event, Portrait
from xinyidai.profiles.values import IndicatorValue, months_before

Values = Mapping[str, IndicatorValue]


@dataclass(frozen=True)
class Tag:
    """One tag that a firm has: by which rule, and the events or indicators that justify it."""

    rule: TagRule
    events: tuple[int, ...]
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Tags:
    """The tags of a firm; `unknown` are those that nobody can tell from what could be read."""

    version: str
    given: tuple[Tag, ...]
    unknown: tuple[TagRule, ...]


def tags_of(portrait: Portrait, values: Values, today: date) -> Tags:
    """Return the tags that hold on a day; what cannot be told is neither given nor denied."""
    rules = tag_rules()
    given, unknown = [], []
    for rule in rules.tags.values():
        judged = _by_records(rule, portrait, today) if rule.kinds else _by_values(rule, values)
        if judged is None:
            unknown.append(rule)
        elif judged.events or judged.indicators or rule.pick is Pick.NONE:
            given.append(judged)
    tags = [tag for tag in given if not _is_denied(tag)]
    return Tags(rules.version, tuple(tags), tuple(unknown))


def _is_denied(tag: Tag) -> bool:
    return tag.rule.pick is Pick.NONE and bool(tag.events)


def _by_records(rule: TagRule, portrait: Portrait, today: date) -> Tag | None:
    """Return the events that justify a tag, none where it does not hold, None where untold."""
    # How many there are, or that there is none, is known of the whole only.
    needs_whole = rule.pick is Pick.NONE or rule.exactly is not None
    if needs_whole and portrait.kinds is not None:
        return None
    if rule.pick is Pick.NONE and not portrait.collected.keys() >= set(rule.kinds):
        return None
    chosen = _chosen(rule, portrait, today)
    if not chosen and not portrait.reads(rule.kinds):
        return None
    return Tag(rule, tuple(event.number for event in chosen), ())


def _chosen(rule: TagRule, portrait: Portrait, today: date) -> Sequence[Event]:
    events = [event for event in portrait.events if event.kind in rule.kinds]
    if rule.pick is Pick.NONE:
        return events
    if rule.exactly is not None:
        count = sum(portrait.totals.get(kind, 0) for kind in rule.kinds)
        events = events if count == rule.exactly else []
    if rule.pick is Pick.NEWEST:
        events = events[:1]
    # One loan that is paid back was a loan all the same; anything else must still be valid.
    is_count = rule.exactly is not None
    return [e for e in events if (is_count or e.holds(today)) and _fits(rule, e, today)]


def _fits(rule: TagRule, event: Event, today: date) -> bool:
    months = rule.within_months
    return (
        (not rule.levels or event.level in rule.levels)
        and (months is None or event.on > months_before(today, months))
        and (rule.text_has is None or rule.text_has in event.text)
    )


def _by_values(rule: TagRule, values: Values) -> Tag | None:
    found = [values.get(condition.indicator) for condition in rule.conditions]
    if any(value is None or isinstance(value.value, Missing) for value in found):
        return None
    holds = all(_meets(condition, values[condition.indicator]) for condition in rule.conditions)
    return Tag(rule, (), tuple(c.indicator for c in rule.conditions) if holds else ())


def _meets(condition: Condition, found: IndicatorValue) -> bool:
    value = Decimal(str(found.value))
    low, high = condition.at_least, condition.at_most
    return (low is None or value >= low) and (high is None or value <= high)
