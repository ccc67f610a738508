"""Read what the platform's own tables hold about one firm, as plain JSON values."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.web.enterprise.holding_parts import Group, Part

BATCH = 1000


def count(group: Group, enterprise_id: UUID) -> int:
    """Return how many rows the first part of a group holds about the firm."""
    part = group.parts[0]
    statement = select(func.count()).select_from(part.model).where(part.of_firm(enterprise_id))
    return db.session.scalar(statement) or 0


def rows(part: Part, enterprise_id: UUID) -> Iterator[dict[str, Any]]:
    """Yield a part's rows about the firm, oldest first, as plain JSON values."""
    table = part.model.__table__
    shown = [column for column in table.columns if column.name not in part.hidden]
    statement = (
        select(*shown).where(part.of_firm(enterprise_id)).order_by(table.columns[part.order])
    )
    result = db.session.execute(statement.execution_options(yield_per=BATCH))
    for row in result:
        yield {column.name: plain(value) for column, value in zip(shown, row, strict=True)}


def plain(value: Any) -> Any:
    """Return a value as JSON holds it; times of Shanghai, fractions as text; else an error."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return clock.local(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [plain(member) for member in value]
    raise TypeError(f"no plain form for {type(value).__name__}")
