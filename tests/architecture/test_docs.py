"""The documents say what is there: generated parts follow the code, named things exist."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests import docs_build
from xinyidai.catalogue import kinds as catalogue
from xinyidai.cli import cli

CHECKOUT = Path(__file__).parents[2]
PACKAGE = CHECKOUT / "xinyidai"
GLOSSARY = CHECKOUT / "docs" / "glossary.md"
GENERATED = {"credit-record-catalogue.md", "indicators.md"}
TOP = ("xinyidai/", "tests/", "docs/", "models/", "migrations/", "notebooks/")
SPOKEN = ("State", "Status", "Action", "Kind", "Outcome", "Reason")
# Named for programs, not for people: how a column or a feature is read.
UNSPOKEN = {"FeatureKind"}
ADRS = range(1, 19)
HAN = re.compile(r"[\u4e00-\u9fff]+")


def _documents() -> list[Path]:
    top = [CHECKOUT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    folder = (CHECKOUT / "docs").rglob("*.md")
    return [*top, CHECKOUT / "models" / "README.md", *sorted(folder)]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _commands() -> set[str]:
    """Every command line the product has, as `group member` or `command`."""
    found: set[str] = set()
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        found.add(name)
        if isinstance(command, click.Group):
            found |= {f"{name} {member}" for member in command.commands}
    return found


def _terms() -> Iterator[str]:
    """The Chinese column of the glossary's hand-written half."""
    for line in _read(GLOSSARY).partition(docs_build.BEGIN)[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and HAN.match(cells[0]) and cells[0] != "中文":
            yield cells[0]


def test_generated_documents_follow_from_the_code() -> None:
    assert docs_build.differences() == [], "run `make docs`"


def test_every_fixed_list_says_its_words_in_chinese() -> None:
    silent = [
        f"{entry.place}.{entry.name}"
        for entry in docs_build.word_lists()
        if entry.name.endswith(SPOKEN) and entry.name not in UNSPOKEN and not entry.is_spoken
    ]
    assert silent == []


def test_a_chinese_term_has_one_row_in_the_glossary() -> None:
    doubled = [term for term, count in Counter(_terms()).items() if count > 1]
    assert doubled == []


def test_the_word_of_every_slice_stands_in_the_glossary() -> None:
    glossary = _read(GLOSSARY)
    heads = {
        path.parent.name: _read(path).split('"""')[1] for path in PACKAGE.glob("*/__init__.py")
    }
    words = {name: "".join(HAN.findall(head)[:1]).split("与") for name, head in heads.items()}
    assert [word for found in words.values() for word in found if word not in glossary] == []


def test_every_kind_and_banned_field_stands_in_the_catalogue() -> None:
    text = _read(CHECKOUT / "docs" / "credit-record-catalogue.md")
    codes = [*catalogue.KINDS, *(ban.code for ban in catalogue.BANNED_FIELDS)]
    assert [code for code in codes if f"`{code}`" not in text] == []


@pytest.mark.parametrize("path", _documents(), ids=lambda path: path.name)
def test_a_document_names_only_files_that_exist(path: Path) -> None:
    named = re.findall(r"`([\w./*-]+?)(?:::\w+)?`", _read(path))
    wrong = [
        name
        for name in named
        if name.startswith(TOP) and "*" not in name and not (CHECKOUT / name).exists()
    ]
    assert wrong == []


@pytest.mark.parametrize("path", _documents(), ids=lambda path: path.name)
def test_a_document_names_only_tests_that_exist(path: Path) -> None:
    wrong = [
        f"{file}::{test}"
        for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", _read(path))
        if f"def {test}(" not in _read(CHECKOUT / file)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", _documents(), ids=lambda path: path.name)
def test_a_link_leads_to_a_document(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", _read(path))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", _documents(), ids=lambda path: path.name)
def test_a_document_names_only_commands_that_exist(path: Path) -> None:
    known = _commands()
    makefile = _read(CHECKOUT / "Makefile")
    wrong = []
    for first, second in re.findall(r"\bxinyidai ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?", _read(path)):
        groups = {name.split()[0] for name in known if " " in name}
        said = f"{first} {second}" if first in groups and second else first
        wrong += [] if said in known else [said]
    wrong += [
        f"make {target}"
        for target in re.findall(r"`make ([a-z-]+)", _read(path))
        if f"\n{target}:" not in makefile
    ]
    assert wrong == []


def test_decisions_are_numbered_in_a_row() -> None:
    folder = CHECKOUT / "docs" / "adr"
    numbers = sorted(int(path.name[:4]) for path in folder.glob("[0-9]*.md"))
    assert numbers[: len(ADRS)] == list(ADRS)
    assert numbers == list(range(1, len(numbers) + 1))


def test_no_document_speaks_of_a_folder_of_one_machine() -> None:
    private = re.compile(r"/(?:root|home|work)/")
    assert [path.name for path in _documents() if private.search(_read(path))] == []
