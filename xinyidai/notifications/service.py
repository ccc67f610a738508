"""Send messages in the transaction of what they tell, and note who read them.

A message says that something happened and where to look; it carries no credit data and no
figures of any.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.notifications import policies, queries
from xinyidai.notifications.models import Notification
from xinyidai.notifications.policies import READERS, require_mailbox
from xinyidai.notifications.values import Mailbox, Topic

__all__ = [
    "READERS",
    "Message",
    "forget_keys",
    "forget_old",
    "mark_all_read",
    "mark_dealt_with",
    "mark_read",
    "require_mailbox",
    "send",
    "send_all",
    "unread_count",
]

KEPT = timedelta(days=365)
LONGEST_TITLE = 200
AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is told to one party: exactly one of the three ids is set.

    `link` is a path of this site; of messages with one `dedupe_key` only the first is sent.
    """

    topic: Topic
    title: str
    body: str
    enterprise_id: UUID | None = None
    institution_id: UUID | None = None
    department_id: UUID | None = None
    link: str | None = None
    dedupe_key: str | None = None

    def __post_init__(self) -> None:
        """Refuse a message to nobody or to two, and a link that leads out of the site."""
        parties = (self.enterprise_id, self.institution_id, self.department_id)
        if sum(party is not None for party in parties) != 1:
            raise ValueError("a message goes to exactly one party")
        if self.link is not None and (
            not self.link.startswith("/") or self.link.startswith(("//", "/\\"))
        ):
            raise ValueError("a message links to a page of this site")


def send(  # noqa: PLR0913 - the three parties are one choice
    *,
    topic: Topic,
    title: str,
    body: str,
    enterprise_id: UUID | None = None,
    institution_id: UUID | None = None,
    department_id: UUID | None = None,
    link: str | None = None,
    dedupe_key: str | None = None,
) -> None:
    """Send one message to one party in the caller's transaction; rolled back with it.

    Raises:
        ValueError: not exactly one party, or a link that leads out of the site.

    """
    send_all(
        [
            Message(
                topic=topic,
                title=title,
                body=body,
                enterprise_id=enterprise_id,
                institution_id=institution_id,
                department_id=department_id,
                link=link,
                dedupe_key=dedupe_key,
            )
        ]
    )


def send_all(messages: Iterable[Message]) -> None:
    """Send many messages in the caller's transaction, a thousand in one round trip.

    A key that was sent already, also by a job running at the same time, is passed over.
    """
    chunk: list[Message] = []
    for message in messages:
        chunk.append(message)
        if len(chunk) == AT_ONCE:
            _write(chunk)
            chunk = []
    if chunk:
        _write(chunk)


def forget_keys(keys: Sequence[str]) -> None:
    """Let messages with these keys be sent again, because what they told of is over."""
    for start in range(0, len(keys), AT_ONCE):
        db.session.execute(
            update(Notification)
            .where(Notification.dedupe_key.in_(keys[start : start + AT_ONCE]))
            .values(dedupe_key=None)
        )


def unread_count(actor: Actor) -> int | None:
    """Count the unread messages of the actor's party, at most 100; None for who has no mailbox."""
    mailbox = policies.find_mailbox(actor)
    return None if mailbox is None else queries.unread_count(mailbox)


def mark_read(actor: Actor, notification_id: UUID) -> Notification:
    """Note that somebody of the party read a message; the first reader stays noted.

    Raises:
        Forbidden: the actor belongs to no party.
        NotFound: no such message, or another party's.

    """
    message = policies.require_own(actor, queries.locked(notification_id))
    if message.read_at is None:
        message.read_at = clock.now()
        message.read_by = actor.account_id
        db.session.flush()
    return message


def mark_all_read(actor: Actor, topic: Topic | None = None) -> None:
    """Note that somebody of the party read every message that there is, or every one on a topic."""
    mailbox = require_mailbox(actor)
    statement = update(Notification).where(
        getattr(Notification, mailbox.kind.value) == mailbox.party_id,
        Notification.read_at.is_(None),
    )
    if topic is not None:
        statement = statement.where(Notification.topic == topic)
    db.session.execute(statement.values(read_at=clock.now(), read_by=actor.account_id))


def mark_dealt_with(mailbox: Mailbox, link: str, reader_id: UUID | None) -> None:
    """Note that a party has read what led to this page: one of its people has acted there.

    Whoever acts has seen what it is about; what stays unread still waits for somebody. `reader_id`
    is None where the party's own system acted.
    """
    db.session.execute(
        update(Notification)
        .where(
            getattr(Notification, mailbox.kind.value) == mailbox.party_id,
            Notification.read_at.is_(None),
            Notification.link == link,
        )
        .values(read_at=clock.now(), read_by=reader_id)
    )


def forget_old() -> None:
    """Delete the messages read more than a year ago; unread ones stay."""
    db.session.execute(delete(Notification).where(Notification.read_at < clock.now() - KEPT))


def _write(messages: Sequence[Message]) -> None:
    moment = clock.now()
    rows = [
        {**vars(message), "title": message.title[:LONGEST_TITLE], "created_at": moment}
        for message in messages
    ]
    db.session.execute(insert(Notification).on_conflict_do_nothing(), rows)
