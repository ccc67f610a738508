"""Read messages of one party."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal_column, select

from xinyidai.kernel.db import db
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Mailbox, Topic

MOST_COUNTED = 100


def page_of(
    mailbox: Mailbox,
    *,
    limit: int,
    offset: int = 0,
    unread_only: bool = False,
    topic: Topic | None = None,
) -> Sequence[Notification]:
    """Return one page of a party's messages, or of those on a topic, newest first."""
    statement = _of(mailbox, unread_only=unread_only, topic=topic).order_by(
        Notification.created_at.desc(), Notification.id.desc()
    )
    return db.session.scalars(statement.limit(limit).offset(offset)).all()


def count_by_topic(mailbox: Mailbox, *, unread_only: bool = False) -> dict[Topic, int]:
    """Count a party's messages on each topic that there are any on."""
    rows = _of(mailbox, unread_only=unread_only).with_only_columns(Notification.topic, func.count())
    found = db.session.execute(rows.group_by(Notification.topic))
    return {topic: number for topic, number in found}  # noqa: C416 - rows are no pairs for mypy


def unread_count(mailbox: Mailbox) -> int:
    """Count a party's unread messages, at most `MOST_COUNTED`: a badge says no more than 99+.

    Every page asks this, so it reads an index of unread messages only, and not far.
    """
    unread: Select[Any] = _of(mailbox, unread_only=True).with_only_columns(literal_column("1"))
    rows = select(func.count()).select_from(unread.limit(MOST_COUNTED).subquery())
    return db.session.scalar(rows) or 0


def locked(notification_id: UUID) -> Notification | None:
    """Return one message, locked until the transaction ends."""
    statement = select(Notification).where(Notification.id == notification_id)
    return db.session.scalars(statement.with_for_update()).one_or_none()


def _of(mailbox: Mailbox, *, unread_only: bool, topic: Topic | None = None) -> Select[Notification]:
    column = getattr(Notification, mailbox.kind.value)
    statement = select(Notification).where(column == mailbox.party_id)
    if topic is not None:
        statement = statement.where(Notification.topic == topic)
    return statement.where(Notification.read_at.is_(None)) if unread_only else statement
