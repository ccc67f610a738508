"""Take files from the drop folder, 文件投递: `inbox/<source>/` below the data folder.

A file is taken when it has not changed for a minute, and is then moved to `done` or `refused`
beside it; beside a refused one lies a text that says why.
"""

import os
import stat
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from xinyidai.deliveries import queries, store
from xinyidai.deliveries.models import DeliverySource
from xinyidai.deliveries.rules import (
    KEPT_FILES,
    LARGEST_UPLOAD,
    clean_file_name,
    file_name_fault,
    is_settled_name,
)
from xinyidai.deliveries.service.calls import timed
from xinyidai.deliveries.service.pushing import program_of
from xinyidai.deliveries.service.receiving import kept, receive
from xinyidai.deliveries.store import Readable
from xinyidai.deliveries.values import DeliveryChannel, Interface, NewDelivery
from xinyidai.kernel import clock
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import DomainError, InvalidInput
from xinyidai.kernel.signing import current_settings

QUIET_SECONDS = 60
DONE, REFUSED = "done", "refused"
SAME_FILE = timedelta(days=1)
LARGEST_DROP = 10 * LARGEST_UPLOAD  # the limit of the collection itself


def sweep(quiet_seconds: float = QUIET_SECONDS) -> int:
    """Take every settled file of every source; return how many became deliveries."""
    taken = 0
    for folder in _folders():
        for path in _settled(folder, quiet_seconds):
            taken += _take(folder, path)
    return taken


def forget_swept() -> None:
    """Delete swept files as old as the files of deliveries may become."""
    oldest = time.time() - KEPT_FILES.total_seconds()
    for folder in _folders():
        for name in (DONE, REFUSED):
            for path in _files(folder / name):
                if path.lstat().st_mtime < oldest:
                    path.unlink(missing_ok=True)


def inbox() -> Path:
    """Return the drop folder."""
    return current_settings().data / "inbox"


def _folders() -> Iterator[Path]:
    if inbox().is_dir():
        yield from sorted(path for path in inbox().iterdir() if path.is_dir())


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if not path.is_dir())


def _settled(folder: Path, quiet_seconds: float) -> Iterator[Path]:
    for path in _files(folder):
        is_quiet = time.time() - path.lstat().st_mtime >= quiet_seconds
        if is_quiet and is_settled_name(path.name):
            yield path


def _take(folder: Path, path: Path) -> bool:
    with own_transaction():
        source = queries.find_source(folder.name)
    try:
        with timed(Interface.DROP, source.id if source else None), own_transaction():
            _deliver(folder, path)
    except DomainError as error:
        _move(folder, path, REFUSED, error.message)
        return False
    _move(folder, path, DONE)
    return True


def _deliver(folder: Path, path: Path) -> None:
    source = queries.find_source(folder.name)
    if source is None:
        raise InvalidInput(
            f"没有登记数据来源“{folder.name}”，请联系信用办登记。", code="unknown_source"
        )
    if not stat.S_ISREG(path.lstat().st_mode):
        raise InvalidInput("这不是普通文件（例如链接），没有读取。", code="bad_file_name")
    name = clean_file_name(path.name)
    fault = file_name_fault(name)
    if fault:
        raise InvalidInput(fault, code="bad_file_name")
    try:
        # What was a file a moment ago may be a link by now.
        with open(path, "rb", opener=_without_links) as stream:
            _receive(source, stream, name)
    except OSError as error:
        raise InvalidInput(f"文件无法读取：{error.strerror}。", code="unreadable_file") from error


def _receive(source: DeliverySource, stream: Readable, name: str) -> None:
    with kept(stream, name, LARGEST_DROP) as file:
        if queries.was_taken(source.id, file.sha256, name, clock.now() - SAME_FILE):
            # Killed between taking and moving: the delivery is there, only the move is left.
            store.forget(file.stored)
            return
        new = NewDelivery(
            source_id=source.id,
            channel=DeliveryChannel.DROP,
            file_name=name,
            stored=file.stored,
            size=file.size,
            sha256=file.sha256,
        )
        receive(program_of(source, "文件投递"), new)


def _without_links(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def _move(folder: Path, path: Path, to: str, why: str = "") -> None:
    """Move a file beside, under a name that is free."""
    target = folder / to
    target.mkdir(exist_ok=True)
    place = target / path.name
    number = 1
    while place.exists() or place.is_symlink():
        place = target / f"{path.stem}-{number}{path.suffix}"
        number += 1
    path.replace(place)
    if why:
        place.with_name(f"{clean_file_name(place.name)}.原因.txt").write_text(
            f"{why}\n", encoding="utf-8"
        )
