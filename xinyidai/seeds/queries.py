"""What the seeds must find again of what they wrote."""

from uuid import UUID

from sqlalchemy import exists, select

from xinyidai.audit.models import AuditEntry
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db

BEGUN, SEEDED = "seed:demo_begun", "seed:demo"


def ids_by_code() -> dict[str, UUID]:
    """Return the firms' ids by their codes."""
    rows = db.session.execute(select(Enterprise.uscc, Enterprise.id))
    return {row.uscc: row.id for row in rows}


def was_noted(action: str) -> bool:
    """Tell whether the audit trail holds a deed of the seeds."""
    return bool(db.session.scalar(select(exists().where(AuditEntry.action == action))))


def has_firms() -> bool:
    """Tell whether the database holds any firm."""
    return bool(db.session.scalar(select(exists().select_from(Enterprise))))
