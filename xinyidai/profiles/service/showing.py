"""Show a profile to the firm itself, or to a bank within one look."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from xinyidai.catalogue.indicators import Direction, indicator_dictionary
from xinyidai.catalogue.missing import Missing
from xinyidai.catalogue.profile_tags import TagRule
from xinyidai.credit_records.service import Look
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import NotFound
from xinyidai.objections import service as objections
from xinyidai.profiles import policies, presentation, queries
from xinyidai.profiles.describing import Described, describe, events_json
from xinyidai.profiles.portrait_values import Portrait
from xinyidai.profiles.presentation import ProfileView
from xinyidai.profiles.service.building import (
    current_profile,
    facts_of,
    find_current,
)
from xinyidai.profiles.service.portraits import (
    portrait_within,
    read_own_portrait,
    refresh_portrait,
    to_content,
)
from xinyidai.profiles.tagging import Tags, tags_of
from xinyidai.profiles.values import Distribution, Number, ProfileFacts


@dataclass(frozen=True)
class Rank:
    """Where a value stands among peers of the same industry and size, 同行位置.

    `percent` of the `peers` stand worse (neutral indicators: lower); `text` says it in words.
    `is_best`: nobody stands better, however many stand as well.
    """

    percent: int
    peers: int
    text: str
    is_best: bool


@dataclass(frozen=True)
class OwnProfile:
    """Everything the firm's own pages show; `portrait` None until it has been made."""

    view: ProfileView
    facts: ProfileFacts
    ranks: Mapping[str, Rank]
    portrait: Portrait | None
    tags: Mapping[str, Any]


NO_TAGS: Mapping[str, Any] = {"version": "", "given": [], "unknown": []}


def read_own_profile(actor: Actor, enterprise_id: UUID) -> ProfileView:
    """Return the firm's own profile for its page, with its rank among peers.

    Raises:
        NotFound: neither the firm itself nor the platform asks.

    """
    policies.require_own_or_system(actor, enterprise_id)
    facts = facts_of(current_profile(enterprise_id))
    return presentation.show(facts, _spreads(facts))


def find_own_profile(actor: Actor, enterprise_id: UUID) -> OwnProfile | None:
    """Return the profile on today's facts, or None when it has to be built first; builds nothing.

    Raises:
        NotFound: neither the firm itself nor the platform asks.

    """
    policies.require_own_or_system(actor, enterprise_id)
    snapshot = find_current(enterprise_id)
    if snapshot is None:
        return None
    facts = facts_of(snapshot)
    spreads = _spreads(facts)
    portrait = read_own_portrait(actor, enterprise_id)
    tags = tags_of(portrait, facts.values, clock.today()) if portrait else None
    return OwnProfile(
        presentation.show(facts, spreads),
        facts,
        _ranks(facts, spreads),
        portrait,
        tags_to_json(tags) if tags else NO_TAGS,
    )


def own_as_json(actor: Actor, enterprise_id: UUID) -> dict[str, Any]:
    """Return the firm's own profile as the API tells one, with its timeline, as plain JSON.

    Raises:
        NotFound: neither the firm itself nor the platform asks, or nothing has been built yet.

    """
    found = find_own_profile(actor, enterprise_id)
    if found is None or found.portrait is None:
        raise NotFound("画像还没有算过，请先在“我的画像”点“更新画像”。")
    ranks = {code: asdict(rank) for code, rank in found.ranks.items()}
    told = Described(found.facts.values, ranks, found.portrait, found.tags, clock.today())
    marked = objections.marks_of(enterprise_id).keys
    events = [replace(event, is_marked=event.key in marked) for event in found.portrait.events]
    whole = describe(told) | {"timeline": events_json(events)}
    plain: dict[str, Any] = json.loads(json.dumps(whole, default=str))
    return plain


def refresh_profile(enterprise_id: UUID) -> None:
    """Bring indicators and portrait up to the firm's present facts, for its pages."""
    current_profile(enterprise_id)
    refresh_portrait(enterprise_id)


def ranks_of(facts: ProfileFacts) -> dict[str, Rank]:
    """Return the rank of each indicator that has a value and at least 20 peers."""
    return _ranks(facts, _spreads(facts))


def _spreads(facts: ProfileFacts) -> dict[str, Distribution]:
    firm = queries.get_firm(facts.enterprise_id)
    return queries.distributions_for(firm, facts.dictionary_version)


def _ranks(facts: ProfileFacts, spreads: Mapping[str, Distribution]) -> dict[str, Rank]:
    ranks = {}
    for code, found in facts.values.items():
        spread = spreads.get(code)
        if spread is not None and not isinstance(found.value, Missing):
            entry = indicator_dictionary()[code]
            percent = presentation.percent_above(found.value, spread.points, entry.direction)
            words = presentation.rank_sentence(entry, found.value, spread)
            is_best = _is_best(found.value, spread, entry.direction)
            ranks[code] = Rank(percent, spread.peers, words, is_best)
    return ranks


def _is_best(value: Number, spread: Distribution, direction: Direction) -> bool:
    if direction is Direction.NEUTRAL:
        return False
    if direction is Direction.HIGHER_IS_WORSE:
        return value <= spread.points[0]
    return value >= spread.points[-1]


def parts_within(look: Look, facts: ProfileFacts) -> dict[str, Any]:
    """Return what a look shows beside its indicators: portrait, tags and ranks, as plain JSON.

    Nothing where only results may be seen.
    """
    portrait = portrait_within(look)
    if portrait is None:
        return {}
    return {
        "portrait": to_content(portrait),
        "tags": tags_to_json(tags_of(portrait, facts.values, portrait.as_of)),
        "ranks": {code: asdict(rank) for code, rank in ranks_of(facts).items()},
    }


def tags_to_json(tags: Tags) -> dict[str, Any]:
    """Return tags with the words of their rules, so that they can be read without the file."""
    return {
        "version": tags.version,
        "given": [
            {**_words(tag.rule), "events": list(tag.events), "indicators": list(tag.indicators)}
            for tag in tags.given
        ],
        "unknown": [_words(rule) for rule in tags.unknown],
    }


def _words(rule: TagRule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "tone": rule.tone.value,
        "meaning": rule.meaning,
        "basis": rule.basis,
        "kinds": list(rule.kinds),
    }
