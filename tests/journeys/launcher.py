"""Forks real `xinyidai` processes from one that has imported everything, so that they start fast.

Reads orders from standard input, one JSON object a line: `args`, `environment`, `log`. Answers
each with the new process's number. Ends, with all of them, when its input does.
"""

import contextlib
import json
import os
import signal
import sys

from xinyidai import cli
from xinyidai.kernel.settings import load_settings


def main() -> None:
    """Obey until the input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel clears away who ended
    children = []
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            be(**json.loads(line))
        children.append(child)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def be(args: list[str], environment: dict[str, str], log: str) -> None:
    """Become `xinyidai <args>`; never return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for ours, theirs in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(ours, theirs)
    os.environ.update(environment)  # noqa: TID251 - the child's own, before it reads its settings
    load_settings.cache_clear()
    sys.argv = ["xinyidai", *args]
    try:
        cli.main()
    finally:
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
