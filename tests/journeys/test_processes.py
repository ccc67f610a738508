"""The web server's processes: one that dies is replaced, and all of them end together."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.factories.ports import free_port
from xinyidai import serving
from xinyidai.kernel.settings import Mode, SettingsError, child_environment

PATIENCE = 180  # seconds on a busy machine; a few on an idle one
CREW = 2


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(live, settings, port) -> Iterator[subprocess.Popen[bytes]]:
    url = live.config["SQLALCHEMY_DATABASE_URI"]
    named = dataclasses.replace(settings, mode=Mode.DEMO, database_url=url)
    command = [sys.executable, "-m", "xinyidai", "serve", "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [*command, "--processes", str(CREW)],
        env=child_environment(named),
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: answers(port) and len(crew_of(process)) == CREW)
    yield process
    process.kill()
    process.wait(PATIENCE)


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def crew_of(process: subprocess.Popen[bytes]) -> set[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return set(map(int, children.read_text().split()))


def lives(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def wait_until(settled: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not settled():
        assert time.monotonic() < until, "never"
        time.sleep(0.05)


def test_a_process_that_dies_is_replaced_and_the_others_answer(server, port):
    time.sleep(serving.SHORT_LIFE_SECONDS)  # one that ends sooner is taken for unable to start
    victim = min(crew_of(server))
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len(crew_of(server) - {victim}) == CREW)
    wait_until(lambda: answers(port))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_one_that_keeps_them(server, port, how):
    crew = crew_of(server)
    assert len(crew) == CREW
    server.send_signal(how)
    server.wait(PATIENCE)
    wait_until(lambda: not any(map(lives, crew)))
    assert not answers(port)


def test_a_taken_port_is_refused_with_what_to_do(port):
    address = serving.Address("127.0.0.1", port)
    with serving.listen(address), pytest.raises(SettingsError, match="换一个端口"):
        serving.listen(address)


def test_an_unknown_host_is_refused_with_what_to_do(port):
    with pytest.raises(SettingsError, match="--host"):
        serving.listen(serving.Address("没有这台机器.invalid", port))
