"""Checks, their hits, steps and batches as tables.

A hit names the entry and not what it says: whoever reads a check later is shown the entry as far
as it is still in force.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.joint_checks.values import (
    CheckAction,
    CheckChannel,
    CheckOutcome,
    CheckState,
    HandlingDecision,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type

OPEN = "state in ('answered', 'handled')"


class CheckBatch(Model):
    """One file of codes that was checked, 批量核查."""

    __tablename__ = "joint_check_batch"
    __table_args__ = (
        Index("uq_joint_check_batch_key", "department_id", "request_key", unique=True),
        Index("ix_joint_check_batch_department", "department_id", "asked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    request_key: Mapped[str] = mapped_column(String(64))
    occasion: Mapped[str] = mapped_column(String(64))
    case_no: Mapped[str]
    file_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    row_count: Mapped[int]
    bad_count: Mapped[int]
    asked_by: Mapped[UUID | None]
    actor_name: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)


class JointCheck(Model):
    """One check of one firm on one occasion, 核查; `department_id` None: the platform itself.

    `enterprise_id` None is a code or name that the platform does not know.
    """

    __tablename__ = "joint_check"
    __table_args__ = (
        Index(
            "uq_joint_check_key",
            "department_id",
            "request_key",
            unique=True,
            postgresql_where=text("request_key is not null"),
        ),
        Index("ix_joint_check_counts", "department_id", "occasion", "outcome", "state"),
        Index("ix_joint_check_department", "department_id", "asked_at"),
        Index("ix_joint_check_firm", "enterprise_id", "asked_at"),
        Index("ix_joint_check_asked", "asked_at"),
        Index("ix_joint_check_due", "due_on", postgresql_where=text(OPEN)),
        CheckConstraint("(decision is null) = (handled_at is null)", name="handled_whole"),
        CheckConstraint("(state = 'closed') = (closed_at is not null)", name="closed_whole"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    event_id: Mapped[UUID]
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("joint_check_batch.id"), index=True)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    request_key: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[CheckChannel] = mapped_column(state_type(CheckChannel))
    occasion: Mapped[str] = mapped_column(String(64))
    case_no: Mapped[str]
    asked_uscc: Mapped[str | None] = mapped_column(String(18))
    asked_name: Mapped[str | None]
    enterprise_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprise.id"))
    outcome: Mapped[CheckOutcome] = mapped_column(state_type(CheckOutcome))
    measures: Mapped[list[str]] = mapped_column(default=list)
    missing: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    rules_version: Mapped[str] = mapped_column(String(32))
    lists_version: Mapped[str] = mapped_column(String(32))
    measures_version: Mapped[str] = mapped_column(String(32))
    state: Mapped[CheckState] = mapped_column(state_type(CheckState))
    asked_by: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_on: Mapped[date | None]
    decision: Mapped[HandlingDecision | None] = mapped_column(state_type(HandlingDecision))
    taken: Mapped[list[str]] = mapped_column(default=list)
    reason: Mapped[str | None] = mapped_column(Text)
    handled_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None]


class CheckHit(Model):
    """One list entry that a check found, 命中."""

    __tablename__ = "joint_check_hit"

    check_id: Mapped[UUID] = mapped_column(ForeignKey("joint_check.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(
        ForeignKey("credit_list_entry.id"), primary_key=True, index=True
    )
    list_type: Mapped[str] = mapped_column(String(64))


class CheckStep(Model):
    """One of the four steps of a check: who, when, what; append only."""

    __tablename__ = "joint_check_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    check_id: Mapped[UUID] = mapped_column(ForeignKey("joint_check.id"), index=True)
    action: Mapped[CheckAction] = mapped_column(state_type(CheckAction))
    to_state: Mapped[CheckState] = mapped_column(state_type(CheckState))
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    note: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)


class BatchRow(Model):
    """One row of a file of codes: its check, or what is wrong with it."""

    __tablename__ = "joint_check_row"
    __table_args__ = (CheckConstraint("(check_id is null) = (fault <> '')", name="row_whole"),)

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("joint_check_batch.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    given: Mapped[str] = mapped_column(String(40))
    check_id: Mapped[UUID | None] = mapped_column(ForeignKey("joint_check.id"))
    fault: Mapped[str] = mapped_column(Text)
