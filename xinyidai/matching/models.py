"""Financing needs, match runs and their results as tables."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.matching.values import FinancingNeedState, OutcomeCounts
from xinyidai.products.values import GuaranteeKind, Outcome, Wish


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


class MatchRun(Model):
    """One matching of one firm against all listed products, 匹配记录.

    Valid on its day only, and only while the firm's `facts_version` and the products are the same.
    """

    __tablename__ = "match_run"
    __table_args__ = (
        Index("ix_match_run_enterprise_id", "enterprise_id", "computed_at"),
        CheckConstraint(
            "eligible_count + insufficient_count + ineligible_count = product_count",
            name="counts_add_up",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("financing_need.id"))
    wish: Mapped[dict[str, Any]]
    facts_version: Mapped[int]
    dictionary_version: Mapped[str] = mapped_column(String(40))
    products_fingerprint: Mapped[str] = mapped_column(String(64))
    rules_version: Mapped[str] = mapped_column(String(40))
    product_count: Mapped[int]
    eligible_count: Mapped[int]
    insufficient_count: Mapped[int]
    ineligible_count: Mapped[int]
    matched_on: Mapped[date] = mapped_column(default=clock.today)
    computed_at: Mapped[datetime] = mapped_column(default=clock.now)

    matches: Mapped[list["ProductMatchRow"]] = relationship(
        order_by="ProductMatchRow.rank", lazy="raise_on_sql", cascade="save-update, merge"
    )


class ProductMatchRow(Model):
    """One product of a run, 匹配结果: outcome, place, factors, unmet criteria and missing data."""

    __tablename__ = "product_match"
    __table_args__ = (
        UniqueConstraint("run_id", "rank", name="uq_product_match_rank"),
        UniqueConstraint("run_id", "product_version_id", name="uq_product_match_version"),
        CheckConstraint("rank >= 1", name="rank_positive"),
        Index("ix_product_match_product_version_id", "product_version_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("match_run.id"))
    product_version_id: Mapped[UUID] = mapped_column(ForeignKey("product_version.id"))
    outcome: Mapped[Outcome] = mapped_column(state_type(Outcome))
    rank: Mapped[int]
    score: Mapped[float] = mapped_column(Float(53))
    criteria_count: Mapped[int]
    factors: Mapped[list[dict[str, Any]]]
    unmet: Mapped[list[dict[str, Any]]]
    missing: Mapped[list[dict[str, Any]]]
    text_conditions: Mapped[list[str]] = mapped_column(default=list)


class ProductStandingRow(Model):
    """What came of a product's applications and leads in 12 months, 产品办理结果; append only.

    One row for each product and day it was counted on; the order of a day reads the newest.
    """

    __tablename__ = "product_standing"
    __table_args__ = (
        UniqueConstraint("counted_on", "product_id", name="uq_product_standing_day"),
        CheckConstraint("approved between 0 and decided", name="approved_of_decided"),
        CheckConstraint("peer_approved between 0 and peer_decided", name="peers_approved"),
        CheckConstraint("kept between 0 and promised", name="kept_of_promised"),
        CheckConstraint("leads_fit between 0 and leads_judged", name="fit_of_judged"),
        Index("ix_product_standing_product_id", "product_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    counted_on: Mapped[date]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("loan_product.id"))
    decided: Mapped[int]
    approved: Mapped[int]
    peer_decided: Mapped[int]
    peer_approved: Mapped[int]
    promised: Mapped[int]
    kept: Mapped[int]
    leads_judged: Mapped[int]
    leads_fit: Mapped[int]
    rules_version: Mapped[str] = mapped_column(String(40))
    counted_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def counts(self) -> OutcomeCounts:
        """Return the counts as the rule reads them."""
        return OutcomeCounts(
            self.decided,
            self.approved,
            self.peer_decided,
            self.peer_approved,
            self.promised,
            self.kept,
            self.leads_judged,
            self.leads_fit,
        )
