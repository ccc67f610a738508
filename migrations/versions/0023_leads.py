"""Outcomes of products for the public order; searches of banks for firms and what came of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from migration_rights import keep_append_only
from sqlalchemy.dialects import postgresql

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COUNTS = (
    "decided",
    "approved",
    "peer_decided",
    "peer_approved",
    "promised",
    "kept",
    "leads_judged",
    "leads_fit",
)
APPEND_ONLY = (
    "product_standing",
    "contact_choice",
    "lead_count",
    "lead_feedback",
    "lead_week",
    "lead_week_firm",
    "standing_offer",
)
LEADS = (
    "lead_feedback",
    "lead",
    "standing_offer",
    "lead_week_firm",
    "lead_week",
    "lead_count",
    "lead_search",
    "contact_choice",
)


def upgrade() -> None:
    """Add what products achieved, a row for each day counted, and all of leads."""
    op.create_table(
        "product_standing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("rules_version", sa.String(length=40), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "approved between 0 and decided",
            name=op.f("ck_product_standing_approved_of_decided"),
        ),
        sa.CheckConstraint(
            "kept between 0 and promised", name=op.f("ck_product_standing_kept_of_promised")
        ),
        sa.CheckConstraint(
            "leads_fit between 0 and leads_judged",
            name=op.f("ck_product_standing_fit_of_judged"),
        ),
        sa.CheckConstraint(
            "peer_approved between 0 and peer_decided",
            name=op.f("ck_product_standing_peers_approved"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["loan_product.id"],
            name=op.f("fk_product_standing_product_id_loan_product"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_standing")),
        sa.UniqueConstraint("counted_on", "product_id", name="uq_product_standing_day"),
    )
    op.create_index(
        "ix_product_standing_product_id", "product_standing", ["product_id"], unique=False
    )
    _leads()
    keep_append_only(APPEND_ONLY)


def _leads() -> None:
    op.create_table(
        "contact_choice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "all",
                "banks",
                "chosen",
                name="contactscope",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("institution_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("chosen_by", sa.Uuid(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "scope = 'chosen' or cardinality(institution_ids) = 0",
            name=op.f("ck_contact_choice_chosen_names_them"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_contact_choice_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_choice")),
    )
    op.create_index(
        "ix_contact_choice_enterprise_id",
        "contact_choice",
        ["enterprise_id", "chosen_at"],
        unique=False,
    )
    op.create_table(
        "lead_search",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_lead_search_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["loan_product.id"], name=op.f("fk_lead_search_product_id_loan_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_search")),
    )
    op.create_index(
        "ix_lead_search_institution_id",
        "lead_search",
        ["institution_id", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_lead_search_saved",
        "lead_search",
        ["saved_at"],
        unique=False,
        postgresql_where=sa.text("saved_at is not null"),
    )
    op.create_table(
        "lead_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "eligible",
                "insufficient",
                "ineligible",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("shown", sa.BigInteger(), nullable=True),
        sa.Column("sketch", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("repeats", sa.Uuid(), nullable=True),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("rules_version", sa.String(length=40), nullable=False),
        sa.Column("counted_by", sa.Uuid(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_lead_count_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["repeats"], ["lead_count.id"], name=op.f("fk_lead_count_repeats_lead_count")
        ),
        sa.ForeignKeyConstraint(
            ["search_id"], ["lead_search.id"], name=op.f("fk_lead_count_search_id_lead_search")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_count")),
        sa.UniqueConstraint("run_id", "outcome", name="uq_lead_count_run"),
    )
    op.create_index(
        "ix_lead_count_institution_id", "lead_count", ["institution_id", "counted_at"], unique=False
    )
    op.create_index(
        "ix_lead_count_search_id", "lead_count", ["search_id", "counted_at"], unique=False
    )
    op.create_table(
        "lead_week",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("new_shown", sa.BigInteger(), nullable=True),
        sa.Column("total_shown", sa.BigInteger(), nullable=True),
        sa.Column("authorized_shown", sa.BigInteger(), nullable=True),
        sa.Column("willing_shown", sa.BigInteger(), nullable=True),
        sa.Column("rules_version", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["lead_search.id"], name=op.f("fk_lead_week_search_id_lead_search")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_week")),
        sa.UniqueConstraint("search_id", "week", name="uq_lead_week"),
    )
    op.create_table(
        "lead_week_firm",
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_lead_week_firm_enterprise_id_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["search_id"], ["lead_search.id"], name=op.f("fk_lead_week_firm_search_id_lead_search")
        ),
        sa.PrimaryKeyConstraint("search_id", "enterprise_id", name=op.f("pk_lead_week_firm")),
    )
    op.create_index(
        "ix_lead_week_firm_enterprise_id", "lead_week_firm", ["enterprise_id"], unique=False
    )
    op.create_table(
        "standing_offer",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("product_version_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_standing_offer_enterprise_id_enterprise"),
        ),
        sa.ForeignKeyConstraint(
            ["product_version_id"],
            ["product_version.id"],
            name=op.f("fk_standing_offer_product_version_id_product_version"),
        ),
        sa.PrimaryKeyConstraint(
            "enterprise_id", "product_version_id", name=op.f("pk_standing_offer")
        ),
    )
    op.create_index(
        "ix_standing_offer_version", "standing_offer", ["product_version_id"], unique=False
    )
    op.create_table(
        "lead",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "invited",
                "consent",
                name="leadorigin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "authorized",
                "declined",
                "withdrawn",
                "expired",
                name="leadstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("item_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("rules_version", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "state <> 'authorized' or consent_id is not null",
            name=op.f("ck_lead_authorized_by_consent"),
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent.id"], name=op.f("fk_lead_consent_id_consent")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_lead_enterprise_id_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_lead_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["loan_product.id"], name=op.f("fk_lead_product_id_loan_product")
        ),
        sa.ForeignKeyConstraint(
            ["search_id"], ["lead_search.id"], name=op.f("fk_lead_search_id_lead_search")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("search_id", "enterprise_id", name="uq_lead_firm"),
    )
    op.create_index(
        "ix_lead_due",
        "lead",
        ["expires_on"],
        unique=False,
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.create_index("ix_lead_enterprise_id", "lead", ["enterprise_id", "made_at"], unique=False)
    op.create_index(
        "uq_lead_one_open",
        "lead",
        ["institution_id", "enterprise_id"],
        unique=True,
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.create_table(
        "lead_feedback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "unreachable",
                "no_need",
                "not_matching",
                "has_credit",
                "other",
                name="feedbackreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason <> 'other' or note <> ''", name=op.f("ck_lead_feedback_other_has_words")
        ),
        sa.CheckConstraint(
            "is_valid = (reason is null)", name=op.f("ck_lead_feedback_reason_when_invalid")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_lead_feedback_lead_id_lead")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_feedback")),
        sa.UniqueConstraint("lead_id", name=op.f("uq_lead_feedback_lead_id")),
    )


def downgrade() -> None:
    """Drop them."""
    for table in LEADS:
        op.drop_table(table)
    op.drop_table("product_standing")
