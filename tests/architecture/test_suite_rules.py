"""The suite itself: nothing in it hangs on the day, the hour or the draw of one run."""

import ast
from collections.abc import Iterator
from pathlib import Path

from hypothesis import settings

TESTS = Path(__file__).parents[1]
ASKED = {"clock.now", "clock.today"}


class _WhileRead(ast.NodeVisitor):
    """Find what is called when a file is read: not what stands inside functions."""

    def __init__(self) -> None:
        self.calls: list[ast.Call] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for each in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if each is not None:
                self.visit(each)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Look no further: it is called later."""

    def visit_Call(self, node: ast.Call) -> None:
        self.calls.append(node)
        self.generic_visit(node)


def asked_while_read(source: str) -> Iterator[int]:
    """Yield the lines that ask for the time when the file is read."""
    found = _WhileRead()
    found.visit(ast.parse(source))
    yield from (call.lineno for call in found.calls if ast.unparse(call.func) in ASKED)


def test_no_file_asks_for_the_day_when_it_is_read() -> None:
    """Minutes pass until a test runs, and midnight with them."""
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        for line in asked_while_read(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_day_in_a_constant_a_decorator_or_a_default_is_seen() -> None:
    source = (
        "DAY = clock.today()\n@mark([clock.now()])\ndef f(x=clock.today()):\n    clock.now()\n"
        "LATER = lambda: clock.now()\n"
    )
    assert sorted(asked_while_read(source)) == [1, 2, 3]


def test_properties_try_the_same_examples_in_every_run() -> None:
    assert settings().derandomize
    assert settings().deadline is None
