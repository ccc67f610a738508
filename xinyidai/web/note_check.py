"""Read a signed checkpoint again and check every line of it, without the log's own help.

The pages that vouch for the log use this instead of trusting what the log says of itself.
"""

import base64
import binascii
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from xinyidai.kernel.signing import KeyType, PublicKey
from xinyidai.ledger import queries
from xinyidai.ledger.models import LedgerWitness

LINE = re.compile(r"— (\S+) (\S+)")
LEDGER_KEY = "ledger"
ID_BYTES = 4
TIME_BYTES = 8
LINES_OF_BODY = 5


@dataclass(frozen=True)
class CheckedNote:
    """What a checkpoint says, which of our ledger keys signed it, and which witnesses did.

    `signers` are ids of our keys, `witnesses` names with the time of signing; `bad_lines` counts
    signature lines that are nobody's or do not fit.
    """

    origin: str
    size: int
    root: bytes
    signers: Sequence[str]
    witnesses: Sequence[tuple[str, datetime]]
    bad_lines: int

    @property
    def is_signed(self) -> bool:
        """Tell whether the platform signed exactly this, and no line is false."""
        return bool(self.signers) and self.bad_lines == 0


def check_note(note: str) -> CheckedNote | None:
    """Return what the note says and who signed it; None where it is no checkpoint at all."""
    text, gap, rest = note.rpartition("\n\n")
    body = text + "\n"
    lines = body.split("\n")
    if not gap or len(lines) != LINES_OF_BODY or not lines[1].isdigit():
        return None
    try:
        root = base64.b64decode(lines[2], validate=True)
        signed = [_line(line) for line in rest.splitlines()]
    except (binascii.Error, ValueError):
        return None
    keys, witnesses = _ledger_keys([key_id for key_id, _ in signed]), queries.all_witnesses()
    ours = [
        key_id
        for key_id, blob in signed
        if key_id in keys and keys[key_id].verify(body.encode(), blob)
    ]
    theirs = [
        found for key_id, blob in signed if (found := _witness(witnesses, key_id, blob, body))
    ]
    bad = len(signed) - len(ours) - len(theirs)
    return CheckedNote(lines[0], int(lines[1]), root, ours, theirs, bad)


def _line(line: str) -> tuple[str, bytes]:
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError("not a signature line")
    blob = base64.b64decode(found[2], validate=True)
    return blob[:ID_BYTES].hex(), blob[ID_BYTES:]


def _ledger_keys(key_ids: Collection[str]) -> dict[str, PublicKey]:
    return {
        key.key_id: PublicKey.parse(key.verifier)
        for key in queries.keys_by_id(key_ids)
        if key.name == LEDGER_KEY
    }


def _witness(
    witnesses: Iterable[LedgerWitness], key_id: str, blob: bytes, body: str
) -> tuple[str, datetime] | None:
    seconds = int.from_bytes(blob[:TIME_BYTES], "big")
    message = f"cosignature/v1\ntime {seconds}\n{body}".encode()
    for witness in witnesses:
        key = PublicKey.parse(witness.verifier)
        fits = key.key_id == key_id and key.type is KeyType.COSIGNATURE
        if fits and key.verify(message, blob[TIME_BYTES:]):
            return witness.name, datetime.fromtimestamp(seconds, UTC)
    return None
