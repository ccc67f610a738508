"""The signed texts of the log, as C2SP writes them: notes, checkpoints, cosignatures.

A note is a text, an empty line and signature lines `— name base64(key id, signature)`. A
checkpoint's text is origin, size, root and our one extension line `sealed TIME`. A witness's line
(cosignature/v1) signs time and text, and carries the time in front of its signature.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from xinyidai.kernel.signing import KeyType, PublicKey
from xinyidai.ledger.rules import moment_text
from xinyidai.ledger.values import Checkpoint

MOST_SIGNATURES = 32
LONGEST_NOTE = 64 * 1024
LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
BODY = re.compile(r"(\S+)\n(0|[1-9]\d{0,18})\n([A-Za-z0-9+/]{43}=)\nsealed (\S+)\n")
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
ID_BYTES = 4
TIME_BYTES = 8


@dataclass(frozen=True)
class SignatureLine:
    """One signature of a note: under which name, with which key, and the bytes."""

    name: str
    key_id: str
    signature: bytes

    def __str__(self) -> str:
        """Return the line without its end."""
        blob = bytes.fromhex(self.key_id) + self.signature
        return f"— {self.name} {base64.b64encode(blob).decode()}"


@dataclass(frozen=True)
class Note:
    """A text that ends with a line feed, and who signed it."""

    text: str
    signatures: Sequence[SignatureLine]

    def __str__(self) -> str:
        """Return the whole note."""
        return self.text + "\n" + "".join(f"{line}\n" for line in self.signatures)

    def by(self, key: PublicKey) -> Iterable[SignatureLine]:
        """Yield the lines that name the key; whether they are genuine is another question."""
        wanted = (key.name, key.key_id)
        return (line for line in self.signatures if (line.name, line.key_id) == wanted)


def parse_note(whole: str) -> Note:
    """Read a signed note.

    Raises:
        ValueError: it is not one, or unreasonably long.

    """
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or len(whole) > LONGEST_NOTE or not lines.endswith("\n"):
        raise ValueError("not a signed note")
    if any(sign < " " and sign != "\n" for sign in whole):
        raise ValueError("a note has no control characters")
    found = [_signature(line) for line in lines[:-1].split("\n")]
    if len(found) > MOST_SIGNATURES:
        raise ValueError("too many signatures")
    return Note(text + "\n", found)


def _signature(line: str) -> SignatureLine:
    found = LINE.fullmatch(line)
    blob = base64.b64decode(found[2], validate=True) if found else b""
    if found is None or len(blob) <= ID_BYTES:
        raise ValueError("not a signature line")
    return SignatureLine(found[1], blob[:ID_BYTES].hex(), blob[ID_BYTES:])


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Return what a checkpoint's signatures stand under."""
    root = base64.b64encode(checkpoint.root).decode()
    sealed = moment_text(checkpoint.sealed_at)
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\nsealed {sealed}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text; anything that would print otherwise is a `ValueError`."""
    found = BODY.fullmatch(text)
    if found is None:
        raise ValueError("not a checkpoint of this log")
    sealed_at = datetime.strptime(found[4], MOMENT).replace(tzinfo=UTC)
    root = base64.b64decode(found[3], validate=True)
    checkpoint = Checkpoint(found[1], int(found[2]), root, sealed_at)
    if checkpoint_text(checkpoint) != text:
        raise ValueError("not the canonical form of a checkpoint")
    return checkpoint


def cosigned_message(text: str, seconds: int) -> bytes:
    """Return what a witness signs: the time in POSIX seconds and the checkpoint's text."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosignature_line(key: PublicKey, seconds: int, signature: bytes) -> SignatureLine:
    """Return the line of a witness's signature made at a time."""
    return SignatureLine(key.name, key.key_id, seconds.to_bytes(TIME_BYTES, "big") + signature)


def cosigned_at(line: SignatureLine, key: PublicKey, text: str) -> datetime | None:
    """Return when the witness signed the text, or None where the line is not its signature."""
    stamp, signature = line.signature[:TIME_BYTES], line.signature[TIME_BYTES:]
    seconds = int.from_bytes(stamp, "big")
    is_known = (line.name, line.key_id) == (key.name, key.key_id)
    if key.type is not KeyType.COSIGNATURE or not is_known:
        return None
    if not key.verify(cosigned_message(text, seconds), signature):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
