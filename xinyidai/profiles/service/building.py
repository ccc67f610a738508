"""Build the profile of one firm: for the platform, or within what a look may see."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import kinds_of_items
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Look
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.profiles import policies, queries, rules
from xinyidai.profiles.engine_postgres import read_firm
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.service.past import knowledge_of, read_past
from xinyidai.profiles.service.portraits import keep_portrait
from xinyidai.profiles.values import ProfileFacts

PURPOSE = "indicators"
SHORTENED = 16


def build_profile(
    actor: Actor,
    enterprise_id: UUID,
    as_of: date | None = None,
    *,
    items: Collection[str] | None = None,
    known_at: datetime | None = None,
) -> ProfileSnapshot:
    """Compute the indicators of one firm and keep them; the same content is kept once.

    `items` are authorization items (授权数据项) to keep to, `None` for all; indicators that rest
    on anything else come out as not authorized. A past day knows nothing that was collected after
    it, or after `known_at`, and nothing that was repaired, corrected or withdrawn since.

    Raises:
        NotFound: no such firm, or neither the firm itself nor the platform asks.
        UnknownItem: the catalogue does not list an item.

    """
    policies.require_own_or_system(actor, enterprise_id)
    firm = queries.get_firm(enterprise_id)
    day = as_of or clock.today()
    allowed = None if items is None else kinds_of_items(items)
    # The version is read before the records: a change in between makes the snapshot outdated,
    # never wrongly current.
    facts_version = firm.facts_version
    with credit_records.platform_run(
        PURPOSE,
        indicator_dictionary().version,
        enterprise_ids=[enterprise_id],
        actor=actor,
        known=knowledge_of(day, known_at),
    ) as run:
        facts = read_past(run, queries.firm_facts(firm), day, allowed)
        if items is None and day == clock.today():
            keep_portrait(run, enterprise_id)
    return keep(facts, facts_version, scope_of(items))


def profile_within(look: Look) -> ProfileFacts:
    """Compute the indicators from what a look may see; stores nothing and logs nothing.

    The look is logged by whoever opened it, and its snapshot keeps what was shown.
    """
    firm = queries.get_firm(look.enterprise_id)
    day = clock.local(look.as_of).date()
    collected = frozenset(credit_records.collected_kinds())
    reading = rules.Reading(day, collected, look.kinds, look.data_from)
    raw = read_firm(look, queries.firm_facts(firm), day, kinds=_used(look.kinds))
    return rules.finish(raw, reading)


def codes_within(day: date, items: Collection[str], data_from: date) -> frozenset[str]:
    """Return the indicators of a day that rest on nothing beyond these items and this period."""
    reading = rules.Reading(day, frozenset(), kinds_of_items(items), data_from)
    entries = indicator_dictionary().indicators.items()
    return frozenset(
        code for code, entry in entries if reading.allows(entry) and not reading.may_hide(entry)
    )


def current_profile(enterprise_id: UUID) -> ProfileSnapshot:
    """Return today's snapshot for the firm's present facts, building it when there is none.

    A snapshot of other facts, of another dictionary or of another day is never returned: a
    repaired record is gone at once, and an expired one on the day it expires.
    """
    return find_current(enterprise_id) or build_profile(SYSTEM, enterprise_id)


def find_current(enterprise_id: UUID) -> ProfileSnapshot | None:
    """Return today's snapshot for the firm's present facts, or None; builds nothing."""
    firm = queries.get_firm(enterprise_id)
    return queries.find_snapshot(
        {
            "enterprise_id": enterprise_id,
            "as_of": clock.today(),
            "facts_version": firm.facts_version,
            "dictionary_version": indicator_dictionary().version,
            "scope": queries.WHOLE,
        }
    )


def facts_of(snapshot: ProfileSnapshot) -> ProfileFacts:
    """Return a stored snapshot as values."""
    values = rules.from_json(snapshot.indicators)
    return ProfileFacts(snapshot.enterprise_id, snapshot.as_of, snapshot.dictionary_version, values)


def is_unchanged(snapshot: ProfileSnapshot) -> bool:
    """Tell whether a stored snapshot still has the content it was stored with."""
    return rules.content_hash(snapshot.indicators) == snapshot.content_hash


def keep(facts: ProfileFacts, facts_version: int, scope: str) -> ProfileSnapshot:
    """Store a profile, or return the snapshot that already has the same content."""
    row = snapshot_row(facts, facts_version, scope)
    # Two pages that build at the same moment must not fail on the unique index.
    statement = insert(ProfileSnapshot).values(**row, id=new_id(), created_at=clock.now())
    db.session.execute(statement.on_conflict_do_nothing())
    key = {name: value for name, value in row.items() if name not in {"indicators", "purpose"}}
    return queries.get_snapshot(key)


def snapshot_row(facts: ProfileFacts, facts_version: int, scope: str) -> dict[str, Any]:
    """Return the columns of a snapshot; id and time come from the table's defaults."""
    indicators = rules.to_json(facts)
    return {
        "enterprise_id": facts.enterprise_id,
        "as_of": facts.as_of,
        "facts_version": facts_version,
        "dictionary_version": facts.dictionary_version,
        "scope": scope,
        "purpose": PURPOSE,
        "indicators": indicators,
        "content_hash": rules.content_hash(indicators),
    }


def scope_of(items: Iterable[str] | None) -> str:
    """Return the name under which a snapshot of some items is kept."""
    if items is None:
        return queries.WHOLE
    return f"items:{rules.content_hash({'items': sorted(items)})[:SHORTENED]}"


def _used(allowed: Collection[str] | None) -> frozenset[str]:
    kinds = frozenset(indicator_dictionary().kinds)
    return kinds if allowed is None else kinds.intersection(allowed)
