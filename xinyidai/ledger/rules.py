"""How the log writes things down: canonical JSON, commitments, entries, headers, months."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from xinyidai.kernel import clock

SALT_BYTES = 32
SUBJECT = re.compile(r"[a-z][a-z_]{0,31}")


def canonical(value: Mapping[str, Any] | None) -> str:
    """Return the one JSON text of a value: keys sorted, no spaces, UTF-8 as it is.

    Texts, whole numbers, booleans, None, lists and objects; ids, dates and aware times become
    text. Fractions are refused, because nothing says how they must be written.

    Raises:
        TypeError: the value holds something else.

    """
    plain = _plain(value)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys of canonical JSON are texts")
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"canonical JSON has no form for {type(value).__name__}")


def commitment(salt: bytes, text: str) -> bytes:
    """Return what commits to a text without showing it: SHA-256 over salt and text."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt of the wrong length")
    return sha256(salt + text.encode()).digest()


def moment_text(moment: datetime) -> str:
    """Return a moment in UTC with microseconds, e.g. 2026-11-22T01:02:03.456789Z."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no moment")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_text(
    entry_id: UUID, happened_at: datetime, subject: str, matter_hash: bytes, person_hash: bytes
) -> str:
    """Return an entry's line, the content of its leaf."""
    if not SUBJECT.fullmatch(subject):
        raise ValueError(f"no subject is written {subject!r}")
    when = moment_text(happened_at)
    return f"xyd1 {entry_id} {when} {subject} {matter_hash.hex()} {person_hash.hex()}"


def month_of(moment: datetime) -> str:
    """Return the month of a moment in Shanghai, e.g. 2026-11."""
    return clock.local(moment).strftime("%Y-%m")


def origin_of(base: str, month: str) -> str:
    """Return the origin line of a month's checkpoints."""
    return f"{base}/{month}"


def header_text(origin: str, previous: tuple[str, int, bytes] | None) -> str:
    """Return leaf 0 of a month: its origin, and where the month before ended."""
    if previous is None:
        return f"xyd1-segment {origin} - 0 -"
    before, size, root = previous
    return f"xyd1-segment {origin} {before} {size} {root.hex()}"
