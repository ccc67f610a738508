"""The temp table through which rows come in, and the statements that take them over.

`staged_record` and `staged_change` belong to the application role and live for one transaction;
the door may read the one and fill the other.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, text

if TYPE_CHECKING:
    from psycopg import Connection as Driver

COLUMNS = (
    "enterprise_id, kind, source, natural_key, occurred_on, valid_until, amount_fen, quantity,"
    " level, content, row_hash"
)
CREATE_STAGED = text(
    """
    create temp table staged_record (
        enterprise_id uuid not null, kind text not null, source text not null,
        natural_key text not null, occurred_on date not null, valid_until date,
        amount_fen bigint, quantity numeric, level text, content jsonb not null,
        row_hash bytea not null
    ) on commit drop
    """
)
COPY_STAGED = f"copy staged_record ({COLUMNS}) from stdin"
DROP_STAGED = text("drop table staged_record")

COUNT_FOREIGN = text(
    """
    select count(*) filter (where e.id is null) as unknown_firms,
           count(*) filter (where s.kind <> :kind or s.source <> :source) as other_batch
    from staged_record s left join enterprise e on e.id = s.enterprise_id
    """
)
CREATE_CHANGE = text(
    """
    create temp table staged_change (
        enterprise_id uuid, natural_key text, is_new boolean, chosen tid
    ) on commit drop
    """
)
GRANT_STAGED = text("grant select on staged_record to xinyidai_door")
GRANT_CHANGE = text("grant select, insert on staged_change to xinyidai_door")
ANALYZE = text("analyze staged_record")
ANALYZE_CHANGE = text("analyze staged_change")
LOCK = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
COUNT_DISTINCT = text(
    "select count(*) from (select distinct enterprise_id, natural_key from staged_record) s"
)
# One kind and one source in the table, so the firm and the natural key tell rows apart. A source
# that delivers once more what was repaired, or unchanged what was corrected or withdrawn, does not
# bring it back.
FIND_CHANGES = text(
    """
    insert into staged_change (enterprise_id, natural_key, is_new, chosen)
    select s.enterprise_id, s.natural_key, r.id is null, s.ctid
    from (
        select distinct on (enterprise_id, natural_key) ctid, *
        from staged_record
        order by enterprise_id, natural_key, occurred_on desc, row_hash
    ) s
    left join credit.credit_record r
        on r.enterprise_id = s.enterprise_id and r.kind = s.kind and r.source = s.source
        and r.natural_key = s.natural_key and r.status = 'in_force'
    where (r.id is null or r.row_hash <> s.row_hash)
        and not exists (
            select 1 from credit.credit_record gone
            where gone.enterprise_id = s.enterprise_id and gone.kind = s.kind
                and gone.source = s.source and gone.natural_key = s.natural_key
                and (gone.status = 'repaired'
                    or gone.status in ('corrected', 'withdrawn') and gone.row_hash = s.row_hash)
        )
    """
)
SUPERSEDE = text(
    """
    update credit.credit_record r
    set status = 'superseded', status_changed_at = :now, status_changed_by = :who,
        status_reason = :why
    from staged_change c
    where not c.is_new and r.enterprise_id = c.enterprise_id and r.kind = :kind
        and r.source = :source and r.natural_key = c.natural_key and r.status = 'in_force'
    """
)
INSERT = text(
    f"""
    insert into credit.credit_record ({COLUMNS}, batch_id, collected_at)
    select s.enterprise_id, s.kind, s.source, s.natural_key, s.occurred_on, s.valid_until,
           s.amount_fen, s.quantity, s.level, s.content, s.row_hash, :batch_id, :now
    from staged_record s join staged_change c on c.chosen = s.ctid
    """  # noqa: S608 - a constant list of columns
)
# Firms are locked in the order of their ids, or two batches could wait for each other.
RAISE_VERSIONS = text(
    """
    with touched as (
        select id from enterprise
        where id in (select enterprise_id from staged_change)
        order by id for no key update
    )
    update enterprise e set facts_version = facts_version + 1
    from touched where e.id = touched.id
    """
)
LOCK_FIRM = text("select id from enterprise where id = :enterprise_id for no key update")
RAISE_ONE_VERSION = text(
    "update enterprise set facts_version = facts_version + 1 where id = :enterprise_id"
)
DROP_CHANGE = text("drop table staged_change")


@dataclass(frozen=True)
class NewRecord:
    """One row to be taken in; `amount_fen` is integer 分, `content` the fields of its kind."""

    enterprise_id: UUID
    kind: str
    source: str
    natural_key: str
    occurred_on: date
    content: Mapping[str, Any]
    valid_until: date | None = None
    amount_fen: int | None = None
    quantity: Decimal | None = None
    level: str | None = None

    def row_hash(self) -> bytes:
        """Return the digest that tells a changed row from an unchanged one."""
        parts = [
            self.occurred_on,
            self.valid_until,
            self.amount_fen,
            self.quantity,
            self.level,
            self.content,
        ]
        return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).digest()


def create(connection: Connection) -> None:
    """Create the empty temp table `staged_record` for this transaction."""
    connection.execute(CREATE_STAGED)


def fill(driver: "Driver[Any]", rows: Sequence[NewRecord]) -> None:
    """Copy rows into `staged_record`."""
    with driver.cursor() as cursor, cursor.copy(COPY_STAGED) as copy:
        for row in rows:
            copy.write_row(
                (
                    row.enterprise_id,
                    row.kind,
                    row.source,
                    row.natural_key,
                    row.occurred_on,
                    row.valid_until,
                    row.amount_fen,
                    row.quantity,
                    row.level,
                    json.dumps(row.content, ensure_ascii=False),
                    row.row_hash(),
                )
            )
