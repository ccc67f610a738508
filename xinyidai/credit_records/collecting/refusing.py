"""Refusals of a file as a whole, and the form of a row that reading alone can refuse."""

from dataclasses import dataclass

from xinyidai.kernel.errors import InvalidInput


@dataclass(frozen=True)
class Flaw:
    """A row that is no row of this table, with the rule it breaks and, if one is to blame, a cell.

    `heading` and `value` are as the file has them.
    """

    row: int
    rule: str = "misshapen_row"
    heading: str | None = None
    value: str | None = None


def unreadable(sentence: str) -> InvalidInput:
    """Build the error for a file that cannot be taken in as a whole."""
    return InvalidInput(sentence, code="unreadable_file")
