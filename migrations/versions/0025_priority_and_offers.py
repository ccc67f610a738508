"""Priority of whitelisted firms; counter-offers, hand-overs and messages of applications."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
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
    "product",
    "financing_need",
    "lead",
    "joint_result",
)
NEW_TOPICS = ("application", "application_late")
ACTIONS = (
    "submit",
    "accept",
    "investigate",
    "send_to_approval",
    "approve",
    "sign",
    "disburse",
    "settle",
    "return",
    "decline",
    "withdraw",
    "reassign",
    "time_out",
    "offer",
    "take_offer",
    "expire",
)
NEW_ACTIONS = ("refuse_offer", "hand_over")
WITH_PRIORITY = ("loan_application", "need_offer")


def upgrade() -> None:
    """Add the entry that a sooner promise rests on, and the last day of a counter-offer."""
    for table in WITH_PRIORITY:
        op.add_column(table, sa.Column("priority_entry_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_priority_entry_id_whitelist_entry"),
            table,
            "whitelist_entry",
            ["priority_entry_id"],
            ["id"],
        )
    op.add_column("loan_application", sa.Column("offer_until", sa.Date(), nullable=True))
    _allow("notification", "topic", "topic", (*TOPICS, *NEW_TOPICS))
    _allow("application_step", "applicationaction", "action", (*ACTIONS, *NEW_ACTIONS))


def downgrade() -> None:
    """Drop the columns; steps and messages that the former release does not know go."""
    op.execute("delete from application_step where action in " + _listed(NEW_ACTIONS))
    _allow("application_step", "applicationaction", "action", ACTIONS)
    op.execute("delete from notification where topic in " + _listed(NEW_TOPICS))
    _allow("notification", "topic", "topic", TOPICS)
    op.drop_column("loan_application", "offer_until")
    for table in reversed(WITH_PRIORITY):
        op.drop_column(table, "priority_entry_id")


def _allow(table: str, name: str, column: str, values: Sequence[str]) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.execute(
        f"alter table {table} add constraint ck_{table}_{name}"
        f" check ({column} in {_listed(values)})"
    )


def _listed(values: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"
