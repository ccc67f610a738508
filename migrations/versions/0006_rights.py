"""Objections and repairs; their messages; looks for a firm's own case."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


APPEND_ONLY = ("objection_step", "repair_step")
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
)
NEW_TOPICS = (
    "objection",
    "objection_late",
    "repair",
    "repair_due",
    "record_changed",
)
READINGS = ("disclosure", "platform", "own")


def upgrade() -> None:
    _allow("notification", "topic", "topic", (*TOPICS, *NEW_TOPICS))
    _allow("query_event", "querykind", "kind", (*READINGS, "handling"))
    op.create_table(
        "objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "record",
                "kind",
                "look",
                "holding",
                name="objectionsubject",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("record_key", sa.String(length=64), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "accepted",
                "marked",
                "at_source",
                "upheld",
                "rejected",
                "withdrawn",
                "closed",
                name="objectionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "online",
                "counter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("identity_note", sa.Text(), nullable=True),
        sa.Column("rules_version", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "corrected",
                "withdrawn_by_source",
                "gone_before",
                "remedied",
                "maintained",
                "dismissed",
                name="objectionoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(channel = 'counter') = (identity_note is not null)",
            name=op.f("ck_objection_identity"),
        ),
        sa.CheckConstraint(
            "(subject = 'look') = (event_id is not null)", name=op.f("ck_objection_look_whole")
        ),
        sa.CheckConstraint(
            "(subject = 'record') = (num_nonnulls(record_id, record_key) = 2)",
            name=op.f("ck_objection_record_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_objection_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_objection_enterprise_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("number", name=op.f("uq_objection_number")),
    )
    op.create_index(
        "ix_objection_department", "objection", ["department_id", "state"], unique=False
    )
    op.create_index(
        "ix_objection_due",
        "objection",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state in ('submitted', 'accepted', 'marked', 'at_source')"),
    )
    op.create_index(
        "ix_objection_enterprise", "objection", ["enterprise_id", "opened_at"], unique=False
    )
    op.create_index(
        "uq_objection_one_open",
        "objection",
        [
            "enterprise_id",
            sa.literal_column("coalesce(record_key, event_id::text, item)"),
            "subject",
        ],
        unique=True,
        postgresql_where=sa.text("state in ('submitted', 'accepted', 'marked', 'at_source')"),
    )
    op.create_table(
        "repair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("record_key", sa.String(length=64), nullable=False),
        sa.Column(
            "grade",
            sa.Enum(
                "minor",
                "general",
                "serious",
                name="repairclass",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("earliest_on", sa.Date(), nullable=False),
        sa.Column("duty_note", sa.Text(), nullable=False),
        sa.Column("commitment_version", sa.String(length=32), nullable=False),
        sa.Column("commitment_hash", sa.String(length=64), nullable=False),
        sa.Column("signed_name", sa.String(length=200), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "returned",
                "checked",
                "handed_over",
                "repaired",
                "refused",
                "withdrawn",
                name="repairstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "online",
                "counter",
                name="repairchannel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("identity_note", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("receipt_no", sa.String(length=64), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(channel = 'counter') = (identity_note is not null)", name=op.f("ck_repair_identity")
        ),
        sa.CheckConstraint(
            "state not in ('handed_over', 'repaired') or receipt_no is not null",
            name=op.f("ck_repair_receipt"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_repair_enterprise_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair")),
        sa.UniqueConstraint("number", name=op.f("uq_repair_number")),
    )
    op.create_index("ix_repair_enterprise", "repair", ["enterprise_id", "opened_at"], unique=False)
    op.create_index(
        "ix_repair_open",
        "repair",
        ["opened_at"],
        unique=False,
        postgresql_where=sa.text("state in ('submitted', 'returned', 'checked', 'handed_over')"),
    )
    op.create_index(
        "uq_repair_one_open",
        "repair",
        ["enterprise_id", "record_key"],
        unique=True,
        postgresql_where=sa.text("state in ('submitted', 'returned', 'checked', 'handed_over')"),
    )
    op.create_table(
        "objection_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("objection_id", sa.Uuid(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "submit",
                "accept",
                "dismiss",
                "mark",
                "route",
                "ask",
                "supply",
                "resume",
                "escalate",
                "uphold",
                "reject",
                "withdraw",
                "close",
                name="objectionaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "submitted",
                "accepted",
                "marked",
                "at_source",
                "upheld",
                "rejected",
                "withdrawn",
                "closed",
                name="objectionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "public",
                "enterprise_user",
                "bank_officer",
                "bank_product_manager",
                "bank_client",
                "credit_office",
                "department",
                "guarantor",
                "auditor",
                "operator",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["objection_id"],
            ["objection.id"],
            name=op.f("fk_objection_step_objection_id_objection"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection_step")),
    )
    op.create_index(
        op.f("ix_objection_step_objection_id"), "objection_step", ["objection_id"], unique=False
    )
    op.create_table(
        "repair_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("repair_id", sa.Uuid(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "submit",
                "check",
                "return",
                "resubmit",
                "hand_over",
                "repair",
                "refuse",
                "withdraw",
                name="repairaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "submitted",
                "returned",
                "checked",
                "handed_over",
                "repaired",
                "refused",
                "withdrawn",
                name="repairstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "public",
                "enterprise_user",
                "bank_officer",
                "bank_product_manager",
                "bank_client",
                "credit_office",
                "department",
                "guarantor",
                "auditor",
                "operator",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["repair_id"], ["repair.id"], name=op.f("fk_repair_step_repair_id_repair")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_step")),
    )
    op.create_index(op.f("ix_repair_step_repair_id"), "repair_step", ["repair_id"], unique=False)
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")


def downgrade() -> None:
    op.drop_index(op.f("ix_repair_step_repair_id"), table_name="repair_step")
    op.drop_table("repair_step")
    op.drop_index(op.f("ix_objection_step_objection_id"), table_name="objection_step")
    op.drop_table("objection_step")
    op.drop_index(
        "uq_repair_one_open",
        table_name="repair",
        postgresql_where=sa.text("state in ('submitted', 'returned', 'checked', 'handed_over')"),
    )
    op.drop_index(
        "ix_repair_open",
        table_name="repair",
        postgresql_where=sa.text("state in ('submitted', 'returned', 'checked', 'handed_over')"),
    )
    op.drop_index("ix_repair_enterprise", table_name="repair")
    op.drop_table("repair")
    op.drop_index(
        "uq_objection_one_open",
        table_name="objection",
        postgresql_where=sa.text("state in ('submitted', 'accepted', 'marked', 'at_source')"),
    )
    op.drop_index("ix_objection_enterprise", table_name="objection")
    op.drop_index(
        "ix_objection_due",
        table_name="objection",
        postgresql_where=sa.text("state in ('submitted', 'accepted', 'marked', 'at_source')"),
    )
    op.drop_index("ix_objection_department", table_name="objection")
    op.drop_table("objection")
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
