"""A model's card, 模型说明书, cut into blocks for the page: headings, paragraphs, lists, tables.

Cards are written by the training commands in a small part of Markdown; marks inside a line are
dropped, and nothing of a card is ever taken as HTML.
"""

import re
from itertools import groupby

from xinyidai.web.office.base import Row

_MARKS = re.compile(r"\*\*|`")
_RULER = re.compile(r"[|\s:-]+")


def blocks(card: str) -> list[Row]:
    """Return the blocks of a card in order, each with `kind` and what the kind needs."""
    lines = (line.strip() for line in card.splitlines())
    groups = ((kind, list(run)) for kind, run in groupby(lines, _kind))
    return [_block(kind, run) for kind, run in groups if kind != "blank"]


def _kind(line: str) -> str:
    if not line:
        return "blank"
    if line.startswith("|"):
        return "table"
    if line.startswith("- "):
        return "list"
    return "heading" if line.startswith("#") else "text"


def _block(kind: str, lines: list[str]) -> Row:
    if kind == "table":
        rows = [_cells(line) for line in lines if not _RULER.fullmatch(line)]
        return {"kind": kind, "head": rows[0], "rows": rows[1:]}
    if kind == "list":
        return {"kind": kind, "lines": [_plain(line[2:]) for line in lines]}
    if kind == "heading":
        return {"kind": kind, "lines": [_plain(line.lstrip("# ")) for line in lines]}
    return {"kind": kind, "lines": [_plain(line.lstrip("> ")) for line in lines]}


def _cells(line: str) -> list[str]:
    return [_plain(cell.strip()) for cell in line.strip("|").split("|")]


def _plain(text: str) -> str:
    return _MARKS.sub("", text)
