"""What oversight pages share: the blueprint, and names of persons."""

from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint
from sqlalchemy import select

from xinyidai.accounts.models import Account
from xinyidai.kernel.db import db

UNKNOWN = "—"

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


def names_of(ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Return the names of accounts by their ids."""
    wanted = [one for one in ids if one is not None]
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {row.id: row.name for row in rows}
