"""Anybody reads what is public of one firm, 公开查询: open kinds, in publicity, in force.

Row security lets one firm and the open kinds through; fields that are not public are dropped here,
before anything leaves the slice. One query is one event with the address it came from.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from xinyidai.catalogue import kinds as catalogue
from xinyidai.catalogue.kinds import get_kind
from xinyidai.credit_records import publicity, queries, report_queries
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.service import cases, door, log
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import (
    PUBLIC_PURPOSES,
    DisclosureSubject,
    Fact,
    PublicRecord,
    QueryKind,
    QueryOutcome,
)
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import InvalidInput

REPORT_STANDING = "report_standing"


def read_public(actor: Actor, enterprise_id: UUID, purpose: str) -> tuple[PublicRecord, ...]:
    """Return what anybody may be shown of a firm today; a firm's own person looks as its own.

    Raises:
        InvalidInput: the purpose is none of `PUBLIC_PURPOSES`.

    """
    if purpose not in PUBLIC_PURPOSES:
        raise InvalidInput("没有这种公开查询。")
    event_id, kinds = new_id(), publicity.public_kinds()
    aperture = Aperture(enterprise_id, kinds=kinds, event_id=event_id)
    statement = queries.facts_in_force(enterprise_id, kinds)
    facts = queries.as_facts(door.read(aperture, statement))
    shown = _shown(enterprise_id, facts)
    is_own = actor.role is Role.ENTERPRISE_USER and actor.party_id == enterprise_id
    log.write(
        QueryEvent(
            id=event_id,
            happened_at=clock.now(),
            kind=QueryKind.OWN if is_own else QueryKind.PUBLIC,
            outcome=QueryOutcome.ALLOWED,
            account_id=actor.account_id,
            role=actor.role,
            party_id=actor.party_id,
            actor_name=actor.name,
            enterprise_id=enterprise_id,
            purpose=purpose,
            subject=DisclosureSubject.RECORDS,
            kinds=sorted({record.kind for record in shown}),
            record_count=len(shown),
            rule_version=catalogue.VERSION,
        )
    )
    return shown


def last_removals(
    enterprise_ids: Collection[UUID], kinds: Collection[str], after: datetime
) -> dict[tuple[UUID, str], datetime]:
    """Return when a record was last corrected, withdrawn or repaired, by firm and kind; no values.

    What happened up to `after` is left out.
    """
    firms = frozenset(enterprise_ids)
    [only] = firms if len(firms) == 1 else [None]
    aperture = Aperture(only, platform_run=None if only else REPORT_STANDING)
    rows = door.read(aperture, queries.last_removals(firms, kinds, after))
    return {(firm, kind): at for firm, kind, at in rows}


def collected_sources(as_of: datetime | None = None) -> dict[str, dict[str, datetime]]:
    """Return for each kind ever collected, by source, the end of its last collection.

    A kind that is absent was never collected: nothing found of it means 数据不足, never «none».
    """
    statement = report_queries.last_collections_by_source(as_of or clock.now())
    found: dict[str, dict[str, datetime]] = {}
    for kind, source, at in door.read(Aperture(platform_run="collected_kinds"), statement):
        found.setdefault(kind, {})[source] = clock.local(at)
    return found


def _shown(enterprise_id: UUID, facts: Sequence[Fact]) -> tuple[PublicRecord, ...]:
    today = clock.today()
    persons = publicity.persons_in(facts, [_representative(enterprise_id)])
    found = [
        PublicRecord(
            kind=fact.kind,
            source=fact.source,
            occurred_on=fact.occurred_on,
            ends_on=publicity.publicity_end(fact),
            content=publicity.public_content(get_kind(fact.kind), fact.content, persons),
            collected_at=fact.collected_at,
            key=cases.key_of(enterprise_id, fact),
        )
        for fact in facts
        if publicity.is_publicised(fact, today)
    ]
    return tuple(sorted(found, key=lambda record: (record.kind, record.occurred_on, record.key)))


def _representative(enterprise_id: UUID) -> str | None:
    statement = select(Enterprise.legal_representative).where(Enterprise.id == enterprise_id)
    return db.session.scalar(statement)
