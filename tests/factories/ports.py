"""Ports for servers that a test starts, and may start again."""

import contextlib
import random
import socket

# Below what systems give to anybody's outgoing connections (from 32768 or 49152 on): one of those
# may be taken by any program between the choice and the server's start.
FIRST, BEYOND = 15_000, 32_000
TRIES = 100


def free_port() -> int:
    """Return a port at which nobody listens."""
    dice = random.SystemRandom()  # two processes of tests must not choose alike
    for _ in range(TRIES):
        port = dice.randrange(FIRST, BEYOND)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")
