"""Answer requests: one listening socket, and several processes that take from it.

A page is mostly Python, and one process runs Python on one core at a time. The processes share
nothing in memory: whatever two requests must agree on stands in the database.
"""

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import ForkContext, ForkProcess
from pathlib import Path

from flask import Flask

from xinyidai.kernel.logs import configure_logs
from xinyidai.kernel.settings import SettingsError

log = logging.getLogger(__name__)

THREADS = 8
BACKLOG = 1024
MOST_PROCESSES = 4
SHORT_LIFE_SECONDS = 5
STOP_SECONDS = 10


@dataclass(frozen=True)
class Address:
    """Where to listen; port 0 takes a free one."""

    host: str
    port: int


def default_processes() -> int:
    """Return how many processes answer where nobody says: one a core, four at most."""
    return min(MOST_PROCESSES, os.cpu_count() or 1) if hasattr(os, "fork") else 1


def serve(app: Flask, address: Address, processes: int) -> None:
    """Answer requests until the process is told to stop (SIGTERM, SIGINT).

    Raises:
        SettingsError: nobody can listen at this address, or the answering processes end at once.

    """
    listening = listen(address)
    configure_logs()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # The libraries' hundred thousands of objects live as long as the process: looking through them
    # for garbage again and again is what the slowest pages waited for.
    gc.collect()
    gc.freeze()
    log.info("serving on http://%s:%s", address.host, listening.getsockname()[1])
    try:
        if processes == 1:
            _answer(app, listening)
        else:
            _keep(app, listening, processes)
    finally:
        gc.unfreeze()  # or libraries that count their objects complain at the end


def listen(address: Address) -> socket.socket:
    """Return a socket that listens at the address.

    Raises:
        SettingsError: the name is unknown, the port is taken or not ours to take.

    """
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((address.host, address.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise SettingsError(
            f"无法在 {address.host}:{address.port} 监听（{error}）："
            "请换一个端口（--port）或地址（--host），或停止占用它的程序。"
        ) from None


def end_with(pid: int) -> None:
    """End this process by SIGTERM once that one is gone."""
    while Path(f"/proc/{pid}").exists() if Path("/proc").is_dir() else os.getppid() == pid:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _answer(app: Flask, listening: socket.socket) -> None:
    from waitress import create_server  # noqa: PLC0415 - only where a server runs

    from xinyidai.web import large_bodies  # noqa: PLC0415 - as above

    large_bodies.speak_chinese()
    server = create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        max_request_body_size=large_bodies.LARGEST,
        ident="xinyidai",
        clear_untrusted_proxy_headers=True,
    )
    server.run()


def _keep(app: Flask, listening: socket.socket, processes: int) -> None:
    """Keep so many processes answering; one that ends is replaced."""
    crew: dict[ForkProcess, float] = {}
    try:
        while True:
            while len(crew) < processes:
                crew[_start(app, listening)] = time.monotonic()
            wait([member.sentinel for member in crew])
            for gone in [member for member in crew if not member.is_alive()]:
                lived = time.monotonic() - crew.pop(gone)
                log.warning("a web process ended", extra={"exit": gone.exitcode, "lived": lived})
                if lived < SHORT_LIFE_SECONDS:
                    raise SettingsError("网站进程一启动就结束了：原因见上面的日志。")
    except KeyboardInterrupt:
        pass  # Ctrl+C is how somebody at a terminal stops it
    finally:
        _stop(list(crew))


def _start(app: Flask, listening: socket.socket) -> ForkProcess:
    context: ForkContext = multiprocessing.get_context("fork")
    member = context.Process(target=_member, args=(app, listening, os.getpid()), daemon=True)
    member.start()
    return member


def _member(app: Flask, listening: socket.socket, parent: int) -> None:
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    with suppress(KeyboardInterrupt):
        _answer(app, listening)


def _stop(crew: list[ForkProcess]) -> None:
    for member in crew:
        member.terminate()
    until = time.monotonic() + STOP_SECONDS
    for member in crew:
        member.join(max(0, until - time.monotonic()))
        if member.is_alive():
            member.kill()
