"""Outcomes of products for the public order; searches of banks for firms and what came of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

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
APPEND_ONLY = ("product_standing",)


def upgrade() -> None:
    """Add what products achieved, one row for each day counted."""
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
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("product_standing")
