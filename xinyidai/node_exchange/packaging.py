"""The format of a package, 交换包: written here, read back in `unpacking`.

A zip archive with `manifest.json` in canonical form, `manifest.sig` and one JSON Lines file for
each kind. The manifest names every file with its SHA-256, so one signature stands for all.
"""

import base64
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from xinyidai.catalogue import kinds as catalogue
from xinyidai.kernel import clock
from xinyidai.node_exchange.values import PROTOCOL_VERSION, SignedText

FORMAT = "xinyidai-node-package"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
PACKAGE_DOMAIN = f"{FORMAT}/{PROTOCOL_VERSION}\n".encode()
RECEIPT_DOMAIN = f"xinyidai-node-receipt/{PROTOCOL_VERSION}\n".encode()
HEARTBEAT_DOMAIN = f"xinyidai-node-heartbeat/{PROTOCOL_VERSION}\n".encode()
REQUEST_DOMAIN = f"xinyidai-node-request/{PROTOCOL_VERSION}\n".encode()
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same package is the same bytes, whenever it is written

# Signs bytes; returns the id of the key and the signature.
Signer = Callable[[bytes], tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class PackageHead:
    """Where a package stands: its number on the link, and the digest of the one before."""

    id: UUID
    sequence: int
    previous: str
    sender: str
    receiver: str
    since: datetime | None = None


@dataclass(frozen=True)
class KindFile:
    """The lines of one kind; `kind` is the sender's code."""

    kind: str
    lines: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> str:
        """Return the file's name in the archive."""
        return f"{self.kind}.jsonl"


@dataclass(frozen=True)
class Written:
    """A package as bytes, with its manifest and the manifest's digest."""

    body: bytes
    manifest: Mapping[str, Any]
    digest: str
    signature: str


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return the one JSON text of a document: keys sorted, no spaces, UTF-8."""
    return json.dumps(
        document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def write_package(head: PackageHead, files: Iterable[KindFile], sign: Signer) -> Written:
    """Write a package and sign its manifest."""
    contents = {each.name: (each, _lines(each)) for each in files}
    manifest = _manifest(head, contents)
    text = canonical(manifest)
    key_id, value = sign(PACKAGE_DOMAIN + text)
    signature = f"{key_id} {base64.b64encode(value).decode()}"
    parts = {MANIFEST: text, SIGNATURE: f"{signature}\n".encode()}
    parts |= {name: data for name, (_, data) in contents.items()}
    return Written(_zipped(parts), manifest, sha256(text).hexdigest(), signature)


def sign_document(document: Mapping[str, Any], domain: bytes, sign: Signer) -> SignedText:
    """Sign a receipt or a heartbeat; `domain` keeps one from being taken for the other."""
    key_id, value = sign(domain + canonical(document))
    return SignedText(document, key_id, base64.b64encode(value).decode())


def _manifest(head: PackageHead, contents: Mapping[str, tuple[KindFile, bytes]]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": PROTOCOL_VERSION,
        "id": str(head.id),
        "sequence": head.sequence,
        "previous": head.previous,
        "from": head.sender,
        "to": head.receiver,
        "catalogue": catalogue.VERSION,
        "created_at": clock.now().isoformat(timespec="seconds"),
        "period": {
            "since": head.since.isoformat(timespec="seconds") if head.since else None,
            "until": clock.now().isoformat(timespec="seconds"),
        },
        "files": [
            {
                "name": name,
                "kind": each.kind,
                "rows": len(each.lines),
                "bytes": len(data),
                "sha256": sha256(data).hexdigest(),
            }
            for name, (each, data) in sorted(contents.items())
        ],
        "rows": sum(len(each.lines) for each, _ in contents.values()),
    }


def _lines(each: KindFile) -> bytes:
    return b"".join(canonical(line) + b"\n" for line in each.lines)


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return made.getvalue()
