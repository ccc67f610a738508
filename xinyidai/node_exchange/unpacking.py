"""Read a package of another node, which is believed nothing: limits first, then the signature.

Nothing is written to a disk and no name of an entry is ever used as a path. Sizes are counted
while unpacking, because an archive may lie about them.
"""

import base64
import binascii
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from xinyidai.kernel.signing import PublicKey
from xinyidai.node_exchange.errors import NodeRefused, PackageRefused
from xinyidai.node_exchange.packaging import FORMAT, MANIFEST, PACKAGE_DOMAIN, SIGNATURE, canonical
from xinyidai.node_exchange.values import PROTOCOL_VERSION, SignedText

MIB = 1024**2
LARGEST_PACKAGE = 32 * MIB
LARGEST_UNPACKED = 128 * MIB
LARGEST_RATIO = 100
FREE_BYTES = 1 * MIB  # may be unpacked at any ratio
LARGEST_MANIFEST = 1 * MIB
MOST_ENTRIES = 130
MOST_ROWS = 50_000
LONGEST_LINE = 256 * 1024
PLAIN_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 0x1
CHUNK = 64 * 1024
BROKEN = "文件不是完整的交换包（zip），请对方重新导出后再发。"
MANIFEST_KEYS = {
    "format", "version", "id", "sequence", "previous", "from", "to", "catalogue", "created_at",
    "period", "files", "rows",
}  # fmt: skip


@dataclass(frozen=True)
class PackageFile:
    """One file as the manifest announces it."""

    name: str
    kind: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Package:
    """A package whose form is sound; nothing in it is proved before `require_signed`."""

    body: bytes
    manifest: Mapping[str, Any]
    manifest_text: bytes
    signature: str
    id: UUID
    sequence: int
    previous: str
    sender: str
    receiver: str
    files: tuple[PackageFile, ...]

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the manifest, hexadecimal: the name of this package's content."""
        return sha256(self.manifest_text).hexdigest()


def open_package(body: bytes) -> Package:
    """Read manifest and signature of a package.

    Raises:
        PackageRefused: it is too large, no archive, or not in the form that we know.

    """
    if len(body) > LARGEST_PACKAGE:
        raise PackageRefused(
            f"交换包超过 {LARGEST_PACKAGE // MIB} MB，请对方拆成几个包再发。", code="too_large"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _require_harmless(archive)
            text = _unpacked(archive, MANIFEST, LARGEST_MANIFEST)
            signature = _unpacked(archive, SIGNATURE, CHUNK).decode("ascii").strip()
            names = set(archive.namelist())
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, ValueError) as error:
        raise PackageRefused(BROKEN, code="not_a_package") from error
    package = _read_manifest(body, text, signature)
    if names != {MANIFEST, SIGNATURE, *(file.name for file in package.files)}:
        raise PackageRefused(
            "交换包里的文件与清单所列的不一致，请对方重新导出。", code="files_differ"
        )
    return package


def require_signed(package: Package, key: PublicKey) -> None:
    """Raise `NodeRefused` unless the key signed the manifest."""
    key_id, _, encoded = package.signature.partition(" ")
    message = PACKAGE_DOMAIN + package.manifest_text
    if not _is_by(key, key_id, encoded, message):
        raise NodeRefused(
            "签名与登记的公钥不符：包可能被改动，或对方更换了密钥。请与对方核对公钥后重发。",
            code="bad_signature",
        )


def is_signed(text: SignedText, domain: bytes, key: PublicKey) -> bool:
    """Tell whether the key signed a receipt or a heartbeat."""
    return _is_by(key, text.key_id, text.signature, domain + canonical(text.document))


def read_lines(package: Package, file: PackageFile) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Yield number and content of each line; None for a line that is no JSON object.

    Raises:
        PackageRefused: the file is not the one that the manifest names.

    """
    with zipfile.ZipFile(io.BytesIO(package.body)) as archive:
        try:
            data = _unpacked(archive, file.name, LARGEST_UNPACKED)
        except (zipfile.BadZipFile, EOFError, zlib.error) as error:
            raise PackageRefused(BROKEN, code="not_a_package") from error
    if sha256(data).hexdigest() != file.sha256:
        raise PackageRefused(
            f"文件 {file.name} 与清单里的校验值不符，内容在途中被改动或损坏，请对方重发。",
            code="altered",
        )
    lines = data.split(b"\n")
    if lines[-1] or len(lines) - 1 != file.rows:
        raise PackageRefused(
            f"文件 {file.name} 的行数与清单不符，请对方重新导出。", code="wrong_count"
        )
    return enumerate(map(_object, lines[:-1]), start=1)


def read_signed(text: object) -> SignedText:
    """Return the signed document that came in.

    Raises:
        PackageRefused: it is not one.

    """
    if isinstance(text, dict) and set(text) == {"document", "key_id", "signature"}:
        document, key_id, signature = text["document"], text["key_id"], text["signature"]
        if isinstance(document, dict) and isinstance(key_id, str) and isinstance(signature, str):
            with suppress(ValueError):
                canonical(document)
                return SignedText(document, key_id, signature)
    raise PackageRefused("内容不是带签名的回执或心跳。", code="not_signed")


def _is_by(key: PublicKey, key_id: str, encoded: str, message: bytes) -> bool:
    try:
        value = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    return key_id == key.key_id and key.verify(message, value)


def _require_harmless(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or len({entry.filename for entry in entries}) < len(entries):
        raise PackageRefused("交换包里的文件太多或有重名，请对方重新导出。", code="files_differ")
    if any(e.flag_bits & ENCRYPTED or e.compress_type not in PLAIN_METHODS for e in entries):
        raise PackageRefused("交换包加了密或用了不支持的压缩方式。", code="not_a_package")
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > LARGEST_UNPACKED or total > max(FREE_BYTES, LARGEST_RATIO * packed):
        raise _bomb()


def _unpacked(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    read = bytearray()
    with archive.open(name) as stream:
        while chunk := stream.read(CHUNK):
            read += chunk
            if len(read) > largest:
                raise _bomb()
    return bytes(read)


def _bomb() -> PackageRefused:
    return PackageRefused(
        f"交换包解开后超过 {LARGEST_UNPACKED // MIB} MB 或压缩比异常，没有读取。请对方拆分。",
        code="too_large",
    )


def _read_manifest(body: bytes, text: bytes, signature: str) -> Package:
    try:
        manifest = json.loads(text)
        is_canonical = canonical(manifest) == text
    except (ValueError, RecursionError) as error:
        raise PackageRefused("清单 manifest.json 无法读取，请对方重新导出。") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise PackageRefused("清单不是节点交换包的清单。", code="unknown_format")
    if manifest.get("version") != PROTOCOL_VERSION:
        raise PackageRefused(
            f"交换包的格式版本是 {manifest.get('version')!r}，本节点只认 {PROTOCOL_VERSION}。"
            "请双方升级到同一版本。",
            code="unknown_format",
        )
    if set(manifest) != MANIFEST_KEYS or not is_canonical:
        raise PackageRefused("清单的写法不规范（字段或排列不对），请对方重新导出。")
    return _package(body, text, signature, manifest)


def _package(body: bytes, text: bytes, signature: str, manifest: Mapping[str, Any]) -> Package:
    try:
        files = tuple(_file(each) for each in manifest["files"])
        package = Package(
            body=body,
            manifest=manifest,
            manifest_text=text,
            signature=signature,
            id=UUID(manifest["id"]),
            sequence=_number(manifest["sequence"]),
            previous=_text(manifest["previous"]),
            sender=_text(manifest["from"]),
            receiver=_text(manifest["to"]),
            files=files,
        )
        rows = _number(manifest["rows"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PackageRefused("清单的内容不完整，请对方重新导出。") from error
    if rows != sum(file.rows for file in files) or rows > MOST_ROWS:
        raise PackageRefused(
            f"清单的行数不对，或超过 {MOST_ROWS} 行，请对方重新导出。", code="wrong_count"
        )
    return package


def _file(each: Mapping[str, Any]) -> PackageFile:
    kind = _text(each["kind"])
    if each["name"] != f"{kind}.jsonl":
        raise ValueError("a file is named after its kind")
    return PackageFile(each["name"], kind, _number(each["rows"]), _text(each["sha256"]))


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 200:  # noqa: PLR2004 - a bound, nothing more
        raise ValueError("a short text is expected")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise ValueError("a whole number is expected")
    return value


def _object(line: bytes) -> dict[str, Any] | None:
    if len(line) > LONGEST_LINE:
        return None
    try:
        value = json.loads(line)
        canonical(value)  # neither NaN nor half characters, which nobody could store
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
