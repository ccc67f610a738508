"""Names without a usable code, 待核名: kept until the register or a person settles them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update

from xinyidai.audit.service import record
from xinyidai.enterprises import policies
from xinyidai.enterprises.models import Enterprise, PendingName
from xinyidai.enterprises.rules import normalise_name
from xinyidai.enterprises.service.copying import copy_rows, cursor
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import NotFound

HELD_COLUMNS = """
    id uuid, source varchar, kind varchar, name varchar, normal_name varchar, row_hash varchar,
    row_number bigint, content jsonb
"""
HOLD = """
    insert into pending_name
        (id, source, kind, name, normal_name, row_hash, row_number, content, created_at)
    select id, source, kind, name, normal_name, row_hash, row_number, content, %(now)s
    from pg_temp.held_name
    on conflict (source, kind, row_hash) do nothing
"""
RESOLVE = """
    with sole as (
        select normal_name, min(id::text)::uuid as enterprise_id from enterprise
        where normal_name in (select normal_name from pending_name where resolved_at is null)
        group by normal_name having count(*) = 1)
    update pending_name p set resolved_enterprise_id = sole.enterprise_id, resolved_at = %(now)s
    from sole where p.normal_name = sole.normal_name and p.resolved_at is null
"""


@dataclass(frozen=True)
class HeldName:
    """One row that names a firm without a usable code; `row_hash` is of name and content."""

    source: str
    kind: str
    name: str
    row_number: int
    content: Mapping[str, Any] | str
    row_hash: str | None = None


@dataclass(frozen=True)
class HoldCounts:
    """How many rows were held for the first time, and how many were there already."""

    new: int
    known: int


def hold_name(held: HeldName) -> HoldCounts:
    """Keep one row until its firm is known; the same row again changes nothing."""
    return hold_names([held])


def hold_names(rows: Iterable[HeldName]) -> HoldCounts:
    """Keep rows until their firms are known; idempotent by source, kind and row hash."""
    work = copy_rows("held_name", HELD_COLUMNS, map(_tuple, rows))
    total = work.execute("select count(*) from pg_temp.held_name").fetchone()
    new = work.execute(HOLD, {"now": clock.now()}).rowcount
    return HoldCounts(new, (total or (0,))[0] - new)


def resolve_pending_names(actor: Actor) -> int:
    """Settle every waiting name that exactly one firm has; return the number of rows.

    The rows become credit records when their file is collected again: a settled name then stands
    for its firm.
    """
    policies.require_keep(actor)
    settled = cursor().execute(RESOLVE, {"now": clock.now()}).rowcount
    if settled:
        record(actor, "pending_name:resolve", "pending_name", "all", {"rows": settled})
    return settled


def resolve_pending_name(actor: Actor, name: str, enterprise_id: UUID) -> int:
    """Settle by hand all waiting rows of one name; return their number."""
    policies.require_keep(actor)
    if db.session.get(Enterprise, enterprise_id) is None:
        raise NotFound("没有找到这家企业。")
    settled = db.session.execute(
        update(PendingName)
        .where(PendingName.normal_name == normalise_name(name), PendingName.resolved_at.is_(None))
        .values(resolved_enterprise_id=enterprise_id, resolved_at=clock.now())
        .returning(PendingName.id)
    ).all()
    if not settled:
        raise NotFound("没有等待核名的这个名称。")
    record(actor, "pending_name:resolve", "enterprise", enterprise_id, {"rows": len(settled)})
    return len(settled)


def _tuple(held: HeldName) -> tuple[Any, ...]:
    content = held.content
    if not isinstance(content, str):
        content = json.dumps(content, ensure_ascii=False, sort_keys=True)
    row_hash = held.row_hash or hashlib.sha256(f"{held.name}|{content}".encode()).hexdigest()
    return (
        new_id(), held.source, held.kind, held.name, normalise_name(held.name), row_hash,
        held.row_number, content,
    )  # fmt: skip
