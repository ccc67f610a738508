"""Every migration up and down on a fresh server: `python -m tests.migration_check`.

Starts a private embedded PostgreSQL in a temporary folder, so it needs no database and touches
none. Upgrades, compares tables with models, downgrades to nothing, and does both again. Exit
code 1 (the comparison's own) when tables and models differ, or when a downgrade leaves something.
"""

import dataclasses
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import text

from xinyidai.app import create_app
from xinyidai.kernel.db import db
from xinyidai.kernel.settings import Mode, load_settings

# Alembic keeps its own table; all else in these schemas is ours or the job queue's.
LEFT_OVER = text(
    """
    select n.nspname || '.' || c.relname from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'credit') and c.relkind in ('r', 'p', 'v', 'S')
      and c.relname <> 'alembic_version'
    union all
    select 'function ' || p.proname from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'credit')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    union all
    select 'type ' || t.typname from pg_type t
    join pg_namespace n on n.oid = t.typnamespace
    where n.nspname in ('public', 'credit') and t.typtype = 'e'
    """
)


@contextmanager
def fresh_app() -> Iterator[Flask]:
    """Give an application on an empty database of its own, in demo mode."""
    folder = Path(tempfile.mkdtemp(prefix="xinyidai-migrations-"))
    folder.chmod(0o711)  # as root the server runs as nobody, who must pass through
    settings = dataclasses.replace(
        load_settings(),
        mode=Mode.DEMO,
        data=folder / "data",
        database_url=None,
        owner_database_url=None,
    )
    app = create_app(settings, guard=False)
    try:
        with app.app_context():
            yield app
            db.engine.dispose()
    finally:
        app.extensions["xinyidai.postgres"].release()
        shutil.rmtree(folder, ignore_errors=True)


def left_over() -> list[str]:
    """Return what a full downgrade did not take away."""
    found = list(db.session.scalars(LEFT_OVER))
    db.session.remove()
    return found


def main() -> int:
    """Run the whole circle; return the exit code."""
    started = time.monotonic()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with fresh_app():
        for lap in ("first", "second"):
            upgrade()
            say(f"{lap} upgrade")
            check()
            say(f"{lap} comparison: tables and models agree")
            if lap == "first":
                downgrade(revision="base")
                if remains := left_over():
                    sys.stdout.write(f"failed  the downgrade left {', '.join(remains)}\n")
                    return 1
                say("downgrade to nothing")
    say(f"migrations run up, down and up again in {time.monotonic() - started:.1f} s")
    return 0


def say(what: str) -> None:
    """Tell what went well."""
    sys.stdout.write(f"ok      {what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
