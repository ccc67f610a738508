"""Credit reports: rows, contents behind the door, checks; credit codes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPEND_ONLY = ("credit_report", "report_verification")
# As for the records: one firm, or a platform run.
BY_FIRM = """(
    (select nullif(current_setting('xinyidai.platform_run', true), '')) is not null
    or enterprise_id = (select nullif(current_setting('xinyidai.enterprise', true), '')::uuid)
)"""


def upgrade() -> None:
    op.create_table(
        "report_content",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_content")),
        schema="credit",
    )
    op.create_index(
        "ix_report_content_enterprise",
        "report_content",
        ["enterprise_id"],
        unique=False,
        schema="credit",
    )
    op.create_index(
        "ix_report_content_keep", "report_content", ["keep_until"], unique=False, schema="credit"
    )
    op.create_table(
        "credit_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "renewed",
                "switched_off",
                name="codeend",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(ended_at is null) = (end_reason is null)", name=op.f("ck_credit_code_end_whole")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_credit_code_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_code")),
        sa.UniqueConstraint("token", name=op.f("uq_credit_code_token")),
    )
    op.create_index(
        "uq_credit_code_one_live",
        "credit_code",
        ["enterprise_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "credit_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column(
            "edition",
            sa.Enum(
                "public",
                "authorized",
                "no_violation",
                name="reportedition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("snapshot_id", sa.Uuid(), nullable=True),
        sa.Column("use", sa.String(length=64), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=True),
        sa.Column("period_last", sa.Date(), nullable=True),
        sa.Column("departments", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("record_count", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("request_key", sa.String(length=32), nullable=True),
        sa.Column("facts_version", sa.BigInteger(), nullable=False),
        sa.Column("template_version", sa.String(length=64), nullable=False),
        sa.Column("rule_versions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("signature_algorithm", sa.String(length=16), nullable=False),
        sa.Column("signature_key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(edition = 'no_violation') = (num_nonnulls(period_first, period_last) = 2)",
            name=op.f("ck_credit_report_period_whole"),
        ),
        sa.CheckConstraint(
            "(institution_id is null) = (consent_id is null) and (institution_id is null) = (snapshot_id is null)",
            name=op.f("ck_credit_report_consent_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent.id"], name=op.f("fk_credit_report_consent_id_consent")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_credit_report_enterprise_id_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_credit_report_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_report")),
        sa.UniqueConstraint("made_by", "request_key", name="uq_credit_report_request"),
        sa.UniqueConstraint("number", name=op.f("uq_credit_report_number")),
    )
    op.create_index(
        "ix_credit_report_enterprise", "credit_report", ["enterprise_id", "made_at"], unique=False
    )
    op.create_index(
        "ix_credit_report_institution", "credit_report", ["institution_id", "made_at"], unique=False
    )
    op.create_index("ix_credit_report_made", "credit_report", ["made_at"], unique=False)
    op.create_table(
        "report_verification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "number",
                "file",
                name="verificationway",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
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
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["credit_report.id"],
            name=op.f("fk_report_verification_report_id_credit_report"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_verification")),
    )
    op.create_index(
        op.f("ix_report_verification_report_id"), "report_verification", ["report_id"], unique=False
    )
    op.execute("revoke all on credit.report_content from public, xinyidai_app")
    op.execute("grant select, insert, delete on credit.report_content to xinyidai_door")
    op.execute("alter table credit.report_content enable row level security")
    op.execute("alter table credit.report_content force row level security")
    op.execute(
        f"create policy by_firm on credit.report_content using {BY_FIRM} with check {BY_FIRM}"
    )
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")


def downgrade() -> None:
    op.drop_table("report_verification")
    op.drop_table("credit_report")
    op.drop_table("credit_code")
    op.drop_table("report_content", schema="credit")
