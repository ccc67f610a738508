"""Evaluations as tables."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id


class CreditEvaluation(Model):
    """One result of the public comprehensive evaluation, 公共信用综合评价结果; never changed.

    A row is written when a result differs from the firm's last one, so the rows are its history.
    `snapshot_id` is the profile it was made from, `as_of` the first day it held.
    """

    __tablename__ = "credit_evaluation"
    __table_args__ = (
        Index("ix_credit_evaluation_newest", "enterprise_id", "evaluated_at"),
        CheckConstraint("grade in ('A', 'B', 'C', 'D')", name="grade"),
        CheckConstraint("total between 0 and 100", name="total"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    snapshot_id: Mapped[UUID] = mapped_column(ForeignKey("profile_snapshot.id"))
    rule_version: Mapped[str] = mapped_column(String(40))
    dictionary_version: Mapped[str] = mapped_column(String(40))
    facts_version: Mapped[int]
    as_of: Mapped[date]
    grade: Mapped[str | None] = mapped_column(String(1))
    total: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    counted_percent: Mapped[int]
    worst_because: Mapped[list[str]] = mapped_column(default=list)
    dimensions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    content_hash: Mapped[str] = mapped_column(String(64))
    evaluated_at: Mapped[datetime] = mapped_column(default=clock.now)
