"""The checks of `make check` name what is wrong with a checkout's files."""

from pathlib import Path

import pytest

from xinyidai.kernel import checks

LOCK = "flask==3.1.3 \\\n    --hash=sha256:00\n"
MIGRATION = 'revision = "{number}"\ndown_revision = {previous}\n'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    versions = tmp_path / "migrations" / "versions"
    _write(versions / "0001_first.py", MIGRATION.format(number="0001", previous=None))
    _write(versions / "0002_next.py", MIGRATION.format(number="0002", previous='"0001"'))
    _write(tmp_path / "migrations" / ".current-alembic-head", "0002\n")
    _write(tmp_path / "xinyidai" / "slices.py", 'TABLES = ("loans",)\nROUTES = ()\n')
    _write(tmp_path / "xinyidai" / "loans" / "models.py", "")
    _write(tmp_path / "xinyidai" / "loans" / "terms.yaml", "version: 1\n")
    _write(tmp_path / "requirements.lock", LOCK)
    _write(tmp_path / "notebooks" / "look.ipynb", '{"cells": [{"outputs": []}]}')
    _write(tmp_path / "pyproject.toml", "")
    return tmp_path


def test_a_sound_checkout_passes(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checks.main(checkout) == 0
    assert capsys.readouterr().out.count("ok ") == len(checks.CHECKS)


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("migrations/.current-alembic-head", "0001\n", "says '0001'"),
        ("migrations/versions/0004_gap.py", MIGRATION.format(number="0004", previous='"0002"'), "0003"),
        ("xinyidai/slices.py", "TABLES = ()\n", "TABLES lacks loans"),
        ("xinyidai/slices.py", 'TABLES = ("loans", "gone")\n', "lists gone"),
        ("requirements.lock", "--index-url https://example.org\n" + LOCK, "names a host"),
        ("requirements.lock", "flask==3.1.3\n", "without a hash"),
        ("notebooks/look.ipynb", '{"cells": [{"execution_count": 3}]}', "carries output"),
        ("xinyidai/loans/terms.yaml", "a: [1\n", "terms.yaml"),
        ("xinyidai/loans/terms.yaml", "", "is empty"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    path: str, text: str, complaint: str, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(checkout / path, text)
    assert checks.main(checkout) == 1
    assert complaint in capsys.readouterr().out


def test_outside_a_checkout_nothing_is_claimed(tmp_path: Path) -> None:
    assert checks.main(tmp_path) == 1
