"""Messages and readings of public credit records; the rows that a delivery got back."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TOPICS = (
    "consent_requested",
    "consent_second_signer",
    "consent_granted",
    "consent_declined",
    "consent_used",
    "consent_ended",
    "consent_expiring",
    "consent_suspended",
    "consent_summary",
    "query_alarm",
    "ledger_alarm",
    "purpose_review",
    "objection",
    "objection_late",
    "repair",
    "repair_due",
    "record_changed",
)
NEW_TOPICS = (
    "delivery",
    "data_quality",
    "correction_ticket",
    "declaration",
    "commitment",
    "credit_list",
    "joint_check",
    "credit_report",
    "node_exchange",
)
READINGS = ("disclosure", "platform", "own", "handling")
NEW_READINGS = ("public", "check", "exchange")


def upgrade() -> None:
    _allow("notification", "topic", "topic", (*TOPICS, *NEW_TOPICS))
    _allow("query_event", "querykind", "kind", (*READINGS, *NEW_READINGS))
    op.create_table(
        "collection_rejection",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("shown_value", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_rejection")),
        schema="credit",
    )
    op.create_index(
        "ix_collection_rejection_batch",
        "collection_rejection",
        ["batch_id", "row_number"],
        schema="credit",
    )
    op.execute("revoke all on credit.collection_rejection from public, xinyidai_app")
    op.execute("grant select, insert, delete on credit.collection_rejection to xinyidai_door")


def downgrade() -> None:
    op.drop_table("collection_rejection", schema="credit")
    op.execute("delete from notification where topic in " + _listed(NEW_TOPICS))
    _allow("notification", "topic", "topic", TOPICS)
    # The log keeps what it has, because its rows prove themselves: only new rows are bound.
    _allow("query_event", "querykind", "kind", READINGS, later="not valid")


def _allow(table: str, name: str, column: str, values: Sequence[str], later: str = "") -> None:
    """Let a column hold these values and no other; `later` spares the rows that are there."""
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.execute(
        f"alter table {table} add constraint ck_{table}_{name}"
        f" check ({column} in {_listed(values)}) {later}"
    )


def _listed(values: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"
