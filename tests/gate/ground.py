"""Where proofs stand: a city of its own on a real server, and examples that are rolled back."""

import dataclasses
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import QueuePool

from xinyidai.app import create_app
from xinyidai.kernel import postgres
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.settings import Mode, load_settings
from xinyidai.seeds import purposes

POOL = 24


@contextmanager
def own_city() -> Iterator[tuple[Flask, postgres.Server, str]]:
    """Run an application on a fresh server, for proofs outside of pytest.

    Yields the application, the server and the name of the database.
    """
    folder = Path(tempfile.mkdtemp(prefix="xinyidai-proof-"))
    folder.chmod(0o711)
    server = postgres.ensure(folder / "pg")
    name = f"proof_{uuid4().hex[:12]}"
    try:
        postgres.create_database(server, name)
        settings = dataclasses.replace(
            load_settings(),
            mode=Mode.DEMO,
            data=folder / "data",
            database_url=server.app_url(name),
            owner_database_url=server.owner_url(name),
            secret_key="only-for-proofs-" + "x" * 32,
        )
        app = create_app(settings, guard=False)
        app.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
        with app.app_context():
            upgrade()
            with own_transaction():
                purposes.put_in_force(purposes.INVENTED_CLERKS)
            db.engine.dispose()
        with pooled(app), app.app_context():
            yield app, server, name
            db.session.remove()
    finally:
        server.release()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def pooled(app: Flask) -> Iterator[None]:
    """Keep connections, as the web server does: what one request leaves behind, the next finds."""
    options = dict(app.config["SQLALCHEMY_ENGINE_OPTIONS"])
    options |= {"pool_size": POOL, "max_overflow": POOL, "poolclass": QueuePool}
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"], **options)
    engines = db._app_engines[app]
    before, engines[None] = engines.get(None), engine
    try:
        yield
    finally:
        with app.app_context():
            db.session.remove()
        engine.dispose()
        if before is not None:
            engines[None] = before


@contextmanager
def one_connection(app: Flask) -> Iterator[Connection]:
    """Let the application work on one connection whose transaction is rolled back at the end."""
    engines = db._app_engines[app]
    engine = db.engine
    db.session.remove()
    with engine.connect() as connection:
        outer = connection.begin()
        engines[None] = connection
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")
        try:
            yield connection
        finally:
            db.session.remove()
            outer.rollback()
            engines[None] = engine


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Roll back whatever the application does inside, its commits too."""
    db.session.remove()
    point = connection.begin_nested()
    try:
        yield
    finally:
        db.session.remove()
        point.rollback()
