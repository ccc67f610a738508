"""The ground the invented city stands on: planner statistics, and clearing what was left half done.

Both need the owner of the tables; without its address (a server of one's own) statistics come by
themselves a little later, and a half-written city has to be removed by hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict

JOBS = "procrastinate_jobs"


def analyze(table: str = "") -> None:
    """Let the planner know how large a table, or each of them, has become.

    A table that is still empty is better not analyzed: the planner would go on taking it for empty.
    """
    if current_app.config.get("OWNER_DATABASE_URI"):
        with _owner() as connection:
            connection.execute(text(f"analyze {table}"))


def clear() -> None:
    """Empty every table, after a run that was killed; only ever called on a city of our own.

    Raises:
        Conflict: the owner of the tables is not known here.

    """
    if not current_app.config.get("OWNER_DATABASE_URI"):
        raise Conflict(
            "上次写入演示城市时中断，数据不完整。请清空数据库后重新执行。", code="half_seeded"
        )
    names = ", ".join(table.fullname for table in db.metadata.tables.values())
    with _owner() as connection:
        connection.execute(text(f"truncate {names}, {JOBS} restart identity cascade"))


@contextmanager
def _owner() -> Iterator[Connection]:
    engine = create_engine(current_app.config["OWNER_DATABASE_URI"], poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()
