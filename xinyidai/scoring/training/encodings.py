"""Tables of departments and banks as UTF-8 text; GB18030 is transcoded beside the original."""

import gzip
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from xinyidai.kernel.errors import InvalidInput

_BLOCK = 1 << 20
_NEITHER = "表 {} 既不是 UTF-8 也不是 GB18030 编码，请另存为“CSV UTF-8”后重试。"
_BROKEN = "表 {} 解压失败，文件可能没有传完整，请重新取得后重试。"


@contextmanager
def as_utf8(path: Path) -> Iterator[Path]:
    """Yield the path of a UTF-8 text with the file's content: the file itself where it is one.

    Raises `InvalidInput` where the text is neither UTF-8 nor GB18030, or the gzip is broken.
    """
    try:
        if _decodes(path, "utf-8"):
            yield path
            return
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "table.csv"
            _transcode(path, copy)
            yield copy
    except (EOFError, gzip.BadGzipFile) as problem:
        raise InvalidInput(_BROKEN.format(path.name), code="bad_table") from problem


def _text(path: Path, encoding: str) -> IO[str]:
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, "rt", encoding=encoding, newline=""))
    return path.open(encoding=encoding, newline="")


def _decodes(path: Path, encoding: str) -> bool:
    with _text(path, encoding) as source:
        try:
            while source.read(_BLOCK):
                pass
        except UnicodeDecodeError:
            return False
    return True


def _transcode(path: Path, copy: Path) -> None:
    with _text(path, "gb18030") as source, copy.open("w", encoding="utf-8", newline="") as target:
        try:
            while block := source.read(_BLOCK):
                target.write(block)
        except UnicodeDecodeError as problem:
            raise InvalidInput(_NEITHER.format(path.name), code="bad_table") from problem
