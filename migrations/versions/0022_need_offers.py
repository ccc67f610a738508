"""Financing needs offered to banks: their places, every step, and what a need says more."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from migration_rights import keep_append_only
from sqlalchemy.dialects import postgresql

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPEND_ONLY = ("need_step",)
PURPOSES = (
    "materials",
    "equipment",
    "project",
    "payroll",
    "research",
    "premises",
    "renewal",
    "other",
)
ADDED = (
    "dispatched_at",
    "claim_until",
    "contact_phone",
    "contact_name",
    "most_banks",
    "wanted_by",
    "rate_max",
    "purpose",
    "request_key",
    "number",
)


def upgrade() -> None:
    """Add the places and the steps; needs that are there get a number."""
    _extend_needs()
    op.add_column("loan_application", sa.Column("need_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_loan_application_need_id_financing_need"),
        "loan_application",
        "financing_need",
        ["need_id"],
        ["id"],
    )
    _add_offers()
    _add_steps()
    keep_append_only(APPEND_ONLY)


def _extend_needs() -> None:
    op.add_column("financing_need", sa.Column("number", sa.String(length=32), nullable=True))
    op.execute(
        "update financing_need set number = 'XQ' || to_char(created_at, 'YYYYMMDD')"
        " || upper(right(replace(id::text, '-', ''), 8))"
    )
    op.alter_column("financing_need", "number", nullable=False)
    for column in (
        sa.Column("request_key", sa.Uuid(), nullable=True),
        sa.Column(
            "purpose",
            sa.Enum(
                *PURPOSES, name="needpurpose", native_enum=False, create_constraint=True, length=32
            ),
            server_default="other",
            nullable=False,
        ),
        sa.Column("rate_max", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("wanted_by", sa.Date(), nullable=True),
        sa.Column("most_banks", sa.BigInteger(), server_default="3", nullable=False),
        sa.Column("contact_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("contact_phone", sa.String(length=20), server_default="", nullable=False),
        sa.Column("claim_until", sa.Date(), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("financing_need", column)
    for name in ("number", "request_key"):
        op.create_unique_constraint(op.f(f"uq_financing_need_{name}"), "financing_need", [name])
    op.create_check_constraint(
        op.f("ck_financing_need_rate_fraction"), "financing_need", "rate_max > 0 and rate_max < 1"
    )
    op.create_check_constraint(
        op.f("ck_financing_need_few_banks"), "financing_need", "most_banks between 1 and 10"
    )


def _add_offers() -> None:
    op.create_table(
        "need_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "claim",
                "best",
                "clerk",
                name="offerway",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "dispatched",
                "claimed",
                "authorized",
                "contacted",
                "converted",
                "declined",
                "refused",
                "released",
                "lapsed",
                "ended",
                name="offerstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("product_version_id", sa.Uuid(), nullable=True),
        sa.Column("officer_account_id", sa.Uuid(), nullable=True),
        sa.Column("officer_name", sa.String(length=200), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("authorized_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("contact_until", sa.Date(), nullable=True),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("firm_confirms", sa.Boolean(), nullable=True),
        sa.Column("firm_said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "bank_declined",
                "firm_refused",
                "not_contacted",
                "not_taken",
                "firm_silent",
                "need_withdrawn",
                "need_expired",
                "need_converted",
                "bank_suspended",
                "firm_gone",
                name="offerend",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state in ('dispatched', 'claimed', 'authorized', 'contacted') or state = 'converted') = (end_reason is null)",
            name=op.f("ck_need_offer_end_has_reason"),
        ),
        sa.CheckConstraint(
            "state not in ('authorized', 'contacted') or consent_id is not null",
            name=op.f("ck_need_offer_authorized"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["loan_application.id"],
            name=op.f("fk_need_offer_application_id_loan_application"),
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent.id"], name=op.f("fk_need_offer_consent_id_consent")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_need_offer_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["financing_need.id"], name=op.f("fk_need_offer_need_id_financing_need")
        ),
        sa.ForeignKeyConstraint(
            ["officer_account_id"],
            ["account.id"],
            name=op.f("fk_need_offer_officer_account_id_account"),
        ),
        sa.ForeignKeyConstraint(
            ["product_version_id"],
            ["product_version.id"],
            name=op.f("fk_need_offer_product_version_id_product_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_offer")),
    )
    op.create_index(
        "ix_need_offer_due",
        "need_offer",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state in ('dispatched', 'claimed', 'authorized', 'contacted')"),
    )
    op.create_index(
        "ix_need_offer_institution",
        "need_offer",
        ["institution_id", "state", "due_on"],
        unique=False,
    )
    op.create_index(op.f("ix_need_offer_need_id"), "need_offer", ["need_id"], unique=False)
    op.create_index(
        "uq_need_offer_one_open",
        "need_offer",
        ["need_id", "institution_id"],
        unique=True,
        postgresql_where=sa.text("state in ('dispatched', 'claimed', 'authorized', 'contacted')"),
    )


def _add_steps() -> None:
    op.create_table(
        "need_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column(
            "action",
            sa.Enum(
                "financing_need:draft",
                "financing_need:update",
                "financing_need:publish",
                "financing_need:claim",
                "financing_need:dispatch",
                "financing_need:take",
                "financing_need:authorize",
                "financing_need:contact",
                "financing_need:confirm",
                "financing_need:decline",
                "financing_need:refuse",
                "financing_need:release",
                "financing_need:lapse",
                "financing_need:end",
                "financing_need:convert",
                "financing_need:withdraw",
                "financing_need:expire",
                name="financingneedaction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "from_state",
            sa.Enum(
                "draft",
                "published",
                "dispatched",
                "claimed",
                "contacted",
                "converted",
                "withdrawn",
                "expired",
                name="from_state",
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
                "published",
                "dispatched",
                "claimed",
                "contacted",
                "converted",
                "withdrawn",
                "expired",
                name="to_state",
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
        sa.Column("policy_version", sa.String(length=32), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_need_step_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["financing_need.id"], name=op.f("fk_need_step_need_id_financing_need")
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["need_offer.id"], name=op.f("fk_need_step_offer_id_need_offer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_step")),
    )
    op.create_index(op.f("ix_need_step_need_id"), "need_step", ["need_id"], unique=False)


def downgrade() -> None:
    """Drop the places and the steps, and what a need says more."""
    op.drop_table("need_step")
    op.drop_table("need_offer")
    op.drop_constraint(
        op.f("fk_loan_application_need_id_financing_need"), "loan_application", type_="foreignkey"
    )
    op.drop_column("loan_application", "need_id")
    for name in ADDED:
        op.drop_column("financing_need", name)
