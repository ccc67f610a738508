"""The minder of an embedded PostgreSQL: stops it when its last client was killed.

A client that ends in order stops the server itself, if it was the last (`postgres.Lease`). One
that is killed cannot, so every running server has one minder, a small detached process that
looks twice a second whether anybody still holds the lease, and ends with the server.

Locks, all `flock`, in this order and no other: `.lock` around every start, join and stop;
`.users` shared by clients, taken alone by whoever is about to stop the server. Whoever holds the
lock on `.minder` is the minder; the file holds its process number. The starter takes that lock
and hands it over open, so that there is never a second one.

This file is run by its path in an isolated interpreter, so it uses the standard library alone.
It runs as its starter (root, or the owner of the folder), who may act as the server's account.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Charge:
    """What the minder minds; every part goes over its command line."""

    home: Path
    programs: Path
    uid: int
    gid: int
    foreign: bool

    @property
    def pg(self) -> Path:
        """Return the cluster."""
        return self.home / "pg"


def run(
    argv: Sequence[str | Path],
    *,
    user: tuple[int, int] | None,
    env: Mapping[str, str] | None = None,
    log: int = -1,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command from `/`, as user and group where given; output to the descriptor `log`.

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
        user=user[0] if user else None,
        group=user[1] if user else None,
        extra_groups=[] if user else None,
        check=False,
    )


def postmaster(pg: Path) -> int | None:
    """Return the process that runs this cluster, not just any that bears the noted number.

    After a reboot the number in `postmaster.pid` may belong to anybody; a server works in its
    cluster folder. Without /proc the noted number is believed, as pg_ctl itself does.
    """
    if (process := noted_process(pg)) is None:
        return None
    with contextlib.suppress(OSError):  # gone, a zombie, or somebody else's
        if Path("/proc/self/cwd").exists():
            return process if Path(f"/proc/{process}/cwd").samefile(pg) else None
        os.kill(process, 0)
        return process
    return None


def noted_process(pg: Path) -> int | None:
    """Return the number in `postmaster.pid`."""
    try:
        return abs(int((pg / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0]))
    except (FileNotFoundError, ValueError):
        return None


def stop(charge: Charge) -> str | None:
    """Stop the server and wait; sessions still open are ended. Return what went wrong."""
    if postmaster(charge.pg) is None:  # pg_ctl would signal whoever bears the number now
        return None
    done = run(
        [charge.programs / "pg_ctl", "stop", "-s", "-w", "-m", "fast", "-D", charge.pg],
        user=(charge.uid, charge.gid) if charge.foreign else None,
    )
    if done.returncode and postmaster(charge.pg) is not None:
        return done.stdout.decode(errors="replace")[-800:]
    return None


def launch(charge: Charge, own: int) -> None:
    """Start the minder, unless there is one; `own` is an open descriptor of `.minder`.

    Without a minder the product works too, but a killed last client leaves the server behind;
    hence an interpreter that cannot be started is no error.
    """
    try:
        fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    parts = [charge.home, charge.programs, charge.uid, charge.gid, int(charge.foreign), own]
    with contextlib.suppress(OSError):
        # -I: beside this file lie modules named like those of the standard library.
        subprocess.run(  # noqa: S603 - this very file
            [sys.executable, "-I", "-S", __file__, *map(str, parts)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            pass_fds=(own,),
            start_new_session=True,
            check=False,
        )


def dismiss(own: int) -> None:
    """End the minder of a server that was stopped; `own` is an open descriptor of `.minder`.

    Called under `.lock`, so the minder is not in the middle of a stop. Somebody else's minder
    cannot be ended, and sees for itself that the server has gone.
    """
    try:
        fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with contextlib.suppress(OSError, ValueError):
            minder = int(os.pread(own, 20, 0))
            if _is_minder(minder):
                os.kill(minder, signal.SIGKILL)
                fcntl.flock(own, fcntl.LOCK_EX)


def _is_minder(process: int) -> bool:
    """Tell whether the number is a minder here; in another container it may be anybody's."""
    command = Path(f"/proc/{process}/cmdline")
    return not Path("/proc/self").exists() or os.fsencode(__file__) in command.read_bytes()


def mind(charge: Charge, own: int) -> None:
    """Stop the server once nobody uses it; return when it has gone."""
    lock = os.open(charge.home / ".lock", os.O_RDWR)
    users = os.open(charge.home / ".users", os.O_RDWR)
    while True:
        # Under `.lock`, so that who joins finds either a server with its minder or neither.
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if postmaster(charge.pg) is None or (_is_idle(users) and stop(charge) is None):
                os.close(own)
                return
            fcntl.flock(lock, fcntl.LOCK_UN)
        time.sleep(LOOK_SECONDS)


def _is_idle(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(users, fcntl.LOCK_UN)
    return True


def main(argv: Sequence[str]) -> None:
    """Leave the starter's family, note the process number, and mind."""
    home, programs, uid, gid, foreign, own = argv
    descriptor = int(own)
    if child := os.fork():
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{child}\n".encode(), 0)
        return
    charge = Charge(Path(home), Path(programs), int(uid), int(gid), foreign == "1")
    mind(charge, descriptor)


if __name__ == "__main__":
    main(sys.argv[1:])
