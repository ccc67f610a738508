"""Consents as tables: facts only; the state is derived from them by `rules.state_at`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.accounts.values import Position
from xinyidai.consents.values import (
    ConsentAction,
    ConsentDraft,
    ConsentFacts,
    ConsentMode,
    Standing,
    TemplateState,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
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
        CheckConstraint("max_per_day > 0 and max_per_month > 0", name="frequency_positive"),
        CheckConstraint(
            "num_nonnulls(artefact, artefact_hash, signature, signature_algorithm,"
            " signature_key_id) in (0, 5)",
            name="signed_whole",
        ),
        Index("ix_consent_enterprise_institution", "enterprise_id", "institution_id", "purpose"),
        Index("ix_consent_institution_valid_until", "institution_id", "valid_until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    consent_no: Mapped[str] = mapped_column(String(32), unique=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    purpose: Mapped[str] = mapped_column(String(64))
    template_version: Mapped[int] = mapped_column(default=1, server_default="1")
    item_codes: Mapped[list[str]]
    mode: Mapped[ConsentMode] = mapped_column(state_type(ConsentMode))
    # Who inside the institution may look; None means every loan officer of it.
    officer_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime | None]
    granted_at: Mapped[datetime | None]
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    signer_name: Mapped[str | None]
    signer_position: Mapped[Position | None] = mapped_column(state_type(Position))
    signer_mandate: Mapped[str | None] = mapped_column(Text)
    # The legal representative at signing; another one since suspends until confirmed.
    representative_name: Mapped[str | None]
    first_signed_at: Mapped[datetime | None]
    first_signed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    first_signer_name: Mapped[str | None]
    signing_id: Mapped[UUID | None] = mapped_column(index=True)
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    data_from: Mapped[date]
    data_life_days: Mapped[int]
    max_uses: Mapped[int | None]
    use_count: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None]
    max_per_day: Mapped[int | None]
    max_per_month: Mapped[int | None]
    # Looks within the calendar day and month of the last one; counted under the row's lock.
    window_day: Mapped[date | None]
    used_in_day: Mapped[int] = mapped_column(default=0, server_default="0")
    used_in_month: Mapped[int] = mapped_column(default=0, server_default="0")
    suspended_at: Mapped[datetime | None]
    suspend_reason: Mapped[str | None] = mapped_column(Text)
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    notice_version: Mapped[str] = mapped_column(String(32))
    notice_text: Mapped[str] = mapped_column(Text)
    notice_hash: Mapped[str] = mapped_column(String(64))
    artefact: Mapped[str | None] = mapped_column(Text)
    artefact_hash: Mapped[str | None] = mapped_column(String(64))
    signature: Mapped[str | None] = mapped_column(Text)
    signature_algorithm: Mapped[str | None] = mapped_column(String(16))
    signature_key_id: Mapped[str | None] = mapped_column(String(8))
    application_no: Mapped[str | None] = mapped_column(String(32), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def uses_left(self) -> int | None:
        """Return how many looks remain, 剩余次数; None means no limit."""
        return None if self.max_uses is None else max(0, self.max_uses - self.use_count)

    def as_draft(self) -> ConsentDraft:
        """Return the terms as they were asked for."""
        return ConsentDraft(
            enterprise_id=self.enterprise_id,
            institution_id=self.institution_id,
            officer_account_id=self.officer_account_id,
            purpose=self.purpose,
            item_codes=self.item_codes,
            valid_until=self.valid_until,
            data_from=self.data_from,
            data_life_days=self.data_life_days,
            mode=self.mode,
            max_uses=self.max_uses,
            max_per_day=self.max_per_day,
            max_per_month=self.max_per_month,
            application_no=self.application_no,
        )

    def facts(self, standing: Standing = Standing()) -> ConsentFacts:  # noqa: B008 - frozen
        """Return the facts, with what is known of the parties' standing."""
        return ConsentFacts(
            enterprise_id=self.enterprise_id,
            institution_id=self.institution_id,
            officer_account_id=self.officer_account_id,
            purpose=self.purpose,
            item_codes=frozenset(self.item_codes),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            mode=self.mode,
            max_uses=self.max_uses,
            use_count=self.use_count,
            max_per_day=self.max_per_day,
            max_per_month=self.max_per_month,
            window_day=self.window_day,
            used_in_day=self.used_in_day,
            used_in_month=self.used_in_month,
            requested_at=self.requested_at,
            granted_at=self.granted_at,
            declined_at=self.declined_at,
            suspended_at=self.suspended_at,
            revoked_at=self.revoked_at,
            ended_at=self.ended_at,
            used_up_at=self.last_used_at if self.uses_left == 0 else None,
            standing=standing,
        )


class ConsentEvent(Model):
    """One deed on a consent, 授权记录: who, when, why; append only, and in the evidence log."""

    __tablename__ = "consent_event"
    __table_args__ = (Index("ix_consent_event_consent", "consent_id", "happened_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consent.id"))
    action: Mapped[ConsentAction] = mapped_column(state_type(ConsentAction))
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    reason: Mapped[str | None] = mapped_column(Text)
    artefact_hash: Mapped[str | None] = mapped_column(String(64))


class SigningRule(Model):
    """How a firm wants its authorizations signed, 签署规则: by one person or by two."""

    __tablename__ = "signing_rule"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    two_signers: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


class PurposeTemplate(Model):
    """One version of a purpose with its caps, 用途模板; in force once two clerks approved it."""

    __tablename__ = "purpose_template"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index(
            "uq_purpose_template_active",
            "code",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        CheckConstraint("first_approved_by <> second_approved_by", name="two_persons"),
        CheckConstraint(
            "state in ('draft', 'under_review', 'rejected')"
            " or num_nonnulls(first_approved_by, second_approved_by) = 2",
            name="approved_by_two",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    state: Mapped[TemplateState] = mapped_column(state_type(TemplateState))
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    change_note: Mapped[str | None] = mapped_column(Text)
    drafted_by: Mapped[UUID | None]
    drafted_by_name: Mapped[str]
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    first_approved_by: Mapped[UUID | None]
    first_approved_by_name: Mapped[str | None]
    first_approved_at: Mapped[datetime | None]
    second_approved_by: Mapped[UUID | None]
    second_approved_by_name: Mapped[str | None]
    second_approved_at: Mapped[datetime | None]
    rejected_reason: Mapped[str | None] = mapped_column(Text)
    retired_at: Mapped[datetime | None]
