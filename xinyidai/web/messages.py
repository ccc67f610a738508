"""Messages of the signed-in person's party, 消息: one page for every role."""

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.http import page_args
from xinyidai.notifications import queries, service
from xinyidai.notifications.values import TOPIC_NAMES

SEE_OTHER = 303
UNREAD = "unread"
READERS = tuple(service.READERS)

blueprint = Blueprint("messages", __name__, url_prefix="/messages")


@blueprint.get("")
@allow(*READERS)
def inbox() -> ResponseReturnValue:
    """Show the party's messages, newest first, or only those that nobody has read."""
    actor: Actor = g.actor
    mailbox, page = service.require_mailbox(actor), page_args()
    unread_only = request.args.get("only", "") == UNREAD
    total = queries.count_of(mailbox, unread_only=unread_only)
    kept = [("only", UNREAD)] if unread_only else []
    return render_template(
        "messages.html",
        layout="layouts/phone_first.html"
        if actor.role is Role.ENTERPRISE_USER
        else "layouts/desk.html",
        messages=queries.page_of(
            mailbox, limit=page.size, offset=page.offset, unread_only=unread_only
        ),
        topics=TOPIC_NAMES,
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
    """Note that every message was read."""
    with own_transaction():
        service.mark_all_read(g.actor)
    return redirect(url_for(".inbox"), SEE_OTHER)
