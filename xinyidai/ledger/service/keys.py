"""The platform's signing keys: made on first use, registered, replaced only by a command."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from sqlalchemy import func, select

from xinyidai.audit import service as audit
from xinyidai.kernel import signing
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.settings import SettingsError
from xinyidai.kernel.signing import PublicKey, SigningKeyPair
from xinyidai.ledger import policies, queries
from xinyidai.ledger.models import SigningKey
from xinyidai.ledger.values import Signature

LEDGER = "ledger"
REGISTER_LOCK = 0x58594B31
NAMES = frozenset({LEDGER, "consent", "report", "node", "model"})


def key_name(name: str) -> str:
    """Return under which name a key stands in signature lines; the ledger's is the log's origin."""
    origin = signing.current_settings().ledger_origin
    return origin if name == LEDGER else f"{origin.partition('/')[0]}/{name}"


def current_pair(name: str) -> SigningKeyPair:
    """Return the key pair in use; the very first use makes and registers it.

    Raises:
        SettingsError: this machine has not the key that the installation signs with.

    """
    path = _path(name)
    pair = signing.load(path, key_name(name))
    registered = queries.newest_key(name)
    if registered is None:
        return _register_first(name, path)
    if pair is None or pair.public.key_id != registered.key_id:
        pair = _finish_rotation(name, path, registered)
    return pair


def sign(name: str, message: bytes) -> Signature:
    """Sign with the current key of this name ("ledger", "consent" or "report").

    Raises:
        SettingsError: this machine has not the key that the installation signs with.

    """
    pair = current_pair(name)
    return Signature(pair.public.algorithm.value, pair.public.key_id, pair.sign(message))


def verify_signature(key_id: str, message: bytes, signature: bytes) -> bool:
    """Tell whether one of our registered keys, present or past, signed the message."""
    key = keys_by_id([key_id]).get(key_id)
    return key is not None and key.verify(message, signature)


def keys_by_id(key_ids: Collection[str]) -> dict[str, PublicKey]:
    """Return those of our registered keys, present or past, that have these ids."""
    found = {key.key_id: PublicKey.parse(key.verifier) for key in queries.keys_by_id(key_ids)}
    return {key_id: public for key_id, public in found.items() if public.key_id == key_id}


def rotate_key(actor: Actor, name: str) -> PublicKey:
    """Register a new key under the name; its file takes the old one's place on the next use.

    The old private key is kept beside it as NAME-ID.old.pem. Signatures it made stay good.
    """
    policies.require_manager(actor)
    old, path = current_pair(name), _path(name)
    new = signing.generate(key_name(name), signing.current_settings().signing)
    waiting = _waiting(path)
    with suppress(FileNotFoundError):  # of a rotation that was never registered
        waiting.unlink()
    signing.create(path.with_name(f"{name}-{old.public.key_id}.old.pem"), old)
    signing.create(waiting, new)
    _add(name, new)
    details = {"old": old.public.key_id, "new": new.public.key_id}
    audit.record(actor, "ledger:rotate_key", "signing_key", name, details)
    return new.public


def _path(name: str) -> Path:
    if name not in NAMES:
        raise ValueError(f"no key is called {name!r}")
    return signing.key_path(signing.current_settings().keys, name)


def _waiting(path: Path) -> Path:
    return path.with_suffix(".next.pem")


def _register_first(name: str, path: Path) -> SigningKeyPair:
    # One at a time: two machines must not both believe that theirs is the first key.
    db.session.execute(select(func.pg_advisory_xact_lock(REGISTER_LOCK)))
    if queries.newest_key(name) is not None:
        return current_pair(name)
    pair = signing.load(path, key_name(name))
    if pair is None:
        fresh = signing.generate(key_name(name), signing.current_settings().signing)
        pair = signing.create(path, fresh)
    _add(name, pair)
    return pair


def _finish_rotation(name: str, path: Path, registered: SigningKey) -> SigningKeyPair:
    """Put the next key in place where it is the registered one; any other file is refused."""
    waiting = signing.load(_waiting(path), key_name(name))
    if waiting is not None and waiting.public.key_id == registered.key_id:
        with suppress(FileNotFoundError):  # another process was faster
            _waiting(path).replace(path)
        return waiting
    pair = signing.load(path, key_name(name))
    if pair is not None and pair.public.key_id == registered.key_id:
        return pair  # put in place since we looked first
    raise SettingsError(
        f"本机没有签名密钥 {name}（编号 {registered.key_id}）：请把已有服务器的密钥目录"
        f"完整复制到 {path.parent}，或从备份恢复；不要新建密钥。"
    )


def _add(name: str, pair: SigningKeyPair) -> None:
    public = pair.public
    db.session.add(
        SigningKey(
            name=name,
            algorithm=public.algorithm.value,
            key_id=public.key_id,
            verifier=public.verifier,
        )
    )
    db.session.flush()
