"""Write a query into the log and into the evidence log, and read it back for proofs."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from xinyidai.credit_records import queries
from xinyidai.credit_records.models import QueryEvent
from xinyidai.kernel.actor import client_address
from xinyidai.kernel.db import db, record_refusal
from xinyidai.ledger import service as ledger
from xinyidai.ledger.openings import Opening, Source, register

SUBJECT = "query"
ERASED_NAME = "（人员信息已依法删除）"


def write(event: QueryEvent) -> None:
    """Add an event, whole, with its evidence to the transaction of the reading."""
    event.client_address = client_address()
    db.session.add(event)
    db.session.add_all(_evidence(event))


def write_many(events: Sequence[QueryEvent]) -> None:
    """Add many events of one deed, each whole and with its own evidence."""
    address = client_address()
    for event in events:
        event.client_address = address
    db.session.add_all(events)
    db.session.add_all([row for event in events for row in _evidence(event)])


def write_refusal(event: QueryEvent) -> None:
    """Commit a refused look apart, with its evidence, whatever becomes of the request."""
    event.client_address = client_address()
    record_refusal(event, *_evidence(event))


def matter_of(event: QueryEvent) -> dict[str, Any]:
    """Return what was asked, between whom, and what came of it; no natural person."""
    return {
        "v": 1,
        "kind": event.kind.value,
        "outcome": event.outcome.value,
        "reasons": list(event.reasons or ()),
        "role": event.role.value,
        "party": _text(event.party_id),
        "institution": _text(event.institution_id),
        "enterprise": _text(event.enterprise_id),
        "consent": _text(event.consent_id),
        "artefact": event.consent_hash,
        "purpose": event.purpose,
        "subject": str(event.subject),
        "items": list(event.items or ()),
        "kinds": list(event.kinds or ()),
        "records": event.record_count,
        "firms": event.firm_count,
        "rules": event.rule_version,
        "result": event.result_hash,
        "snapshot": _text(event.snapshot_id),
        "batch": _text(event.batch_id),
    }


def person_of(event: QueryEvent) -> dict[str, Any] | None:
    """Return which person asked, and from where; None once that was erased."""
    if event.actor_name == ERASED_NAME:
        return None
    return {
        "account": _text(event.account_id),
        "name": event.actor_name,
        "address": event.client_address,
    }


def read_openings(ids: Sequence[UUID]) -> Mapping[UUID, Opening]:
    """Return what the rows of these events say now."""
    return {
        event.id: Opening(event.happened_at, matter_of(event), person_of(event))
        for event in queries.events_by_ids(ids)
    }


def _evidence(event: QueryEvent) -> Sequence[Any]:
    return ledger.rows_of(
        SUBJECT, event.id, event.happened_at, matter=matter_of(event), person=person_of(event)
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


register(SUBJECT, Source(read_openings, queries.event_ids_since))
