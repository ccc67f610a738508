"""Product rules: examples, shadow runs, effective dates."""

from collections.abc import Sequence

from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
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
    "credit_evaluation",
    "model_monitoring",
)
NEW_TOPICS = ("product", "financing_need", "lead", "joint_result")


def upgrade() -> None:
    _allow("notification", "topic", "topic", (*TOPICS, *NEW_TOPICS))


def downgrade() -> None:
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
