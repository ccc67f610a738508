"""The public comprehensive credit evaluation."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0015"
down_revision: str | None = "0014"
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
NEW_TOPICS = ("credit_evaluation", "model_monitoring")


def upgrade() -> None:
    _allow("notification", "topic", "topic", (*TOPICS, *NEW_TOPICS))
    op.create_table(
        "credit_evaluation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("snapshot_id", sa.Uuid(), nullable=False),
        sa.Column("rule_version", sa.String(length=40), nullable=False),
        sa.Column("dictionary_version", sa.String(length=40), nullable=False),
        sa.Column("facts_version", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("total", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("counted_percent", sa.BigInteger(), nullable=False),
        sa.Column("worst_because", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("dimensions", postgresql.JSONB(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "grade in ('A', 'B', 'C', 'D')", name=op.f("ck_credit_evaluation_grade")
        ),
        sa.CheckConstraint("total between 0 and 100", name=op.f("ck_credit_evaluation_total")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_credit_evaluation_enterprise_id_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["profile_snapshot.id"],
            name=op.f("fk_credit_evaluation_snapshot_id_profile_snapshot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_evaluation")),
    )
    op.create_index(
        "ix_credit_evaluation_newest", "credit_evaluation", ["enterprise_id", "evaluated_at"]
    )
    op.execute("revoke update, delete, truncate on credit_evaluation from xinyidai_app")


def downgrade() -> None:
    op.drop_table("credit_evaluation")
    op.execute("delete from notification where topic in " + _listed(NEW_TOPICS))
    _allow("notification", "topic", "topic", TOPICS)


def _allow(table: str, name: str, column: str, values: Sequence[str], later: str = "") -> None:
    """Let a column hold these values and no other; `later` spares the rows that are there."""
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.execute(
        f"alter table {table} add constraint ck_{table}_{name}"
        f" check ({column} in {_listed(values)}) {later}"
    )


def _listed(values: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"
