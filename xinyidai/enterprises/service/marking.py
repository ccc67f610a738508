"""Keep beside a firm what the platform itself saw of it."""

from uuid import UUID

from sqlalchemy import select

from xinyidai.audit import service as audit
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import BORROWED_MARK
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


def note_borrowed(actor: Actor, enterprise_id: UUID) -> None:
    """Keep that a loan was paid out to the firm, so that it is no first borrower any more, 首贷户.

    Noted once; the facts version stays, because no credit record has changed.
    """
    enterprise = db.session.scalar(
        select(Enterprise)
        .where(Enterprise.id == enterprise_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if enterprise is None or BORROWED_MARK in enterprise.tags:
        return
    enterprise.tags = [*enterprise.tags, BORROWED_MARK]
    audit.record(actor, "enterprise:borrowed", "enterprise", enterprise.id)
