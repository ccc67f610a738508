"""Messages as a table: to one party, read by any of its people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.notifications.values import Topic

UNREAD = text("read_at is null")


class Notification(Model):
    """One message to one party, 消息; `dedupe_key` keeps a job that repeats from sending twice."""

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(enterprise_id, institution_id, department_id) = 1", name="one_party"
        ),
        Index("ix_notification_enterprise", "enterprise_id", "created_at"),
        Index("ix_notification_institution", "institution_id", "created_at"),
        Index("ix_notification_department", "department_id", "created_at"),
        # Every page counts the unread ones of its party.
        Index("ix_notification_enterprise_unread", "enterprise_id", postgresql_where=UNREAD),
        Index("ix_notification_institution_unread", "institution_id", postgresql_where=UNREAD),
        Index("ix_notification_department_unread", "department_id", postgresql_where=UNREAD),
        # What a job has told and may have to tell again: few, whatever the table's length.
        Index("ix_notification_told", "topic", postgresql_where=text("dedupe_key is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enterprise_id: Mapped[UUID | None] = mapped_column(ForeignKey("enterprise.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    topic: Mapped[Topic] = mapped_column(state_type(Topic))
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(Text)
    dedupe_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
    read_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
