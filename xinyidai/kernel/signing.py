"""Signing keys, 签名密钥: Ed25519, or SM2 with SM3; private halves are files, never rows.

Key ids and verifier keys (vkey) are those of C2SP signed-note: an id is the first four bytes of
SHA-256(name, line feed, type byte, public key); a vkey is `name+id+base64(type, public key)`.
SM2 has no type byte of its own there, so it is 0xff followed by our own identifier.
"""

import base64
import binascii
import hashlib
import importlib
import os
import re
import secrets
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask import current_app

from xinyidai.kernel.settings import Algorithm, Settings, SettingsError

__all__ = [
    "Algorithm",
    "KeyType",
    "PublicKey",
    "SigningKeyPair",
    "create",
    "current_settings",
    "generate",
    "key_path",
    "load",
]

SM2_IDENTIFIER = b"xinyidai-sm2-sm3-v1"
NAME = re.compile(r"[^\s+]+")
FILE_NAME = re.compile(r"[a-z]{1,32}")
OTHERS = 0o077
# PKCS#8 (RFC 5958) of a private key on the curve of SM2 (GB/T 35276): what stands before the
# 32 bytes of the secret, and between them and the 64 bytes of the public point.
SM2_BEFORE = bytes.fromhex(
    "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420"
)
SM2_BETWEEN = bytes.fromhex("a14403420004")
SM2_LENGTH = len(SM2_BEFORE) + 32 + len(SM2_BETWEEN) + 64
PEM = re.compile(r"-----BEGIN PRIVATE KEY-----\s+(.+?)-----END PRIVATE KEY-----", re.DOTALL)


class KeyType(IntEnum):
    """What a key signs, as the type byte of C2SP signed-note."""

    ED25519 = 0x01  # Ed25519 签名
    COSIGNATURE = 0x04  # 见证方对检查点的签名
    SM2 = 0xFF  # SM2 签名


@dataclass(frozen=True)
class PublicKey:
    """A public key under the name that signature lines show; `raw` is its encoding."""

    name: str
    type: KeyType
    raw: bytes

    @classmethod
    def parse(cls, verifier: str) -> "PublicKey":
        """Read a verifier key (vkey).

        Raises:
            ValueError: it is not one, its id is not that of the key, or its type is unknown.

        """
        name, _, rest = verifier.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        if not NAME.fullmatch(name):
            raise ValueError("the name of a key has neither spaces nor plus signs")
        body = base64.b64decode(encoded, validate=True)
        key = cls(name, *_split(body))
        if key.key_id != key_id:
            raise ValueError("the id is not that of the key")
        return key

    @property
    def algorithm(self) -> Algorithm:
        """Return the algorithm that made the signature."""
        return Algorithm.SM2 if self.type is KeyType.SM2 else Algorithm.ED25519

    @property
    def key_id(self) -> str:
        """Return the id as eight hexadecimal digits."""
        named = self.name.encode() + b"\n" + self._typed()
        return hashlib.sha256(named).hexdigest()[:8]

    @property
    def verifier(self) -> str:
        """Return the verifier key (vkey) that others are given."""
        return f"{self.name}+{self.key_id}+{base64.b64encode(self._typed()).decode()}"

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Tell whether the signature is this key's under the message; False for any bad bytes."""
        if self.type is KeyType.SM2:
            return _verify_sm2(self.raw, message, signature)
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _typed(self) -> bytes:
        identifier = SM2_IDENTIFIER if self.type is KeyType.SM2 else b""
        return bytes([self.type]) + identifier + self.raw


@dataclass(frozen=True)
class SigningKeyPair:
    """A private key with its public half."""

    public: PublicKey
    secret: bytes = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Return the signature: 64 bytes of Ed25519, or DER of SM2."""
        if self.public.type is KeyType.SM2:
            signed: bytes = _sm2().sm2_sign(self.secret, self.public.raw, message)
            return signed
        return Ed25519PrivateKey.from_private_bytes(self.secret).sign(message)

    def pem(self) -> str:
        """Return the private key as PEM of PKCS#8."""
        if self.public.type is KeyType.SM2:
            der = SM2_BEFORE + self.secret + SM2_BETWEEN + self.public.raw
        else:
            der = Ed25519PrivateKey.from_private_bytes(self.secret).private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        return _armoured(der)


def current_settings() -> Settings:
    """Return the settings of the application that runs: where keys lie, how the log is called."""
    settings: Settings = current_app.extensions["xinyidai.settings"]
    return settings


def key_path(folder: Path, name: str) -> Path:
    """Return the file of the private key `name`."""
    if not FILE_NAME.fullmatch(name):
        raise ValueError(f"no key is called {name!r}")
    return folder / f"{name}.pem"


def generate(key_name: str, algorithm: Algorithm) -> SigningKeyPair:
    """Draw a new key.

    Raises:
        SettingsError: SM2 is wanted and its package is absent.

    """
    if algorithm is Algorithm.SM2:
        public, secret = _sm2().sm2_key_generate()
        return SigningKeyPair(PublicKey(key_name, KeyType.SM2, public), secret)
    return _ed25519(key_name, Ed25519PrivateKey.generate())


def load(path: Path, key_name: str) -> SigningKeyPair | None:
    """Read a private key; None where the file is absent.

    Raises:
        SettingsError: others may read the file, or it holds no key that we know.

    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise _unreadable(path) from error
    if mode & OTHERS:
        raise SettingsError(f"私钥文件 {path} 允许他人读取，请执行 chmod 600 后重试。")
    return _read(text, path, key_name)


def create(path: Path, pair: SigningKeyPair) -> SigningKeyPair:
    """Keep a new private key in a file, 600; whoever comes second gets the first one's key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path, pair)
    try:
        os.link(draft, path)  # fails where the file exists, whatever other processes do meanwhile
    except FileExistsError:
        found = load(path, pair.public.name)
        if found is None:
            raise _unreadable(path) from None
        return found
    finally:
        draft.unlink()
    return pair


def _draft(path: Path, pair: SigningKeyPair) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(pair.pem())
        file.flush()
        os.fsync(file.fileno())
    return draft


def _read(text: str, path: Path, key_name: str) -> SigningKeyPair:
    found = PEM.search(text)
    try:
        der = base64.b64decode("".join(found[1].split()), validate=True) if found else b""
        if der.startswith(SM2_BEFORE) and len(der) == SM2_LENGTH:
            secret, public = der[len(SM2_BEFORE) :][:32], der[-64:]
            return SigningKeyPair(PublicKey(key_name, KeyType.SM2, public), secret)
        key = serialization.load_der_private_key(der, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unreadable(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable(path)
    return _ed25519(key_name, key)


def _ed25519(key_name: str, key: Ed25519PrivateKey) -> SigningKeyPair:
    raw = key.public_key().public_bytes_raw()
    return SigningKeyPair(PublicKey(key_name, KeyType.ED25519, raw), key.private_bytes_raw())


def _split(body: bytes) -> tuple[KeyType, bytes]:
    """Take the type off the front of an encoded key; lengths are fixed for every type."""
    kind, raw = KeyType(body[0] if body else 0), body[1:]
    length = 32
    if kind is KeyType.SM2:
        if not raw.startswith(SM2_IDENTIFIER):
            raise ValueError("a signature type that is not ours")
        raw, length = raw[len(SM2_IDENTIFIER) :], 64
    if len(raw) != length:
        raise ValueError("a public key of the wrong length")
    return kind, raw


def _armoured(der: bytes) -> str:
    text = binascii.b2a_base64(der, newline=False).decode()
    lines = [text[place : place + 64] for place in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----", ""])


def _unreadable(path: Path) -> SettingsError:
    return SettingsError(f"私钥文件 {path} 无法读取，请从备份中恢复该文件。")


def _verify_sm2(raw: bytes, message: bytes, signature: bytes) -> bool:
    library = _sm2()
    try:
        point = library.normalize_sm2_public_key(raw)
        return bool(library.sm2_verify(point, message, signature))
    except (library.GmsslInnerError, ValueError):
        return False


def _sm2() -> Any:
    try:
        return importlib.import_module("gmssl_pyx")
    except ImportError as error:
        raise SettingsError(
            "国密签名需要附加组件：请执行 pip install 'xinyidai[gm]'，"
            "或把 XINYIDAI_SIGNING 设为 ed25519。"
        ) from error
