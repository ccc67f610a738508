"""Profile snapshots and the distributions firms are compared with, as tables."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id


class ProfileSnapshot(Model):
    """The indicators of one firm on one day, 企业画像快照; immutable.

    `indicators` is `{code: {"value", "missing", "source_on", "records"}}`; amounts are 分. `scope`
    is "all", or the id of the consent whose items the snapshot keeps to. `content_hash` makes
    building twice harmless: the same content is one row.
    """

    __tablename__ = "profile_snapshot"
    __table_args__ = (
        Index(
            "uq_profile_snapshot_content",
            "enterprise_id",
            "as_of",
            "facts_version",
            "dictionary_version",
            "scope",
            "content_hash",
            unique=True,
        ),
        Index("ix_profile_snapshot_newest", "enterprise_id", "scope", "created_at"),
        Index("ix_profile_snapshot_day", "as_of", "scope"),
        CheckConstraint("facts_version >= 0", name="facts_version_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    as_of: Mapped[date]
    facts_version: Mapped[int]
    dictionary_version: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(64), default="all")
    purpose: Mapped[str] = mapped_column(String(64))
    indicators: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class IndustryDistribution(Model):
    """How one indicator is spread among firms of the same section and scale, 行业分布.

    `points` are the 101 quantiles from 0 to 100 %; kept only where there are enough peers that
    no single firm can be recognised.
    """

    __tablename__ = "industry_distribution"
    __table_args__ = (
        Index(
            "uq_industry_distribution_group",
            "as_of",
            "dictionary_version",
            "section",
            "scale",
            "indicator",
            unique=True,
        ),
        CheckConstraint("peers >= 20", name="enough_peers"),
        CheckConstraint("cardinality(points) = 101", name="all_points"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    as_of: Mapped[date]
    dictionary_version: Mapped[str] = mapped_column(String(40))
    section: Mapped[str] = mapped_column(String(1))
    scale: Mapped[str] = mapped_column(String(32))
    indicator: Mapped[str] = mapped_column(String(64))
    peers: Mapped[int]
    points: Mapped[list[float]] = mapped_column(ARRAY(Float))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class PortraitRow(Model):
    """The portrait of one firm, 画像内容, behind the door like the records it is made of.

    One row for each firm, replaced when its facts have changed; another `facts_version` than the
    firm's present one, or another `version` of the rules, is never shown.
    """

    __tablename__ = "portrait"
    __table_args__ = ({"schema": "credit"},)

    enterprise_id: Mapped[UUID] = mapped_column(primary_key=True)
    facts_version: Mapped[int]
    version: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
