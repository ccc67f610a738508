"""Node exchange: nodes, what flows, packages, errors; the bytes of packages behind the door."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "exchange_body",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_body")),
        schema="credit",
    )
    op.create_index(
        "ix_exchange_body_kept", "exchange_body", ["kept_at"], unique=False, schema="credit"
    )
    op.create_table(
        "exchange_node",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "national",
                "province",
                "city",
                "county",
                "industry",
                name="nodelevel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "direction",
            sa.Enum(
                "up",
                "side",
                "down",
                name="nodedirection",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=True),
        sa.Column("pulls", sa.Boolean(), nullable=False),
        sa.Column("protocol", sa.BigInteger(), nullable=False),
        sa.Column("frequency", sa.String(length=200), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("agreement_no", sa.String(length=200), nullable=False),
        sa.Column("allows_government", sa.Boolean(), nullable=False),
        sa.Column("security_assessed_on", sa.Date(), nullable=True),
        sa.Column("agreement_on", sa.Date(), nullable=True),
        sa.Column("data_list_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("is_invented", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "active",
                "suspended",
                "ended",
                name="nodestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_by_name", sa.String(length=200), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by_name", sa.String(length=200), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("in_sequence", sa.BigInteger(), nullable=False),
        sa.Column("in_digest", sa.String(length=64), nullable=False),
        sa.Column("out_sequence", sa.BigInteger(), nullable=False),
        sa.Column("out_digest", sa.String(length=64), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('proposed', 'ended') or approved_by_name is not null",
            name=op.f("ck_exchange_node_two_persons"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_node")),
        sa.UniqueConstraint("code", name=op.f("uq_exchange_node_code")),
    )
    op.create_table(
        "exchange_self",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "national",
                "province",
                "city",
                "county",
                "industry",
                name="nodelevel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("base_url", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_exchange_self_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_self")),
    )
    op.create_table(
        "exchange_error",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("node_id", sa.Uuid(), nullable=True),
        sa.Column("claimed", sa.String(length=200), nullable=False),
        sa.Column(
            "way",
            sa.Enum("out", "in", name="way", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("has_body", sa.Boolean(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=200), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["node_id"], ["exchange_node.id"], name=op.f("fk_exchange_error_node_id_exchange_node")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_error")),
    )
    op.create_index("ix_exchange_error_last", "exchange_error", ["last_at"], unique=False)
    op.create_index(
        "uq_exchange_error_open",
        "exchange_error",
        [sa.literal_column("coalesce(node_id::text, claimed)"), "way", "code", "reference"],
        unique=True,
        postgresql_where=sa.text("resolved_at is null"),
    )
    op.create_table(
        "exchange_flow",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("node_id", sa.Uuid(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("out", "in", name="way", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("remote_kind", sa.String(length=64), nullable=False),
        sa.Column("cursor", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["exchange_node.id"], name=op.f("fk_exchange_flow_node_id_exchange_node")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_flow")),
    )
    op.create_index(
        "uq_exchange_flow", "exchange_flow", ["node_id", "way", "remote_kind"], unique=True
    )
    op.create_index(
        "uq_exchange_flow_out",
        "exchange_flow",
        ["node_id", "kind"],
        unique=True,
        postgresql_where=sa.text("way = 'out'"),
    )
    op.create_table(
        "exchange_package",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("node_id", sa.Uuid(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("out", "in", name="way", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "delivered",
                "dead",
                "accepted",
                name="packagestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("manifest", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("receipt", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("receipt_key_id", sa.String(length=8), nullable=True),
        sa.Column("receipt_signature", sa.Text(), nullable=True),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("rejected", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["node_id"],
            ["exchange_node.id"],
            name=op.f("fk_exchange_package_node_id_exchange_node"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_package")),
    )
    op.create_index(
        "ix_exchange_package_created", "exchange_package", ["node_id", "created_at"], unique=False
    )
    op.create_index(
        "ix_exchange_package_open",
        "exchange_package",
        ["node_id", "sequence"],
        unique=False,
        postgresql_where=sa.text("state in ('waiting', 'dead')"),
    )
    op.create_index(
        "uq_exchange_package_sequence",
        "exchange_package",
        ["node_id", "way", "sequence"],
        unique=True,
    )
    op.create_table(
        "exchange_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("node_id", sa.Uuid(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "propose",
                "revise",
                "approve",
                "activate",
                "suspend",
                "end",
                name="nodeaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "proposed",
                "approved",
                "active",
                "suspended",
                "ended",
                name="nodestate",
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
            ["node_id"], ["exchange_node.id"], name=op.f("fk_exchange_step_node_id_exchange_node")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_step")),
    )
    op.create_index(op.f("ix_exchange_step_node_id"), "exchange_step", ["node_id"], unique=False)
    op.create_index(
        "ix_credit_record_ended",
        "credit_record",
        ["kind", "id"],
        unique=False,
        schema="credit",
        postgresql_where=sa.text("status in ('corrected', 'withdrawn', 'repaired')"),
    )
    # The application sees the bytes of packages only through the door, which may also erase them.
    op.execute("revoke all on credit.exchange_body from public, xinyidai_app")
    op.execute("grant select, insert, delete on credit.exchange_body to xinyidai_door")
    op.execute("revoke update, delete, truncate on exchange_step from xinyidai_app")


def downgrade() -> None:
    op.drop_index("ix_credit_record_ended", table_name="credit_record", schema="credit")
    op.drop_table("exchange_step")
    op.drop_table("exchange_package")
    op.drop_table("exchange_flow")
    op.drop_table("exchange_error")
    op.drop_table("exchange_self")
    op.drop_table("exchange_node")
    op.drop_table("exchange_body", schema="credit")
