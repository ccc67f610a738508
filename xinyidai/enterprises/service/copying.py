"""Many rows at once into a temporary table, by COPY on the session's own connection."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, LiteralString

from psycopg import Connection, Cursor
from psycopg.sql import SQL, Identifier

from xinyidai.kernel.db import copy_out, db


def cursor() -> Cursor[Any]:
    """Return a psycopg cursor in the transaction of the present session."""
    connection: Connection[Any] | None = db.session.connection().connection.driver_connection
    if connection is None:
        raise RuntimeError("the session has no connection")
    return connection.cursor()


def copy_rows(
    table: LiteralString, columns: LiteralString, rows: Iterable[Sequence[Any]]
) -> Cursor[Any]:
    """Create the temporary table anew, fill it and return the cursor.

    `columns` is the list of a CREATE TABLE statement, a name and a type each.
    """
    work = cursor()
    # A temporary table of the same name may be left from an earlier call in this transaction.
    work.execute(SQL("drop table if exists pg_temp.{}").format(Identifier(table)))
    work.execute(
        SQL("create temporary table {} ({}) on commit drop").format(Identifier(table), SQL(columns))
    )
    with work.copy(SQL("copy pg_temp.{} from stdin").format(Identifier(table))) as copy:
        for row in rows:
            copy.write_row(row)
    work.execute(SQL("analyze pg_temp.{}").format(Identifier(table)))
    return work


def known_firms() -> Iterator[bytes]:
    """Return id, code and present name of every firm as CSV, for matching in bulk."""
    return copy_out(
        db.session.connection(), b"copy (select id, uscc, name from enterprise) to stdout csv"
    )
