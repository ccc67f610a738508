"""A small gateway for tests and the demo: it offers the files of a folder as signed batches.

An invented source (虚构来源): it says so in its first answer. A department's own gateway speaks the
same protocol (docs/api.md).
"""

import base64
import hashlib
import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from xinyidai.deliveries.rules import BATCH_ID, batch_text
from xinyidai.kernel.signing import SigningKeyPair

MOST_BATCHES = 100
NOTICE = "演示网关：来源和数据均为虚构，不得用于真实业务。"


class Offer:
    """What is offered: the files `<kind>~<batch>.jsonl` of a folder, by the batch."""

    def __init__(self, folder: Path, source: str, key: SigningKeyPair) -> None:
        """Keep the folder, the source's code and its private key."""
        self.folder, self.source, self.key = folder, source, key

    def batches(self, after: str) -> list[dict[str, str]]:
        """Return the batches behind the cursor, by name."""
        found = [self._batch(path) for path in sorted(self.folder.glob("*~*.*"))]
        later = [batch for batch in found if batch["id"] > after]
        return sorted(later, key=lambda batch: batch["id"])[:MOST_BATCHES]

    def content(self, batch_id: str) -> bytes | None:
        """Return the bytes of a batch, or None."""
        for path in self.folder.glob("*~*.*"):
            if self._id(path) == batch_id:
                return path.read_bytes()
        return None

    @staticmethod
    def _id(path: Path) -> str:
        return path.stem.partition("~")[2]

    def _batch(self, path: Path) -> dict[str, str]:
        kind, batch_id = path.stem.partition("~")[0], self._id(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        signature = self.key.sign(batch_text(self.source, batch_id, kind, sha256))
        return {
            "id": batch_id,
            "kind": kind,
            "file_name": path.name,
            "sha256": sha256,
            "signature": base64.b64encode(signature).decode(),
        }


def make_server(offer: Offer, port: int, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """Return a server that is not running yet; port 0 takes a free one."""

    class Handler(_Handler):
        offered = offer

    return ThreadingHTTPServer((host, port), Handler)


class _Handler(BaseHTTPRequestHandler):
    offered: ClassVar[Offer]

    def do_GET(self) -> None:
        """Answer one request."""
        parts = urlsplit(self.path)
        match parts.path.strip("/").split("/"):
            case [""]:
                self._say({"notice": NOTICE, "source": self.offered.source})
            case ["batches"]:
                after = parse_qs(parts.query).get("after", [""])[0]
                self._say({"notice": NOTICE, "batches": self.offered.batches(after)})
            case ["batches", batch_id]:
                self._hand_out(unquote(batch_id))
            case _:
                self.send_error(HTTPStatus.NOT_FOUND)

    def _hand_out(self, batch_id: str) -> None:
        content = self.offered.content(batch_id) if BATCH_ID.fullmatch(batch_id) else None
        if content is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self._send(content, "application/x-ndjson")

    def _say(self, document: dict[str, Any]) -> None:
        self._send(json.dumps(document, ensure_ascii=False).encode(), "application/json")

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Stay quiet."""
