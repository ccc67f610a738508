"""Two processes that share a suite run each test once, and neither leaves one out."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def _start(suite: Path, share: Path) -> "subprocess.Popen[str]":
    command = [
        sys.executable, "-m", "pytest", "-p", "tests.sharing", f"--share={share}", "-c", "/dev/null",
        "--rootdir", str(suite), "--import-mode=importlib", "-v", "-p", "no:cacheprovider", str(suite),
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)  # noqa: S603


def test_each_test_runs_once_and_one_that_fails_fails_its_process(tmp_path):
    suite, share = tmp_path / "suite", tmp_path / "share"
    suite.mkdir()
    share.mkdir()
    for number in range(6):
        body = "def test_a(): pass\ndef test_b(): pass\n"
        body += "def test_c(): assert False\n" if number == 5 else ""
        (suite / f"test_part{number}.py").write_text(body, encoding="utf-8")
    parts = [_start(suite, share) for _ in range(2)]
    said = "".join(part.communicate()[0] for part in parts)
    run = Counter(line.split()[0] for line in said.splitlines() if line.endswith("%]"))
    assert len(run) == 13
    assert set(run.values()) == {1}
    assert sorted(part.returncode for part in parts) in ([0, 1], [1, 5])
    assert (share / "total").read_text(encoding="utf-8") == "13"
