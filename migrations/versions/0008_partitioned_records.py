"""Credit records in 16 partitions by firm, two indexes instead of four, and who ended a record."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

PARTITIONS = 16
KEPT = (
    "id, enterprise_id, kind, source, natural_key, occurred_on, valid_until, amount_fen,"
    " quantity, level, status, content, row_hash, batch_id, collected_at, status_changed_at"
)
COLUMNS = """
    id bigint not null,
    enterprise_id uuid not null,
    kind varchar(64) not null,
    source varchar(200) not null,
    natural_key text not null,
    occurred_on date not null,
    valid_until date,
    amount_fen bigint,
    quantity numeric(18, 4),
    level varchar(200),
    status varchar(32) not null default 'in_force' constraint ck_credit_record_recordstatus
        check (status in ('in_force', 'superseded', 'corrected', 'withdrawn', 'repaired')),
    content jsonb not null,
    row_hash bytea not null,
    batch_id uuid not null,
    collected_at timestamptz not null,
    status_changed_at timestamptz
"""
WHO_AND_WHY = ", status_changed_by varchar(200), status_reason text"
UNIQUE = """
    create unique index uq_credit_record_in_force on credit.credit_record
        (enterprise_id, kind, source, natural_key) where status = 'in_force'
"""
# As in 0003: one firm, or a platform run; narrowed to kinds and period within a disclosure.
BY_FIRM = """(
    (select nullif(current_setting('xinyidai.platform_run', true), '')) is not null
    or enterprise_id = (select nullif(current_setting('xinyidai.enterprise', true), '')::uuid)
)"""
BY_KIND = """(
    (select nullif(current_setting('xinyidai.kinds', true), '')) is null
    or kind = any ((select string_to_array(current_setting('xinyidai.kinds', true), ','))::text[])
)"""
BY_PERIOD = """(
    (select nullif(current_setting('xinyidai.data_from', true), '')) is null
    or occurred_on >= (select nullif(current_setting('xinyidai.data_from', true), '')::date)
    or valid_until >= (select nullif(current_setting('xinyidai.data_from', true), '')::date)
    or (
        valid_until is null
        and kind = any ((select string_to_array(current_setting('xinyidai.lasting', true), ','))::text[])
    )
)"""
# Autovacuum looks at each partition and never at the whole, and the role that collects may not
# analyze: without statistics of the whole a set-based statement may take the slowest of all plans.
FRESHEN = """
create function credit.freshen_statistics() returns boolean
language plpgsql security definer set search_path = pg_catalog as $$
declare
    known real := (select reltuples from pg_class where oid = 'credit.credit_record'::regclass);
    present bigint := (
        select coalesce(sum(s.n_live_tup), 0)
        from pg_inherits i join pg_stat_all_tables s on s.relid = i.inhrelid
        where i.inhparent = 'credit.credit_record'::regclass);
begin
    if known >= 0 and present <= 1.5 * known + 10000 then
        return false;
    end if;
    analyze (skip_locked) credit.credit_record;
    return true;
end $$
"""
# A server set up before has no such role: then rows are inserted through the door, more slowly.
LET_COLLECT = """
do $$ begin
    if exists (select from pg_roles where rolname = 'xinyidai_collector') then
        grant usage on schema credit to xinyidai_collector;
        grant insert on credit.credit_record to xinyidai_collector;
    end if;
end $$
"""
FORBID_COLLECT = """
do $$ begin
    if exists (select from pg_roles where rolname = 'xinyidai_collector') then
        revoke all on credit.credit_record from xinyidai_collector;
        revoke usage on schema credit from xinyidai_collector;
    end if;
end $$
"""
COUNTERS = ("rows_due", "rows_written", "rows_superseded", "blocks_done")


def upgrade() -> None:
    for name in COUNTERS:
        counter = sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        op.add_column("collection_batch", counter, schema="credit")
    _add("file_sha256", sa.String(64))
    _add("heartbeat_at", sa.DateTime(timezone=True))
    _set_aside()
    _create(f"{COLUMNS}{WHO_AND_WHY}", "partition by hash (enterprise_id)")
    for number in range(PARTITIONS):
        name = f"credit.credit_record_p{number:02d}"
        op.execute(
            f"create table {name} partition of credit.credit_record"
            f" for values with (modulus {PARTITIONS}, remainder {number})"
        )
        # Nobody meets a partition but through the whole: no right on it, and no policy either.
        op.execute(f"revoke all on {name} from public, xinyidai_app, xinyidai_door")
        op.execute(f"alter table {name} enable row level security")
        op.execute(f"alter table {name} force row level security")
    _carry_over()
    op.execute(
        "alter table credit.credit_record add constraint pk_credit_record"
        " primary key (enterprise_id, kind, occurred_on, id) include (valid_until, status)"
    )
    op.execute(UNIQUE)
    # Never asked for in a condition, and wide.
    op.execute("alter table credit.credit_record alter content set statistics 0")
    op.execute("alter table credit.credit_record alter row_hash set statistics 0")
    _guard()
    op.execute(LET_COLLECT)
    op.execute(FRESHEN)
    op.execute("revoke execute on function credit.freshen_statistics() from public")
    op.execute("grant execute on function credit.freshen_statistics() to xinyidai_door")


def downgrade() -> None:
    op.execute("drop function credit.freshen_statistics()")
    op.execute(FORBID_COLLECT)
    _set_aside()
    _create(COLUMNS, "")
    _carry_over()
    op.execute("alter table credit.credit_record add constraint pk_credit_record primary key (id)")
    op.execute("create index ix_credit_record_batch on credit.credit_record (batch_id)")
    op.execute(
        "create index ix_credit_record_enterprise_kind on credit.credit_record (enterprise_id, kind)"
    )
    op.execute(UNIQUE)
    _guard()
    for name in ("heartbeat_at", "file_sha256", *COUNTERS):
        op.drop_column("collection_batch", name, schema="credit")


def _add(name: str, kind: "sa.types.TypeEngine[Any]") -> None:
    op.add_column("collection_batch", sa.Column(name, kind, nullable=True), schema="credit")


def _set_aside() -> None:
    """Give the table another name, and free the names of its sequence and indexes."""
    op.execute("alter table credit.credit_record rename to credit_record_before")
    op.execute("alter table credit.credit_record_before alter id drop identity")
    op.execute("alter table credit.credit_record_before drop constraint pk_credit_record")
    op.execute("drop index credit.uq_credit_record_in_force")
    op.execute("drop index if exists credit.ix_credit_record_batch")
    op.execute("drop index if exists credit.ix_credit_record_enterprise_kind")


def _create(columns: str, ending: str) -> None:
    op.execute(f"create table credit.credit_record ({columns}) {ending}")
    op.execute(
        "alter table credit.credit_record alter id add generated always as identity"
        " (sequence name credit.credit_record_id_seq)"
    )


def _carry_over() -> None:
    """Copy every row. The owner too is bound by row security, so it says that it means all."""
    op.execute("select set_config('xinyidai.platform_run', 'migration', true)")
    op.execute(
        f"insert into credit.credit_record ({KEPT}) overriding system value"
        f" select {KEPT} from credit.credit_record_before order by enterprise_id, id"
    )
    op.execute(
        "select setval('credit.credit_record_id_seq', greatest((select max(id) from"
        " credit.credit_record_before), 1), exists (select from credit.credit_record_before))"
    )
    op.execute("select set_config('xinyidai.platform_run', '', true)")
    op.execute("drop table credit.credit_record_before")


def _guard() -> None:
    op.execute("revoke all on credit.credit_record from public, xinyidai_app")
    op.execute("grant select, insert, update on credit.credit_record to xinyidai_door")
    op.execute("grant usage, select on sequence credit.credit_record_id_seq to xinyidai_door")
    op.execute("alter table credit.credit_record enable row level security")
    op.execute("alter table credit.credit_record force row level security")
    op.execute(
        f"create policy by_firm on credit.credit_record using {BY_FIRM} with check {BY_FIRM}"
    )
    op.execute(
        f"create policy by_scope on credit.credit_record as restrictive for select"
        f" using ({BY_KIND} and {BY_PERIOD})"
    )
