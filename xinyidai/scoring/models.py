"""Model versions and score results as tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.scoring.values import ModelState


class ModelVersion(Model):
    """A trained model that was registered here, 模型版本; at most one is active."""

    __tablename__ = "model_version"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index(
            "uq_model_version_one_active",
            "state",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(32))
    title: Mapped[str]
    state: Mapped[ModelState] = mapped_column(state_type(ModelState))
    is_demo: Mapped[bool] = mapped_column(default=False)
    folder: Mapped[str] = mapped_column(String(500))
    manifest_hash: Mapped[str] = mapped_column(String(64))
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    registered_by: Mapped[UUID | None]
    registered_at: Mapped[datetime] = mapped_column(default=clock.now)
    validated_by: Mapped[UUID | None]
    validated_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    activated_by: Mapped[UUID | None]
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class ScoreResult(Model):
    """One score of one firm with all that is needed to compute it again, 信用评分."""

    __tablename__ = "score_result"
    __table_args__ = (Index("ix_score_result_current", "enterprise_id", "scored_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    snapshot_id: Mapped[UUID | None]
    model_code: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(32))
    facts_version: Mapped[int]
    is_insufficient: Mapped[bool]
    default_probability: Mapped[float | None] = mapped_column(Float(53))
    grade: Mapped[str | None] = mapped_column(String(3))
    points: Mapped[int | None]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    missing: Mapped[dict[str, Any]] = mapped_column(default=dict)
    scored_at: Mapped[datetime] = mapped_column(default=clock.now)
