"""Data quality: runs, figures, late and missed deliveries, suspects, tickets, bulletins, scores."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPEND_ONLY = ("suspect_step", "ticket_step", "quality_bulletin")
TABLES = (
    "concealment_suspect",
    "quality_bulletin",
    "quality_run",
    "quality_score",
    "correction_ticket",
    "coverage_cell",
    "firm_coverage",
    "late_record",
    "missed_delivery",
    "quality_figure",
    "source_freshness",
    "suspect_step",
    "ticket_step",
)


def upgrade() -> None:
    op.create_table(
        "concealment_suspect",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("suspect_key", sa.String(length=64), nullable=False),
        sa.Column("organ_code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("known_source", sa.String(length=200), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("shown_number", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "explained",
                "closed",
                name="suspectstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "excluded",
                "reported",
                "handed_on",
                name="suspectoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.Column("rule_version", sa.String(length=32), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concealment_suspect")),
        sa.UniqueConstraint("suspect_key", name=op.f("uq_concealment_suspect_suspect_key")),
    )
    op.create_index(
        "ix_concealment_suspect_month",
        "concealment_suspect",
        ["decided_on", "organ_code"],
        unique=False,
    )
    op.create_index(
        "ix_concealment_suspect_organ", "concealment_suspect", ["organ_code", "state"], unique=False
    )
    op.create_table(
        "quality_bulletin",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("figures_hash", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.String(length=32), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("xlsx", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_bulletin")),
        sa.UniqueConstraint("month", "edition", name=op.f("uq_quality_bulletin_month")),
        sa.UniqueConstraint("number", name=op.f("uq_quality_bulletin_number")),
    )
    op.create_table(
        "quality_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rule_version", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("months", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("codes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_run")),
        sa.UniqueConstraint("day", name=op.f("uq_quality_run_day")),
    )
    op.create_table(
        "quality_score",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "period",
            sa.Enum(
                "month",
                "quarter",
                "year",
                name="period",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("department_code", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("grade", sa.String(length=32), nullable=True),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rule_version", sa.String(length=32), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_score")),
        sa.UniqueConstraint(
            "period",
            "starts_on",
            "department_code",
            "made_on",
            name=op.f("uq_quality_score_period"),
        ),
    )
    op.create_index(
        "ix_quality_score_department",
        "quality_score",
        ["department_code", "period", "starts_on"],
        unique=False,
    )
    op.create_table(
        "correction_ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column(
            "subject",
            sa.Enum(
                "delivery",
                "waiting_name",
                "firm_code",
                name="ticketsubject",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "opened",
                "sent",
                "corrected",
                "kept",
                "verified",
                "closed",
                "cancelled",
                name="ticketstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("rule_version", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by_batch", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_correction_ticket_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_correction_ticket_number")),
    )
    op.create_index(
        "ix_correction_ticket_department",
        "correction_ticket",
        ["department_id", "state"],
        unique=False,
    )
    op.create_index(
        "uq_correction_ticket_batch",
        "correction_ticket",
        ["batch_id"],
        unique=True,
        postgresql_where=sa.text("batch_id is not null"),
    )
    op.create_table(
        "coverage_cell",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("class_code", sa.String(length=64), nullable=False),
        sa.Column("have", sa.BigInteger(), nullable=False),
        sa.Column("stale", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["quality_run.id"], name=op.f("fk_coverage_cell_run_id_quality_run")
        ),
        sa.PrimaryKeyConstraint("run_id", "class_code", name=op.f("pk_coverage_cell")),
    )
    op.create_table(
        "firm_coverage",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("have", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("stale", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("missing", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_firm_coverage_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_firm_coverage")),
    )
    op.create_table(
        "late_record",
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("department_code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("shown_number", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("days_late", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["quality_run.id"], name=op.f("fk_late_record_run_id_quality_run")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_late_record")),
    )
    op.create_index(
        "ix_late_record_department", "late_record", ["department_code", "month"], unique=False
    )
    op.create_index(op.f("ix_late_record_month"), "late_record", ["month"], unique=False)
    op.create_table(
        "missed_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("department_code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["quality_run.id"], name=op.f("fk_missed_delivery_run_id_quality_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_delivery")),
        sa.UniqueConstraint(
            "department_code", "kind", "due_on", name=op.f("uq_missed_delivery_department_code")
        ),
    )
    op.create_index(
        "ix_missed_delivery_month", "missed_delivery", ["month", "department_code"], unique=False
    )
    op.create_table(
        "quality_figure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("department_code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "reporting",
                "compliance",
                "timeliness",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["quality_run.id"], name=op.f("fk_quality_figure_run_id_quality_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_figure")),
        sa.UniqueConstraint(
            "run_id",
            "month",
            "department_code",
            "kind",
            "measure",
            name=op.f("uq_quality_figure_run_id"),
        ),
    )
    op.create_index(
        "ix_quality_figure_month", "quality_figure", ["month", "department_code"], unique=False
    )
    op.create_table(
        "source_freshness",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("department_code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "fresh",
                "late",
                "never",
                name="sourcestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["quality_run.id"], name=op.f("fk_source_freshness_run_id_quality_run")
        ),
        sa.PrimaryKeyConstraint(
            "run_id", "department_code", "kind", name=op.f("pk_source_freshness")
        ),
    )
    op.create_table(
        "suspect_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("suspect_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "find",
                "explain",
                "close",
                "settle",
                name="suspectaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "open",
                "explained",
                "closed",
                name="suspectstate",
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
            ["suspect_id"],
            ["concealment_suspect.id"],
            name=op.f("fk_suspect_step_suspect_id_concealment_suspect"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspect_step")),
        sa.UniqueConstraint("suspect_id", "place", name=op.f("uq_suspect_step_suspect_id")),
    )
    op.create_table(
        "ticket_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "open",
                "send",
                "correct",
                "keep",
                "return",
                "escalate",
                "verify",
                "close",
                "cancel",
                name="ticketaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "opened",
                "sent",
                "corrected",
                "kept",
                "verified",
                "closed",
                "cancelled",
                name="ticketstate",
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
            ["ticket_id"],
            ["correction_ticket.id"],
            name=op.f("fk_ticket_step_ticket_id_correction_ticket"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_step")),
        sa.UniqueConstraint("ticket_id", "place", name=op.f("uq_ticket_step_ticket_id")),
    )
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
