"""Deliveries of departments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# What was confirmed or registered stays as it was; only its end may be noted.
ENDED_BY = {"saved_mapping": "superseded_at", "delivery_source_key": "retired_at"}
TABLES = (
    "delivery",
    "saved_mapping",
    "delivery_source_key",
    "delivery_gateway",
    "delivery_source",
    "interface_call",
    "delivery_nonce",
)


def upgrade() -> None:
    op.create_table(
        "delivery_nonce",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "nonce", name=op.f("pk_delivery_nonce")),
    )
    op.create_index(op.f("ix_delivery_nonce_seen_at"), "delivery_nonce", ["seen_at"], unique=False)
    op.create_table(
        "interface_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "interface",
            sa.Enum(
                "push",
                "push_status",
                "pull",
                "drop",
                name="interface",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interface_call")),
    )
    op.create_index("ix_interface_call_at", "interface_call", ["called_at"], unique=False)
    op.create_table(
        "delivery_source",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_delivery_source_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_source")),
        sa.UniqueConstraint("code", name=op.f("uq_delivery_source_code")),
    )
    op.create_index(
        op.f("ix_delivery_source_department_id"), "delivery_source", ["department_id"], unique=False
    )
    op.create_table(
        "delivery_gateway",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("cursor", sa.String(length=200), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["delivery_source.id"],
            name=op.f("fk_delivery_gateway_source_id_delivery_source"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_gateway")),
        sa.UniqueConstraint("source_id", name=op.f("uq_delivery_gateway_source_id")),
    )
    op.create_table(
        "delivery_source_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["delivery_source.id"],
            name=op.f("fk_delivery_source_key_source_id_delivery_source"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_source_key")),
        sa.UniqueConstraint("source_id", "key_id", name=op.f("uq_delivery_source_key_source_id")),
    )
    op.create_table(
        "saved_mapping",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("headings", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_name", sa.String(length=200), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["delivery_source.id"],
            name=op.f("fk_saved_mapping_source_id_delivery_source"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_mapping")),
        sa.UniqueConstraint(
            "source_id", "signature", "version", name=op.f("uq_saved_mapping_source_id")
        ),
    )
    op.create_index(
        "uq_saved_mapping_present",
        "saved_mapping",
        ["source_id", "signature"],
        unique=True,
        postgresql_where=sa.text("superseded_at is null"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "upload",
                "drop",
                "push",
                "pull",
                name="deliverychannel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored", sa.String(length=64), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "awaiting_mapping",
                "queued",
                "collecting",
                "collected",
                "partly_rejected",
                "refused",
                "failed",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=64), nullable=True),
        sa.Column("proposal", postgresql.JSONB(), nullable=True),
        sa.Column("mapping", sa.Text(), nullable=True),
        sa.Column("saved_mapping_id", sa.Uuid(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("progress", sa.String(length=200), nullable=True),
        sa.Column("rows_total", sa.BigInteger(), nullable=True),
        sa.Column("rows_accepted", sa.BigInteger(), nullable=True),
        sa.Column("rows_unchanged", sa.BigInteger(), nullable=True),
        sa.Column("rows_rejected", sa.BigInteger(), nullable=True),
        sa.Column("rows_pending", sa.BigInteger(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=100), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_delivery_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["delivery.id"], name=op.f("fk_delivery_replaces_id_delivery")
        ),
        sa.ForeignKeyConstraint(
            ["saved_mapping_id"],
            ["saved_mapping.id"],
            name=op.f("fk_delivery_saved_mapping_id_saved_mapping"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["delivery_source.id"],
            name=op.f("fk_delivery_source_id_delivery_source"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_batch_id"), "delivery", ["batch_id"], unique=False)
    op.create_index(
        "ix_delivery_department", "delivery", ["department_id", "received_at"], unique=False
    )
    op.create_index("ix_delivery_received", "delivery", ["received_at"], unique=False)
    op.create_index(
        "uq_delivery_idempotency", "delivery", ["source_id", "idempotency_key"], unique=True
    )
    op.create_index(
        "uq_delivery_under_way",
        "delivery",
        ["source_id", "sha256"],
        unique=True,
        postgresql_where=sa.text(
            "state in ('received', 'awaiting_mapping', 'queued', 'collecting')"
        ),
    )
    for table, column in ENDED_BY.items():
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")
        op.execute(f"grant update ({column}) on {table} to xinyidai_app")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
