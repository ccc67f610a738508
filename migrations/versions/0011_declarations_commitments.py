"""Declarations and commitments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPEND_ONLY = ("declaration_step", "commitment_step")
# A file is never changed; one of a declaration may be taken away before it is signed.
UNCHANGED = ("declaration_file", "commitment_file")


def upgrade() -> None:
    op.create_table(
        "commitment_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "approval",
                "proactive",
                "self_discipline",
                "repair",
                "certificate",
                "tolerance",
                name="commitmentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("term_days", sa.BigInteger(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "in_force",
                "retired",
                name="templatestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_name", sa.String(length=200), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_name", sa.String(length=200), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "approved_by is null or approved_by <> drafted_by",
            name=op.f("ck_commitment_template_two_clerks"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_commitment_template_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_template")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_commitment_template_code")),
    )
    op.create_index(
        "uq_commitment_template_in_force",
        "commitment_template",
        ["code"],
        unique=True,
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("catalogue_version", sa.String(length=32), nullable=False),
        sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "verified",
                "refused",
                "withdrawn",
                "expired",
                "untrue",
                name="declarationstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement_version", sa.String(length=32), nullable=True),
        sa.Column("statement_hash", sa.String(length=64), nullable=True),
        sa.Column("signer_account_id", sa.Uuid(), nullable=True),
        sa.Column("signer_name", sa.String(length=200), nullable=True),
        sa.Column(
            "signer_position",
            sa.Enum(
                "legal_representative",
                "agent",
                "staff",
                name="position",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("artefact", sa.Text(), nullable=True),
        sa.Column("artefact_hash", sa.String(length=64), nullable=True),
        sa.Column("signature_algorithm", sa.String(length=32), nullable=True),
        sa.Column("signature_key_id", sa.String(length=8), nullable=True),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("record_key", sa.String(length=64), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'verified' or record_key is not null", name=op.f("ck_declaration_record")
        ),
        sa.CheckConstraint(
            "num_nonnulls(artefact, artefact_hash, signature, signer_account_id, signed_at) in (0, 5)",
            name=op.f("ck_declaration_signed_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_declaration_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint("number", name=op.f("uq_declaration_number")),
    )
    op.create_index(
        "ix_declaration_enterprise", "declaration", ["enterprise_id", "created_at"], unique=False
    )
    op.create_index("ix_declaration_record", "declaration", ["record_key"], unique=False)
    op.create_index(
        "ix_declaration_waiting",
        "declaration",
        ["submitted_at"],
        unique=False,
        postgresql_where=sa.text("state = 'submitted'"),
    )
    op.create_index(
        "uq_declaration_one_draft",
        "declaration",
        ["enterprise_id", "category"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "commitment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("request_key", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "approval",
                "proactive",
                "self_discipline",
                "repair",
                "certificate",
                "tolerance",
                name="commitmentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("template_version", sa.String(length=32), nullable=False),
        sa.Column("origin_no", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("signer_account_id", sa.Uuid(), nullable=True),
        sa.Column("signer_name", sa.String(length=200), nullable=False),
        sa.Column(
            "signer_position",
            sa.Enum(
                "legal_representative",
                "agent",
                "staff",
                name="position",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("artefact", sa.Text(), nullable=False),
        sa.Column("artefact_hash", sa.String(length=64), nullable=False),
        sa.Column("signature_algorithm", sa.String(length=32), nullable=False),
        sa.Column("signature_key_id", sa.String(length=8), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "supplied",
                "kept",
                "broken",
                "expired",
                "annulled",
                "closed",
                name="commitmentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record_kind", sa.String(length=64), nullable=True),
        sa.Column("record_key", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(state in ('kept', 'broken', 'annulled')) = (record_key is not null)",
            name=op.f("ck_commitment_finding"),
        ),
        sa.CheckConstraint(
            "(template_id is null) = (origin_no is not null)", name=op.f("ck_commitment_origin")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_commitment_department_id_department"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_commitment_enterprise_id_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["commitment_template.id"],
            name=op.f("fk_commitment_template_id_commitment_template"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint(
            "enterprise_id", "request_key", name=op.f("uq_commitment_enterprise_id")
        ),
        sa.UniqueConstraint("number", name=op.f("uq_commitment_number")),
    )
    op.create_index(
        "ix_commitment_due",
        "commitment",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state in ('active', 'supplied', 'expired')"),
    )
    op.create_index(
        "ix_commitment_enterprise", "commitment", ["enterprise_id", "signed_at"], unique=False
    )
    op.create_index("ix_commitment_kind_state", "commitment", ["kind", "state"], unique=False)
    op.create_index("ix_commitment_origin", "commitment", ["origin_no"], unique=False)
    op.create_index(
        "ix_commitment_public",
        "commitment",
        ["signed_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_index("ix_commitment_record", "commitment", ["record_key"], unique=False)
    op.create_table(
        "declaration_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "pdf",
                "jpg",
                "png",
                name="filetype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["declaration_id"],
            ["declaration.id"],
            name=op.f("fk_declaration_file_declaration_id_declaration"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_declaration_file_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_file")),
    )
    op.create_index(
        "ix_declaration_file_enterprise", "declaration_file", ["enterprise_id"], unique=False
    )
    op.create_index(
        "uq_declaration_file_content", "declaration_file", ["declaration_id", "sha256"], unique=True
    )
    op.create_table(
        "declaration_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "start",
                "submit",
                "return",
                "verify",
                "refuse",
                "withdraw",
                "lapse",
                "revoke",
                "end_record",
                name="declarationaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "verified",
                "refused",
                "withdrawn",
                "expired",
                "untrue",
                name="declarationstate",
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
            ["declaration_id"],
            ["declaration.id"],
            name=op.f("fk_declaration_step_declaration_id_declaration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_step")),
    )
    op.create_index(
        op.f("ix_declaration_step_declaration_id"),
        "declaration_step",
        ["declaration_id"],
        unique=False,
    )
    op.create_table(
        "commitment_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "pdf",
                "jpg",
                "png",
                name="filetype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitment.id"],
            name=op.f("fk_commitment_file_commitment_id_commitment"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_commitment_file_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_file")),
    )
    op.create_index(
        "ix_commitment_file_enterprise", "commitment_file", ["enterprise_id"], unique=False
    )
    op.create_index(
        "uq_commitment_file_content", "commitment_file", ["commitment_id", "sha256"], unique=True
    )
    op.create_table(
        "commitment_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "sign",
                "supply",
                "keep",
                "break",
                "expire",
                "annul",
                "close",
                name="commitmentaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "active",
                "supplied",
                "kept",
                "broken",
                "expired",
                "annulled",
                "closed",
                name="commitmentstate",
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
            ["commitment_id"],
            ["commitment.id"],
            name=op.f("fk_commitment_step_commitment_id_commitment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_step")),
    )
    op.create_index(
        op.f("ix_commitment_step_commitment_id"), "commitment_step", ["commitment_id"], unique=False
    )
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")
    for table in UNCHANGED:
        op.execute(f"revoke update, truncate on {table} from xinyidai_app")
    op.execute("revoke delete on commitment_file from xinyidai_app")


def downgrade() -> None:
    op.drop_table("commitment_step")
    op.drop_table("commitment_file")
    op.drop_table("declaration_step")
    op.drop_table("declaration_file")
    op.drop_table("commitment")
    op.drop_table("declaration")
    op.drop_table("commitment_template")
