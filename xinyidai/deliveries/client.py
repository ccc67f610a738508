"""The reference client of the push interface: sign a file and send it.

What it signs is what `docs/api.md` describes; a source may build its own client after it.
"""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from xinyidai.deliveries.rules import PUSH_TYPES, key_id_of, signed_text
from xinyidai.deliveries.values import SignedRequest
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.signing import SigningKeyPair

TIMEOUT_SECONDS = 60
LARGEST_ANSWER = 8 * 1024**2
PATH = "/api/v1/deliveries"
NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Sender:
    """Who sends: the source's code, its private key, and the platform's address."""

    source: str
    key: SigningKeyPair
    address: str


def push(
    sender: Sender, content: bytes, file_name: str, *, kind: str = "", idempotency_key: str = ""
) -> dict[str, Any]:
    """Send a body and return the receipt.

    Raises:
        InvalidInput: the ending is none of the interface's, or the platform refused; its sentence.

    """
    suffix = Path(file_name).suffix.lower()
    content_type = next((kind for kind, ending in PUSH_TYPES.items() if ending == suffix), None)
    if content_type is None:
        raise InvalidInput("推送只接收 .jsonl 和 .csv 文件，其他格式请在页面上传。")
    request = SignedRequest(
        method="POST",
        path=PATH,
        source=sender.source,
        key_id="",
        timestamp="",
        nonce="",
        content_sha256=hashlib.sha256(content).hexdigest(),
        signature="",
        kind=kind,
        file_name=quote(file_name),
        idempotency_key=idempotency_key,
    )
    headers = headers_of(sender.key, request) | {"Content-Type": content_type}
    return _send(Request(f"{sender.address}{PATH}", content, headers, method="POST"))  # noqa: S310 - `_send` checks it


def ask(sender: Sender, delivery_id: str, *, page: int = 1) -> dict[str, Any]:
    """Return how far a delivery is, with a page of its rejected rows."""
    path = f"{PATH}/{delivery_id}?page={page}"
    request = SignedRequest("GET", path, sender.source, "", "", "", NOTHING, "")
    return _send(Request(f"{sender.address}{path}", headers=headers_of(sender.key, request)))  # noqa: S310 - as above


def headers_of(key: SigningKeyPair, request: SignedRequest) -> dict[str, str]:
    """Return the headers of a request, signed now under a fresh nonce."""
    dated = replace(
        request,
        key_id=key_id_of(key.public.raw),
        timestamp=str(int(time.time())),
        nonce=secrets.token_hex(16),
    )
    return signed_headers(key, dated)


def signed_headers(key: SigningKeyPair, request: SignedRequest) -> dict[str, str]:
    """Return the headers of a request whose every part is given."""
    signature = base64.b64encode(key.sign(signed_text(request))).decode()
    optional = {
        "Xyd-Kind": request.kind,
        "Xyd-File-Name": request.file_name,
        "Idempotency-Key": request.idempotency_key,
    }
    return {
        "Xyd-Source": request.source,
        "Xyd-Key": request.key_id,
        "Xyd-Timestamp": request.timestamp,
        "Xyd-Nonce": request.nonce,
        "Xyd-Content-SHA256": request.content_sha256,
        "Xyd-Signature": signature,
        **{name: text for name, text in optional.items() if text},
    }


def _send(request: Request) -> dict[str, Any]:
    if urlsplit(request.full_url).scheme not in {"http", "https"}:
        raise InvalidInput("平台地址请写成 https://… 。")
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=TIMEOUT_SECONDS) as answer:
            return _read(answer.read(LARGEST_ANSWER))
    except HTTPError as error:
        problem = _read(error.read(LARGEST_ANSWER))
        raise InvalidInput(
            str(problem.get("detail") or f"平台回答了 {error.code}。"),
            code=str(problem.get("code") or "refused"),
        ) from error
    except (URLError, OSError) as error:
        raise InvalidInput("平台连接不上，请检查地址和网络。", code="unreachable") from error


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
