"""Several pytest processes share one suite: each takes the next file that nobody has taken yet.

A plugin, switched on by `--share FOLDER`, in which `tests.run` has the processes meet. A file is
taken by making a name in the folder, which only one of them can. Files that take longest begin.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

# Folders and files of more than half a minute each; anything else fills the gaps at the end.
LONGEST = (
    "test_demo_city", "test_real_data", "test_collect_real_figures",
    "test_suggesting_unseen", "test_killed", "test_bad_files", "test_story", "gate/", "scoring/",
    "journeys/", "profiles/", "web/",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the meeting place."""
    parser.addoption("--share", type=Path, help="run only the files that no other process took")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first, in every process in the same order."""
    if config.option.share is not None:
        items.sort(key=lambda item: _weight(item.nodeid))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run what this process takes; None lets pytest run everything itself."""
    share = session.config.option.share
    if share is None or session.config.option.collectonly:
        return None
    if session.testsfailed:
        raise session.Interrupted(f"{session.testsfailed} errors during collection")
    (share / "total").write_text(str(len(session.items)), encoding="utf-8")
    ours = _ours(session.items, share)
    item = next(ours, None)
    while item is not None:
        # The next one is taken before this one runs: fixtures end only when they are not needed.
        following = next(ours, None)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        item = following
    return True


def _ours(items: list[pytest.Item], share: Path) -> Iterator[pytest.Item]:
    for number, (_, group) in enumerate(groupby(items, key=_file)):
        tests = list(group)
        try:
            (share / f"taken-{number}").open("x", encoding="utf-8").close()
        except FileExistsError:
            continue
        yield from tests


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _weight(nodeid: str) -> tuple[int, str]:
    file = nodeid.partition("::")[0]
    ranks = [rank for rank, part in enumerate(LONGEST) if part in file]
    return (ranks[0] if ranks else len(LONGEST), file)
