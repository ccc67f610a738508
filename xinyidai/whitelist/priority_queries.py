"""Which firms are served first, 优先满足白名单企业, and on which entry that rests.

A firm has priority while it is a current member of a list whose type promises it; a suspended,
removed or run-out entry gives none from that moment on.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.queries import is_member
from xinyidai.whitelist.values import Priority

PROMISING = tuple(code for code, kind in LIST_TYPES.items() if kind.priority is not None)


def find_priority(enterprise_id: UUID) -> Priority | None:
    """Return why a firm is served first, or None; of several lists the shortest promise counts."""
    return priorities_of([enterprise_id]).get(enterprise_id)


def priorities_of(enterprise_ids: Collection[UUID]) -> Mapping[UUID, Priority]:
    """Return why each of these firms is served first; firms without priority are left out."""
    if not enterprise_ids:
        return {}
    found: dict[UUID, Priority] = {}
    statement = select(WhitelistEntry).where(
        WhitelistEntry.enterprise_id.in_(enterprise_ids), _gives_priority()
    )
    for entry in db.session.scalars(statement.order_by(WhitelistEntry.listed_at)):
        priority = _priority(entry)
        known = found.get(entry.enterprise_id)
        if priority and (known is None or _terms(priority) < _terms(known)):
            found[entry.enterprise_id] = priority
    return found


def has_priority(enterprise_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Return the condition that the firm of a row is served first today."""
    return (
        select(WhitelistEntry.id)
        .where(WhitelistEntry.enterprise_id == enterprise_id, _gives_priority())
        .correlate_except(WhitelistEntry)
        .exists()
    )


def _gives_priority() -> ColumnElement[bool]:
    has_begun = WhitelistEntry.listed_at <= clock.now()
    return WhitelistEntry.list_type.in_(PROMISING) & has_begun & is_member(clock.today())


def _priority(entry: WhitelistEntry) -> Priority | None:
    kind = LIST_TYPES[entry.list_type]
    if kind.priority is None or entry.listed_at is None:
        return None
    return Priority(
        entry.id,
        entry.list_type,
        kind.name,
        clock.local(entry.listed_at).date(),
        kind.priority.answer_days,
        kind.priority.contact_days,
    )


def _terms(priority: Priority) -> tuple[int, int]:
    return priority.answer_days, priority.contact_days
