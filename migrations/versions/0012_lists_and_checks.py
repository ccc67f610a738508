"""Credit lists and joint checks; systems of government offices."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPEND_ONLY = (
    "credit_list_step",
    "credit_list_notice",
    "credit_list_notice_firm",
    "joint_check_step",
    "joint_check_hit",
    "joint_check_row",
)
# Whether an entry is in force is asked of its record, so the door joins the two.
READ_BY_DOOR = ("credit_list_entry", "enterprise")


def upgrade() -> None:
    op.create_table(
        "credit_list_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "listing",
                "removal",
                name="releasekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("list_type", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "checked",
                "published",
                "withdrawn",
                "dropped",
                name="releasestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("catalogue_version", sa.String(length=32), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "checked_by is null or checked_by <> drafted_by",
            name=op.f("ck_credit_list_release_checked_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_credit_list_release_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_list_release")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_list_release_number")),
    )
    op.create_index(
        "ix_credit_list_release_department",
        "credit_list_release",
        ["department_id", "drafted_at"],
        unique=False,
    )
    op.create_index(
        "ix_credit_list_release_state", "credit_list_release", ["state", "drafted_at"], unique=False
    )
    op.create_table(
        "joint_check_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("occasion", sa.String(length=64), nullable=False),
        sa.Column("case_no", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("bad_count", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_joint_check_batch_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_check_batch")),
    )
    op.create_index(
        "ix_joint_check_batch_department",
        "joint_check_batch",
        ["department_id", "asked_at"],
        unique=False,
    )
    op.create_index(
        "uq_joint_check_batch_key",
        "joint_check_batch",
        ["department_id", "request_key"],
        unique=True,
    )
    op.create_table(
        "credit_list_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("list_type", sa.String(length=64), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("organ", sa.String(length=200), nullable=False),
        sa.Column("in_on", sa.Date(), nullable=False),
        sa.Column("out_planned_on", sa.Date(), nullable=True),
        sa.Column("record_kind", sa.String(length=64), nullable=True),
        sa.Column("record_source", sa.String(length=200), nullable=True),
        sa.Column("record_natural_key", sa.Text(), nullable=True),
        sa.Column("record_level", sa.String(length=200), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "out_reason",
            sa.Enum(
                "term_over",
                "record_ended",
                "removed",
                "wrong_listing",
                name="outreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(out_at is null) = (out_reason is null)", name=op.f("ck_credit_list_entry_out_whole")
        ),
        sa.CheckConstraint(
            "num_nonnulls(record_kind, record_source, record_natural_key) in (0, 3)",
            name=op.f("ck_credit_list_entry_record_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_credit_list_entry_enterprise_id_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["credit_list_release.id"],
            name=op.f("fk_credit_list_entry_release_id_credit_list_release"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_list_entry")),
    )
    op.create_index(
        "ix_credit_list_entry_firm",
        "credit_list_entry",
        ["enterprise_id"],
        unique=False,
        postgresql_where=sa.text("listed_at is not null"),
    )
    op.create_index(
        op.f("ix_credit_list_entry_release_id"), "credit_list_entry", ["release_id"], unique=False
    )
    op.create_index(
        "ix_credit_list_entry_type", "credit_list_entry", ["list_type", "in_on", "id"], unique=False
    )
    op.create_index(
        "uq_credit_list_entry_live",
        "credit_list_entry",
        [
            "list_type",
            "enterprise_id",
            sa.literal_column("coalesce(record_source, '')"),
            sa.literal_column("coalesce(record_natural_key, document)"),
        ],
        unique=True,
        postgresql_where=sa.text("listed_at is not null and out_at is null"),
    )
    op.create_table(
        "credit_list_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("list_type", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["credit_list_release.id"],
            name=op.f("fk_credit_list_notice_release_id_credit_list_release"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_list_notice")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_list_notice_number")),
        sa.UniqueConstraint("release_id", name=op.f("uq_credit_list_notice_release_id")),
    )
    op.create_index(
        op.f("ix_credit_list_notice_published_at"),
        "credit_list_notice",
        ["published_at"],
        unique=False,
    )
    op.create_table(
        "credit_list_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "draft",
                "check",
                "publish",
                "withdraw",
                "drop",
                name="releaseaction",
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
                "checked",
                "published",
                "withdrawn",
                "dropped",
                name="releasestate",
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
            ["release_id"],
            ["credit_list_release.id"],
            name=op.f("fk_credit_list_step_release_id_credit_list_release"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_list_step")),
    )
    op.create_index(
        op.f("ix_credit_list_step_release_id"), "credit_list_step", ["release_id"], unique=False
    )
    op.create_table(
        "joint_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "page",
                "file",
                "api",
                "automatic",
                name="checkchannel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("occasion", sa.String(length=64), nullable=False),
        sa.Column("case_no", sa.String(length=200), nullable=False),
        sa.Column("asked_uscc", sa.String(length=18), nullable=True),
        sa.Column("asked_name", sa.String(length=200), nullable=True),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "serious",
                "honour",
                "none",
                "insufficient",
                name="checkoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("measures", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("missing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rules_version", sa.String(length=32), nullable=False),
        sa.Column("lists_version", sa.String(length=32), nullable=False),
        sa.Column("measures_version", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "answered",
                "handled",
                "closed",
                name="checkstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
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
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "applied",
                "not_applied",
                name="handlingdecision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("taken", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at is not null)", name=op.f("ck_joint_check_closed_whole")
        ),
        sa.CheckConstraint(
            "(decision is null) = (handled_at is null)", name=op.f("ck_joint_check_handled_whole")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["joint_check_batch.id"],
            name=op.f("fk_joint_check_batch_id_joint_check_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_joint_check_department_id_department"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_joint_check_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_check")),
        sa.UniqueConstraint("number", name=op.f("uq_joint_check_number")),
    )
    op.create_index("ix_joint_check_asked", "joint_check", ["asked_at"], unique=False)
    op.create_index(op.f("ix_joint_check_batch_id"), "joint_check", ["batch_id"], unique=False)
    op.create_index(
        "ix_joint_check_counts",
        "joint_check",
        ["department_id", "occasion", "outcome", "state"],
        unique=False,
    )
    op.create_index(
        "ix_joint_check_department", "joint_check", ["department_id", "asked_at"], unique=False
    )
    op.create_index(
        "ix_joint_check_due",
        "joint_check",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state in ('answered', 'handled')"),
    )
    op.create_index(
        "ix_joint_check_firm", "joint_check", ["enterprise_id", "asked_at"], unique=False
    )
    op.create_index(
        "uq_joint_check_key",
        "joint_check",
        ["department_id", "request_key"],
        unique=True,
        postgresql_where=sa.text("request_key is not null"),
    )
    op.create_table(
        "credit_list_notice_firm",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_credit_list_notice_firm_enterprise_id_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["credit_list_entry.id"],
            name=op.f("fk_credit_list_notice_firm_entry_id_credit_list_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["credit_list_notice.id"],
            name=op.f("fk_credit_list_notice_firm_notice_id_credit_list_notice"),
        ),
        sa.PrimaryKeyConstraint("notice_id", "entry_id", name=op.f("pk_credit_list_notice_firm")),
    )
    op.create_index(
        op.f("ix_credit_list_notice_firm_enterprise_id"),
        "credit_list_notice_firm",
        ["enterprise_id"],
        unique=False,
    )
    op.create_table(
        "credit_list_removal",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "term_over",
                "record_ended",
                "removed",
                "wrong_listing",
                name="outreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["credit_list_entry.id"],
            name=op.f("fk_credit_list_removal_entry_id_credit_list_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["credit_list_release.id"],
            name=op.f("fk_credit_list_removal_release_id_credit_list_release"),
        ),
        sa.PrimaryKeyConstraint("release_id", "entry_id", name=op.f("pk_credit_list_removal")),
    )
    op.create_index(
        op.f("ix_credit_list_removal_entry_id"), "credit_list_removal", ["entry_id"], unique=False
    )
    op.create_table(
        "joint_check_hit",
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("list_type", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["joint_check.id"], name=op.f("fk_joint_check_hit_check_id_joint_check")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["credit_list_entry.id"],
            name=op.f("fk_joint_check_hit_entry_id_credit_list_entry"),
        ),
        sa.PrimaryKeyConstraint("check_id", "entry_id", name=op.f("pk_joint_check_hit")),
    )
    op.create_index(
        op.f("ix_joint_check_hit_entry_id"), "joint_check_hit", ["entry_id"], unique=False
    )
    op.create_table(
        "joint_check_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.String(length=40), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(check_id is null) = (fault <> '')", name=op.f("ck_joint_check_row_row_whole")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["joint_check_batch.id"],
            name=op.f("fk_joint_check_row_batch_id_joint_check_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["joint_check.id"], name=op.f("fk_joint_check_row_check_id_joint_check")
        ),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_joint_check_row")),
    )
    op.create_table(
        "joint_check_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "request",
                "answer",
                "handle",
                "feedback",
                name="checkaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "answered",
                "handled",
                "closed",
                name="checkstate",
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
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"], ["joint_check.id"], name=op.f("fk_joint_check_step_check_id_joint_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_check_step")),
    )
    op.create_index(
        op.f("ix_joint_check_step_check_id"), "joint_check_step", ["check_id"], unique=False
    )
    op.add_column("api_client", sa.Column("department_id", sa.Uuid(), nullable=True))
    op.alter_column("api_client", "institution_id", existing_type=sa.UUID(), nullable=True)
    op.create_foreign_key(
        op.f("fk_api_client_department_id_department"),
        "api_client",
        "department",
        ["department_id"],
        ["id"],
    )
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")
    for table in READ_BY_DOOR:
        op.execute(f"grant select on {table} to xinyidai_door")
    op.create_check_constraint(
        op.f("ck_api_client_one_party"),
        "api_client",
        "num_nonnulls(institution_id, department_id) = 1",
    )


def downgrade() -> None:
    op.execute("revoke select on enterprise from xinyidai_door")
    op.execute(
        "delete from api_token where api_client_id in (select id from api_client where institution_id is null)"
    )
    op.execute("delete from api_client where institution_id is null")
    op.drop_constraint(op.f("ck_api_client_one_party"), "api_client", type_="check")
    op.drop_constraint(
        op.f("fk_api_client_department_id_department"), "api_client", type_="foreignkey"
    )
    op.drop_column("api_client", "department_id")
    op.alter_column("api_client", "institution_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_table("joint_check_step")
    op.drop_table("joint_check_row")
    op.drop_table("joint_check_hit")
    op.drop_table("credit_list_removal")
    op.drop_table("credit_list_notice_firm")
    op.drop_table("joint_check")
    op.drop_table("credit_list_step")
    op.drop_table("credit_list_notice")
    op.drop_table("credit_list_entry")
    op.drop_table("joint_check_batch")
    op.drop_table("credit_list_release")
