"""A firm reads what the platform holds about it, 企业查看自己的信息."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from xinyidai.catalogue import kinds as catalogue
from xinyidai.credit_records import policies, queries
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.service import door, log
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import (
    DisclosureSubject,
    Fact,
    QueryKind,
    QueryOutcome,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import new_id

OWN_PURPOSE = "own"


@dataclass(frozen=True)
class OwnPage:
    """One page of a firm's records in force, and the number of all of them."""

    total: int
    facts: tuple[Fact, ...]


def read_own_page(
    actor: Actor,
    enterprise_id: UUID,
    *,
    kinds: Collection[str] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> OwnPage:
    """Return a page of the records in force of the actor's own firm, by kind, newest first.

    For firms with more records than one page can bear; the look is logged as `read_own` logs it.

    Raises:
        NotFound: the actor does not belong to this firm.

    """
    policies.require_own(actor, enterprise_id)
    event_id = new_id()
    aperture = Aperture(enterprise_id, event_id=event_id)
    [[total]] = door.read(aperture, queries.count_in_force(enterprise_id, kinds))
    statement = queries.page_in_force(enterprise_id, kinds, limit, offset)
    facts = queries.as_facts(door.read(aperture, statement))
    _note(actor, enterprise_id, event_id, facts)
    return OwnPage(int(total), facts)


def read_own(actor: Actor, enterprise_id: UUID) -> tuple[Fact, ...]:
    """Return all records in force of the actor's own firm; the look is logged, kept apart.

    Raises:
        NotFound: the actor does not belong to this firm.

    """
    policies.require_own(actor, enterprise_id)
    event_id = new_id()
    statement = queries.facts_in_force(enterprise_id, None)
    facts = queries.as_facts(door.read(Aperture(enterprise_id, event_id=event_id), statement))
    _note(actor, enterprise_id, event_id, facts)
    return facts


def _note(actor: Actor, enterprise_id: UUID, event_id: UUID, facts: tuple[Fact, ...]) -> None:
    log.write(
        QueryEvent(
            id=event_id,
            happened_at=clock.now(),
            kind=QueryKind.OWN,
            outcome=QueryOutcome.ALLOWED,
            account_id=actor.account_id,
            role=actor.role,
            party_id=actor.party_id,
            actor_name=actor.name,
            enterprise_id=enterprise_id,
            purpose=OWN_PURPOSE,
            subject=DisclosureSubject.RECORDS,
            kinds=sorted({fact.kind for fact in facts}),
            record_count=len(facts),
            rule_version=catalogue.VERSION,
        )
    )
