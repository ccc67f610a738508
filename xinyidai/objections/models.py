"""Objections and their steps as tables.

They stand outside the schema `credit`, so they say which record is meant (`record_id`, and
`record_key` through all its versions) and of which kind, and nothing of what it says.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.objections.values import (
    Channel,
    ObjectionAction,
    ObjectionOutcome,
    ObjectionState,
)

OPEN = "state in ('submitted', 'accepted', 'marked', 'at_source')"


class Objection(Model):
    """One objection of one firm; `department_id` is the source it was routed to, 信源单位.

    `due_on` moves with each pause; `waiting_since` is set while the firm has to supply something.
    """

    __tablename__ = "objection"
    __table_args__ = (
        # One objection to one thing at a time.
        Index(
            "uq_objection_one_open",
            "enterprise_id",
            text("coalesce(record_key, event_id::text, item)"),
            "subject",
            unique=True,
            postgresql_where=text(OPEN),
        ),
        Index("ix_objection_enterprise", "enterprise_id", "opened_at"),
        Index("ix_objection_department", "department_id", "state"),
        Index("ix_objection_due", "due_on", postgresql_where=text(OPEN)),
        CheckConstraint(
            "(subject = 'record') = (num_nonnulls(record_id, record_key) = 2)", name="record_whole"
        ),
        CheckConstraint("(subject = 'look') = (event_id is not null)", name="look_whole"),
        CheckConstraint("(channel = 'counter') = (identity_note is not null)", name="identity"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    subject: Mapped[ObjectionSubject] = mapped_column(state_type(ObjectionSubject))
    item: Mapped[str] = mapped_column(String(64))
    record_id: Mapped[int | None]
    record_key: Mapped[str | None] = mapped_column(String(64))
    event_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(String(64))
    statement: Mapped[str] = mapped_column(Text)
    state: Mapped[ObjectionState] = mapped_column(state_type(ObjectionState))
    channel: Mapped[Channel] = mapped_column(state_type(Channel))
    identity_note: Mapped[str | None] = mapped_column(Text)
    rules_version: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_by: Mapped[UUID | None]
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    due_on: Mapped[date]
    waiting_since: Mapped[datetime | None]
    outcome: Mapped[ObjectionOutcome | None] = mapped_column(state_type(ObjectionOutcome))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class ObjectionStep(Model):
    """One step of an objection: who did what, when and why; append only."""

    __tablename__ = "objection_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    objection_id: Mapped[UUID] = mapped_column(ForeignKey("objection.id"), index=True)
    action: Mapped[ObjectionAction] = mapped_column(state_type(ObjectionAction))
    to_state: Mapped[ObjectionState] = mapped_column(state_type(ObjectionState))
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)
