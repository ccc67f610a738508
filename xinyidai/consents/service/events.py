"""Note each deed on a consent: for the firm to read, for audit, and in the evidence log."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.consents import queries
from xinyidai.consents.models import Consent, ConsentEvent
from xinyidai.consents.service import telling
from xinyidai.consents.values import ConsentAction
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.ledger import service as ledger
from xinyidai.ledger.openings import Opening, Source, register

SUBJECT = "consent"
ERASED_NAME = "（人员信息已依法删除）"  # as migration 0005 writes it


def record(actor: Actor, action: ConsentAction, consent: Consent, reason: str | None) -> None:
    """Note a deed in the transaction that does it."""
    event = ConsentEvent(
        id=new_id(),
        consent_id=consent.id,
        action=action,
        happened_at=clock.now(),
        account_id=actor.account_id,
        role=actor.role,
        actor_name=actor.name,
        reason=reason,
        artefact_hash=consent.artefact_hash,
    )
    db.session.add(event)
    db.session.flush()
    ledger.append(
        SUBJECT, event.id, event.happened_at, matter=matter_of(event), person=person_of(event)
    )
    audit.record(actor, f"consent:{action}", "consent", consent.id, {"no": consent.consent_no})
    telling.tell_deed(actor, action, consent)


def matter_of(event: ConsentEvent) -> dict[str, Any]:
    """Return what happened to which consent; no person's name."""
    return {
        "v": 1,
        "consent": str(event.consent_id),
        "action": event.action.value,
        "role": event.role.value,
        "artefact": event.artefact_hash,
    }


def person_of(event: ConsentEvent) -> dict[str, Any] | None:
    """Return who did it, and the words they wrote; None once that was erased."""
    if event.actor_name == ERASED_NAME:
        return None
    return {"account": _text(event.account_id), "name": event.actor_name, "reason": event.reason}


def read_openings(ids: Sequence[UUID]) -> Mapping[UUID, Opening]:
    """Return what the rows of these deeds say now."""
    return {
        event.id: Opening(event.happened_at, matter_of(event), person_of(event))
        for event in queries.consent_events(ids)
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


register(SUBJECT, Source(read_openings, queries.event_ids_since))
