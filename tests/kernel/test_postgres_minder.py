"""The minder: a server whose last client was killed is stopped, and nobody else's is."""

import contextlib
import fcntl
import os
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from xinyidai.kernel import postgres, postgres_minder

PATIENCE = 180  # seconds on a busy machine; half a second on an idle one
ROUNDS = 6

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at /proc")


@pytest.fixture(scope="module")
def data():
    """Give a data folder with a stopped cluster; each test leaves it so."""
    folder = Path(tempfile.mkdtemp(prefix="xinyidai-test-")).resolve()
    folder.chmod(0o711)
    postgres.ensure(folder / "数据").release()
    yield folder / "数据"
    shutil.rmtree(folder)


@contextlib.contextmanager
def client(data: Path):
    """Fork a client of the server; it is killed with -9 in the end, if not before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            postgres.ensure(data)
            os.write(writing, b"ready")
            time.sleep(600)
        finally:
            os._exit(1)
    os.close(writing)
    try:
        assert os.read(reading, 5) == b"ready"
        yield child
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def minders(data: Path) -> list[int]:
    """List the living minders of a folder."""
    wanted = os.fsencode(data) + b"\0"
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            command = each.read_bytes()
            if b"postgres_minder.py\0" in command and wanted in command:
                found.append(int(each.parent.name))
    return found


def is_running(data: Path) -> bool:
    return postgres_minder.postmaster(data / "pg") is not None


def wait_until(settled) -> None:
    deadline = time.monotonic() + PATIENCE
    while not settled():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


@needs_proc
def test_the_last_client_killed_takes_server_and_minder_with_it(data):
    with client(data):
        assert is_running(data)
        assert len(minders(data)) == 1
    wait_until(lambda: not is_running(data))
    wait_until(lambda: not minders(data))
    postgres.ensure(data).release()


@needs_proc
def test_there_is_one_minder_for_many_clients_and_none_after_the_last(data):
    server = postgres.ensure(data)
    with client(data), client(data):
        assert len(minders(data)) == 1
    assert is_running(data)
    server.release()
    assert not is_running(data)
    assert not minders(data)


@needs_proc
def test_a_killed_minder_is_replaced_by_the_next_client(data):
    with client(data):
        [first] = minders(data)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not minders(data))
        with client(data):
            [second] = minders(data)
    assert second != first
    wait_until(lambda: not is_running(data))


@needs_proc
def test_the_minder_of_a_killed_server_ends(data):
    with client(data):
        os.kill(postgres_minder.postmaster(data / "pg"), signal.SIGKILL)
        wait_until(lambda: not minders(data))
    postgres.ensure(data).release()


def test_who_joins_while_the_minder_stops_gets_a_working_server(data):
    moments = random.Random(20)  # noqa: S311 - a repeatable spread, no secret
    for _ in range(ROUNDS):
        with client(data):
            pass
        time.sleep(moments.uniform(0, 2 * postgres_minder.LOOK_SECONDS))
        server = postgres.ensure(data)
        with psycopg.connect(postgres.libpq(server.app_url())) as connection:
            time.sleep(moments.uniform(0, postgres_minder.LOOK_SECONDS))
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with client(data):
            server.release()
    wait_until(lambda: not is_running(data))


def test_a_number_left_by_another_container_is_not_killed(data):
    innocent = os.fork()
    if innocent == 0:
        time.sleep(600)
        os._exit(0)
    with (data / ".minder").open("w+") as file:
        file.write(str(innocent))
        file.flush()
        held = os.open(data / ".minder", os.O_RDWR)
        fcntl.flock(held, fcntl.LOCK_EX)
        postgres_minder.dismiss(file.fileno())
        os.close(held)
    assert os.waitpid(innocent, os.WNOHANG) == (0, 0)
    os.kill(innocent, signal.SIGKILL)
    os.waitpid(innocent, 0)
