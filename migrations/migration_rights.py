"""What several migrations do alike, from 0022 on: take rights away, and let a column hold words.

Older migrations keep copies of their own, because a migration that has run is not edited in what
it does; what these functions say may therefore never change either.
"""

from collections.abc import Iterable

from alembic import op


def keep_append_only(tables: Iterable[str]) -> None:
    """Leave the application nothing but reading and adding; its owner alone may correct."""
    for table in tables:
        op.execute(f"revoke update, delete, truncate on {table} from xinyidai_app")


def allow_words(
    table: str, constraint: str, column: str, words: Iterable[str], *, spared: bool = False
) -> None:
    """Let a column hold these words and no other; `spared` leaves the rows that are there."""
    listed = ", ".join(f"'{word}'" for word in words)
    op.execute(f"alter table {table} drop constraint {constraint}")
    op.execute(
        f"alter table {table} add constraint {constraint} check ({column} in ({listed}))"
        + (" not valid" if spared else "")
    )
