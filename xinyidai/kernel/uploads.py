"""Files that people attach, 附件: what they are is told by their content, never by their name.

PDF, JPEG and PNG only. A PDF that runs something, carries other files or is encrypted is refused:
who checks it must be able to open it without harm.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import PurePosixPath

from xinyidai.kernel.errors import InvalidInput

MIB = 1024 * 1024
LONGEST_NAME = 100
PDF_START = re.compile(rb"\s{0,8}%PDF-[12]\.\d")
PDF_END = b"%%EOF"
JPEG_START, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND"
TAIL = 2048
# Names of PDF 32000-1, 7.7 and 12.6: scripts, programs, files inside, encryption. Any letter of a
# name may be written as #xx, so the names are read with those put right.
UNWANTED = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|Encrypt|XFA|RichMedia)\b")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class FileType(StrEnum):
    """What an attachment is, 附件格式; the value is its ending."""

    PDF = "pdf"  # PDF 文件
    JPEG = "jpg"  # JPG 图片
    PNG = "png"  # PNG 图片

    @property
    def media_type(self) -> str:
        """Return the media type to send it with."""
        return {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}[self.value]


@dataclass(frozen=True)
class Upload:
    """A file that passed: its name without folders and with the ending of what it is."""

    name: str
    type: FileType
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the digest of the content, hexadecimal."""
        return sha256(self.content).hexdigest()


def read_upload(name: str, content: bytes, *, most_mib: int, field: str = "file") -> Upload:
    """Check a file and return it as it may be kept.

    Raises:
        InvalidInput: empty, larger than `most_mib`, or not a sound PDF, JPEG or PNG.

    """
    if not content:
        raise _fault(field, "请选择一个文件；空文件不能上传。")
    if len(content) > most_mib * MIB:
        raise _fault(field, f"文件不能超过 {most_mib} MB。请压缩图片或拆分后再传。")
    found = _type_of(content)
    if found is None:
        raise _fault(
            field, "只能上传 PDF、JPG 或 PNG 文件；改名的其他文件、损坏的文件不能上传。请重新选择。"
        )
    if found is FileType.PDF and UNWANTED.search(_plain(content)):
        raise _fault(
            field, "这个 PDF 带有脚本、附件或密码，不能上传。请用打印功能另存为普通 PDF 后再传。"
        )
    return Upload(_clean_name(name, found), found, content)


def _type_of(content: bytes) -> FileType | None:
    if PDF_START.match(content) and PDF_END in content[-TAIL:]:
        return FileType.PDF
    if content.startswith(JPEG_START) and JPEG_END in content[-TAIL:]:
        return FileType.JPEG
    if content.startswith(PNG_START) and PNG_END in content[-TAIL:]:
        return FileType.PNG
    return None


def _plain(content: bytes) -> bytes:
    return ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), content)


def _clean_name(name: str, kind: FileType) -> str:
    last = PurePosixPath(UNSEEN.sub("", name).replace("\\", "/")).name
    stem = PurePosixPath(last).stem.strip(". ")[:LONGEST_NAME] or "附件"
    return f"{stem}.{kind.value}"


def _fault(field: str, words: str) -> InvalidInput:
    return InvalidInput(words, fields={field: words}, code="bad_file")
