"""Guard of the credit data: grants of the door, row security, append-only logs."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("collection_batch", "credit_record", "disclosure_snapshot")
GUARDED = ("credit_record", "disclosure_snapshot")
APPEND_ONLY = ("query_event", "audit_entry")

# The settings are read once for each statement (sub-selects), not once for each row; a setting
# that was ever set in the session is '' and not NULL after the transaction. The owner is bound too.
BY_FIRM = """(
    (select nullif(current_setting('xinyidai.platform_run', true), '')) is not null
    or enterprise_id = (select nullif(current_setting('xinyidai.enterprise', true), '')::uuid)
)"""
BY_KIND = """(
    (select nullif(current_setting('xinyidai.kinds', true), '')) is null
    or kind = any ((select string_to_array(current_setting('xinyidai.kinds', true), ','))::text[])
)"""
# `lasting` names the kinds whose records go on until an end is delivered: a listing from before
# the period that was never lifted still holds, and hiding it would understate.
BY_PERIOD = """(
    (select nullif(current_setting('xinyidai.data_from', true), '')) is null
    or occurred_on >= (select nullif(current_setting('xinyidai.data_from', true), '')::date)
    or valid_until >= (select nullif(current_setting('xinyidai.data_from', true), '')::date)
    or (
        valid_until is null
        and kind = any ((select string_to_array(current_setting('xinyidai.lasting', true), ','))::text[])
    )
)"""


def upgrade() -> None:
    op.execute("revoke all on schema credit from public, xinyidai_app")
    op.execute("revoke all on all tables in schema credit from public, xinyidai_app")
    op.execute("grant usage on schema credit to xinyidai_door")
    for table in TABLES:
        op.execute(f"grant select, insert, update on credit.{table} to xinyidai_door")
    op.execute("grant usage, select on all sequences in schema credit to xinyidai_door")
    for table in GUARDED:
        op.execute(f"alter table credit.{table} enable row level security")
        op.execute(f"alter table credit.{table} force row level security")
        op.execute(f"create policy by_firm on credit.{table} using {BY_FIRM} with check {BY_FIRM}")
    # Restrictive: narrows what `by_firm` lets through, for reading within one disclosure.
    op.execute(
        f"create policy by_scope on credit.credit_record as restrictive for select"
        f" using ({BY_KIND} and {BY_PERIOD})"
    )
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")


def downgrade() -> None:
    for table in APPEND_ONLY:
        op.execute(f"grant update, delete on {table} to xinyidai_app")
    op.execute("drop policy by_scope on credit.credit_record")
    for table in GUARDED:
        op.execute(f"drop policy by_firm on credit.{table}")
        op.execute(f"alter table credit.{table} no force row level security")
        op.execute(f"alter table credit.{table} disable row level security")
    op.execute("revoke all on all sequences in schema credit from xinyidai_door")
    op.execute("revoke all on all tables in schema credit from xinyidai_door")
