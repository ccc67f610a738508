"""Priority of whitelisted firms; counter-offers, hand-overs and messages of applications."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from migration_rights import allow_words

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
ACTION_CHECK = "ck_application_step_applicationaction"
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
    allow_words("notification", "ck_notification_topic", "topic", (*TOPICS, *NEW_TOPICS))
    allow_words("application_step", ACTION_CHECK, "action", (*ACTIONS, *NEW_ACTIONS))


def downgrade() -> None:
    """Drop the columns; steps and messages that the former release does not know go."""
    op.execute("delete from application_step where action in ('refuse_offer', 'hand_over')")
    allow_words("application_step", ACTION_CHECK, "action", ACTIONS)
    op.execute("delete from notification where topic in ('application', 'application_late')")
    allow_words("notification", "ck_notification_topic", "topic", TOPICS)
    op.drop_column("loan_application", "offer_until")
    for table in reversed(WITH_PRIORITY):
        op.drop_column(table, "priority_entry_id")
