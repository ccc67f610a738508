"""Consents as a table: facts only; the state is derived from them by `rules.state_at`."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.accounts.values import Position
from xinyidai.consents.values import ConsentFacts, ConsentMode
from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type


class Consent(Model):
    """One firm lets one institution see named items for one purpose, 信息查询授权."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("valid_until >= valid_from", name="period"),
        CheckConstraint("max_uses > 0", name="max_uses_positive"),
        CheckConstraint("use_count >= 0", name="use_count_not_negative"),
        CheckConstraint("use_count <= max_uses", name="use_count_within_max"),
        CheckConstraint("data_life_days > 0", name="data_life_positive"),
        CheckConstraint("cardinality(item_codes) > 0", name="items_present"),
        CheckConstraint("granted_at is null or declined_at is null", name="one_answer"),
        Index("ix_consent_enterprise_institution", "enterprise_id", "institution_id", "purpose"),
        Index("ix_consent_institution_valid_until", "institution_id", "valid_until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    consent_no: Mapped[str] = mapped_column(String(32), unique=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    purpose: Mapped[str] = mapped_column(String(64))
    item_codes: Mapped[list[str]]
    mode: Mapped[ConsentMode] = mapped_column(state_type(ConsentMode))
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime | None]
    granted_at: Mapped[datetime | None]
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    signer_name: Mapped[str | None]
    signer_position: Mapped[Position | None] = mapped_column(state_type(Position))
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    data_from: Mapped[date]
    data_life_days: Mapped[int]
    max_uses: Mapped[int | None]
    use_count: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    suspend_reason: Mapped[str | None] = mapped_column(Text)
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    notice_version: Mapped[str] = mapped_column(String(32))
    notice_text: Mapped[str] = mapped_column(Text)
    notice_hash: Mapped[str] = mapped_column(String(64))
    application_no: Mapped[str | None] = mapped_column(String(32), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def uses_left(self) -> int | None:
        """Return how many looks remain, 剩余次数; None means no limit."""
        return None if self.max_uses is None else max(0, self.max_uses - self.use_count)

    def facts(
        self, *, institution_active: bool = True, enterprise_active: bool = True
    ) -> ConsentFacts:
        """Return the facts, with what is known of both parties' standing."""
        return ConsentFacts(
            enterprise_id=self.enterprise_id,
            institution_id=self.institution_id,
            purpose=self.purpose,
            item_codes=frozenset(self.item_codes),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            mode=self.mode,
            max_uses=self.max_uses,
            use_count=self.use_count,
            requested_at=self.requested_at,
            granted_at=self.granted_at,
            declined_at=self.declined_at,
            suspended_at=self.suspended_at,
            revoked_at=self.revoked_at,
            ended_at=self.ended_at,
            used_up_at=self.last_used_at if self.uses_left == 0 else None,
            institution_active=institution_active,
            enterprise_active=enterprise_active,
        )
