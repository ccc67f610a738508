"""Models in use watched: steps with signatures, repayments, shadow scores, drift, alarms."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPEND_ONLY = ("model_step", "repayment_report")


def upgrade() -> None:
    op.create_table(
        "model_reference",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("feature", sa.String(length=64), nullable=False),
        sa.Column("is_category", sa.Boolean(), nullable=False),
        sa.Column("edges", postgresql.ARRAY(sa.Float(precision=53)), nullable=False),
        sa.Column("counts", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model_version.id"],
            name=op.f("fk_model_reference_model_id_model_version"),
        ),
        sa.PrimaryKeyConstraint("model_id", "feature", name=op.f("pk_model_reference")),
    )
    op.create_table(
        "model_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "register",
                "validate",
                "approve",
                "activate",
                "roll_back",
                "retire",
                name="modelaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "from_state",
            sa.Enum(
                "candidate",
                "validated",
                "approved",
                "active",
                "retired",
                "reference",
                name="from_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "candidate",
                "validated",
                "approved",
                "active",
                "retired",
                "reference",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
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
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model_version.id"], name=op.f("fk_model_step_model_id_model_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_step")),
        sa.UniqueConstraint("number", name=op.f("uq_model_step_number")),
    )
    op.create_index(op.f("ix_model_step_model_id"), "model_step", ["model_id"], unique=False)
    op.create_table(
        "monitoring_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("firms", sa.BigInteger(), nullable=False),
        sa.Column("scored", sa.BigInteger(), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rules_version", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model_version.id"],
            name=op.f("fk_monitoring_run_model_id_model_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_run")),
        sa.UniqueConstraint("model_id", "month", name=op.f("uq_monitoring_run_model_id")),
    )
    op.create_table(
        "shadow_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("starter_name", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ender_name", sa.String(length=200), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model_version.id"],
            name=op.f("fk_shadow_assignment_model_id_model_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_assignment")),
    )
    op.create_index(
        "uq_shadow_assignment_open",
        "shadow_assignment",
        ["model_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "shadow_score",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("facts_version", sa.BigInteger(), nullable=False),
        sa.Column("is_insufficient", sa.Boolean(), nullable=False),
        sa.Column("default_probability", sa.Float(precision=53), nullable=True),
        sa.Column("grade", sa.String(length=3), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_shadow_score_enterprise_id_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model_version.id"], name=op.f("fk_shadow_score_model_id_model_version")
        ),
        sa.PrimaryKeyConstraint("model_id", "enterprise_id", name=op.f("pk_shadow_score")),
    )
    op.create_index("ix_shadow_score_enterprise", "shadow_score", ["enterprise_id"], unique=False)
    op.create_table(
        "drift_figure",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("feature", sa.String(length=64), nullable=False),
        sa.Column("present", sa.BigInteger(), nullable=False),
        sa.Column("psi", sa.Float(precision=53), nullable=True),
        sa.Column("critical", sa.Float(precision=53), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "too_few",
                "stable",
                "slight",
                "some",
                "much",
                "new_category",
                name="driftverdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("new_levels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["monitoring_run.id"], name=op.f("fk_drift_figure_run_id_monitoring_run")
        ),
        sa.PrimaryKeyConstraint("run_id", "feature", name=op.f("pk_drift_figure")),
    )
    op.create_table(
        "model_alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "feature_drift",
                "new_category",
                "missing_share",
                "score_drift",
                "expected_auc",
                "expected_bad_rate",
                "real_auc",
                "real_bad_rate",
                name="alarmkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("feature", sa.String(length=64), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "taken",
                "closed",
                name="alarmstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owner_name", sa.String(length=200), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closer_name", sa.String(length=200), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["account.id"], name=op.f("fk_model_alarm_closed_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model_version.id"], name=op.f("fk_model_alarm_model_id_model_version")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["account.id"], name=op.f("fk_model_alarm_owner_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["monitoring_run.id"], name=op.f("fk_model_alarm_run_id_monitoring_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_alarm")),
        sa.UniqueConstraint(
            "model_id", "month", "kind", "feature", name=op.f("uq_model_alarm_model_id")
        ),
    )
    op.create_index("ix_model_alarm_state", "model_alarm", ["state", "raised_at"], unique=False)
    op.create_table(
        "repayment_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "normal",
                "overdue",
                "settled",
                "written_off",
                name="repaymentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("days_overdue", sa.BigInteger(), nullable=False),
        sa.Column("overdue_fen", sa.BigInteger(), nullable=True),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("reporter_name", sa.String(length=200), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'overdue') = (days_overdue > 0) or state = 'written_off'",
            name=op.f("ck_repayment_report_overdue_has_days"),
        ),
        sa.CheckConstraint("days_overdue >= 0", name=op.f("ck_repayment_report_days_not_negative")),
        sa.CheckConstraint(
            "overdue_fen >= 0", name=op.f("ck_repayment_report_amount_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["loan_application.id"],
            name=op.f("fk_repayment_report_application_id_loan_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repayment_report")),
        sa.UniqueConstraint("number", name=op.f("uq_repayment_report_number")),
    )
    op.create_index(
        op.f("ix_repayment_report_application_id"),
        "repayment_report",
        ["application_id"],
        unique=False,
    )
    op.add_column(
        "model_version", sa.Column("validation_hash", sa.String(length=64), nullable=True)
    )
    op.add_column("model_version", sa.Column("signature", sa.Text(), nullable=True))
    op.add_column(
        "model_version", sa.Column("signature_algorithm", sa.String(length=32), nullable=True)
    )
    op.add_column(
        "model_version", sa.Column("signature_key_id", sa.String(length=8), nullable=True)
    )
    # No version of before has a signature or a validation report that passed: each begins again.
    op.execute(
        """
        update model_version set state = 'candidate', validated_by = null, validated_at = null,
            approved_by = null, approved_at = null, activated_by = null, activated_at = null,
            retired_at = null
        where state in ('validated', 'approved', 'active', 'retired')
        """
    )
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")


def downgrade() -> None:
    op.drop_column("model_version", "signature_key_id")
    op.drop_column("model_version", "signature_algorithm")
    op.drop_column("model_version", "signature")
    op.drop_column("model_version", "validation_hash")
    op.drop_index("ix_repayment_report_application_id", table_name="repayment_report")
    op.drop_table("repayment_report")
    op.drop_index("ix_model_alarm_state", table_name="model_alarm")
    op.drop_table("model_alarm")
    op.drop_table("drift_figure")
    op.drop_index("ix_shadow_score_enterprise", table_name="shadow_score")
    op.drop_table("shadow_score")
    op.drop_index("uq_shadow_assignment_open", table_name="shadow_assignment")
    op.drop_table("shadow_assignment")
    op.drop_table("monitoring_run")
    op.drop_index("ix_model_step_model_id", table_name="model_step")
    op.drop_table("model_step")
    op.drop_table("model_reference")
