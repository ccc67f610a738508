"""The files of a log export; `docs/ledger.md` describes them, `verify_ledger.py` reads them.

`entries-MONTH.tsv` has seven columns without headings: index, leaf hash, the leaf's text, salt and
text of the matter, salt and text of the persons. Hashes and salts are hexadecimal, `-` stands for
what is not there. `checkpoints-MONTH.txt` has the notes from old to new, each ended by `====`.
"""

from dataclasses import dataclass

ABSENT = "-"
END_OF_NOTE = "====\n"


@dataclass(frozen=True)
class ExportedOpening:
    """What one commitment opens to, or None where it is erased or gone."""

    salt: bytes | None = None
    text: str | None = None


def entries_name(month: str) -> str:
    """Return the name of a month's file of entries."""
    return f"entries-{month}.tsv"


def checkpoints_name(month: str) -> str:
    """Return the name of a month's file of checkpoints."""
    return f"checkpoints-{month}.txt"


def entry_line(
    index: int,
    leaf_hash: bytes,
    text: str | None,
    matter: ExportedOpening,
    person: ExportedOpening,
) -> str:
    """Return the line of one leaf."""
    cells = (str(index), leaf_hash.hex(), text or ABSENT, *_cells(matter), *_cells(person))
    return "\t".join(cells) + "\n"


def _cells(opening: ExportedOpening) -> tuple[str, str]:
    salt = opening.salt.hex() if opening.salt else ABSENT
    return salt, ABSENT if opening.text is None else opening.text
