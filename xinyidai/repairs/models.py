"""Applications for repair, their steps, as tables.

Like objections they name a record and its kind, and nothing of what it says; the earliest day is
the firm's own claim.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.catalogue.values import RepairClass
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.repairs.values import RepairAction, RepairChannel, RepairState

OPEN = "state in ('submitted', 'returned', 'checked', 'handed_over')"


class Repair(Model):
    """One application of one firm for the repair of one record, 信用修复申请.

    The commitment is kept as version and digest of the text, with who signed it and when.
    """

    __tablename__ = "repair"
    __table_args__ = (
        Index(
            "uq_repair_one_open",
            "enterprise_id",
            "record_key",
            unique=True,
            postgresql_where=text(OPEN),
        ),
        Index("ix_repair_enterprise", "enterprise_id", "opened_at"),
        Index("ix_repair_open", "opened_at", postgresql_where=text(OPEN)),
        CheckConstraint("(channel = 'counter') = (identity_note is not null)", name="identity"),
        CheckConstraint(
            "state not in ('handed_over', 'repaired') or receipt_no is not null", name="receipt"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    kind: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[int]
    record_key: Mapped[str] = mapped_column(String(64))
    grade: Mapped[RepairClass] = mapped_column(state_type(RepairClass))
    earliest_on: Mapped[date]
    duty_note: Mapped[str] = mapped_column(Text)
    commitment_version: Mapped[str] = mapped_column(String(32))
    commitment_hash: Mapped[str] = mapped_column(String(64))
    signed_name: Mapped[str]
    signed_at: Mapped[datetime]
    state: Mapped[RepairState] = mapped_column(state_type(RepairState))
    channel: Mapped[RepairChannel] = mapped_column(state_type(RepairChannel))
    identity_note: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_by: Mapped[UUID | None]
    receipt_no: Mapped[str | None] = mapped_column(String(64))
    handed_over_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]


class RepairStep(Model):
    """One step of an application: who did what, when and why; append only."""

    __tablename__ = "repair_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    repair_id: Mapped[UUID] = mapped_column(ForeignKey("repair.id"), index=True)
    action: Mapped[RepairAction] = mapped_column(state_type(RepairAction))
    to_state: Mapped[RepairState] = mapped_column(state_type(RepairState))
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)
