"""Show a profile to the firm itself, or to a bank within one look."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.missing import Missing
from xinyidai.catalogue.profile_tags import TagRule
from xinyidai.credit_records.service import Look
from xinyidai.kernel.actor import Actor
from xinyidai.profiles import policies, presentation, queries
from xinyidai.profiles.presentation import ProfileView
from xinyidai.profiles.service.building import current_profile, facts_of, profile_within
from xinyidai.profiles.service.portraits import portrait_within, to_content
from xinyidai.profiles.tagging import Tags, tags_of
from xinyidai.profiles.values import ProfileFacts


@dataclass(frozen=True)
class Rank:
    """Where a value stands among peers of the same industry and size, 同行位置.

    `percent` of the `peers` stand worse (neutral indicators: lower); `text` says it in words.
    """

    percent: int
    peers: int
    text: str


def read_own_profile(actor: Actor, enterprise_id: UUID) -> ProfileView:
    """Return the firm's own profile for its page, with its rank among peers.

    Raises:
        NotFound: neither the firm itself nor the platform asks.

    """
    policies.require_own_or_system(actor, enterprise_id)
    return _show(facts_of(current_profile(enterprise_id)))


def show_within(look: Look) -> ProfileView:
    """Return the profile a look may show, for the page or the report of its recipient."""
    return _show(profile_within(look))


def own_parts(actor: Actor, enterprise_id: UUID) -> tuple[ProfileFacts, dict[str, Rank]]:
    """Return today's indicators of the actor's own firm as values, with their ranks.

    Raises:
        NotFound: neither the firm itself nor the platform asks.

    """
    policies.require_own_or_system(actor, enterprise_id)
    facts = facts_of(current_profile(enterprise_id))
    return facts, ranks_of(facts)


def ranks_of(facts: ProfileFacts) -> dict[str, Rank]:
    """Return the rank of each indicator that has a value and at least 20 peers."""
    firm = queries.get_firm(facts.enterprise_id)
    spreads = queries.distributions_for(firm, facts.dictionary_version)
    ranks = {}
    for code, found in facts.values.items():
        spread = spreads.get(code)
        if spread is not None and not isinstance(found.value, Missing):
            entry = indicator_dictionary()[code]
            percent = presentation.percent_above(found.value, spread.points, entry.direction)
            words = presentation.rank_sentence(entry, found.value, spread)
            ranks[code] = Rank(percent, spread.peers, words)
    return ranks


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


def _show(facts: ProfileFacts) -> ProfileView:
    firm = queries.get_firm(facts.enterprise_id)
    return presentation.show(facts, queries.distributions_for(firm, facts.dictionary_version))
