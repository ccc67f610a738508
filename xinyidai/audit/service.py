"""Write the audit trail, in the same transaction as the deed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xinyidai.audit.models import AuditEntry
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


def record(
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: UUID | str,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Note that `actor` did `action` (form `subject:verb`) to the subject; ids, never contents."""
    entry = AuditEntry(
        account_id=actor.account_id,
        role=actor.role,
        party_id=actor.party_id,
        actor_name=actor.name,
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        details=dict(details or {}),
    )
    db.session.add(entry)
    return entry
