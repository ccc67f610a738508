"""Outcomes, shadow scores and drift figures as tables."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.model_monitoring.values import AlarmKind, AlarmState
from xinyidai.scoring.validation.drift import DriftVerdict


class ShadowAssignment(Model):
    """A version that scores in the shadow, 影子运行: who began it, why, and who ended it."""

    __tablename__ = "shadow_assignment"
    __table_args__ = (
        Index(
            "uq_shadow_assignment_open",
            "model_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("model_version.id"))
    reason: Mapped[str] = mapped_column(Text)
    started_by: Mapped[UUID | None]
    starter_name: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_by: Mapped[UUID | None]
    ender_name: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    run_at: Mapped[datetime | None]


class ShadowScore(Model):
    """What a version in the shadow says of a firm, 影子评分; never shown to firms or banks."""

    __tablename__ = "shadow_score"
    __table_args__ = (Index("ix_shadow_score_enterprise", "enterprise_id"),)

    model_id: Mapped[UUID] = mapped_column(ForeignKey("model_version.id"), primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    facts_version: Mapped[int]
    is_insufficient: Mapped[bool]
    default_probability: Mapped[float | None] = mapped_column(Float(53))
    grade: Mapped[str | None] = mapped_column(String(3))
    points: Mapped[int | None]
    scored_at: Mapped[datetime] = mapped_column(default=clock.now)


class ModelReference(Model):
    """How one feature, or the score, was spread when a model came into use, 参照分布.

    `numbers` of the score hold what the probabilities then promised: bad rate and AUC with bands.
    """

    __tablename__ = "model_reference"

    model_id: Mapped[UUID] = mapped_column(ForeignKey("model_version.id"), primary_key=True)
    feature: Mapped[str] = mapped_column(String(64), primary_key=True)
    is_category: Mapped[bool]
    edges: Mapped[list[float]] = mapped_column(ARRAY(Float(53)))
    counts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    missing: Mapped[dict[str, Any]]
    numbers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    as_of: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class MonitoringRun(Model):
    """One month's look at the active model, 月度监测."""

    __tablename__ = "monitoring_run"
    __table_args__ = (UniqueConstraint("model_id", "month"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("model_version.id"))
    month: Mapped[str] = mapped_column(String(7))
    as_of: Mapped[date]
    firms: Mapped[int]
    scored: Mapped[int]
    numbers: Mapped[dict[str, Any]]
    rules_version: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class DriftFigure(Model):
    """One feature, or the score, in one month: PSI with its critical value, gaps by cause."""

    __tablename__ = "drift_figure"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("monitoring_run.id"), primary_key=True)
    feature: Mapped[str] = mapped_column(String(64), primary_key=True)
    present: Mapped[int]
    psi: Mapped[float | None] = mapped_column(Float(53))
    critical: Mapped[float | None] = mapped_column(Float(53))
    verdict: Mapped[DriftVerdict] = mapped_column(state_type(DriftVerdict))
    new_levels: Mapped[list[str]]
    missing: Mapped[dict[str, Any]]


class ModelAlarm(Model):
    """Something about the active model that a person must look into, 模型预警."""

    __tablename__ = "model_alarm"
    __table_args__ = (
        UniqueConstraint("model_id", "month", "kind", "feature"),
        Index("ix_model_alarm_state", "state", "raised_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("model_version.id"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("monitoring_run.id"))
    month: Mapped[str] = mapped_column(String(7))
    kind: Mapped[AlarmKind] = mapped_column(state_type(AlarmKind))
    feature: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]]
    state: Mapped[AlarmState] = mapped_column(state_type(AlarmState), default=AlarmState.OPEN)
    raised_at: Mapped[datetime] = mapped_column(default=clock.now)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    owner_name: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    plan: Mapped[str | None] = mapped_column(Text)
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    closer_name: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    conclusion: Mapped[str | None] = mapped_column(Text)
