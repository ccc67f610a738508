"""A draft of a product may be discarded."""

from collections.abc import Sequence

from alembic import op
from migration_rights import allow_words

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATE_CHECK = "ck_product_version_productversionstate"
STATES = ("draft", "under_review", "listed", "delisted")


def upgrade() -> None:
    """Let a version be discarded."""
    allow_words("product_version", STATE_CHECK, "state", (*STATES, "discarded"))


def downgrade() -> None:
    """Make drafts of what was discarded; the audit trail says that it was."""
    op.execute("update product_version set state = 'draft' where state = 'discarded'")
    allow_words("product_version", STATE_CHECK, "state", STATES)
