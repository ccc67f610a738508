"""Write entries, in the transaction of the event they stand for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from xinyidai.kernel.db import Base, db, random_bytes
from xinyidai.ledger.merkle import leaf_hash
from xinyidai.ledger.models import LedgerEntry, LedgerPending
from xinyidai.ledger.rules import SALT_BYTES, canonical, commitment, entry_text


def append(
    subject: str,
    entry_id: UUID,
    happened_at: datetime,
    *,
    matter: Mapping[str, Any],
    person: Mapping[str, Any] | None,
) -> None:
    """Add the entry of an event to the session; it is sealed within a minute of the commit."""
    db.session.add_all(rows_of(subject, entry_id, happened_at, matter=matter, person=person))


def rows_of(
    subject: str,
    entry_id: UUID,
    happened_at: datetime,
    *,
    matter: Mapping[str, Any],
    person: Mapping[str, Any] | None,
) -> Sequence[Base]:
    """Return an entry's rows unadded, for whoever commits them on another session."""
    matter_salt, person_salt = random_bytes(SALT_BYTES), random_bytes(SALT_BYTES)
    matter_hash = commitment(matter_salt, canonical(matter))
    person_hash = commitment(person_salt, canonical(person))
    text = entry_text(entry_id, happened_at, subject, matter_hash, person_hash)
    entry = LedgerEntry(
        id=entry_id,
        subject=subject,
        happened_at=happened_at,
        matter_hash=matter_hash,
        matter_salt=matter_salt,
        person_hash=person_hash,
        person_salt=person_salt,
        leaf_hash=leaf_hash(text.encode()),
    )
    return entry, LedgerPending(entry_id=entry_id)


def forget_person(entry_id: UUID) -> None:
    """Erase who it was, in the log and in the row behind it; the entry's proof stays good."""
    db.session.flush()
    db.session.execute(select(func.erase_ledger_person(entry_id)))
    db.session.expire_all()
