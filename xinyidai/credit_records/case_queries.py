"""Statements on single records that cases are about: versions of one record, and who saw it."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, true

from xinyidai.consents.models import Consent
from xinyidai.credit_records.models import CreditRecord, QueryEvent
from xinyidai.credit_records.values import (
    QueryKind,
    QueryOutcome,
    RecordStatus,
    RecordTrace,
)
from xinyidai.kernel.db import db


def versions_of(enterprise_id: UUID, kind: str) -> Select[*tuple[Any, ...]]:
    """Select every version of every record of one kind, without what they say, oldest first."""
    return (
        select(
            CreditRecord.id,
            CreditRecord.kind,
            CreditRecord.source,
            CreditRecord.natural_key,
            CreditRecord.status,
            CreditRecord.collected_at,
            CreditRecord.occurred_on,
            CreditRecord.valid_until,
            CreditRecord.batch_id,
            CreditRecord.status_changed_at,
            CreditRecord.status_changed_by,
            CreditRecord.status_reason,
        )
        .where(CreditRecord.enterprise_id == enterprise_id, CreditRecord.kind == kind)
        .order_by(CreditRecord.id)
    )


def names_in_force(enterprise_id: UUID, kinds: Collection[str] | None) -> Select[*tuple[Any, ...]]:
    """Select what names each record in force, without what it says."""
    return select(CreditRecord.kind, CreditRecord.source, CreditRecord.natural_key).where(
        CreditRecord.enterprise_id == enterprise_id,
        CreditRecord.status == RecordStatus.IN_FORCE,
        true() if kinds is None else CreditRecord.kind.in_(kinds),
    )


def record_in_force(enterprise_id: UUID, record_id: int) -> Select[*tuple[Any, ...]]:
    """Select one record in force with its batch."""
    return select(*CreditRecord.__table__.columns).where(
        CreditRecord.id == record_id,
        CreditRecord.enterprise_id == enterprise_id,
        CreditRecord.status == RecordStatus.IN_FORCE,
    )


def happened_between(kind: str, first: date, last: date) -> Select[*tuple[Any, ...]]:
    """Select what names each record in force of a kind that happened in a time, by firm."""
    return (
        select(
            CreditRecord.enterprise_id,
            CreditRecord.kind,
            CreditRecord.source,
            CreditRecord.natural_key,
            CreditRecord.occurred_on,
        )
        .where(
            CreditRecord.kind == kind,
            CreditRecord.status == RecordStatus.IN_FORCE,
            CreditRecord.occurred_on.between(first, last),
        )
        .order_by(CreditRecord.enterprise_id, CreditRecord.id)
    )


def recipients_of(enterprise_id: UUID, trace: RecordTrace, *, is_lasting: bool) -> Sequence[UUID]:
    """Return the institutions whose looks reached a record, by kind, time and period of the look.

    No snapshot is opened: what a look reached follows from what it was allowed.
    """
    in_period = [
        Consent.data_from.is_(None),
        Consent.data_from <= trace.occurred_on,
        true() if is_lasting and trace.valid_until is None else None,
        None if trace.valid_until is None else Consent.data_from <= trace.valid_until,
    ]
    statement = (
        select(QueryEvent.institution_id)
        .join(Consent, Consent.id == QueryEvent.consent_id)
        .where(
            QueryEvent.enterprise_id == enterprise_id,
            QueryEvent.kind == QueryKind.DISCLOSURE,
            QueryEvent.outcome == QueryOutcome.ALLOWED,
            QueryEvent.institution_id.is_not(None),
            QueryEvent.kinds.contains([trace.kind]),
            QueryEvent.happened_at >= trace.first_collected_at,
            or_(*(condition for condition in in_period if condition is not None)),
        )
        .distinct()
    )
    return [found for found in db.session.scalars(statement) if found is not None]
