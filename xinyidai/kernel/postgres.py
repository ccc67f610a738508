"""Our supervisor for an embedded PostgreSQL: binaries from pip, one cluster in a data folder.

Every process that uses the server holds a lease: a shared kernel lock on `.users`. The kernel
drops it however the process ends, so whoever leaves and can lock `.users` alone was the last and
stops the server. When the very last process is killed, the server's minder does it instead (see
`postgres_minder`, which also gives the order of the locks).

Where things lie, by default all in the data folder:

- `pg/` the cluster and `run/` the socket (700, of the account that runs the server), `.lock`,
  `.users`, `.minder`, `pg.log`, `secrets/` with one password a role.
- Root cannot run PostgreSQL, so in a folder of root the server runs as `nobody`. We never open
  anybody's parent folders for it. Where `nobody` cannot pass through them (data under a private
  home), `pg/`, `run/` and the locks go to a folder of their own below `/var/lib/xinyidai`,
  and the file `cluster-path` in the data folder names it. Log and secrets stay.
- Likewise, where it cannot reach the binaries (a virtual environment in a private home), they
  are copied once to `/var/lib/xinyidai/postgresql-<version>`.
- A socket path over 100 bytes, or with a comma (libpq splits there), moves to a private folder
  in `/tmp`.
"""

import atexit
import contextlib
import fcntl
import os
import shlex
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xinyidai.kernel import postgres_minder
from xinyidai.kernel.postgres_places import (
    PORT,
    Cluster,
    PostgresError,
    account_for,
    binaries_for,
    home_of,
    open_own,
    private_folder,
)
from xinyidai.kernel.postgres_roles import (
    APP,
    DATABASE,
    OWNER,
    SUPERUSER,
    Passwords,
    bootstrap_sql,
    libpq,
    make_database,
    passwords_in,
    remove_database,
    settle,
    socket_url,
)

__all__ = [
    "PostgresError",
    "Server",
    "bootstrap_sql",
    "create_database",
    "drop_database",
    "ensure",
    "libpq",
]

_LOG_LIMIT = 10 * 1024 * 1024  # bytes
_PATIENCE = 5  # seconds until the remains of a killed server are gone
_RECOVERY = 300  # seconds a server may take to replay its log


Say = Callable[[str], None]


class _Lease:
    """This process's share in a running server; ends with `release`, at exit or by kill."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._pid = os.getpid()
        self._descriptor: int | None = open_own(cluster.users, cluster.account)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        _LEASES.add(self)
        atexit.register(self.release)

    def release(self) -> None:
        """Give the lease up; the last one stops the server. A forked child does nothing."""
        if self._descriptor is None or self._pid != os.getpid():
            return
        atexit.unregister(self.release)
        # The folder may be gone (a test cleans up): then the server ends by itself.
        with contextlib.suppress(FileNotFoundError), _exclusive(self._cluster):
            self.end()
        self.forget()

    def end(self) -> None:
        """Do the work of `release` for a caller that holds the cluster's lock."""
        if self._descriptor is not None:  # a child just forked may not have closed its copy yet
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self.forget()
        descriptor = open_own(self._cluster.users, self._cluster.account)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # others use it
        else:
            _stop(self._cluster)
        finally:
            os.close(descriptor)

    def forget(self) -> None:
        """Close the descriptor; in a forked child that leaves the parent's lease untouched."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None
        _LEASES.discard(self)


_LEASES: set[_Lease] = set()


def _forget_leases_in_child() -> None:
    for lease in list(_LEASES):
        lease.forget()


os.register_at_fork(after_in_child=_forget_leases_in_child)


@dataclass(frozen=True)
class Server:
    """A running embedded server and this process's lease; a forked child calls `ensure` itself."""

    socket_dir: Path
    port: int
    bin_dir: Path
    _passwords: Passwords = field(repr=False)
    _lease: _Lease = field(repr=False, compare=False)

    def app_url(self, database: str = DATABASE) -> str:
        """Return the SQLAlchemy URL of web, worker and commands (role `xinyidai_app`)."""
        return socket_url(APP, self._passwords.app, database, self.socket_dir, self.port)

    def owner_url(self, database: str = DATABASE) -> str:
        """Return the SQLAlchemy URL of migrations (role `xinyidai_owner`)."""
        return socket_url(OWNER, self._passwords.owner, database, self.socket_dir, self.port)

    def admin_url(self, database: str = "postgres") -> str:
        """Return the superuser's URL: only for bootstrap, tests and backup."""
        password = self._passwords.superuser
        return socket_url(SUPERUSER, password, database, self.socket_dir, self.port)

    def release(self) -> None:
        """Give the lease up; the last one stops the server. Repeating it does nothing."""
        self._lease.release()


def ensure(data: Path, *, bin_dir: Path | None = None, on_progress: Say | None = None) -> Server:
    """Return the server of a data folder: made at first, started if down, joined otherwise.

    Roles and the database `xinyidai` exist afterwards. `bin_dir` names other binaries than the
    pip package's (setting XINYIDAI_PG_BIN). Raises `PostgresError` with a Chinese message.
    """
    say = on_progress or (lambda _message: None)
    data = data.resolve()
    account = account_for(data)
    binaries = binaries_for(bin_dir, account)
    cluster = Cluster(data, home_of(data, account), binaries, account)
    with _exclusive(cluster, say), contextlib.ExitStack() as undo:
        exists = cluster.pg.exists()
        passwords = passwords_in(data / "secrets", account, may_create=not exists)
        private_folder(cluster.socket_dir, account)
        if exists:
            private_folder(cluster.pg, account)
        else:
            say("正在初始化数据库…")
            _initialise(cluster, passwords)
        _give_a_minder(cluster)
        _bring_up(cluster, say)
        lease = _Lease(cluster)
        undo.callback(lease.end)
        server = Server(cluster.socket_dir, PORT, binaries, passwords, lease)
        settle(server.admin_url(), server.admin_url(DATABASE), passwords)
        undo.pop_all()
    return server


def create_database(server: Server, name: str, template: str | None = None) -> None:
    """Create a database of `xinyidai_owner`, by default empty; for tests.

    A `template` must have no open connection while it is copied.
    """
    make_database(server.admin_url(), name, template)


def drop_database(server: Server, name: str) -> None:
    """Drop a database and end the sessions in it; an absent one is fine. For tests."""
    remove_database(server.admin_url(), name)


@contextlib.contextmanager
def _exclusive(cluster: Cluster, say: Say | None = None) -> Iterator[None]:
    """Hold the lock around every start, join and stop."""
    descriptor = open_own(cluster.lock, cluster.account)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if say:
                say("另一个进程正在启动或停止数据库，请稍候…")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


# Life of the server


def _initialise(cluster: Cluster, passwords: Passwords) -> None:
    """Make the cluster beside its place and move it in, so that a kill leaves no half of it."""
    fresh = cluster.home / "pg.new"
    shutil.rmtree(fresh, ignore_errors=True)
    private_folder(fresh, cluster.account)
    # In the private folder of the account, since it must be able to read its own password.
    handed = cluster.socket_dir / "initial.password"
    handed.unlink(missing_ok=True)
    with os.fdopen(os.open(handed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(passwords.superuser + "\n")
    try:
        cluster.account.give(handed)
        done = cluster.run(
            [
                *("initdb", "-D", fresh, "-U", SUPERUSER, "-E", "UTF8"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--auth-local=scram-sha-256", "--auth-host=reject", f"--pwfile={handed}"),
            ]
        )
    finally:
        handed.unlink()
    if done.returncode:
        raise PostgresError(f"初始化数据库失败：{done.stdout.decode(errors='replace')[-800:]}")
    fresh.rename(cluster.pg)


def _bring_up(cluster: Cluster, say: Say) -> None:
    """Start the server unless it answers; wait for one that starts, ends or recovers."""
    begun = time.monotonic()
    if postgres_minder.postmaster(cluster.pg) is None:
        say("正在启动数据库…")
    while (answer := _answer(cluster)) != 0:
        process = postgres_minder.postmaster(cluster.pg)
        if process is None:
            _clear_stale_pid(cluster.pg)
            if _start(cluster):
                return
        if time.monotonic() - begun > (_RECOVERY if answer == 1 else _PATIENCE):
            cause = f"进程 {process} 没有响应" if process else "服务没有起来"
            end = cluster.log.read_text(errors="replace")[-1500:] if cluster.log.exists() else ""
            raise PostgresError(f"数据库启动失败，{cause}。日志 {cluster.log} 末尾：\n{end}")
        time.sleep(0.2)


def _answer(cluster: Cluster) -> int:
    """Return 0 when the server takes connections, 1 when it refuses them yet, 2 for silence."""
    return cluster.run(
        ["pg_isready", "-q", "-h", cluster.socket_dir, "-p", str(PORT), "-U", SUPERUSER]
    ).returncode


def _clear_stale_pid(pg: Path) -> None:
    """Remove a `postmaster.pid` that names a living stranger or a zombie, or is empty.

    One of a dead process stays: postgres deals with it, and looks for its orphans by it.
    """
    process = postgres_minder.noted_process(pg)
    if process is None or Path(f"/proc/{process}").exists():
        (pg / "postmaster.pid").unlink(missing_ok=True)


def _start(cluster: Cluster) -> bool:
    with contextlib.suppress(FileNotFoundError):
        if cluster.log.stat().st_size > _LOG_LIMIT:
            cluster.log.replace(cluster.log.with_name("pg.log.1"))
    folder = str(cluster.socket_dir).replace('"', '""')
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{folder}"',
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "max_connections": "100",
        # When each transaction committed: by it a look and a revoke are put in order.
        "track_commit_timestamp": "on",
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
    }
    options = " ".join(f"-c {shlex.quote(f'{name}={v}')}" for name, v in settings.items())
    log = open_own(cluster.log, cluster.account)
    try:
        # The folder goes by PGDATA: pg_ctl would put an argument between a shell's quotes.
        started = cluster.run(
            ["pg_ctl", "start", "-s", "-w", "-t", str(_RECOVERY), "-o", options],
            env={"PGDATA": str(cluster.pg)},
            log=log,
        )
    finally:
        os.close(log)
    return started.returncode == 0


def _stop(cluster: Cluster) -> None:
    """Stop the server and wait; sessions still open are ended. Its minder goes with it."""
    if fault := postgres_minder.stop(cluster.charge):
        raise PostgresError(f"停止数据库失败：{fault}")
    with _minder_file(cluster) as descriptor:
        postgres_minder.dismiss(descriptor)


def _give_a_minder(cluster: Cluster) -> None:
    """Start the minder, before the server: we may be killed between the two."""
    os.close(open_own(cluster.users, cluster.account))  # it opens the file, and may not own it
    with _minder_file(cluster) as descriptor:
        postgres_minder.launch(cluster.charge, descriptor)


@contextlib.contextmanager
def _minder_file(cluster: Cluster) -> Iterator[int]:
    descriptor = open_own(cluster.home / ".minder", cluster.account)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
