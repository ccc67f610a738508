"""Matchmaking events, registrations and meetings as tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.matchmaking_events.values import EventFormat, EventState, MeetingOutcome


class MatchmakingEvent(Model):
    """A meeting of banks and firms run by the government, 政银企对接会."""

    __tablename__ = "matchmaking_event"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity_positive"),
        CheckConstraint("sign_up_until <= starts_at", name="deadline_before_start"),
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_no: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    format: Mapped[EventFormat] = mapped_column(state_type(EventFormat))
    place: Mapped[str]
    region_code: Mapped[str] = mapped_column(String(6))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    sign_up_until: Mapped[datetime]
    capacity: Mapped[int]
    state: Mapped[EventState] = mapped_column(state_type(EventState))
    planned_by: Mapped[UUID | None]
    held_at: Mapped[datetime | None]
    summary: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class EventRegistration(Model):
    """A firm or an institution that takes part, 报名."""

    __tablename__ = "event_registration"
    __table_args__ = (
        UniqueConstraint("event_id", "enterprise_id"),
        UniqueConstraint(
            "event_id", "institution_id", name="uq_event_registration_event_institution"
        ),
        CheckConstraint("num_nonnulls(enterprise_id, institution_id) = 1", name="one_party"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("matchmaking_event.id"))
    enterprise_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"), index=True)
    account_id: Mapped[UUID | None]
    wish: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(default=clock.now)
    cancelled_at: Mapped[datetime | None]
    attended_at: Mapped[datetime | None]


class Meeting(Model):
    """A talk of one firm with one institution at an event, 洽谈, and its outcome."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("event_id", "enterprise_id", "institution_id"),
        CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("matchmaking_event.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    outcome: Mapped[MeetingOutcome] = mapped_column(state_type(MeetingOutcome))
    amount_fen: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
