"""Data quality as tables: runs with their figures, rows behind them, tickets, bulletins, scores.

They stand outside the schema `credit`, so they say which record is late or missing by its number
in the store and a masked document number, and never which firm it is about. `firm_coverage` says
of a firm in which domains there are facts, and only in those where every firm should have some.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.data_quality.values import (
    Measure,
    Period,
    SourceState,
    SuspectAction,
    SuspectOutcome,
    SuspectState,
    TicketAction,
    TicketState,
    TicketSubject,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type

CODE = String(64)


class QualityRun(Model):
    """One day's measuring, 数据质量检查; measured again on its day, it replaces its own figures.

    `event_id` is the platform run in the log of queries, `months` are those whose figures it made,
    `codes` the counts of 重错码.
    """

    __tablename__ = "quality_run"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    day: Mapped[date] = mapped_column(unique=True)
    rule_version: Mapped[str] = mapped_column(String(32))
    event_id: Mapped[UUID]
    months: Mapped[list[str]]
    codes: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]


class QualityFigure(Model):
    """Numerator and denominator of one rate of one department, kind and month."""

    __tablename__ = "quality_figure"
    __table_args__ = (
        UniqueConstraint("run_id", "month", "department_code", "kind", "measure"),
        Index("ix_quality_figure_month", "month", "department_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("quality_run.id"))
    month: Mapped[date]
    department_code: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(CODE)
    measure: Mapped[Measure] = mapped_column(state_type(Measure))
    numerator: Mapped[int]
    denominator: Mapped[int]


class LateRecord(Model):
    """One record that came in after its last day, 迟报; `month` is that of its receipt."""

    __tablename__ = "late_record"
    __table_args__ = (Index("ix_late_record_department", "department_code", "month"),)

    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("quality_run.id"))
    month: Mapped[date] = mapped_column(index=True)
    department_code: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(CODE)
    batch_id: Mapped[UUID]
    file_name: Mapped[str] = mapped_column(Text)
    shown_number: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date]
    due_on: Mapped[date]
    received_on: Mapped[date]
    days_late: Mapped[int]


class MissedDelivery(Model):
    """One delivery that the update cycle asked for and that did not come, 漏报; by its due day."""

    __tablename__ = "missed_delivery"
    __table_args__ = (
        UniqueConstraint("department_code", "kind", "due_on"),
        Index("ix_missed_delivery_month", "month", "department_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("quality_run.id"))
    month: Mapped[date]
    department_code: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(CODE)
    opened_on: Mapped[date]
    due_on: Mapped[date]


class ConcealmentSuspect(Model):
    """A decision known from elsewhere that its organ has not delivered, 瞒报疑点: no verdict.

    `suspect_key` names the decision, so that it is found once. `organ_code` is the department
    that should have delivered it.
    """

    __tablename__ = "concealment_suspect"
    __table_args__ = (
        Index("ix_concealment_suspect_organ", "organ_code", "state"),
        Index("ix_concealment_suspect_month", "decided_on", "organ_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    suspect_key: Mapped[str] = mapped_column(String(64), unique=True)
    organ_code: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(CODE)
    known_source: Mapped[str]
    record_id: Mapped[int]
    shown_number: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date]
    due_on: Mapped[date]
    found_on: Mapped[date]
    state: Mapped[SuspectState] = mapped_column(state_type(SuspectState))
    explanation: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[SuspectOutcome | None] = mapped_column(state_type(SuspectOutcome))
    closing_reason: Mapped[str | None] = mapped_column(Text)
    rule_version: Mapped[str] = mapped_column(String(32))
    closed_at: Mapped[datetime | None]


class SuspectStep(Model):
    """One step of a suspect: who did what, when and why; append only.

    `place` counts from 1: several steps are taken at one moment.
    """

    __tablename__ = "suspect_step"
    __table_args__ = (UniqueConstraint("suspect_id", "place"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    suspect_id: Mapped[UUID] = mapped_column(ForeignKey("concealment_suspect.id"))
    place: Mapped[int]
    action: Mapped[SuspectAction] = mapped_column(state_type(SuspectAction))
    to_state: Mapped[SuspectState] = mapped_column(state_type(SuspectState))
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)


class CorrectionTicket(Model):
    """Wrong or doubled codes that a source has to put right, 纠错单.

    `faults` counts rows by fault; a ticket of a delivery is one for all its faulty rows.
    """

    __tablename__ = "correction_ticket"
    __table_args__ = (
        Index(
            "uq_correction_ticket_batch",
            "batch_id",
            unique=True,
            postgresql_where=text("batch_id is not null"),
        ),
        Index("ix_correction_ticket_department", "department_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    subject: Mapped[TicketSubject] = mapped_column(state_type(TicketSubject))
    kind: Mapped[str | None] = mapped_column(CODE)
    source: Mapped[str | None]
    batch_id: Mapped[UUID | None]
    file_name: Mapped[str | None] = mapped_column(Text)
    rows: Mapped[int]
    faults: Mapped[dict[str, Any]]
    statement: Mapped[str] = mapped_column(Text)
    state: Mapped[TicketState] = mapped_column(state_type(TicketState))
    rule_version: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_by: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    verified_by_batch: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]


class TicketStep(Model):
    """One step of a ticket: who did what, when and why; append only.

    `place` counts from 1: several steps are taken at one moment.
    """

    __tablename__ = "ticket_step"
    __table_args__ = (UniqueConstraint("ticket_id", "place"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("correction_ticket.id"))
    place: Mapped[int]
    action: Mapped[TicketAction] = mapped_column(state_type(TicketAction))
    to_state: Mapped[TicketState] = mapped_column(state_type(TicketState))
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)


class CoverageCell(Model):
    """How many firms have, lack, or have only old facts of a domain, 覆盖矩阵."""

    __tablename__ = "coverage_cell"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("quality_run.id"), primary_key=True)
    class_code: Mapped[str] = mapped_column(CODE, primary_key=True)
    have: Mapped[int]
    stale: Mapped[int]
    missing: Mapped[int]


class SourceFreshness(Model):
    """How a kind is kept up by its source, 信源更新情况: last delivery, records in force."""

    __tablename__ = "source_freshness"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("quality_run.id"), primary_key=True)
    department_code: Mapped[str] = mapped_column(CODE, primary_key=True)
    kind: Mapped[str] = mapped_column(CODE, primary_key=True)
    state: Mapped[SourceState] = mapped_column(state_type(SourceState))
    delivered_on: Mapped[date | None]
    records: Mapped[int]


class FirmCoverage(Model):
    """In which domains a firm has facts, has only old ones, or has none; the newest day's."""

    __tablename__ = "firm_coverage"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    have: Mapped[list[str]]
    stale: Mapped[list[str]]
    missing: Mapped[list[str]]
    measured_on: Mapped[date]


class QualityBulletin(Model):
    """A month's bulletin as it was published, 月通报: its figures, PDF and XLSX; append only."""

    __tablename__ = "quality_bulletin"
    __table_args__ = (UniqueConstraint("month", "edition"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    month: Mapped[date]
    edition: Mapped[int]
    figures: Mapped[dict[str, Any]]
    figures_hash: Mapped[str] = mapped_column(String(64))
    rule_version: Mapped[str] = mapped_column(String(32))
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    xlsx: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by: Mapped[str]


class QualityScore(Model):
    """A department's score of a month, quarter or year, 评分, as computed on a day."""

    __tablename__ = "quality_score"
    __table_args__ = (
        UniqueConstraint("period", "starts_on", "department_code", "made_on"),
        Index("ix_quality_score_department", "department_code", "period", "starts_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    period: Mapped[Period] = mapped_column(state_type(Period))
    starts_on: Mapped[date]
    department_code: Mapped[str] = mapped_column(CODE)
    score: Mapped[Decimal | None]
    grade: Mapped[str | None] = mapped_column(String(32))
    parts: Mapped[dict[str, Any]]
    rule_version: Mapped[str] = mapped_column(String(32))
    made_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
