"""Tables of leads: firms' choices, searches, counts, leads, feedback, weekly matches."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.leads.values import (
    Choice,
    ContactScope,
    FeedbackReason,
    LeadOrigin,
    LeadState,
)
from xinyidai.products.values import Outcome


class ContactChoice(Model):
    """Whether a firm is willing to be approached, 愿意被金融机构联系; append only, newest counts.

    A firm without a row is not willing. `number` orders choices made in one moment.
    """

    __tablename__ = "contact_choice"
    __table_args__ = (
        Index("ix_contact_choice_enterprise_id", "enterprise_id", "chosen_at"),
        CheckConstraint(
            "scope = 'chosen' or cardinality(institution_ids) = 0", name="chosen_names_them"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    is_open: Mapped[bool]
    scope: Mapped[ContactScope] = mapped_column(state_type(ContactScope))
    institution_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    chosen_by: Mapped[UUID | None]
    chosen_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def choice(self) -> Choice:
        """Return the row as rules read it."""
        return Choice(self.is_open, self.scope, tuple(self.institution_ids))


class LeadSearch(Model):
    """Whom an institution seeks, 找客户条件; `saved_at` makes it a standing match each week."""

    __tablename__ = "lead_search"
    __table_args__ = (
        Index("ix_lead_search_institution_id", "institution_id", "created_at"),
        Index("ix_lead_search_saved", "saved_at", postgresql_where=text("saved_at is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan_product.id"))
    name: Mapped[str]
    criteria: Mapped[list[dict[str, Any]]]
    fingerprint: Mapped[str] = mapped_column(String(32))
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    saved_at: Mapped[datetime | None]


class LeadCount(Model):
    """One count of a search by outcome, 计数; append only, the log of who sought whom.

    `shown` is None for very few. `sketch` holds the number of firms in each of 256 secret drawers,
    so that a later, nearly equal search is noticed without keeping any firm's id; `repeats`
    names the earlier count whose number this one repeats.
    """

    __tablename__ = "lead_count"
    __table_args__ = (
        UniqueConstraint("run_id", "outcome", name="uq_lead_count_run"),
        Index("ix_lead_count_institution_id", "institution_id", "counted_at"),
        Index("ix_lead_count_search_id", "search_id", "counted_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[UUID]
    search_id: Mapped[UUID] = mapped_column(ForeignKey("lead_search.id"))
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    outcome: Mapped[Outcome] = mapped_column(state_type(Outcome))
    shown: Mapped[int | None]
    sketch: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    repeats: Mapped[UUID | None] = mapped_column(ForeignKey("lead_count.id"))
    fingerprint: Mapped[str] = mapped_column(String(32))
    rules_version: Mapped[str] = mapped_column(String(40))
    counted_by: Mapped[UUID | None]
    counted_at: Mapped[datetime] = mapped_column(default=clock.now)


class Lead(Model):
    """A firm that a search led to, 线索: invited by the platform, or authorized already.

    Who it is stays with the platform until the firm has signed an authorization.
    """

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("search_id", "enterprise_id", name="uq_lead_firm"),
        Index(
            "uq_lead_one_open",
            "institution_id",
            "enterprise_id",
            unique=True,
            postgresql_where=text("state = 'sent'"),
        ),
        Index("ix_lead_enterprise_id", "enterprise_id", "made_at"),
        Index("ix_lead_due", "expires_on", postgresql_where=text("state = 'sent'")),
        CheckConstraint(
            "state <> 'authorized' or consent_id is not null", name="authorized_by_consent"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    search_id: Mapped[UUID] = mapped_column(ForeignKey("lead_search.id"))
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan_product.id"))
    origin: Mapped[LeadOrigin] = mapped_column(state_type(LeadOrigin))
    state: Mapped[LeadState] = mapped_column(state_type(LeadState))
    reasons: Mapped[list[str]] = mapped_column(default=list)
    item_codes: Mapped[list[str]] = mapped_column(default=list)
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent.id"))
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    rules_version: Mapped[str] = mapped_column(String(40))


class LeadFeedback(Model):
    """What the institution says of a lead, 线索质量反馈: once, append only."""

    __tablename__ = "lead_feedback"
    __table_args__ = (
        CheckConstraint("is_valid = (reason is null)", name="reason_when_invalid"),
        CheckConstraint("reason <> 'other' or note <> ''", name="other_has_words"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), unique=True)
    is_valid: Mapped[bool]
    reason: Mapped[FeedbackReason | None] = mapped_column(state_type(FeedbackReason))
    note: Mapped[str] = mapped_column(Text, default="")
    given_by: Mapped[UUID | None]
    given_at: Mapped[datetime] = mapped_column(default=clock.now)


class LeadWeek(Model):
    """What a standing match found in one week, 每周匹配; append only. Numbers as shown."""

    __tablename__ = "lead_week"
    __table_args__ = (UniqueConstraint("search_id", "week", name="uq_lead_week"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    search_id: Mapped[UUID] = mapped_column(ForeignKey("lead_search.id"))
    week: Mapped[date]
    new_shown: Mapped[int | None]
    total_shown: Mapped[int | None]
    authorized_shown: Mapped[int | None]
    willing_shown: Mapped[int | None]
    rules_version: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class LeadWeekFirm(Model):
    """A firm that a standing match has met, and since which week; shown to the firm alone."""

    __tablename__ = "lead_week_firm"
    __table_args__ = (Index("ix_lead_week_firm_enterprise_id", "enterprise_id"),)

    search_id: Mapped[UUID] = mapped_column(ForeignKey("lead_search.id"), primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    week: Mapped[date]


class StandingOffer(Model):
    """A product new in a week that a firm can get, 本周新产品; append only."""

    __tablename__ = "standing_offer"
    __table_args__ = (Index("ix_standing_offer_version", "product_version_id"),)

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    product_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("product_version.id"), primary_key=True
    )
    week: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
