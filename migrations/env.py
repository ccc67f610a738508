"""Alembic's environment: the owner's connection, a lock timeout, and what it may compare."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

LOCK_TIMEOUT = "4s"
OWNER = "OWNER_DATABASE_URI"

OTHERS = ("procrastinate_", "rate_window", "alembic_", "credit_record_p")

target_metadata = current_app.extensions["migrate"].db.metadata


def _is_ours(name: str | None, kind: str, parent_names: Any) -> bool:
    """Leave out the job queue's objects (migration 0001) and the partitions (0008)."""
    if kind == "schema":
        return name in {None, "credit"}
    table = parent_names.get("table_name") if kind != "table" else name
    return not (table or "").startswith(OTHERS)


def _no_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    if (
        getattr(context.config.cmd_opts, "autogenerate", False)
        and directives[0].upgrade_ops.is_empty()
    ):
        directives[:] = []


def run() -> None:
    url = current_app.config.get(OWNER)
    if not url:
        raise RuntimeError("迁移需要 XINYIDAI_OWNER_DATABASE_URL（xinyidai_owner 账户）。")
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            include_schemas=True,
            include_name=_is_ours,
            compare_type=True,
            process_revision_directives=_no_empty,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
