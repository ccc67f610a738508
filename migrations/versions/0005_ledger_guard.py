"""Guard of the evidence log: append only, erasure of persons by one function, signed consents."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "signing_key",
    "ledger_entry",
    "ledger_segment",
    "ledger_leaf",
    "ledger_node",
    "ledger_checkpoint",
    "ledger_cosignature",
    "consent_event",
    "reconciliation",
)
# Personal data must be erasable, the rest must not change: so no right to update, but one function
# of the owner that forgets who it was, in the log and in the opening of its commitment.
ERASE_PERSON = """
create function erase_ledger_person(entry uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
    update public.ledger_entry set person_salt = null where id = entry;
    update public.query_event
        set actor_name = '（人员信息已依法删除）', account_id = null, client_address = null
        where id = entry;
    update public.consent_event
        set actor_name = '（人员信息已依法删除）', account_id = null, reason = null
        where id = entry;
end $$
"""
# As in 0003: one firm, or a platform run.
BY_FIRM = """(
    (select nullif(current_setting('xinyidai.platform_run', true), '')) is not null
    or enterprise_id = (select nullif(current_setting('xinyidai.enterprise', true), '')::uuid)
)"""
CHECKS = {
    "frequency_positive": "max_per_day > 0 and max_per_month > 0",
    "signed_whole": "num_nonnulls(artefact, artefact_hash, signature, signature_algorithm,"
    " signature_key_id) in (0, 5)",
}


def upgrade() -> None:
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_consent_{name}"), "consent", condition)
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")
    op.execute("revoke update, delete, truncate on ledger_witness from xinyidai_app")
    op.execute("grant update (retired_at) on ledger_witness to xinyidai_app")
    op.execute("revoke all on credit.door_reading from public, xinyidai_app")
    op.execute("grant select, insert on credit.door_reading to xinyidai_door")
    op.execute("alter table credit.door_reading enable row level security")
    op.execute("alter table credit.door_reading force row level security")
    # Noted by the statement that gives the door's settings up, so no check can look at them.
    op.execute(f"create policy by_firm on credit.door_reading using {BY_FIRM} with check (true)")
    op.execute(ERASE_PERSON)
    op.execute("revoke execute on function erase_ledger_person(uuid) from public")
    op.execute("grant execute on function erase_ledger_person(uuid) to xinyidai_app")


def downgrade() -> None:
    op.execute("drop function erase_ledger_person(uuid)")
    op.execute("drop policy by_firm on credit.door_reading")
    op.execute("alter table credit.door_reading no force row level security")
    op.execute("alter table credit.door_reading disable row level security")
    op.execute("revoke all on credit.door_reading from xinyidai_door")
    op.execute("revoke update (retired_at) on ledger_witness from xinyidai_app")
    for table in ("ledger_witness", *APPEND_ONLY):
        op.execute(f"grant update, delete on {table} to xinyidai_app")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_consent_{name}"), "consent", type_="check")
