"""Whitelist entries written straight into the table, as if they had gone their way."""

from datetime import datetime

from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.whitelist import rules
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.values import EntryState


def listed(
    firm: Enterprise,
    list_type: str = "logistics",
    *,
    state: EntryState = EntryState.LISTED,
    at: datetime | None = None,
) -> WhitelistEntry:
    """Put a firm on a list."""
    entry = WhitelistEntry(
        list_type=list_type,
        enterprise_id=firm.id,
        state=state,
        basis="演示",
        rules_version=rules.VERSION,
        listed_at=at or clock.now(),
    )
    db.session.add(entry)
    db.session.flush()
    return entry
