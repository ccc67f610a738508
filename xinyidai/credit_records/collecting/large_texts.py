"""A large CSV piece by piece, 大文件: what `texts` does with a whole text, with a little memory.

One pass over the bytes finds the encoding, the digest and whatever `texts.decode` refuses; the
file is then read as UTF-8, from where it lies or from a translated copy in the working folder.
"""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from xinyidai.credit_records.collecting import texts
from xinyidai.credit_records.collecting.limits import MIB, Limits
from xinyidai.credit_records.collecting.refusing import unreadable

PIECE = 8 * MIB
HEAD = 16 * MIB
CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})


@dataclass(frozen=True)
class LargeText:
    """A file of UTF-8: the text begins at byte `start`; `sha256` is of the file as delivered."""

    path: Path
    start: int
    sha256: str
    has_controls: bool
    has_quotes: bool = True

    def head(self) -> str:
        """Return the first signs of the text, enough to know its headings by."""
        with self.path.open("rb") as stream:
            stream.seek(self.start)
            return stream.read(HEAD).decode("utf-8", "ignore")


def open_text(path: Path, limits: Limits, folder: Path) -> LargeText:
    """Find out how a file is written; refuse what `texts.decode` and its fellows refuse."""
    with path.open("rb") as stream:
        begin = stream.read(4)
    if begin.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise unreadable(texts.UTF32)
    scan = _Scan.of(path)
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found = _translated(path, "utf-16", folder, scan)
    elif scan.nul is not None:
        raise unreadable(texts.NUL.format(_line_of(path, scan.nul)))
    elif scan.broken is None:
        start = len(codecs.BOM_UTF8) if begin.startswith(codecs.BOM_UTF8) else 0
        found = LargeText(path, start, scan.sha256, scan.has_controls)
        texts.refuse_binary(found.head())
    else:
        with path.open("rb") as stream:
            lines = stream.read(limits.mixed_encoding_bytes).split(b"\n")
        texts.refuse_mixed(lines, _line_of(path, scan.broken))
        found = _translated(path, "gb18030", folder, scan)
        texts.refuse_binary(found.head())
    if scan.is_blank:
        raise unreadable("文件是空的，没有任何内容。")
    return replace(found, has_quotes=_count_quotes(found) > 0)


@dataclass
class _Scan:
    """What one pass over the bytes found; `nul` and `broken` are places, `broken` of bad UTF-8."""

    sha256: str = ""
    nul: int | None = None
    broken: int | None = None
    has_controls: bool = False
    is_blank: bool = True

    @classmethod
    def of(cls, path: Path) -> "_Scan":
        scan, digest = cls(), hashlib.sha256()
        decoder = codecs.getincrementaldecoder("utf-8")()
        place = 0
        for piece in _pieces(path):
            digest.update(piece)
            scan._look_at(piece, place)
            if scan.nul is not None:
                break
            scan._decode(decoder, piece, place)
            place += len(piece)
        else:
            scan._decode(decoder, b"", place, final=True)
        scan.sha256 = digest.hexdigest()
        return scan

    def _look_at(self, piece: bytes, place: int) -> None:
        self.is_blank = self.is_blank and not piece.strip()
        self.has_controls = self.has_controls or len(piece) != len(piece.translate(None, CONTROLS))
        if self.has_controls and b"\x00" in piece:
            self.nul = place + piece.index(b"\x00")

    def _decode(
        self, decoder: codecs.IncrementalDecoder, piece: bytes, place: int, *, final: bool = False
    ) -> None:
        if self.broken is not None:
            return
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            self.broken = place - pending + error.start


def _pieces(path: Path, start: int = 0) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(start)
        while piece := stream.read(PIECE):
            yield piece


def _line_of(path: Path, place: int) -> int:
    """Return the number of the line in which a byte stands."""
    line, seen = 1, 0
    for piece in _pieces(path):
        if seen + len(piece) > place:
            return line + piece[: place - seen].count(b"\n")
        line, seen = line + piece.count(b"\n"), seen + len(piece)
    return line


def _translated(path: Path, encoding: str, folder: Path, scan: _Scan) -> LargeText:
    """Write the text as UTF-8 into the working folder."""
    copy = folder / "text.csv"
    decoder = codecs.getincrementaldecoder(encoding)()
    place = 0
    with copy.open("wb") as out:
        for piece in _ended(path):
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                line = _line_of(path, place - pending + error.start)
                raise unreadable(texts.UNKNOWN_ENCODING.format(line)) from error
            if encoding == "utf-16" and "\x00" in text:
                raise unreadable(texts.NUL_IN_UTF16)
            out.write(text.encode())
            place += len(piece)
    digest = scan.sha256 if scan.nul is None else _digest(path)
    return LargeText(copy, 0, digest, has_controls=True)


def _ended(path: Path) -> Iterator[bytes]:
    yield from _pieces(path)
    yield b""


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _count_quotes(text: LargeText) -> int:
    """Count the double quotes; refuse one that never closes."""
    count = sum(piece.count(b'"') for piece in _pieces(text.path, text.start))
    if count % 2 == 0:
        return count
    with text.path.open("rb") as stream:
        stream.seek(text.start)
        number = next(n for n, line in enumerate(stream, start=1) if line.count(b'"') % 2)
    raise unreadable(texts.OPEN_QUOTE.format(number))
