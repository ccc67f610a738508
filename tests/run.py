"""All tests in two processes at once, `python -m tests.run [pytest's arguments]`.

A test and its database work in turns, so that one process leaves half of two cores idle. Each
process has an embedded server of its own and takes one file after the other (`tests.sharing`).
The logs stay in `build/tests`; the exit code is 0 only if every test that was collected has run and
none failed.
"""

import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "build" / "tests"
PROCESSES = 2
NOTHING_RUN = 5  # pytest's exit code of a process that found every file taken
PATIENCE = 60  # seconds between two lines that say how far it is
COUNTED = ("tests", "failures", "errors", "skipped")


def main(arguments: Sequence[str]) -> int:
    """Run the tests and print one result; return the exit code."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    started = time.monotonic()
    parts = [_start(number, arguments) for number in range(1, PROCESSES + 1)]
    try:
        _wait(parts, started)
    finally:
        for part in parts:
            part.terminate()
            part.wait()
    codes = [part.returncode for part in parts]
    counts = sum((_counts(number) for number in range(1, PROCESSES + 1)), Counter())
    return _tell(codes, counts, time.monotonic() - started)


def _start(number: int, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "pytest", "-p", "tests.sharing", f"--share={FOLDER}",
        f"--junitxml={FOLDER / f'part-{number}.xml'}", "-o", f"cache_dir={FOLDER / f'cache-{number}'}",
        *arguments,
    ]  # fmt: skip
    with _log(number).open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603 - our own tests


def _log(number: int) -> Path:
    return FOLDER / f"part-{number}.log"


def _wait(parts: Sequence[subprocess.Popen[bytes]], started: float) -> None:
    said = started
    while any(part.poll() is None for part in parts):
        time.sleep(0.2)
        if time.monotonic() - said > PATIENCE:
            said = time.monotonic()
            files = len(list(FOLDER.glob("taken-*")))
            print(f"{said - started:6.0f} s  {files} files begun", flush=True)


def _counts(number: int) -> Counter[str]:
    """Return what a process reports; one that was cut off has no report, and counts nothing."""
    path = FOLDER / f"part-{number}.xml"
    if not path.is_file():
        return Counter()
    suite = ET.parse(path).getroot().find("testsuite")  # noqa: S314 - our own file
    return Counter({name: int(suite.get(name, 0)) for name in COUNTED} if suite is not None else {})


def _tell(codes: Sequence[int], counts: Counter[str], seconds: float) -> int:
    for number, code in enumerate(codes, 1):
        text = _log(number).read_text(encoding="utf-8", errors="replace")
        if code not in {0, NOTHING_RUN}:
            print(text)
        else:
            _, mark, summary = text.partition("short test summary info")
            print(
                f"--- part {number}: {_log(number)}",
                *(summary.splitlines()[1:] if mark else []),
                sep="\n",
            )
    total = FOLDER / "total"
    missed = (int(total.read_text(encoding="utf-8")) if total.is_file() else 0) - counts["tests"]
    failed = counts["failures"] + counts["errors"]
    passed = counts["tests"] - failed - counts["skipped"]
    print(
        f"{counts['tests']} tests: {passed} passed, {failed} failed, {counts['skipped']} skipped"
        f" in {seconds:.0f} s, {len(codes)} processes"
    )
    if missed > 0:
        print(f"{missed} tests were collected and did not run")
    wrong = [code for code in codes if code not in {0, NOTHING_RUN}]
    if wrong or failed or missed > 0:
        return wrong[0] if wrong and wrong[0] > 0 else 1
    return NOTHING_RUN if not counts["tests"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
