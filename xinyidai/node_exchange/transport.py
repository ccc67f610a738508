"""How nodes talk, over HTTP: packages, receipts and heartbeats; no redirect is followed.

Whoever asks signs what it asks for: method, path, both nodes and the time, in three headers.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from xinyidai.kernel import clock
from xinyidai.kernel.signing import PublicKey
from xinyidai.node_exchange.errors import NodeRefused
from xinyidai.node_exchange.packaging import REQUEST_DOMAIN, Signer
from xinyidai.node_exchange.unpacking import LARGEST_PACKAGE

PACKAGES = "/api/v1/nodes/packages"
RECEIPTS = "/api/v1/nodes/receipts"
HEARTBEATS = "/api/v1/nodes/heartbeats"
CODE_HEADER, TIME_HEADER, SIGN_HEADER = "X-Node-Code", "X-Node-Time", "X-Node-Signature"
FRESH = timedelta(minutes=10)
TIMEOUT_SECONDS = 120  # taking a package in is part of the answer
LARGEST_ANSWER = 4 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
# Worth another attempt; every other refusal stays one until somebody does something.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class TransportError(RuntimeError):
    """The peer gave no answer, or refused; `expected` is the number that it waits for."""

    def __init__(
        self, message: str, *, code: str, is_passing: bool, expected: int | None = None
    ) -> None:
        """Keep what the peer said, and whether to try again."""
        super().__init__(message)
        self.message, self.code = message, code
        self.is_passing, self.expected = is_passing, expected


class _NoRedirect(HTTPRedirectHandler):
    """A signed request is meant for one address and no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing."""


def request_text(method: str, path: str, sender: str, receiver: str, moment: str) -> bytes:
    """Return what is signed for a request; `path` includes the query."""
    return REQUEST_DOMAIN + f"{method}\n{path}\n{sender}\n{receiver}\n{moment}".encode()


def signed_headers(path: str, sender: str, receiver: str, sign: Signer) -> dict[str, str]:
    """Return the headers with which a node proves who asks."""
    moment = clock.now().isoformat(timespec="seconds")
    key_id, value = sign(request_text("GET", path, sender, receiver, moment))
    return {
        CODE_HEADER: sender,
        TIME_HEADER: moment,
        SIGN_HEADER: f"{key_id} {base64.b64encode(value).decode()}",
    }


def require_request(path: str, headers: Mapping[str, str], receiver: str, key: PublicKey) -> None:
    """Raise `NodeRefused` unless the key signed this request within the last minutes."""
    moment = headers.get(TIME_HEADER, "")
    key_id, _, encoded = headers.get(SIGN_HEADER, "").partition(" ")
    text = request_text("GET", path, headers.get(CODE_HEADER, ""), receiver, moment)
    try:
        value = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if not is_fresh(moment) or key_id != key.key_id or not key.verify(text, value):
        raise NodeRefused(
            "请求的签名不对或已过期，请核对公钥和双方的系统时间。", code="bad_signature"
        )


def is_fresh(moment: object) -> bool:
    """Tell whether a text is an aware time within ten minutes of now."""
    try:
        said = datetime.fromisoformat(str(moment))
        return abs(clock.now() - said) <= FRESH
    except (ValueError, TypeError, OverflowError):
        return False


def post_package(base_url: str, body: bytes) -> dict[str, Any]:
    """Send a package; return the signed receipt as it came."""
    return _json(_ask(_request(base_url, PACKAGES, {"Content-Type": "application/zip"}, body)))


def post_document(base_url: str, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Send a signed receipt or heartbeat; return the answer."""
    data = json.dumps(document, ensure_ascii=False).encode()
    return _json(_ask(_request(base_url, path, {"Content-Type": "application/json"}, data)))


def get_json(base_url: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Ask with a signed request; return the answer."""
    return _json(_ask(_request(base_url, path, headers)))


def get_bytes(base_url: str, path: str, headers: Mapping[str, str]) -> bytes:
    """Fetch a package with a signed request."""
    return _ask(_request(base_url, path, headers), LARGEST_PACKAGE)


def _request(
    base_url: str, path: str, headers: Mapping[str, str], data: bytes | None = None
) -> Request:
    address = base_url.rstrip("/") + path
    return Request(address, data=data, headers=dict(headers))  # noqa: S310 - rules.ADDRESS bounds it


def _ask(request: Request, largest: int = LARGEST_ANSWER) -> bytes:
    try:
        with _opener(request.full_url).open(request, timeout=TIMEOUT_SECONDS) as answer:
            body: bytes = answer.read(largest + 1)
    except HTTPError as error:
        _refused(error)
    except (URLError, HTTPException, OSError) as error:
        raise TransportError(
            "对方没有应答，稍后自动重试。", code="unreachable", is_passing=True
        ) from error
    if len(body) > largest:
        raise TransportError("对方的应答太大。", code="bad_answer", is_passing=False)
    return body


def _opener(address: str) -> OpenerDirector:
    """Return what opens addresses; nothing on this machine is asked for through a proxy."""
    if urlsplit(address).hostname in LOOPBACK:
        return build_opener(_NoRedirect, ProxyHandler({}))
    return build_opener(_NoRedirect)


def _refused(error: HTTPError) -> NoReturn:
    with error:
        try:
            said = json.loads(error.read(LARGEST_ANSWER))
        except (ValueError, RecursionError, OSError, HTTPException):
            said = {}
    said = said if isinstance(said, dict) else {}
    expected = said.get("expected")
    raise TransportError(
        str(said.get("detail") or f"对方返回 {error.code}。")[:1000],
        code=str(said.get("code") or f"http_{error.code}")[:64],
        is_passing=error.code in PASSING,
        expected=expected if isinstance(expected, int) and expected > 0 else None,
    ) from error


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise TransportError(
            "对方的应答不是 JSON。", code="bad_answer", is_passing=False
        ) from error
    if not isinstance(found, dict):
        raise TransportError("对方的应答不是 JSON 对象。", code="bad_answer", is_passing=False)
    return found
