"""Scoring: what is still to be scored, and what a score can be recomputed from."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# What was scored before stays valid: the newest score of each firm with the snapshot it rests on.
HEADS = """
    insert into score_head
        (enterprise_id, score_id, model_code, model_version, facts_version, content_hash)
    select distinct on (r.enterprise_id)
        r.enterprise_id, r.id, r.model_code, r.model_version, r.facts_version, s.content_hash
    from score_result r join profile_snapshot s on s.id = r.snapshot_id
    order by r.enterprise_id, r.scored_at desc, r.id desc
"""


def upgrade() -> None:
    op.create_table(
        "score_head",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("score_id", sa.Uuid(), nullable=False),
        sa.Column("model_code", sa.String(length=64), nullable=False),
        sa.Column("model_version", sa.String(length=32), nullable=False),
        sa.Column("facts_version", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_score_head_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_score_head")),
    )
    op.create_table(
        "look_basis",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_look_basis_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_look_basis")),
    )
    op.execute("revoke update, truncate on look_basis from xinyidai_app")
    _add("is_explained", sa.Boolean(), sa.true())
    _add("inputs_hash", sa.String(length=64), "")
    op.execute(HEADS)


def _add(name: str, kind: sa.types.TypeEngine[object], value: object) -> None:
    """Add a column that rows of before have a value for, without leaving a default behind."""
    column = sa.Column(name, kind, nullable=False, server_default=value)
    op.add_column("score_result", column)
    op.alter_column("score_result", name, server_default=None)


def downgrade() -> None:
    op.drop_column("score_result", "inputs_hash")
    op.drop_column("score_result", "is_explained")
    op.drop_table("look_basis")
    op.drop_table("score_head")
