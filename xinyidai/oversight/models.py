"""Alarms, samples and reconciliations as tables."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.oversight.values import AlarmRule, AlarmState, Verdict


class QueryAlarm(Model):
    """Something about queries that a person should look into, 异常查询预警."""

    __tablename__ = "query_alarm"
    __table_args__ = (
        UniqueConstraint("rule", "dedupe_key"),
        Index("ix_query_alarm_state", "state", "raised_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    rule: Mapped[AlarmRule] = mapped_column(state_type(AlarmRule))
    rule_version: Mapped[str] = mapped_column(String(32))
    dedupe_key: Mapped[str] = mapped_column(String(120))
    happened_on: Mapped[date]
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    account_id: Mapped[UUID | None]
    enterprise_id: Mapped[UUID | None]
    event_ids: Mapped[list[str]]
    facts: Mapped[dict[str, Any]]
    state: Mapped[AlarmState] = mapped_column(state_type(AlarmState), default=AlarmState.OPEN)
    raised_at: Mapped[datetime] = mapped_column(default=clock.now)
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reviewed_at: Mapped[datetime | None]
    conclusion: Mapped[str | None] = mapped_column(Text)


class SampledQuery(Model):
    """One query drawn for review, 抽查; the draw of a month can be repeated from its seed."""

    __tablename__ = "sampled_query"
    __table_args__ = (Index("ix_sampled_query_month", "month"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    month: Mapped[str] = mapped_column(String(7))
    event_id: Mapped[UUID] = mapped_column(unique=True)
    drawn_at: Mapped[datetime] = mapped_column(default=clock.now)
    draw_seed: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[Verdict | None] = mapped_column(state_type(Verdict))
    note: Mapped[str | None] = mapped_column(Text)
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reviewed_at: Mapped[datetime | None]


class Reconciliation(Model):
    """One comparison of readings, snapshots, events and ledger, 对账; differences are told."""

    __tablename__ = "reconciliation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    covered_from: Mapped[datetime]
    covered_until: Mapped[datetime]
    run_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    compared: Mapped[dict[str, Any]]
    differences: Mapped[dict[str, Any]]
    total: Mapped[int]


class OversightMark(Model):
    """How far a repeated check has come; its row also keeps two runs of it apart."""

    __tablename__ = "oversight_mark"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    covered_until: Mapped[datetime]
