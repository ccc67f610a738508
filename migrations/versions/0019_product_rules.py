"""Product rules: examples, shadow runs, effective dates."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


TOPICS = (
    "consent_requested",
    "consent_second_signer",
    "consent_granted",
    "consent_declined",
    "consent_used",
    "consent_ended",
    "consent_expiring",
    "consent_suspended",
    "consent_summary",
    "query_alarm",
    "ledger_alarm",
    "purpose_review",
    "objection",
    "objection_late",
    "repair",
    "repair_due",
    "record_changed",
    "delivery",
    "data_quality",
    "correction_ticket",
    "declaration",
    "commitment",
    "credit_list",
    "joint_check",
    "credit_report",
    "node_exchange",
    "credit_evaluation",
    "model_monitoring",
)
NEW_TOPICS = ("product", "financing_need", "lead", "joint_result")
KINDS = (
    "credit_loan",
    "mortgage_loan",
    "pledge_loan",
    "guaranteed_loan",
    "ip_pledge_loan",
    "policy_loan",
    "micro_loan",
    "agriculture_loan",
    "receivables",
    "supply_chain",
    "bill",
    "guarantee_letter",
    "entrusted_loan",
    "working_capital",
)
NEW_KINDS = (
    "procurement_loan",
    "tech_loan",
    "specialised_loan",
    "green_loan",
    "first_loan",
    "renewal_loan",
    "factoring",
    "credit_insurance",
)
WITH_KIND = ("loan_product", "product_version")
APPEND_ONLY = ("product_shadow_run", "product_shadow_change")
LISTED = "uq_product_version_listed"


def upgrade() -> None:
    _allow("notification", "topic", "topic", (*TOPICS, *NEW_TOPICS))
    for table in WITH_KIND:
        _allow(table, "productkind", "kind", (*KINDS, *NEW_KINDS))
    _widen_versions()
    _create_shadow_tables()
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")


def downgrade() -> None:
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
    _narrow_versions()
    for table in WITH_KIND:
        # A kind that the former release does not know becomes the most general one.
        op.execute(
            f"update {table} set kind = 'working_capital' where kind in {_listed(NEW_KINDS)}"
        )
        _allow(table, "productkind", "kind", KINDS)
    op.execute("delete from notification where topic in " + _listed(NEW_TOPICS))
    _allow("notification", "topic", "topic", TOPICS)


def _widen_versions() -> None:
    texts = postgresql.ARRAY(sa.Text())
    empty = {"nullable": False, "server_default": "{}"}
    op.add_column("product_version", sa.Column("industry_codes", texts, **empty))
    op.add_column("product_version", sa.Column("target_groups", texts, **empty))
    op.add_column(
        "product_version",
        sa.Column("examples", postgresql.JSONB(), nullable=False, server_default="[]"),
    )
    op.add_column("product_version", sa.Column("replaced_on", sa.Date(), nullable=True))
    for column in ("industry_codes", "target_groups", "examples"):
        op.alter_column("product_version", column, server_default=None)
    op.drop_index(LISTED, table_name="product_version")
    op.execute(
        f"create unique index {LISTED} on product_version (product_id)"
        " where state = 'listed' and replaced_on is null"
    )


def _narrow_versions() -> None:
    op.drop_index(LISTED, table_name="product_version")
    # The former release knows one listed version of a product: the one in force stays.
    op.execute(
        "update product_version set state = 'delisted', delisted_at = now(),"
        " delist_reason = '降级时撤下：尚未生效的版本' where state = 'listed'"
        " and replaced_on is null and exists (select from product_version former"
        " where former.product_id = product_version.product_id and former.state = 'listed'"
        " and former.replaced_on is not null)"
    )
    op.execute(
        f"create unique index {LISTED} on product_version (product_id) where state = 'listed'"
    )
    for column in ("replaced_on", "examples", "target_groups", "industry_codes"):
        op.drop_column("product_version", column)


def _create_shadow_tables() -> None:
    op.create_table(
        "product_shadow_run",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version_id", sa.Uuid(), sa.ForeignKey("product_version.id"), nullable=False),
        sa.Column("listed_version_id", sa.Uuid(), sa.ForeignKey("product_version.id")),
        sa.Column("rules_digest", sa.String(64), nullable=False),
        sa.Column("rules_version", sa.String(40), nullable=False),
        sa.Column("dictionary_version", sa.String(40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("firms", "reach", "listed_reach", "gained", "lost")
        ),
        sa.Column("months", postgresql.JSONB(), nullable=False),
        sa.Column("by_criterion", postgresql.JSONB(), nullable=False),
        sa.Column("met", postgresql.JSONB(), nullable=False),
        sa.Column("left_out", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("query_event_id", sa.Uuid(), nullable=False),
        sa.Column("run_by", sa.Uuid()),
        sa.Column("run_by_name", sa.String(200), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reach between 0 and firms", name="reach_within_firms"),
        sa.CheckConstraint("listed_reach between 0 and firms", name="listed_reach_within_firms"),
        sa.CheckConstraint("gained >= 0 and lost >= 0", name="changes_not_negative"),
    )
    op.create_index(
        "ix_product_shadow_run_version_id", "product_shadow_run", ["version_id", "run_at"]
    )
    op.create_table(
        "product_shadow_change",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("run_id", sa.Uuid(), sa.ForeignKey("product_shadow_run.id"), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), sa.ForeignKey("enterprise.id"), nullable=False),
        sa.Column("side", sa.String(32), nullable=False),
        sa.Column("criteria", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("facts_version", sa.BigInteger()),
        sa.CheckConstraint("side in ('gained', 'lost')", name="shadowside"),
        sa.UniqueConstraint("run_id", "enterprise_id"),
    )
    op.create_index(
        "ix_product_shadow_change_enterprise_id", "product_shadow_change", ["enterprise_id"]
    )


def _allow(table: str, name: str, column: str, values: Sequence[str], later: str = "") -> None:
    """Let a column hold these values and no other; `later` spares the rows that are there."""
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.execute(
        f"alter table {table} add constraint ck_{table}_{name}"
        f" check ({column} in {_listed(values)}) {later}"
    )


def _listed(values: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"
