"""Headings as departments write them, made comparable by the catalogue's own rule."""

import itertools
import re
from collections.abc import Sequence

from xinyidai.catalogue.kinds import clean_heading

__all__ = ["clean_heading", "is_unnamed", "join_headings"]

UNNAMED = re.compile(r"^(unnamed\d*)?$")


def is_unnamed(cleaned: str) -> bool:
    """Tell whether a cleaned heading is empty or one that a spreadsheet tool invented."""
    return bool(UNNAMED.match(cleaned))


def join_headings(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Make one heading a column from one or more heading rows: 罚款 above 金额 is 罚款_金额.

    A cell of an upper row that stands above several cells counts for the empty ones to its
    right, as merged cells are exported; a cell that says the same as the one above adds nothing.
    """
    if len(rows) == 1:
        return tuple(rows[0])
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    for upper, lower in itertools.pairwise(padded):
        _spread(upper, lower)
    return tuple(_joined([row[n].strip() for row in padded]) for n in range(width))


def _spread(upper: list[str], lower: Sequence[str]) -> None:
    for n in range(1, len(upper)):
        if is_unnamed(clean_heading(upper[n])) and lower[n].strip():
            upper[n] = upper[n - 1] if lower[n - 1].strip() else ""


def _joined(parts: list[str]) -> str:
    named = [part for part in parts if not is_unnamed(clean_heading(part))]
    return "_".join(dict.fromkeys(named))
