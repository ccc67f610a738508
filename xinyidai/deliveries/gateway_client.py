"""Fetch batches from a gateway, 拉取: our own small protocol over HTTPS, see docs/api.md.

Nothing that comes is believed: no redirect is followed, no proxy asked, sizes and times are
capped, and who said it is checked by the source's registered key.
"""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from xinyidai.deliveries.rules import BATCH_ID, SHA256, address_fault, decoded, host_fault
from xinyidai.deliveries.store import Readable
from xinyidai.kernel.errors import DomainError

TIMEOUT_SECONDS = 20
LONGEST_SECONDS = 300
LARGEST_LIST = 1024**2
MOST_BATCHES = 100
OK = 200


class GatewayTrouble(DomainError):
    """The gateway could not be reached, or did not say what it has to."""

    default_code = "gateway_trouble"


@dataclass(frozen=True)
class GatewayBatch:
    """One batch that a gateway offers; nothing of it is checked but its form."""

    id: str
    kind: str
    file_name: str
    sha256: str
    signature: bytes


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing: the address was checked, the next one was not."""


class Gateway:
    """A gateway at an address that was checked when it was registered, and is checked again."""

    def __init__(self, address: str, *, is_demo: bool) -> None:
        """Keep the address; `is_demo` lets one of this machine through."""
        fault = address_fault(address, is_demo=is_demo)
        if fault:
            raise GatewayTrouble(fault)
        self.address = address
        self.is_demo = is_demo
        self._opener: OpenerDirector = build_opener(ProxyHandler({}), _NoRedirects())

    def list_after(self, cursor: str) -> list[GatewayBatch]:
        """Return the batches behind the cursor, oldest first; an empty cursor means all."""
        with self._open(f"/batches?after={quote(cursor, safe='')}") as answer:
            body = answer.read(LARGEST_LIST + 1)
        try:
            listed = json.loads(body)["batches"]
            batches = [_batch(entry) for entry in listed]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise GatewayTrouble("网关给出的批次清单不符合约定。") from error
        if len(body) > LARGEST_LIST or len(batches) > MOST_BATCHES:
            raise GatewayTrouble(f"网关一次最多列出 {MOST_BATCHES} 批。")
        return batches

    @contextmanager
    def open_batch(self, batch_id: str) -> Iterator[Readable]:
        """Open the content of a batch for reading; it ends when it takes too long."""
        with self._open(f"/batches/{quote(batch_id, safe='')}") as answer:
            yield _Patient(answer)

    @contextmanager
    def _open(self, path: str) -> Iterator[Any]:
        self._refuse_own_hosts()
        request = Request(f"{self.address}{path}", headers={"Accept": "*/*"})  # noqa: S310 - https, or http in the demo
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                if answer.status != OK:
                    raise GatewayTrouble(f"网关回答了 {answer.status}。")
                yield answer
        except HTTPError as error:
            error.close()
            raise GatewayTrouble(f"网关回答了 {error.code}。") from error
        except (URLError, OSError, http.client.HTTPException) as error:
            raise GatewayTrouble("网关连接不上，或中途断开。") from error

    def _refuse_own_hosts(self) -> None:
        """Look at the addresses behind the name: a name may lead to this machine as well."""
        if self.is_demo:
            return
        host = urlsplit(self.address).hostname or ""
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            raise GatewayTrouble("网关的域名解析不了。") from error
        for entry in found:
            fault = host_fault(str(entry[4][0]).partition("%")[0])
            if fault:
                raise GatewayTrouble(fault)


class _Patient:
    """A stream that gives up when the whole of it takes too long, however lively it drips."""

    def __init__(self, answer: Readable) -> None:
        self.answer = answer
        self.deadline = time.monotonic() + LONGEST_SECONDS

    def read(self, size: int = -1) -> bytes:
        """Return what comes next."""
        if time.monotonic() > self.deadline:
            raise GatewayTrouble(f"网关传一批用了超过 {LONGEST_SECONDS} 秒，已停止。")
        return self.answer.read(size)


def _batch(entry: Any) -> GatewayBatch:
    signature = decoded(str(entry["signature"]))
    batch_id, sha256 = str(entry["id"]), str(entry["sha256"])
    if signature is None or not BATCH_ID.fullmatch(batch_id) or not SHA256.fullmatch(sha256):
        raise ValueError(batch_id)
    return GatewayBatch(batch_id, str(entry["kind"]), str(entry["file_name"]), sha256, signature)
