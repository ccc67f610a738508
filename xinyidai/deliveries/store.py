"""The files of deliveries on disk, 报送文件: outside of the database, because they may be large.

Each lies alone in a folder with a name of 128 random bits below `deliveries` of the data folder,
which nobody but the platform's own account enters. A file without a row is an upload that was
broken off; `forget_strays` removes it.
"""

import hashlib
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from xinyidai.deliveries.rules import MIB
from xinyidai.kernel.db import random_bytes
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.signing import current_settings

CHUNK = 1024**2
NAME = re.compile(r"[0-9a-f]{32}")
OWNER_ONLY = 0o700
STRAY_SECONDS = 24 * 3600


class Readable(Protocol):
    """What bytes can be read from, piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, none at the end."""


@dataclass(frozen=True)
class Kept:
    """What was written: the name in the store, the size in bytes, the SHA-256."""

    stored: str
    size: int
    sha256: str


class TooLarge(InvalidInput):
    """More came than is taken at once."""

    default_code = "too_large"


def keep(stream: Readable, file_name: str, limit: int) -> Kept:
    """Write what comes from a stream; `file_name` is cleaned already.

    Raises:
        TooLarge: more than `limit` bytes came; nothing is left behind.
        InvalidInput: nothing came.

    """
    stored = random_bytes(16).hex()
    folder = _folder() / stored
    forget(stored)  # only seeds, whose random bytes repeat, meet what a killed run left
    folder.mkdir(mode=OWNER_ONLY)
    try:
        size, digest = _write(stream, folder / file_name, limit)
    except BaseException:
        forget(stored)
        raise
    return Kept(stored, size, digest)


def path_of(stored: str) -> Path:
    """Return the one file of a name in the store; raise `InvalidInput` when it is gone."""
    folder = _folder() / stored if NAME.fullmatch(stored) else None
    found = next(folder.iterdir(), None) if folder and folder.is_dir() else None
    if found is None:
        raise InvalidInput("报送的文件已不在平台上，请重新报送。", code="file_gone")
    return found


def forget(stored: str) -> None:
    """Delete a file of the store; one that is gone already is no trouble."""
    if NAME.fullmatch(stored):
        shutil.rmtree(_folder() / stored, ignore_errors=True)


def forget_strays(is_known: Callable[[str], bool]) -> int:
    """Delete files that no delivery knows and that are a day old; return how many."""
    strays = [
        folder.name
        for folder in _folders()
        if time.time() - folder.stat().st_mtime > STRAY_SECONDS and not is_known(folder.name)
    ]
    for stored in strays:
        forget(stored)
    return len(strays)


def _folder() -> Path:
    folder = current_settings().data / "deliveries"
    folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    return folder


def _folders() -> Iterator[Path]:
    return (path for path in _folder().iterdir() if path.is_dir())


def _write(stream: Readable, path: Path, limit: int) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    with path.open("xb") as target:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooLarge(
                    f"内容超过 {limit // MIB} MB，没有接收。请按月份或地区拆分，或改用文件投递。"
                )
            digest.update(chunk)
            target.write(chunk)
    if not size:
        raise InvalidInput("文件是空的，没有任何内容。", code="unreadable_file")
    return size, digest.hexdigest()
