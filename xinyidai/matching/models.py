"""Match runs and their results as tables."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.matching.values import OutcomeCounts
from xinyidai.products.values import Outcome


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
    # The need lies in a slice above; who asks for the match has checked whose it is.
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
    nearest: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    text_conditions: Mapped[list[str]] = mapped_column(default=list)


class MatchHead(Model):
    """What every firm can get as of its newest matching of all, 最新匹配: its first places.

    Written by the batch, one row a firm, with what it rests on: what differs from it is matched
    anew. `version_ids`, `outcomes` and `scores` (billionths) go in the public order.
    """

    __tablename__ = "match_head"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    matched_on: Mapped[date]
    facts_version: Mapped[int]
    profile_id: Mapped[UUID]
    score_id: Mapped[UUID | None]
    products_fingerprint: Mapped[str] = mapped_column(String(64))
    rules_version: Mapped[str] = mapped_column(String(40))
    wish: Mapped[dict[str, Any]]
    product_count: Mapped[int]
    eligible_count: Mapped[int]
    insufficient_count: Mapped[int]
    ineligible_count: Mapped[int]
    version_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    outcomes: Mapped[list[str]]
    scores: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    computed_at: Mapped[datetime] = mapped_column(default=clock.now)


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
