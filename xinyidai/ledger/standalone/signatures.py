"""Keys, notes, checkpoints and signatures as outsiders read them (C2SP; SM2 by GB/T 32918.2)."""

import base64
import hashlib
import re
from datetime import datetime
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ED25519, COSIGNATURE, SM2 = b"\x01", b"\x04", b"\xff"
SM2_IDENTIFIER = b"xinyidai-sm2-sm3-v1"
SM2_ID = b"1234567812345678"
SM2_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
SM2_A = SM2_P - 3
SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
SM2_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SM2_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
ID_BYTES, TIME_BYTES, HASH_BYTES = 4, 8, 32
MOST_SIGNATURES = 32
END_OF_NOTE = "====\n"
SIGNATURE_LINE = re.compile("— ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})")
CHECKPOINT = re.compile(
    r"([^\s+]+)/(\d{4}-\d\d)\n(0|[1-9]\d{0,18})\n([A-Za-z0-9+/]{43}=)\n"
    r"sealed (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\n"
)

Point = tuple[int, int] | None


class Key(NamedTuple):
    """A public key that came from outside, never with the log."""

    name: str
    id: bytes
    type: bytes
    raw: bytes


class Note(NamedTuple):
    """A signed text: of each signature line the name, the key id and the signature."""

    text: str
    signatures: list[tuple[str, bytes, bytes]]


class Checkpoint(NamedTuple):
    """What a checkpoint says: the log's name, its month, leaves, root, and when it was sealed."""

    base: str
    month: str
    size: int
    root: bytes
    sealed: str


def parse_key(text: str) -> Key:
    """Read a verifier key (vkey); a ValueError where it is none of the three types."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    body = base64.b64decode(encoded, validate=True)
    if hashlib.sha256(f"{name}\n".encode() + body).digest()[:ID_BYTES].hex() != key_id:
        raise ValueError("the id is not that of the key")
    kind, raw = body[:1], body[1:]
    if kind == SM2 and raw.startswith(SM2_IDENTIFIER):
        raw = raw[len(SM2_IDENTIFIER) :]
    lengths = {ED25519: HASH_BYTES, COSIGNATURE: HASH_BYTES, SM2: 2 * HASH_BYTES}
    if len(raw) != lengths.get(kind):
        raise ValueError("a key of a type that is not known")
    return Key(name, bytes.fromhex(key_id), kind, raw)


def parse_note(whole: str) -> Note:
    """Read a signed note; a ValueError where it is malformed."""
    text, gap, lines = whole.rpartition("\n\n")
    found = [SIGNATURE_LINE.fullmatch(line) for line in lines.split("\n")[:-1]]
    if not gap or not lines.endswith("\n") or len(found) > MOST_SIGNATURES:
        raise ValueError("not a signed note")
    signatures = []
    for each in found:
        if each is None:
            raise ValueError("not a signature line")
        blob = base64.b64decode(each[2])
        signatures.append((each[1], blob[:ID_BYTES], blob[ID_BYTES:]))
    return Note(text + "\n", signatures)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint; a ValueError where it is none of this log's form."""
    found = CHECKPOINT.fullmatch(text)
    if found is None:
        raise ValueError("not a checkpoint")
    datetime.fromisoformat(found[5])  # a ValueError for a day that no calendar has
    root = base64.b64decode(found[4])
    return Checkpoint(found[1], found[2], int(found[3]), root, found[5])


def split_notes(text: str) -> list[str]:
    """Return the notes of a file, each of which ends with a line of equals signs or the file."""
    return [part for part in text.split(END_OF_NOTE) if part.strip()]


def signed_by(note: Note, key: Key) -> bool:
    """Tell whether the note bears a genuine signature of a key, a witness's included."""
    return any(
        cosigned_at(note.text, key, value) is not None
        if key.type == COSIGNATURE
        else is_genuine(key, note.text.encode(), value)
        for value in signatures_of(note, key)
    )


def signatures_of(note: Note, key: Key) -> list[bytes]:
    """Return the signatures that name the key, genuine or not."""
    return [value for name, key_id, value in note.signatures if (name, key_id) == key[:2]]


def cosigned_at(text: str, key: Key, signature: bytes) -> int | None:
    """Return when a witness signed the text, in POSIX seconds, or None where it did not."""
    seconds = int.from_bytes(signature[:TIME_BYTES], "big")
    message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    return seconds if is_genuine(key, message, signature[TIME_BYTES:]) else None


def is_genuine(key: Key, message: bytes, signature: bytes) -> bool:
    """Tell whether the key signed the message; False for any malformed bytes."""
    try:
        if key.type == SM2:
            return verify_sm2(key.raw, message, signature)
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verify_sm2(raw: bytes, message: bytes, signature: bytes) -> bool:
    """Verify SM2 with SM3; all values are public, so the time it takes tells nothing."""
    x, y = int.from_bytes(raw[:HASH_BYTES], "big"), int.from_bytes(raw[HASH_BYTES:], "big")
    r, s = decode_dss_signature(signature)
    t = (r + s) % SM2_N
    is_point = max(x, y) < SM2_P and (y * y - x**3 - SM2_A * x - SM2_B) % SM2_P == 0
    if not (is_point and 0 < r < SM2_N and 0 < s < SM2_N and t):
        return False
    numbers = b"".join(value.to_bytes(HASH_BYTES, "big") for value in (SM2_A, SM2_B, *SM2_G))
    own = sm3((8 * len(SM2_ID)).to_bytes(2, "big") + SM2_ID + numbers + raw)
    steps = (None, SM2_G, (x, y), add_points(SM2_G, (x, y)))
    sum_of_both: Point = None
    for place in reversed(range(8 * HASH_BYTES)):
        step = steps[(s >> place & 1) + 2 * (t >> place & 1)]
        sum_of_both = add_points(add_points(sum_of_both, sum_of_both), step)
    digest = int.from_bytes(sm3(own + message), "big")
    return sum_of_both is not None and (digest + sum_of_both[0]) % SM2_N == r


def add_points(one: Point, other: Point) -> Point:
    """Add two points of the curve; None is the point at infinity."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % SM2_P == 0:
        return None
    if one == other:
        slope = (3 * one[0] * one[0] + SM2_A) * pow(2 * one[1], -1, SM2_P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, SM2_P)
    x = (slope * slope - one[0] - other[0]) % SM2_P
    return x, (slope * (one[0] - x) - one[1]) % SM2_P


def sm3(data: bytes) -> bytes:
    """Return the SM3 hash."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()
