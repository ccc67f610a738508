"""Fixtures: one server and one migrated template for the session; two kinds of isolation.

`db`   one outer transaction, rolled back after the test: for services and queries.
`live` a database of its own, cloned from the template: for tests that commit, use several
       connections, a worker or a browser.
"""

import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import HealthCheck
from hypothesis import settings as properties
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.pool import NullPool

from xinyidai.accounts.models import Account
from xinyidai.accounts.session import COOKIE
from xinyidai.app import create_app
from xinyidai.kernel import clock, postgres
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.settings import Mode, Settings, load_settings
from xinyidai.seeds import purposes

TEMPLATE = "xinyidai_template"

# A property tries the same examples in every run, and no clock stops it on a busy machine: what
# has passed once passes again. `tests.proofs` is where new examples are looked for.
properties.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
properties.load_profile("repeatable")


def needs(what: str, *, available: bool, reason: str) -> None:
    """Skip with a reason, or fail when XINYIDAI_REQUIRE names what is missing."""
    if available:
        return
    if what in load_settings().require:
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real sets."""
    folder = load_settings().real_data
    needs(
        "real-data",
        available=folder is not None and folder.is_dir(),
        reason="XINYIDAI_REAL_DATA names no folder with the real sets",
    )
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path."""
    named = load_settings().chromium
    found = named or next(
        (
            path
            for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
            if path
        ),
        None,
    )
    needs("browser", available=bool(found), reason="no Chromium; name one by XINYIDAI_CHROMIUM")
    return str(found)


@pytest.fixture(scope="session")
def java() -> str:
    """The path of a Java runtime."""
    found = shutil.which("java")
    needs("java", available=bool(found), reason="no Java 17")
    return str(found)


@pytest.fixture(scope="session")
def pg() -> Iterator[postgres.Server]:
    """One embedded server for the whole run.

    Not below pytest's own folder, which nobody else may enter: as root the server would move out.
    """
    folder = Path(tempfile.mkdtemp(prefix="信易贷 "))
    folder.chmod(0o711)
    server = postgres.ensure(folder / "pg")
    _hurry(server)
    yield server
    server.release()
    shutil.rmtree(folder, ignore_errors=True)


def _hurry(server: postgres.Server) -> None:
    """Leave out what protects from a power cut alone; a killed process still loses nothing."""
    settings = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "'2GB'"}
    engine = create_engine(server.admin_url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for name, value in settings.items():
            connection.execute(text(f"alter system set {name} = {value}"))
        connection.execute(text("select pg_reload_conf()"))


@pytest.fixture(scope="session")
def settings(pg: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the test application: demo mode, on the template's sibling."""
    postgres.create_database(pg, TEMPLATE)
    return dataclasses.replace(
        load_settings(),
        mode=Mode.DEMO,
        data=tmp_path_factory.mktemp("data"),
        database_url=pg.app_url(TEMPLATE),
        owner_database_url=pg.owner_url(TEMPLATE),
        secret_key="only-for-tests-" + "x" * 32,
    )


@pytest.fixture(scope="session")
def app(settings: Settings, pg: postgres.Server) -> Iterator[Flask]:
    """The application on a migrated, empty database."""
    application = create_app(settings, guard=False)
    application.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    with application.app_context():
        upgrade()
        with own_transaction():
            purposes.put_in_force(purposes.INVENTED_CLERKS)
        database.engine.dispose()
    postgres.create_database(pg, "xinyidai_tests", template=TEMPLATE)
    _use(application, create_engine(pg.app_url("xinyidai_tests"), **_options(application)))
    yield application
    with application.app_context():
        database.engine.dispose()


def _options(application: Flask) -> dict[str, object]:
    options = dict(application.config["SQLALCHEMY_ENGINE_OPTIONS"])
    return {"connect_args": options["connect_args"], "poolclass": NullPool}


def _use(application: Flask, engine: object) -> object:
    engines = database._app_engines[application]
    before = engines.get(None)
    engines[None] = engine
    return before


@pytest.fixture
def db(app: Flask) -> Iterator[scoped_session[Session]]:
    """A session whose work is rolled back after the test, in an application context."""
    with app.app_context():
        engine: Engine = database.engine
        with engine.connect() as connection:
            outer = connection.begin()
            _use(app, connection)
            database.session.session_factory.configure(join_transaction_mode="create_savepoint")
            try:
                yield database.session
            finally:
                database.session.remove()
                outer.rollback()
                _use(app, engine)


@pytest.fixture
def live(app: Flask, pg: postgres.Server) -> Iterator[Flask]:
    """The application on a database of its own, in which commits are real."""
    name = f"live_{uuid4().hex[:12]}"
    postgres.create_database(pg, name, template=TEMPLATE)
    engine = create_engine(pg.app_url(name), **_options(app))
    before = _use(app, engine)
    uri = app.config["SQLALCHEMY_DATABASE_URI"], app.config["OWNER_DATABASE_URI"]
    app.config.update(
        SQLALCHEMY_DATABASE_URI=pg.app_url(name), OWNER_DATABASE_URI=pg.owner_url(name)
    )
    try:
        with app.app_context():
            yield app
            database.session.remove()
    finally:
        engine.dispose()
        _use(app, before)
        app.config.update(SQLALCHEMY_DATABASE_URI=uri[0], OWNER_DATABASE_URI=uri[1])
        postgres.drop_database(pg, name)


@pytest.fixture
def client_as(live: Flask) -> Callable[[Account | None], FlaskClient]:
    """Make a test client signed in as an account (committed in `live`), or as nobody."""
    from xinyidai.accounts import service

    def make(account: Account | None) -> FlaskClient:
        client = live.test_client()
        if account is None:
            return client
        token = service.open_session(account, "测试")
        database.session.commit()
        client.set_cookie(COOKIE, token)
        return client

    return make


@pytest.fixture
def at() -> Callable[[str], object]:
    """Move the clock: `with at("2026-05-01T09:00"): …`."""
    return lambda text: clock.at(datetime.fromisoformat(text).replace(tzinfo=clock.TZ))
