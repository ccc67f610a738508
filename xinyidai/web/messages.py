"""Messages of the signed-in person's party, 消息: one page for every role."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.notifications import queries, service
from xinyidai.notifications.values import TOPIC_NAMES, Topic

SEE_OTHER = 303
UNREAD = "unread"
READERS = tuple(service.READERS)

blueprint = Blueprint("messages", __name__, url_prefix="/messages")


@blueprint.get("")
@allow(*READERS)
def inbox() -> ResponseReturnValue:
    """Show the party's messages, newest first: all, those that nobody has read, or of a topic."""
    actor: Actor = g.actor
    mailbox, page = service.require_mailbox(actor), page_args()
    unread_only, topic = request.args.get("only", "") == UNREAD, _topic(request.args)
    unread = queries.count_by_topic(mailbox, unread_only=True)
    counts = unread if unread_only else queries.count_by_topic(mailbox)
    total = sum(counts.values()) if topic is None else counts.get(topic, 0)
    kept = [("only", UNREAD)] if unread_only else []
    kept += [("topic", topic.value)] if topic else []
    return render_template(
        "messages.html",
        layout="layouts/phone_first.html"
        if actor.role is Role.ENTERPRISE_USER
        else "layouts/desk.html",
        messages=queries.page_of(
            mailbox,
            limit=page.size,
            offset=page.offset,
            unread_only=unread_only,
            topic=topic,
        ),
        topics=TOPIC_NAMES,
        waiting=sum(unread.values()) if topic is None else unread.get(topic, 0),
        topic=topic or "",
        groups=_groups(counts, topic, unread_only=unread_only),
        unread_only=unread_only,
        page=page.number,
        pages=max(1, -(-total // page.size)),
        total=total,
        url=f"?{urlencode([*kept, ('page', '')])}",
    )


@blueprint.post("/<uuid:message_id>/read")
@allow(*READERS)
def read(message_id: UUID) -> ResponseReturnValue:
    """Note that a message was read, and go on to what it tells of."""
    with own_transaction():
        link = service.mark_read(g.actor, message_id).link
    return redirect(link or url_for(".inbox"), SEE_OTHER)


@blueprint.post("/read-all")
@allow(*READERS)
def read_all() -> ResponseReturnValue:
    """Note that every message was read, or every one on the topic that is shown."""
    topic = _topic(request.form)
    with own_transaction():
        service.mark_all_read(g.actor, topic)
    return redirect(url_for(".inbox", topic=topic), SEE_OTHER)


def _topic(sent: Mapping[str, str]) -> Topic | None:
    code = sent.get("topic", "")
    if not code:
        return None
    if code not in set(Topic):
        raise InvalidInput("没有这类消息，请重新选择。", fields={"topic": "请从列表里选择。"})
    return Topic(code)


def _groups(
    counts: Mapping[Topic, int], chosen: Topic | None, *, unread_only: bool
) -> list[dict[str, object]]:
    """Return a link for each topic there are messages on, most first, behind one for all."""
    only = UNREAD if unread_only else None
    shown = sorted({*counts, *([chosen] if chosen else [])}, key=lambda one: -counts.get(one, 0))
    every = {
        "label": f"全部类别（{sum(counts.values())}）",
        "href": url_for(".inbox", only=only),
        "current": chosen is None,
    }
    return [
        every,
        *(
            {
                "label": f"{TOPIC_NAMES[one]}（{counts.get(one, 0)}）",
                "href": url_for(".inbox", only=only, topic=one),
                "current": one is chosen,
            }
            for one in shown
        ),
    ]
