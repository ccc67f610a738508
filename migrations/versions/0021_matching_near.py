"""What the matching engine keeps: the change that opens a product, and each firm's newest places."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add 差一点 to stored results, and the heads of the batch."""
    op.add_column(
        "product_match",
        sa.Column("nearest", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.create_table(
        "match_head",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("matched_on", sa.Date(), nullable=False),
        sa.Column("facts_version", sa.BigInteger(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("score_id", sa.Uuid(), nullable=True),
        sa.Column("products_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("rules_version", sa.String(length=40), nullable=False),
        sa.Column("wish", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("product_count", sa.BigInteger(), nullable=False),
        sa.Column("eligible_count", sa.BigInteger(), nullable=False),
        sa.Column("insufficient_count", sa.BigInteger(), nullable=False),
        sa.Column("ineligible_count", sa.BigInteger(), nullable=False),
        sa.Column("version_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("outcomes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("scores", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_match_head_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_match_head")),
    )


def downgrade() -> None:
    """Take both away; the batch fills the heads again."""
    op.drop_table("match_head")
    op.drop_column("product_match", "nearest")
