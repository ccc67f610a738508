"""Financing needs as tables."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.financing_needs.values import FinancingNeedState
from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.products.values import GuaranteeKind, Wish


class FinancingNeed(Model):
    """What a firm wants to borrow, 融资需求; the amount in 分."""

    __tablename__ = "financing_need"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("term_months between 1 and 360", name="term_range"),
        CheckConstraint(
            "state = 'draft' or state = 'withdrawn' or published_at is not null",
            name="published_has_time",
        ),
        Index("ix_financing_need_enterprise_id", "enterprise_id"),
        Index("ix_financing_need_open", "state", "expires_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    amount_fen: Mapped[int]
    term_months: Mapped[int]
    guarantee: Mapped[GuaranteeKind | None] = mapped_column(state_type(GuaranteeKind))
    purpose_text: Mapped[str] = mapped_column(Text, default="")
    preferences: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[FinancingNeedState] = mapped_column(
        state_type(FinancingNeedState), default=FinancingNeedState.DRAFT
    )
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    expires_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]

    @property
    def wish(self) -> Wish:
        """Return the need as matching reads it."""
        return Wish(self.amount_fen, self.term_months, self.guarantee)
