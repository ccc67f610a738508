"""Open what was delivered: a plain file, a gzip or a zip with one file in it, never more.

What is inside decides, not the name; an archive in an archive, a bomb or a file of another trade
is refused with a sentence that says what to send instead.
"""

import codecs
import gzip
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from xinyidai.credit_records.collecting.limits import Limits, size_words
from xinyidai.credit_records.collecting.refusing import unreadable

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
ARCHIVES = (GZIP, b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd")
TAR_MARK = slice(257, 262)
CHUNK = 1024**2
ENCRYPTED = 0x1
UTF8_NAME = 0x800
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError)
NO_TABLES = {
    b"%PDF": "这是 PDF 文件，不是表格。请从业务系统导出 CSV 或 XLSX 后再报送。",
    b"\x89PNG": "这是图片，不是表格。请报送 CSV 或 XLSX 文件，不要报送截图。",
    b"\xff\xd8\xff": "这是图片，不是表格。请报送 CSV 或 XLSX 文件，不要报送截图。",
    b"GIF8": "这是图片，不是表格。请报送 CSV 或 XLSX 文件，不要报送截图。",
    b"{\\rtf": "这是 RTF 文档，不是表格。请把表格另存为 CSV 或 XLSX 后再报送。",
    b"SQLite format 3": "这是数据库文件，不是表格。请导出 CSV 或 XLSX 后再报送。",
    b"\x7fELF": "这是程序文件，不是表格，不予接收。请报送 CSV 或 XLSX 文件。",
    b"MZ\x90": "这是程序文件，不是表格，不予接收。请报送 CSV 或 XLSX 文件。",
    b"ORC": "这是 ORC 文件，平台不读。请导出 Parquet 或 CSV 后再报送。",
    b"Obj\x01": "这是 Avro 文件，平台不读。请导出 Parquet 或 CSV 后再报送。",
}
MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<workbook")
OLD_WORKBOOK = "这是旧版 .xls 工作簿，请用表格软件另存为 .xlsx 后再报送。"
LOCKED_WORKBOOK = "工作簿设有打开密码，无法读取。请取消密码、另存为 .xlsx 后再报送。"
DAMAGED_GZIP = "压缩文件不完整或已损坏，请重新压缩后再报送。"
DAMAGED_ZIP = "压缩包不完整或已损坏，无法解开，请重新压缩后再报送。"
WORKBOOK_TOO_LARGE = "工作簿解压后超过 {}，请拆分，或另存为 CSV 后再报送。"
NOT_BY_PIECES = (".jsonl", ".ndjson", ".json", ".parquet")
NESTED = "压缩包里还是压缩包，不逐层解开。请直接报送里面的表格文件。"


@dataclass(frozen=True)
class Delivery:
    """The bytes of one table, unpacked, and the lower-case name that says what they are."""

    content: bytes
    name: str

    @property
    def is_workbook(self) -> bool:
        """Tell whether these are the bytes of an XLSX workbook, or are said to be."""
        return self.content.startswith(ZIP) or self.name.endswith((".xlsx", ".xlsm"))


def open_delivery(path: Path, limits: Limits) -> Delivery:
    """Read and unpack a file; raise `InvalidInput` when it is no single table file."""
    content, name = _read(path, limits), path.name.lower()
    if content.startswith(GZIP):
        content, name = _gunzipped(content, limits), name.removesuffix(".gz")
        _refuse_archive(content)
    elif _is_archive(content, name):
        content, name = _unzipped(content, limits)
        _refuse_archive(content)
    _refuse_foreign(content, name)
    return Delivery(content, name)


def large_table(path: Path, limits: Limits, folder: Path) -> Path | None:
    """Return where the bytes of a large CSV lie, unpacked into `folder` if they were packed.

    None when it is small, or of a format that is not read piece by piece; what `open_delivery`
    refuses is refused here, without reading all of it.
    """
    _refuse_size(path, limits)
    with path.open("rb") as stream:
        begin = stream.read(CHUNK)
    place, name = path, path.name.lower()
    if begin.startswith(GZIP):
        place, name = _gunzipped_to(folder, path, limits), name.removesuffix(".gz")
    elif begin.startswith(ZIP) and _is_archive_file(path, name):
        place, name = _unzipped_to(folder, path, limits)
    if place.stat().st_size <= limits.streamed_bytes:
        return None
    with place.open("rb") as stream:
        begin = stream.read(CHUNK)
    if begin.startswith(ZIP) and place == path and path.stat().st_size > limits.workbook_bytes:
        raise unreadable(WORKBOOK_TOO_LARGE.format(size_words(limits.workbook_bytes)))
    if begin.startswith((ZIP, EMPTY_ZIP, OLE, b"PAR1")) or name.endswith(NOT_BY_PIECES):
        return None
    if place != path:
        _refuse_archive(begin)
    _refuse_foreign(begin, name)
    is_json = begin.removeprefix(codecs.BOM_UTF8).lstrip()[:2] in {b'{"', b"[{"}
    return None if is_json else place


def _gunzipped_to(folder: Path, path: Path, limits: Limits) -> Path:
    try:
        with gzip.open(path) as stream:
            return _written(folder, _pieces(stream, path.stat().st_size, limits))
    except DAMAGED as error:
        raise unreadable(DAMAGED_GZIP) from error


def _unzipped_to(folder: Path, path: Path, limits: Limits) -> tuple[Path, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            entry = _only_entry(archive, limits)
            with archive.open(entry) as stream:
                place = _written(folder, _pieces(stream, max(entry.compress_size, 1), limits))
    except (*DAMAGED, ValueError, RuntimeError) as error:
        raise unreadable(DAMAGED_ZIP) from error
    return place, PurePosixPath(_name_of(entry)).name.lower()


def _written(folder: Path, pieces: Iterator[bytes]) -> Path:
    place = folder / "unpacked"
    with place.open("wb") as out:
        out.writelines(pieces)
    return place


def _is_archive_file(path: Path, name: str) -> bool:
    if name.endswith((".xlsx", ".xlsm")):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" not in archive.namelist()
    except (*DAMAGED, ValueError):
        return name.endswith(".zip")


def _refuse_size(path: Path, limits: Limits) -> None:
    if not path.is_file():
        raise unreadable(f"找不到文件“{path.name}”，请检查路径。")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(f"文件“{path.name}”无法打开：{error.strerror}。") from error
    if size > limits.file_bytes:
        raise unreadable(
            f"文件超过 {size_words(limits.file_bytes)}，请按月份或地区拆分后分批报送。"
        )


def _read(path: Path, limits: Limits) -> bytes:
    _refuse_size(path, limits)
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(f"文件“{path.name}”无法打开：{error.strerror}。") from error


def _gunzipped(content: bytes, limits: Limits) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            return _inflated(stream, len(content), limits)
    except DAMAGED as error:
        raise unreadable(DAMAGED_GZIP) from error


def _inflated(stream: IO[bytes] | gzip.GzipFile, packed: int, limits: Limits) -> bytes:
    return b"".join(_pieces(stream, packed, limits))


def _pieces(stream: IO[bytes] | gzip.GzipFile, packed: int, limits: Limits) -> Iterator[bytes]:
    """Unpack piece by piece and stop as soon as it becomes too much."""
    total = 0
    while piece := stream.read(CHUNK):
        total += len(piece)
        if total > limits.unpacked_bytes:
            raise unreadable(
                f"文件解压后超过 {size_words(limits.unpacked_bytes)}，请拆分后分批报送。"
            )
        if total > limits.free_bytes and total > packed * limits.unpacking_ratio:
            raise unreadable(
                f"压缩比超过 {limits.unpacking_ratio} 倍，疑似压缩炸弹，没有解开。"
                "如确有这样的数据，请不压缩直接报送。"
            )
        yield piece


def _is_archive(content: bytes, name: str) -> bool:
    """Tell a zip that carries a file from a workbook, which is a zip too."""
    if content.startswith(EMPTY_ZIP):
        return True
    if not content.startswith(ZIP) or name.endswith((".xlsx", ".xlsm")):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "[Content_Types].xml" not in archive.namelist()
    except (*DAMAGED, ValueError):
        return name.endswith(".zip")


def _unzipped(content: bytes, limits: Limits) -> tuple[bytes, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entry = _only_entry(archive, limits)
            with archive.open(entry) as stream:
                inner = _inflated(stream, max(entry.compress_size, 1), limits)
    except (*DAMAGED, ValueError, RuntimeError) as error:
        raise unreadable(DAMAGED_ZIP) from error
    return inner, PurePosixPath(_name_of(entry)).name.lower()


def _only_entry(archive: zipfile.ZipFile, limits: Limits) -> zipfile.ZipInfo:
    entries = archive.infolist()
    if len(entries) > limits.archive_entries:
        raise unreadable(f"压缩包里有 {len(entries)} 个文件，请只放一个表格文件。")
    files = [
        entry
        for entry in entries
        if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")
    ]
    if not files:
        raise unreadable("压缩包里没有文件，请检查后重新压缩。")
    if len(files) > 1:
        named = "、".join(_name_of(entry) for entry in files[:5])
        raise unreadable(f"压缩包里有 {len(files)} 个文件（{named}），请每个压缩包只放一个。")
    _refuse_entry(files[0], limits)
    return files[0]


def _refuse_entry(entry: zipfile.ZipInfo, limits: Limits) -> None:
    name = _name_of(entry)
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name or "\x00" in entry.orig_filename:
        raise unreadable("压缩包里的文件名带有路径跳转，不安全，没有解开。请重新压缩后再报送。")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise unreadable("压缩包里是链接而不是文件，请压缩文件本身后再报送。")
    if entry.flag_bits & ENCRYPTED:
        raise unreadable("压缩包设有密码，无法解开。请不设密码重新压缩后再报送。")
    if entry.file_size > limits.unpacked_bytes:
        raise unreadable(f"文件解压后超过 {size_words(limits.unpacked_bytes)}，请拆分后分批报送。")


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Read the name as Chinese Windows writes it when the archive does not say UTF-8."""
    if entry.flag_bits & UTF8_NAME:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _refuse_archive(content: bytes) -> None:
    is_zip = content.startswith((ZIP, EMPTY_ZIP))
    if content.startswith(ARCHIVES) or (is_zip and _is_archive(content, "")):
        raise unreadable(NESTED)


def _refuse_foreign(content: bytes, name: str) -> None:
    if content.startswith(OLE):
        raise unreadable(LOCKED_WORKBOOK if ENCRYPTED_PACKAGE in content else OLD_WORKBOOK)
    if content.startswith(ARCHIVES) or content[TAR_MARK] == b"ustar":
        raise unreadable("平台不解这种压缩格式，请改用 zip 或 gz，每个压缩包只放一个文件。")
    for mark, sentence in NO_TABLES.items():
        if content.startswith(mark):
            raise unreadable(sentence)
    if content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        raise unreadable("这是网页或 XML 文件，不是表格。请用表格软件打开后另存为 .xlsx 再报送。")
    if name.endswith((".xlsx", ".xlsm")) and not content.startswith(ZIP):
        raise unreadable("文件名是 Excel 工作簿，内容却不是；不完整或已损坏，请重新导出 .xlsx。")
    if content.startswith(ZIP):
        _refuse_other_office(content)


def _refuse_other_office(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (*DAMAGED, ValueError):
        return
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise unreadable("这是 Word 或 PPT 文档，不是表格。请把表格另存为 .xlsx 后再报送。")
    if "mimetype" in names:
        raise unreadable("这是 ODS 等开放文档格式，请用表格软件另存为 .xlsx 后再报送。")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise unreadable("工作簿带有宏，不予接收。请另存为不带宏的 .xlsx 后再报送。")
    if any(name.endswith("workbook.bin") for name in names):
        raise unreadable("这是 .xlsb 二进制工作簿，请用表格软件另存为 .xlsx 后再报送。")
