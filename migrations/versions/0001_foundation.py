"""Roles checked, schema of the credit records, default grants, job queue, rate windows."""

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MISSING = "数据库里缺少角色 {missing}。请先由管理员执行 `xinyidai db roles` 打印的语句（见 docs/operations.md）。"
QUEUE_FUNCTIONS = """
do $$
declare item record;
begin
  for item in
    select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname like 'procrastinate\\_%'
  loop execute format('drop function %s cascade', item.signature); end loop;
  for item in
    select c.oid::regclass as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname like 'procrastinate\\_%'
  loop execute format('drop table if exists %s cascade', item.name); end loop;
  for item in
    select t.oid::regtype as name from pg_type t
    where t.typnamespace = 'public'::regnamespace and t.typname like 'procrastinate\\_%' and t.typtype in ('e', 'c')
  loop execute format('drop type if exists %s cascade', item.name); end loop;
end $$
"""


def upgrade() -> None:
    wanted = {"xinyidai_owner", "xinyidai_app", "xinyidai_door"}
    found = op.get_bind().execute(
        text("select rolname from pg_roles where rolname like 'xinyidai%'")
    )
    missing = wanted - set(found.scalars())
    if missing:
        raise RuntimeError(MISSING.format(missing="、".join(sorted(missing))))
    op.execute("create schema credit")
    op.execute("revoke all on schema credit from public")
    op.execute("revoke create on schema public from public")
    op.execute("grant usage on schema public to xinyidai_app, xinyidai_door")
    op.execute("grant usage on schema credit to xinyidai_door")
    for rights in (
        "select, insert, update, delete on tables",
        "usage, select on sequences",
        "execute on functions",
    ):
        op.execute(f"alter default privileges in schema public grant {rights} to xinyidai_app")
    op.execute("grant select on alembic_version to xinyidai_app")
    # The queue's schema comes from its package (version held by the lock); see ADR 0011.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())
    op.execute(
        "create unlogged table rate_window (key text, window_start timestamptz, hits integer not null,"
        " primary key (key, window_start))"
    )


def downgrade() -> None:
    op.execute("drop table rate_window")
    op.execute(QUEUE_FUNCTIONS)
    for rights in (
        "select, insert, update, delete on tables",
        "usage, select on sequences",
        "execute on functions",
    ):
        op.execute(f"alter default privileges in schema public revoke {rights} from xinyidai_app")
    op.execute("revoke usage on schema public from xinyidai_app, xinyidai_door")
    op.execute("drop schema credit cascade")
