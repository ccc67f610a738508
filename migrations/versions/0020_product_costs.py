"""The cost sheet of a product version."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# A yearly fee that was declared becomes the one item of a sheet; where nothing was declared the
# sheet stays null, which is «not published» and not «no fee».
CARRY_OVER = """
    update product_version
    set cost_items = jsonb_build_array(jsonb_build_object(
        'code', 'other',
        'basis', 'per_year_of_amount',
        'rate', trim_scale(fee_rate)::text,
        'amount_fen', null,
        'borne_by', 'firm',
        'note', coalesce(nullif(left(fee_note, 200), ''), '其他费用')
    ))
    where fee_rate > 0
"""


def upgrade() -> None:
    """Add the sheet and carry over the yearly fees that versions declare."""
    op.add_column(
        "product_version",
        sa.Column("cost_items", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.execute(CARRY_OVER)


def downgrade() -> None:
    """Drop the sheet; the yearly fees stay where they were."""
    op.drop_column("product_version", "cost_items")
