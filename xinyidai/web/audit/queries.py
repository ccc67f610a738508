"""What the evidence log tells on oversight pages: sealings and witnesses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.ledger.models import LedgerCheckpoint, LedgerCosignature, LedgerWitness


def sealings(page: Page) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """Return checkpoints with the number of witnesses under each, newest first, and how many."""
    signed = (
        select(func.count())
        .where(
            LedgerCosignature.month == LedgerCheckpoint.month,
            LedgerCosignature.size == LedgerCheckpoint.size,
        )
        .correlate(LedgerCheckpoint)
        .scalar_subquery()
    )
    statement = select(
        LedgerCheckpoint.month,
        LedgerCheckpoint.size,
        LedgerCheckpoint.root,
        LedgerCheckpoint.sealed_at,
        signed.label("signed"),
    ).order_by(LedgerCheckpoint.month.desc(), LedgerCheckpoint.size.desc())
    rows = db.session.execute(statement.offset(page.offset).limit(page.size)).all()
    return rows, db.session.scalar(select(func.count()).select_from(LedgerCheckpoint)) or 0


def witnesses() -> Sequence[Row[str, datetime | None, datetime | None, int]]:
    """Return every witness: name, when it left, its last signature, and how many it gave."""
    statement = (
        select(
            LedgerWitness.name,
            LedgerWitness.retired_at,
            func.max(LedgerCosignature.signed_at),
            func.count(LedgerCosignature.id),
        )
        .outerjoin(LedgerCosignature, LedgerCosignature.witness_id == LedgerWitness.id)
        .group_by(LedgerWitness.id)
        .order_by(LedgerWitness.added_at)
    )
    return db.session.execute(statement).all()
