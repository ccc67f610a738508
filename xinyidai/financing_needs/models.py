"""Financing needs, the places of banks in them, and every step, as tables."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.financing_needs.values import (
    MOST_BANKS,
    FinancingNeedAction,
    FinancingNeedState,
    NeedFacts,
    NeedPurpose,
    OfferEnd,
    OfferState,
    OfferWay,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.products.values import GuaranteeKind, Wish

OPEN_OFFER = "state in ('dispatched', 'claimed', 'authorized', 'contacted')"


class FinancingNeed(Model):
    """What a firm wants to borrow, 融资需求; the amount in 分, the rate a fraction a year.

    `most_banks` is how many banks may hold it at once; `dispatched_at` is set once the platform has
    dispatched it, 派单, so that a place that becomes free goes on to the next bank by itself.
    """

    __tablename__ = "financing_need"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_positive"),
        CheckConstraint("term_months between 1 and 360", name="term_range"),
        CheckConstraint("rate_max > 0 and rate_max < 1", name="rate_fraction"),
        CheckConstraint("most_banks between 1 and 10", name="few_banks"),
        CheckConstraint(
            "state = 'draft' or state = 'withdrawn' or published_at is not null",
            name="published_has_time",
        ),
        Index("ix_financing_need_enterprise_id", "enterprise_id"),
        Index("ix_financing_need_open", "state", "expires_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    request_key: Mapped[UUID | None] = mapped_column(unique=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    amount_fen: Mapped[int]
    term_months: Mapped[int]
    guarantee: Mapped[GuaranteeKind | None] = mapped_column(state_type(GuaranteeKind))
    purpose: Mapped[NeedPurpose] = mapped_column(
        state_type(NeedPurpose), default=NeedPurpose.OTHER, server_default="other"
    )
    purpose_text: Mapped[str] = mapped_column(Text, default="")
    preferences: Mapped[str] = mapped_column(Text, default="")
    rate_max: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    wanted_by: Mapped[date | None]
    most_banks: Mapped[int] = mapped_column(default=MOST_BANKS, server_default="3")
    contact_name: Mapped[str] = mapped_column(default="", server_default="")
    contact_phone: Mapped[str] = mapped_column(String(20), default="", server_default="")
    state: Mapped[FinancingNeedState] = mapped_column(
        state_type(FinancingNeedState), default=FinancingNeedState.DRAFT
    )
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    # Until when banks claim by themselves; after that the platform dispatches what is left.
    claim_until: Mapped[date | None]
    dispatched_at: Mapped[datetime | None]
    expires_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]

    @property
    def wish(self) -> Wish:
        """Return the need as matching reads it."""
        return Wish(self.amount_fen, self.term_months, self.guarantee)

    @property
    def facts(self) -> NeedFacts:
        """Return what the firm wrote."""
        return NeedFacts(
            self.wish,
            self.purpose_text,
            self.preferences,
            purpose=self.purpose,
            rate_max=self.rate_max,
            wanted_by=self.wanted_by,
            most_banks=self.most_banks,
            contact_name=self.contact_name,
            contact_phone=self.contact_phone,
        )


class NeedOffer(Model):
    """One bank's place in a need, 名额.

    `due_on` is the last day of what is waited for now: the bank to take it, the firm to answer,
    or the bank to make contact; `contact_until` keeps the promised day of contact.
    """

    __tablename__ = "need_offer"
    __table_args__ = (
        # A bank has one place in a need, however often it clicks.
        Index(
            "uq_need_offer_one_open",
            "need_id",
            "institution_id",
            unique=True,
            postgresql_where=text(OPEN_OFFER),
        ),
        Index("ix_need_offer_institution", "institution_id", "state", "due_on"),
        Index("ix_need_offer_due", "due_on", postgresql_where=text(OPEN_OFFER)),
        CheckConstraint(
            f"({OPEN_OFFER} or state = 'converted') = (end_reason is null)", name="end_has_reason"
        ),
        CheckConstraint(
            "state not in ('authorized', 'contacted') or consent_id is not null", name="authorized"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("financing_need.id"), index=True)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    way: Mapped[OfferWay] = mapped_column(state_type(OfferWay))
    state: Mapped[OfferState] = mapped_column(state_type(OfferState))
    product_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("product_version.id"))
    officer_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    officer_name: Mapped[str | None]
    offered_at: Mapped[datetime] = mapped_column(default=clock.now)
    claimed_at: Mapped[datetime | None]
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent.id"))
    authorized_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    contact_until: Mapped[date | None]
    # The whitelist entry for which contact was promised sooner, 白名单优先.
    priority_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("whitelist_entry.id"))
    contacted_at: Mapped[datetime | None]
    # What the firm itself says of the contact; None while it has not said anything.
    firm_confirms: Mapped[bool | None]
    firm_said_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[OfferEnd | None] = mapped_column(state_type(OfferEnd))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("loan_application.id"))


class NeedStep(Model):
    """One step of a need: who did what, when and why, under which policy; append only."""

    __tablename__ = "need_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("financing_need.id"), index=True)
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("need_offer.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    action: Mapped[FinancingNeedAction] = mapped_column(state_type(FinancingNeedAction, 40))
    from_state: Mapped[FinancingNeedState] = mapped_column(
        state_type(FinancingNeedState, name="from_state")
    )
    to_state: Mapped[FinancingNeedState] = mapped_column(
        state_type(FinancingNeedState, name="to_state")
    )
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(Text, default="")
    policy_version: Mapped[str] = mapped_column(String(32))
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)
