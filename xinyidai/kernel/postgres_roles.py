"""Who may enter the database: roles, their passwords, and what makes both."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql

from xinyidai.kernel.postgres_places import Account, PostgresError, write_private

DATABASE = "xinyidai"
SUPERUSER = "postgres"
OWNER = "xinyidai_owner"
APP = "xinyidai_app"
DOOR = "xinyidai_door"
COLLECTOR = "xinyidai_collector"

# Kept as the comment of the database; another value makes the (repeatable) grants run again.
_SETTLED = "xinyidai bootstrap 2"


@dataclass(frozen=True)
class Passwords:
    """The scram passwords of the three roles that may log in."""

    superuser: str = field(repr=False)
    owner: str = field(repr=False)
    app: str = field(repr=False)


def passwords_in(folder: Path, account: Account, *, may_create: bool) -> Passwords:
    """Read the passwords in `<folder>/<role>.password` (600, folder 700), or draw them once.

    An existing cluster without its passwords is an error: nobody could enter it with new ones.
    """
    if may_create and not folder.exists():
        folder.mkdir(mode=0o700)
        account.adopt(folder)
    return Passwords(
        superuser=_password(folder / f"{SUPERUSER}.password", account, may_create=may_create),
        owner=_password(folder / f"{OWNER}.password", account, may_create=may_create),
        app=_password(folder / f"{APP}.password", account, may_create=may_create),
    )


def _password(path: Path, account: Account, *, may_create: bool) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        text = ""
    if text:
        return text
    if not may_create:
        raise PostgresError(f"数据库已存在，但口令文件 {path} 缺失或为空，请从备份中恢复该文件。")
    text = secrets.token_urlsafe(24)
    write_private(path, text, account)
    return text


def socket_url(user: str, password: str, database: str, socket_dir: Path, port: int) -> str:
    """Return the SQLAlchemy URL of a database behind a unix socket; any path survives."""
    host = quote(os.fsencode(socket_dir), safe="")
    return (
        f"postgresql+psycopg://{user}:{quote(password, safe='')}@/{quote(database, safe='')}"
        f"?host={host}&port={port}"
    )


def libpq(url: str) -> str:
    """Return a SQLAlchemy URL in the form that psycopg, psql and pg_dump take."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def bootstrap_sql(*, owner_password: str, app_password: str, database: str = DATABASE) -> str:
    """Return the psql script that a DBA runs once, as superuser, on an external server (16+).

    It makes the four roles and the database. It holds the passwords in clear, so it is a file
    to be run and destroyed; a server that logs statements logs them.
    """
    before = [
        *_role_statements(owner_password, app_password),
        *_collector_statements(),
        _create_statement(database),
        *_connect_statements(database),
    ]
    lines = [f"{statement.as_string(None)};" for statement in before]
    name = sql.Identifier(database).as_string(None)
    inside = [f"{statement.as_string(None)};" for statement in _inner_statements()]
    return "\n".join([*lines, f"\\connect {name}", *inside, ""])


def settle(admin_url: str, database_url: str, passwords: Passwords) -> None:
    """Make roles and the database `xinyidai` where they are absent; safe to repeat.

    `admin_url` and `database_url` are the superuser's, to `postgres` and to `xinyidai`.
    """
    with psycopg.connect(libpq(admin_url), autocommit=True) as connection:
        if _comment(connection) == _SETTLED:
            return
        if not _has(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", APP):
            with connection.transaction():
                for statement in _role_statements(passwords.owner, passwords.app):
                    connection.execute(statement)
        if not _has(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", COLLECTOR):
            with connection.transaction():
                for statement in _collector_statements():
                    connection.execute(statement)
        if not _has(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            connection.execute(_create_statement(DATABASE))
    with psycopg.connect(libpq(database_url)) as connection:
        for statement in [*_connect_statements(DATABASE), *_inner_statements()]:
            connection.execute(statement)
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(DATABASE), sql.Literal(_SETTLED)
            )
        )


def make_database(admin_url: str, name: str, template: str | None = None) -> None:
    """Create a database of `xinyidai_owner`, as a copy of `template` where one is named.

    The template must have no open connection.
    """
    with psycopg.connect(libpq(admin_url), autocommit=True) as connection:
        connection.execute(_create_statement(name, template))
        for statement in _connect_statements(name):
            connection.execute(statement)


def remove_database(admin_url: str, name: str) -> None:
    """Drop a database and end the sessions in it; an absent one is fine."""
    with psycopg.connect(libpq(admin_url), autocommit=True) as connection:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(statement.format(sql.Identifier(name)))


def _role_statements(owner_password: str, app_password: str) -> list[sql.Composed]:
    """Return what makes the roles; the door is entered by SET LOCAL ROLE, never inherited."""
    owner, app, door = (sql.Identifier(name) for name in (OWNER, APP, DOOR))
    plain = "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
    return [
        sql.SQL(f"CREATE ROLE {{}} LOGIN {plain} PASSWORD {{}}").format(owner, owner_password),
        sql.SQL(f"CREATE ROLE {{}} LOGIN {plain} NOINHERIT PASSWORD {{}}").format(
            app, app_password
        ),
        sql.SQL(f"CREATE ROLE {{}} NOLOGIN {plain}").format(door),
        sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(door, app),
    ]


def _collector_statements() -> list[sql.Composed]:
    """Return what makes the role that adds records and reads none.

    PostgreSQL copies into a table with row security only for a role that it does not bind. This
    one has a single right, to insert: what a reader must not see it cannot see either.
    """
    collector = sql.Identifier(COLLECTOR)
    plain = "NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT"
    return [
        sql.SQL(f"CREATE ROLE {{}} NOLOGIN {plain}").format(collector),
        sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(
            collector, sql.Identifier(APP)
        ),
    ]


def _create_statement(name: str, template: str | None = None) -> sql.Composed:
    database, owner = sql.Identifier(name), sql.Identifier(OWNER)
    if template is None:
        return sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner)
    return sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY wal_log").format(
        database, owner, sql.Identifier(template)
    )


def _connect_statements(name: str) -> list[sql.Composed]:
    database = sql.Identifier(name)
    return [
        sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(database),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(
            database, sql.Identifier(OWNER), sql.Identifier(APP)
        ),
    ]


def _inner_statements() -> list[sql.Composed]:
    return [sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format()]


def _comment(connection: psycopg.Connection) -> str | None:
    row = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
        [DATABASE],
    ).fetchone()
    return row[0] if row else None


def _has(connection: psycopg.Connection, question: LiteralString, name: str) -> bool:
    return connection.execute(question, [name]).fetchone() is not None
