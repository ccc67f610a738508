"""Read the audit trail."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from xinyidai.audit.models import AuditEntry
from xinyidai.kernel.db import db


def list_of_subject(subject_type: str, subject_id: UUID | str) -> Sequence[AuditEntry]:
    """Return the entries of one subject, oldest first."""
    statement = (
        select(AuditEntry)
        .where(AuditEntry.subject_type == subject_type, AuditEntry.subject_id == str(subject_id))
        .order_by(AuditEntry.happened_at, AuditEntry.id)
    )
    return db.session.scalars(statement).all()


def list_latest(limit: int = 100) -> Sequence[AuditEntry]:
    """Return the newest entries of the whole platform."""
    statement = select(AuditEntry).order_by(AuditEntry.happened_at.desc()).limit(limit)
    return db.session.scalars(statement).all()
