"""Reading of firms, 企业, and of names that wait for a code, 待核名."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from xinyidai.enterprises.models import Enterprise, PendingName
from xinyidai.enterprises.rules import normalise_name
from xinyidai.kernel.db import db
from xinyidai.kernel.uscc import compact


@dataclass(frozen=True)
class EnterpriseSearch:
    """What firms are looked for by; everything given must hold.

    `text` is part of a name or the beginning of a code; a region code that ends in zeros stands
    for everything below it.
    """

    text: str | None = None
    region_code: str | None = None
    section: str | None = None
    registered_only: bool = False


@dataclass(frozen=True)
class EnterpriseFigures:
    """Counts of firms for overview pages; the key None of a mapping is 数据不足."""

    total: int
    registered: int
    code_invented: int
    pending_names: int
    by_region: Mapping[str | None, int]
    by_section: Mapping[str | None, int]
    by_scale: Mapping[str | None, int]
    by_status: Mapping[str | None, int]
    by_origin: Mapping[str | None, int]


def find_enterprise(enterprise_id: UUID) -> Enterprise | None:
    """Return a firm by its id, or None."""
    return db.session.get(Enterprise, enterprise_id)


def find_by_code(uscc: str) -> Enterprise | None:
    """Return the firm with this code in whatever spelling, or None."""
    return db.session.scalar(select(Enterprise).where(Enterprise.uscc == compact(uscc)))


def find_by_name(name: str) -> Sequence[Enterprise]:
    """Return every firm whose present name is this one after normalisation."""
    wanted = normalise_name(name)
    return db.session.scalars(
        select(Enterprise).where(Enterprise.normal_name == wanted).order_by(Enterprise.uscc)
    ).all()


def search(wanted: EnterpriseSearch, *, offset: int = 0, limit: int = 20) -> Sequence[Enterprise]:
    """Return one page of the firms looked for, in the order of their codes."""
    query = select(Enterprise).where(*_conditions(wanted)).order_by(Enterprise.uscc)
    return db.session.scalars(query.offset(offset).limit(limit)).all()


def count(wanted: EnterpriseSearch) -> int:
    """Return how many firms are found."""
    query = select(func.count()).select_from(Enterprise).where(*_conditions(wanted))
    return db.session.scalar(query) or 0


def figures() -> EnterpriseFigures:
    """Return the counts of all firms."""
    total, registered, invented = db.session.execute(
        select(
            func.count(),
            func.count(Enterprise.registered_at),
            func.count().filter(Enterprise.code_invented),
        ).select_from(Enterprise)
    ).one()
    return EnterpriseFigures(
        total=total,
        registered=registered,
        code_invented=invented,
        pending_names=count_pending_names(),
        by_region=_counts_by(Enterprise.region_code),
        by_section=_counts_by(Enterprise.section),
        by_scale=_counts_by(Enterprise.scale),
        by_status=_counts_by(Enterprise.status),
        by_origin=_counts_by(Enterprise.origin),
    )


def count_pending_names() -> int:
    """Return how many rows wait for a code."""
    query = select(func.count()).select_from(PendingName).where(PendingName.resolved_at.is_(None))
    return db.session.scalar(query) or 0


def _conditions(wanted: EnterpriseSearch) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.text and wanted.text.strip():
        name, code = normalise_name(wanted.text), compact(wanted.text)
        conditions.append(
            or_(
                Enterprise.normal_name.contains(name, autoescape=True),
                Enterprise.uscc.startswith(code, autoescape=True),
            )
        )
    if wanted.region_code:
        conditions.append(Enterprise.region_code.startswith(_own_digits(wanted.region_code)))
    if wanted.section:
        conditions.append(Enterprise.section == wanted.section)
    if wanted.registered_only:
        conditions.append(Enterprise.registered_at.is_not(None))
    return conditions


def _own_digits(region_code: str) -> str:
    """Return 41 for 410000, 4104 for 410400 and 410411 for itself."""
    pairs = [region_code[at : at + 2] for at in range(0, len(region_code), 2)]
    while len(pairs) > 1 and pairs[-1] == "00":
        pairs.pop()
    return "".join(pairs)


def _counts_by(column: InstrumentedAttribute[Any]) -> dict[str | None, int]:
    rows = db.session.execute(select(column, func.count()).group_by(column).order_by(column))
    return {None if key is None else str(key): number for key, number in rows}
