"""Rules of deliveries, pure: names, signed texts, addresses of gateways, and mappings to draft."""

import base64
import binascii
import hashlib
import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from xinyidai.deliveries.values import CODE, NAME, Choice, SignedRequest

MIB = 1024**2
LARGEST_UPLOAD = 200 * MIB
LARGEST_PUSH = 64 * MIB
LARGEST_PULL = 64 * MIB
EXAMINED_AT_ONCE = 4 * MIB  # what is larger is looked at by a job, not while somebody waits
CLOCK_SKEW = timedelta(minutes=5)
KEPT_FILES = timedelta(days=90)  # how long the bytes of a delivery are kept; counts stay
LONGEST_FILE_NAME = 180  # bytes; a file system takes 255
SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".json", ".jsonl", ".ndjson", ".parquet")
PACKED = (".gz", ".zip")
PUSH_TYPES: Mapping[str, str] = {
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "text/csv": ".csv",
}
SOURCE_CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")
KEY_ID = re.compile(r"[0-9a-f]{16}")
NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9._:-]{8,100}")
SHA256 = re.compile(r"[0-9a-f]{64}")
TIMESTAMP = re.compile(r"\d{9,11}")
BATCH_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
PUSH_DOMAIN = "xinyidai-push-v1"
GATEWAY_DOMAIN = "xinyidai-gateway-v1"
PUBLIC_KEY_BYTES = 32
SPKI_BEFORE = bytes.fromhex("302a300506032b6570032100")  # RFC 8410, before the 32 bytes
PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s+(.+?)-----END PUBLIC KEY-----", re.DOTALL)
REGISTRATION, REGISTRAR = "registration", "market_regulation"


def clean_file_name(name: str) -> str:
    """Return a file's name without folders and signs that are not printed, shortened."""
    bare = re.split(r"[/\\]", name)[-1]
    shown = "".join(sign for sign in bare if sign.isprintable()).strip().lstrip(".")
    stem, dot, ending = shown.rpartition(".")
    while stem and len(f"{stem}{dot}{ending}".encode()) > LONGEST_FILE_NAME:
        stem = stem[:-1]
    kept = f"{stem}{dot}{ending}".encode()[:LONGEST_FILE_NAME]
    return kept.decode(errors="ignore")


def file_name_fault(name: str) -> str | None:
    """Return a sentence when the ending is none of a table."""
    bare = name.lower()
    if not bare:
        return "请选择要报送的文件。"
    for ending in PACKED:
        bare = bare.removesuffix(ending)
    if name.lower().endswith((*SUFFIXES, *PACKED)) and (bare != name.lower() or "." in bare):
        return None
    return "请报送 CSV、XLSX、JSON Lines 或 Parquet 文件，可压缩成 zip 或 gz；其他格式请先另存。"


def is_settled_name(name: str) -> bool:
    """Tell a file of the drop folder from one that a program still writes."""
    return not name.startswith((".", "~")) and not name.endswith((".part", ".tmp", ".crdownload"))


def signed_text(request: SignedRequest) -> bytes:
    """Return what the source signs: a line for each part, in this order."""
    parts = (
        PUSH_DOMAIN,
        request.method.upper(),
        request.path,
        request.source,
        request.key_id,
        request.timestamp,
        request.nonce,
        request.content_sha256,
        request.kind,
        request.file_name,
        request.idempotency_key,
    )
    return "\n".join(parts).encode()


def batch_text(source: str, batch_id: str, kind: str, sha256: str) -> bytes:
    """Return what a gateway signs for one of its batches."""
    return f"{GATEWAY_DOMAIN}\n{source}\n{batch_id}\n{kind}\n{sha256}".encode()


def request_faults(request: SignedRequest) -> list[str]:
    """Name the headers that are absent or have not their form."""
    forms = {
        "Xyd-Source": SOURCE_CODE.fullmatch(request.source),
        "Xyd-Key": KEY_ID.fullmatch(request.key_id),
        "Xyd-Timestamp": TIMESTAMP.fullmatch(request.timestamp),
        "Xyd-Nonce": NONCE.fullmatch(request.nonce),
        "Xyd-Content-SHA256": SHA256.fullmatch(request.content_sha256),
        "Xyd-Signature": decoded(request.signature),
    }
    return [name for name, is_fine in forms.items() if not is_fine]


def decoded(text: str) -> bytes | None:
    """Return base64 as bytes, or None."""
    try:
        return base64.b64decode(text, validate=True) if text.isascii() else None
    except (binascii.Error, ValueError):
        return None


def read_public_key(text: str) -> bytes | None:
    """Return the 32 bytes of an Ed25519 public key given as PEM or base64, or None.

    A private key is none: it must never have been sent.
    """
    pem = PEM.search(text)
    raw = decoded("".join((pem.group(1) if pem else text).split()))
    if raw is None:
        return None
    if len(raw) == len(SPKI_BEFORE) + PUBLIC_KEY_BYTES and raw.startswith(SPKI_BEFORE):
        raw = raw[len(SPKI_BEFORE) :]
    return raw if len(raw) == PUBLIC_KEY_BYTES and pem_is_public(text) else None


def pem_is_public(text: str) -> bool:
    """Tell whether no private key is in the text."""
    return "PRIVATE KEY" not in text


def key_id_of(public_key: bytes) -> str:
    """Return the id by which a request names its key: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def heading_signature(headings: Sequence[str]) -> str:
    """Return what tells files with the same cleaned headings, in the same order, from others."""
    return hashlib.sha256("\n".join(headings).encode()).hexdigest()


def address_fault(address: str, *, is_demo: bool) -> str | None:
    """Return a sentence when the platform must not fetch from this address.

    Outside of the demo only https is fetched from; never from this machine itself.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "网关地址写得不对，请填写 https:// 开头的地址。"
    if parts.scheme not in {"https", "http"} or not host or parts.username or parts.password:
        return "网关地址只能是 https:// 开头、不带账户和密码的地址。"
    if parts.query or parts.fragment or (port is not None and not port):
        return "网关地址不能带问号和井号后面的内容。"
    if is_demo:
        return None
    if parts.scheme != "https":
        return "网关地址必须以 https:// 开头：不加密的地址只能在演示里用。"
    return host_fault(host)


def host_fault(host: str) -> str | None:
    """Return a sentence when a host, by name or number, is this machine or no machine at all."""
    if host.lower().rstrip(".") == "localhost" or host.lower().endswith(".localhost"):
        return "网关地址不能是平台自己。"
    try:
        number = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    if number.is_loopback or number.is_link_local or number.is_unspecified or number.is_multicast:
        return "网关地址不能是平台自己或没有路由的地址。"
    return None


def choice_faults(choice: Choice, fields: Iterable[str], columns: Sequence[str]) -> dict[str, str]:
    """Return a sentence for everything in a clerk's choice that makes no mapping."""
    known = {"", CODE, NAME, *fields}
    if len(choice.targets) != len(columns) or not known.issuperset(choice.targets):
        return {"columns": "提交的列与文件不符，请刷新页面后重新选择。"}
    taken = Counter(target for target in choice.targets if target)
    faults = {}
    for target, count in taken.items():
        if count > 1:
            named = "、".join(
                f"“{column}”"
                for column, chosen in zip(columns, choice.targets, strict=True)
                if chosen == target
            )
            faults["columns"] = f"{named}选了同一个字段，请只留一列，其余选“不归集”。"
    if not {CODE, NAME} & taken.keys():
        faults["columns"] = "请指出哪一列是统一社会信用代码或企业名称，否则不知道说的是哪家企业。"
    return faults


def draft_of(
    choice: Choice, columns: Sequence[str], layout: Mapping[str, Any], needs: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the keys of the mapping that a choice makes.

    `layout` tells where the table stands. `needs` knows `required` fields, the `day` field, whether
    the day's column is `full`, and `constants` that the file's title gives.
    """
    named = {
        target: column
        for column, target in zip(columns, choice.targets, strict=True)
        if target and target not in {CODE, NAME}
    }
    subject = {
        role: column
        for role, mark in (("code", CODE), ("name", NAME))
        for column, target in zip(columns, choice.targets, strict=True)
        if target == mark
    }
    if choice.is_by_name and len(subject) > 1:
        subject["bad_code"] = "by_name"
    constants = {key: text for key, text in needs["constants"].items() if key not in named}
    day = needs["day"]
    lacking = [f for f in needs["required"] if f not in named and f not in constants and f != day]
    optional: dict[str, Any] = {
        "constants": constants,
        "absent": lacking,
        "undated": bool(day) and (day not in named or not needs["full"]),
        "day_first": choice.is_day_first,
        "values": {f: dict(texts) for f, texts in choice.options.items() if f in named and texts},
        "ignore": [
            column for column, target in zip(columns, choice.targets, strict=True) if not target
        ],
    }
    kind = {"kind": choice.kind} | ({"register": True} if choice.kind == REGISTRATION else {})
    draft = kind | dict(layout) | {"subject": subject, "columns": named}
    return draft | {key: value for key, value in optional.items() if value}
