"""Profiles: what a profile page shows beside indicators, behind the door like the records."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# As for the records: one firm, or a platform run.
BY_FIRM = """(
    (select nullif(current_setting('xinyidai.platform_run', true), '')) is not null
    or enterprise_id = (select nullif(current_setting('xinyidai.enterprise', true), '')::uuid)
)"""


def upgrade() -> None:
    """Add the portraits, one for each firm."""
    op.create_table(
        "portrait",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("facts_version", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_portrait")),
        schema="credit",
    )
    op.execute("revoke all on credit.portrait from public, xinyidai_app")
    op.execute("grant select, insert, update, delete on credit.portrait to xinyidai_door")
    op.execute("alter table credit.portrait enable row level security")
    op.execute("alter table credit.portrait force row level security")
    op.execute(f"create policy by_firm on credit.portrait using {BY_FIRM} with check {BY_FIRM}")


def downgrade() -> None:
    """Drop the portraits; they are made from the records again."""
    op.drop_table("portrait", schema="credit")
