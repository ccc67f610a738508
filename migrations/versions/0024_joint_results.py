"""Scorecards of banks that run inside, with results only."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from migration_rights import allow_words, keep_append_only
from sqlalchemy.dialects import postgresql

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SUBJECTS = ("profile", "records", "report", "score", "alert", "export")
APPEND_ONLY = ("joint_result",)
SNAPSHOTS = "credit.disclosure_snapshot"
SUBJECT_CHECK = "ck_disclosure_snapshot_disclosuresubject"
TABLES = ("joint_model", "joint_model_version", "joint_run", "joint_result", "joint_run_row")


def upgrade() -> None:
    """Add models, versions, runs and results; a snapshot may hold a joint result."""
    _models()
    _versions()
    _runs()
    _results()
    _rows()
    keep_append_only(APPEND_ONLY)
    allow_words(SNAPSHOTS, SUBJECT_CHECK, "subject", (*SUBJECTS, "joint_result"))


def downgrade() -> None:
    """Drop the tables; snapshots already made keep their subject."""
    allow_words(SNAPSHOTS, SUBJECT_CHECK, "subject", SUBJECTS, spared=True)
    for table in reversed(TABLES):
        op.drop_table(table)


def _models() -> None:
    op.create_table(
        "joint_model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_joint_model_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_model")),
        sa.UniqueConstraint("institution_id", "code", name=op.f("uq_joint_model_institution_id")),
    )


def _versions() -> None:
    op.create_table(
        "joint_model_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "under_review",
                "approved",
                "active",
                "retired",
                name="versionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "scorecard",
                "logistic",
                "trees",
                name="modelkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("plain_purpose", sa.String(length=120), nullable=False),
        sa.Column("inputs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("band_names", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_by_name", sa.String(length=200), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_party", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_party", sa.Uuid(), nullable=True),
        sa.Column("approved_by_name", sa.String(length=200), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approval_note", sa.Text(), nullable=True),
        sa.Column("seal", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('draft', 'under_review', 'retired') or (num_nonnulls(approved_party, submitted_party) = 2 and approved_party <> submitted_party)",
            name=op.f("ck_joint_model_version_approved_by_another_party"),
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["joint_model.id"],
            name=op.f("fk_joint_model_version_model_id_joint_model"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_model_version")),
        sa.UniqueConstraint("model_id", "number", name=op.f("uq_joint_model_version_model_id")),
    )
    op.create_index(
        "ix_joint_model_version_state",
        "joint_model_version",
        ["state", "submitted_at"],
        unique=False,
    )
    op.create_index(
        "uq_joint_model_version_active",
        "joint_model_version",
        ["model_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )


def _runs() -> None:
    op.create_table(
        "joint_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
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
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "finished",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("inputs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("bits", sa.Float(precision=53), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False),
        sa.Column("spread", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_joint_run_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["joint_model_version.id"],
            name=op.f("fk_joint_run_version_id_joint_model_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_run")),
    )
    op.create_index("ix_joint_run_created", "joint_run", ["created_at"], unique=False)
    op.create_index(
        "ix_joint_run_institution", "joint_run", ["institution_id", "created_at"], unique=False
    )


def _results() -> None:
    op.create_table(
        "joint_result",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("snapshot_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("band", sa.String(length=12), nullable=False),
        sa.Column("inputs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("withheld", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("bits", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent.id"], name=op.f("fk_joint_result_consent_id_consent")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_joint_result_enterprise_id_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_joint_result_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["joint_model_version.id"],
            name=op.f("fk_joint_result_version_id_joint_model_version"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_joint_result")),
        sa.UniqueConstraint(
            "version_id", "enterprise_id", "made_on", name=op.f("uq_joint_result_version_id")
        ),
    )
    op.create_index(
        "ix_joint_result_firm",
        "joint_result",
        ["enterprise_id", "institution_id", "made_on"],
        unique=False,
    )
    op.create_index("ix_joint_result_snapshot", "joint_result", ["snapshot_id"], unique=False)


def _rows() -> None:
    op.create_table(
        "joint_run_row",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "given",
                "refused",
                "limited",
                "not_run",
                name="rowoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("snapshot_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent.id"], name=op.f("fk_joint_run_row_consent_id_consent")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["joint_run.id"], name=op.f("fk_joint_run_row_run_id_joint_run")
        ),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_joint_run_row")),
    )
