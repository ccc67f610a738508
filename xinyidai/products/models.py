"""Loan products and their versions as tables."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.products.rules import parse_cost_items
from xinyidai.products.values import (
    GuaranteeKind,
    ProductKind,
    ProductVersionState,
    RepaymentMethod,
    ShadowSide,
    Terms,
)


class LoanProduct(Model):
    """A financing product of one institution, 金融产品; `current_version` is the listed one."""

    __tablename__ = "loan_product"
    __table_args__ = (Index("ix_loan_product_institution_id", "institution_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    name: Mapped[str]
    kind: Mapped[ProductKind] = mapped_column(state_type(ProductKind))
    current_version: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ProductVersion(Model):
    """One version of a product, 产品版本; frozen once listed.

    `submitted_by` and `approved_by` are accounts, `submitted_party` and `approved_party` the
    institution and the office they acted for: two people of two parties. `replaced_on` is the day
    on which a newer version, listed already, takes its place.
    """

    __tablename__ = "product_version"
    __table_args__ = (
        UniqueConstraint("product_id", "version"),
        CheckConstraint("version >= 1", name="version_positive"),
        CheckConstraint("amount_min_fen >= 0", name="amount_min_not_negative"),
        CheckConstraint("amount_max_fen > 0", name="amount_max_positive"),
        CheckConstraint("amount_min_fen <= amount_max_fen", name="amount_order"),
        CheckConstraint("term_min_months >= 1", name="term_min_positive"),
        CheckConstraint("term_max_months >= 1", name="term_max_positive"),
        CheckConstraint("term_min_months <= term_max_months", name="term_order"),
        CheckConstraint("rate_min between 0 and 1", name="rate_min_fraction"),
        CheckConstraint("rate_max between 0 and 1", name="rate_max_fraction"),
        CheckConstraint("rate_min <= rate_max", name="rate_order"),
        CheckConstraint("fee_rate between 0 and 1", name="fee_rate_fraction"),
        CheckConstraint("promise_days between 1 and 90", name="promise_days_range"),
        CheckConstraint("approved_by <> submitted_by", name="two_people"),
        CheckConstraint("approved_party <> submitted_party", name="two_parties"),
        CheckConstraint("state <> 'listed' or listed_at is not null", name="listed_has_time"),
        Index(
            "uq_product_version_listed",
            "product_id",
            unique=True,
            postgresql_where=text("state = 'listed' and replaced_on is null"),
        ),
        Index("ix_product_version_state", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("loan_product.id"))
    version: Mapped[int]
    state: Mapped[ProductVersionState] = mapped_column(
        state_type(ProductVersionState), default=ProductVersionState.DRAFT
    )
    name: Mapped[str]
    kind: Mapped[ProductKind] = mapped_column(state_type(ProductKind))
    amount_min_fen: Mapped[int | None]
    amount_max_fen: Mapped[int | None]
    term_min_months: Mapped[int | None]
    term_max_months: Mapped[int | None]
    rate_min: Mapped[Decimal | None]
    rate_max: Mapped[Decimal | None]
    fee_rate: Mapped[Decimal | None]
    fee_note: Mapped[str] = mapped_column(Text, default="")
    # Null is not published, 未公布; an empty list says that there are no other fees.
    cost_items: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    guarantee: Mapped[GuaranteeKind] = mapped_column(state_type(GuaranteeKind))
    repayment: Mapped[RepaymentMethod] = mapped_column(state_type(RepaymentMethod))
    promise_days: Mapped[int | None]
    region_codes: Mapped[list[str]] = mapped_column(default=list)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    text_conditions: Mapped[list[str]] = mapped_column(default=list)
    required_items: Mapped[list[str]] = mapped_column(default=list)
    documents: Mapped[list[str]] = mapped_column(default=list)
    target: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    whitelist_code: Mapped[str | None] = mapped_column(String(64))
    effective_from: Mapped[date | None]
    industry_codes: Mapped[list[str]] = mapped_column(default=list)
    target_groups: Mapped[list[str]] = mapped_column(default=list)
    examples: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    replaced_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text, default="")
    return_reason: Mapped[str | None] = mapped_column(Text)
    drafted_by: Mapped[UUID | None]
    submitted_by: Mapped[UUID | None]
    submitted_party: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_party: Mapped[UUID | None]
    listed_at: Mapped[datetime | None]
    delisted_at: Mapped[datetime | None]
    delist_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    product: Mapped[LoanProduct] = relationship(lazy="raise_on_sql", innerjoin=True)

    @property
    def terms(self) -> Terms:
        """Return amounts, term, price and promise as one value."""
        return Terms(
            amount_min_fen=self.amount_min_fen,
            amount_max_fen=self.amount_max_fen,
            term_min_months=self.term_min_months,
            term_max_months=self.term_max_months,
            rate_min=self.rate_min,
            rate_max=self.rate_max,
            fee_rate=self.fee_rate,
            fee_note=self.fee_note,
            guarantee=self.guarantee,
            repayment=self.repayment,
            promise_days=self.promise_days,
            cost_items=parse_cost_items(self.cost_items),
        )


class ShadowRun(Model):
    """One trial of a version on the past twelve months beside the listed one, 试运行; append-only.

    Counts are firms. `gained` and `lost` had the product open to them in some month under one of
    the two versions only; `reach` and `listed_reach` are counted on the newest day. `months` and
    `by_criterion` are the same in parts, `met` says how many firms meet each criterion now;
    `rules_digest` names the rules that were tried.
    """

    __tablename__ = "product_shadow_run"
    __table_args__ = (
        Index("ix_product_shadow_run_version_id", "version_id", "run_at"),
        CheckConstraint("reach between 0 and firms", name="reach_within_firms"),
        CheckConstraint("listed_reach between 0 and firms", name="listed_reach_within_firms"),
        CheckConstraint("gained >= 0 and lost >= 0", name="changes_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("product_version.id"))
    listed_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("product_version.id"))
    rules_digest: Mapped[str] = mapped_column(String(64))
    rules_version: Mapped[str] = mapped_column(String(40))
    dictionary_version: Mapped[str] = mapped_column(String(40))
    first_day: Mapped[date]
    last_day: Mapped[date]
    firms: Mapped[int]
    reach: Mapped[int]
    listed_reach: Mapped[int]
    gained: Mapped[int]
    lost: Mapped[int]
    months: Mapped[list[dict[str, Any]]]
    by_criterion: Mapped[list[dict[str, Any]]]
    met: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    left_out: Mapped[list[str]] = mapped_column(default=list)
    query_event_id: Mapped[UUID]
    run_by: Mapped[UUID | None]
    run_by_name: Mapped[str]
    run_at: Mapped[datetime] = mapped_column(default=clock.now)


class ShadowChange(Model):
    """A firm that a trial found on one side only, 试运行变化; append-only.

    `facts_version` is the firm's at the newest day tried; None when the change is in the past.
    """

    __tablename__ = "product_shadow_change"
    __table_args__ = (
        UniqueConstraint("run_id", "enterprise_id"),
        Index("ix_product_shadow_change_enterprise_id", "enterprise_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("product_shadow_run.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    side: Mapped[ShadowSide] = mapped_column(state_type(ShadowSide))
    criteria: Mapped[list[str]] = mapped_column(default=list)
    facts_version: Mapped[int | None]
