"""Our supervisor for an embedded PostgreSQL: binaries from pip, one cluster in a data folder.

Every process that uses the server holds a lease: a shared kernel lock on `.users`. The kernel
drops it however the process ends, so whoever leaves and can lock `.users` alone was the last and
stops the server. (When the very last process is killed the server stays; the next one joins it.)

Where things lie, by default all in the data folder:

- `pg/` the cluster and `run/` the socket (700, of the account that runs the server), `.lock`,
  `.users`, `pg.log`, `secrets/` with one password a role.
- Root cannot run PostgreSQL, so in a folder of root the server runs as `nobody`. We never open
  anybody's parent folders for it. Where `nobody` cannot pass through them (data under a private
  home), `pg/`, `run/` and the two locks go to a folder of their own below `/var/lib/xinyidai`,
  and the file `cluster-path` in the data folder names it. Log and secrets stay.
- Likewise, where it cannot reach the binaries (a virtual environment in a private home), they
  are copied once to `/var/lib/xinyidai/postgresql-<version>`.
- A socket path over 100 bytes, or with a comma (libpq splits there), moves to a private folder
  in `/tmp`.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from xinyidai.kernel.postgres_roles import (
    APP,
    DATABASE,
    OWNER,
    SUPERUSER,
    Account,
    Passwords,
    PostgresError,
    account_for,
    binaries_for,
    bootstrap_sql,
    home_of,
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

PORT = 5432
_LONGEST_SOCKET = 100  # bytes; the kernel's limit is 107
_LOG_LIMIT = 10 * 1024 * 1024  # bytes
_PATIENCE = 5  # seconds until the remains of a killed server are gone
_RECOVERY = 300  # seconds a server may take to replay its log


Say = Callable[[str], None]


@dataclass(frozen=True)
class _Cluster:
    """One cluster: its places, its binaries and the account that runs it."""

    data: Path
    home: Path
    binaries: Path
    account: Account

    @property
    def pg(self) -> Path:
        return self.home / "pg"

    @property
    def lock(self) -> Path:
        return self.home / ".lock"

    @property
    def users(self) -> Path:
        return self.home / ".users"

    @property
    def log(self) -> Path:
        return self.data / "pg.log"

    @property
    def socket_dir(self) -> Path:
        near = self.home / "run"
        longest = os.fsencode(near / f".s.PGSQL.{PORT}.lock")
        if len(longest) <= _LONGEST_SOCKET and b"," not in longest:
            return near
        mark = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        # Not tempfile.gettempdir(): every process must find it, whatever its own TMPDIR says.
        return Path("/tmp") / f"xinyidai-{self.account.uid}-{mark}"  # noqa: S108 - private, checked

    def run(
        self, argv: list[str | Path], *, env: dict[str, str] | None = None, log: int = -1
    ) -> subprocess.CompletedProcess[bytes]:
        """Run one of the PostgreSQL programs as the cluster's account."""
        return self.account.run([self.binaries / argv[0], *argv[1:]], env=env, log=log)


class _Lease:
    """This process's share in a running server; ends with `release`, at exit or by kill."""

    def __init__(self, cluster: _Cluster) -> None:
        self._cluster = cluster
        self._pid = os.getpid()
        self._descriptor: int | None = _open_own(cluster.users, cluster.account)
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
        descriptor = _open_own(self._cluster.users, self._cluster.account)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _stop(self._cluster)
        except BlockingIOError:
            pass  # others use it
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
    cluster = _Cluster(data, home_of(data, account), binaries, account)
    with _exclusive(cluster, say), contextlib.ExitStack() as undo:
        exists = cluster.pg.exists()
        passwords = passwords_in(data / "secrets", account, may_create=not exists)
        _private_folder(cluster.socket_dir, account)
        if exists:
            _private_folder(cluster.pg, account)
        else:
            say("正在初始化数据库…")
            _initialise(cluster, passwords)
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


def _private_folder(folder: Path, account: Account) -> None:
    """Make a folder for the server alone, or check that the one in its place is just that."""
    try:
        folder.mkdir(mode=0o700)
        account.give(folder)
    except FileExistsError:
        status = folder.lstat()
        private = stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077
        if not private or status.st_uid != account.uid:
            raise PostgresError(
                f"{folder} 应为用户 {account.name} 的私有目录（700），现状不符，已停止启动。"
            ) from None


def _open_own(path: Path, account: Account) -> int:
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if new:
        account.adopt(path)
    return descriptor


@contextlib.contextmanager
def _exclusive(cluster: _Cluster, say: Say | None = None) -> Iterator[None]:
    """Hold the lock around every start, join and stop."""
    descriptor = _open_own(cluster.lock, cluster.account)
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


def _initialise(cluster: _Cluster, passwords: Passwords) -> None:
    """Make the cluster beside its place and move it in, so that a kill leaves no half of it."""
    fresh = cluster.home / "pg.new"
    shutil.rmtree(fresh, ignore_errors=True)
    _private_folder(fresh, cluster.account)
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


def _bring_up(cluster: _Cluster, say: Say) -> None:
    """Start the server unless it answers; wait for one that starts, ends or recovers."""
    begun = time.monotonic()
    if _postmaster(cluster.pg) is None:
        say("正在启动数据库…")
    while (answer := _answer(cluster)) != 0:
        process = _postmaster(cluster.pg)
        if process is None:
            _clear_stale_pid(cluster.pg)
            if _start(cluster):
                return
        if time.monotonic() - begun > (_RECOVERY if answer == 1 else _PATIENCE):
            cause = f"进程 {process} 没有响应" if process else "服务没有起来"
            end = cluster.log.read_text(errors="replace")[-1500:] if cluster.log.exists() else ""
            raise PostgresError(f"数据库启动失败，{cause}。日志 {cluster.log} 末尾：\n{end}")
        time.sleep(0.2)


def _answer(cluster: _Cluster) -> int:
    """Return 0 when the server takes connections, 1 when it refuses them yet, 2 for silence."""
    return cluster.run(
        ["pg_isready", "-q", "-h", cluster.socket_dir, "-p", str(PORT), "-U", SUPERUSER]
    ).returncode


def _postmaster(pg: Path) -> int | None:
    """Return the process that runs this cluster, not just any that bears the noted number.

    After a reboot the number in `postmaster.pid` may belong to anybody; a server works in its
    cluster folder. Without /proc the noted number is believed, as pg_ctl itself does.
    """
    if (process := _noted_process(pg)) is None:
        return None
    with contextlib.suppress(OSError):  # gone, a zombie, or somebody else's
        if Path("/proc/self/cwd").exists():
            return process if Path(f"/proc/{process}/cwd").samefile(pg) else None
        os.kill(process, 0)
        return process
    return None


def _noted_process(pg: Path) -> int | None:
    try:
        return abs(int((pg / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0]))
    except (FileNotFoundError, ValueError):
        return None


def _clear_stale_pid(pg: Path) -> None:
    """Remove a `postmaster.pid` that names a living stranger or a zombie, or is empty.

    One of a dead process stays: postgres deals with it, and looks for its orphans by it.
    """
    process = _noted_process(pg)
    if process is None or Path(f"/proc/{process}").exists():
        (pg / "postmaster.pid").unlink(missing_ok=True)


def _start(cluster: _Cluster) -> bool:
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
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
    }
    options = " ".join(f"-c {shlex.quote(f'{name}={v}')}" for name, v in settings.items())
    log = _open_own(cluster.log, cluster.account)
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


def _stop(cluster: _Cluster) -> None:
    """Stop the server and wait; sessions still open are ended."""
    if _postmaster(cluster.pg) is None:  # pg_ctl would signal whoever bears the number now
        return
    done = cluster.run(["pg_ctl", "stop", "-s", "-w", "-m", "fast", "-D", cluster.pg])
    if done.returncode and _postmaster(cluster.pg) is not None:
        raise PostgresError(f"停止数据库失败：{done.stdout.decode(errors='replace')[-800:]}")
