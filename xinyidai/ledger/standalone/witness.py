"""Co-sign checkpoints of the evidence log as a witness, 台账见证工具.

    python witness.py keygen NAME --out FILE          a key; NAME e.g. bank.example.cn/witness
    python witness.py cosign --key FILE --log-key VKEY --state FILE --url https://PLATFORM
    python witness.py cosign --key FILE --log-key VKEY --state FILE --steps FILE [--out FILE]

Needs Python 3.11 and the package `cryptography`, and nothing of the platform. It signs a checkpoint
only when the log's key signed it and a proof shows that it continues the last one it signed. What
it signed stays in the state file: keep that file, it is the evidence against a rewritten log.
Exit 0: signed, or nothing new. 1: refused; keep the state file and tell the credit office. 2: the
files, the arguments or the connection are not as they should be.
"""

import argparse
import base64
import io
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xinyidai.ledger.merkle import leaf_hash, verify_consistency, verify_inclusion
from xinyidai.ledger.standalone.signatures import (
    COSIGNATURE,
    END_OF_NOTE,
    ID_BYTES,
    TIME_BYTES,
    Checkpoint,
    Key,
    parse_checkpoint,
    parse_key,
    parse_note,
    signed_by,
    split_notes,
)

CLOCK_TOLERANCE = 300
TIMEOUT = 30
LARGEST_ANSWER = 4 << 20
NOT_FOUND = 404
PROOFS = ("proof", "header_proof")


class Refused(Exception):
    """The log does not continue what was signed before, or is not signed: do not sign."""


class Unusable(Exception):
    """Files, arguments or the connection are not as they should be."""


@dataclass(frozen=True)
class Signer:
    """The witness's private key and the name it signs under."""

    name: str
    secret: Ed25519PrivateKey

    @property
    def body(self) -> bytes:
        """Return type and public key, as vkeys carry them."""
        return COSIGNATURE + self.secret.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that name the key."""
        return sha256(f"{self.name}\n".encode() + self.body).digest()[:ID_BYTES]

    def verifier(self) -> str:
        """Return the public key that the platform and auditors are given."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self.body).decode()}"

    def line(self, text: str) -> str:
        """Return the signature line under a checkpoint's text."""
        seconds = int(time.time())
        signature = self.secret.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        blob = self.key_id + seconds.to_bytes(TIME_BYTES, "big") + signature
        return f"— {self.name} {base64.b64encode(blob).decode()}\n"


def check_step(step: dict[str, Any], log_key: Key, last: Checkpoint | None) -> Checkpoint:
    """Return the step's checkpoint, if it is signed and continues the last one.

    Raises:
        Refused: it is not, or does not.

    """
    try:
        note = parse_note(step["checkpoint"])
        new = parse_checkpoint(note.text)
        proofs = {part: [base64.b64decode(each) for each in step[part]] for part in PROOFS}
        old, header = int(step["old"]), step["header"]
    except (KeyError, TypeError, ValueError) as error:
        raise Refused("步骤无法读取 / a step cannot be read") from error
    if new.base != log_key.name or not signed_by(note, log_key):
        raise Refused("检查点不是该台账公钥签名的 / the log's key did not sign this checkpoint")
    if datetime.fromisoformat(new.sealed).timestamp() > time.time() + CLOCK_TOLERANCE:
        raise Refused("检查点的时间在未来 / the checkpoint is from the future")
    if last is None:
        return new
    if new.sealed < last.sealed:
        raise Refused("封存时间倒退 / the time of sealing went back")
    if new.month == last.month:
        _check_growth(last, new, old, proofs["proof"])
    else:
        _check_new_month(last, new, header, proofs["header_proof"])
    return new


def _check_growth(last: Checkpoint, new: Checkpoint, old: int, proof: list[bytes]) -> None:
    if old != last.size or new.size < last.size:
        raise Refused("台账比上次见证时短 / the log is shorter than what was signed before")
    if not verify_consistency(last.size, new.size, last.root, new.root, proof):
        raise Refused("台账与上次见证时不一致 / the log does not continue what was signed before")


def _check_new_month(last: Checkpoint, new: Checkpoint, header: Any, path: list[bytes]) -> None:
    """Check that the new month's first leaf names exactly the checkpoint signed last."""
    end = f"{last.base}/{last.month} {last.size} {last.root.hex()}"
    wanted = f"xyd1-segment {new.base}/{new.month} {end}"
    if new.month < last.month or header != wanted:
        raise Refused("新月段没有接上已见证的月末 / the month does not continue the one before")
    if not verify_inclusion(leaf_hash(wanted.encode()), 0, new.size, path, new.root):
        raise Refused("月段首条不在台账里 / the first leaf is not in the log")


def read_state(path: Path) -> list[str]:
    """Return the co-signed checkpoints kept so far, oldest first."""
    return split_notes(path.read_text(encoding="utf-8")) if path.exists() else []


def keep(path: Path, note: str) -> None:
    """Append a checkpoint to the state before anybody sees the signature."""
    with path.open("a", encoding="utf-8") as file:
        file.write(note + END_OF_NOTE)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep a second run away from the same state file."""
    lock = path.with_name(path.name + ".lock")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError as error:
        raise Unusable(f"另一个见证程序正在运行；如果没有，请删除 {lock} / lock file") from error
    try:
        yield
    finally:
        lock.unlink()


def cosign(options: argparse.Namespace) -> int:
    """Sign what is new; return how many checkpoints were signed."""
    signer, log_key = _load(options.key), _log_key(options.log_key)
    with alone(options.state):
        kept = read_state(options.state)
        last = parse_checkpoint(parse_note(kept[-1]).text) if kept else None
        signed = []
        for step in _steps(options, last):
            last = check_step(step, log_key, last)
            note = parse_note(step["checkpoint"]).text
            whole = _own_lines(step["checkpoint"], log_key) + signer.line(note)
            keep(options.state, whole)
            signed.append(whole)
    if options.out:
        options.out.write_text("".join(note + END_OF_NOTE for note in signed), encoding="utf-8")
    if options.url:
        # The last one again where nothing is new: its sending may have failed.
        for note in signed or kept[-1:]:
            _ask(options.url, "/api/v1/ledger/cosignatures", {"note": note})
    return len(signed)


def _own_lines(whole: str, log_key: Key) -> str:
    """Return the checkpoint with the log's own signature lines only."""
    note = parse_note(whole)
    blobs = [
        base64.b64encode(key_id + value).decode()
        for name, key_id, value in note.signatures
        if (name, key_id) == log_key[:2]
    ]
    return note.text + "\n" + "".join(f"— {log_key.name} {blob}\n" for blob in blobs)


def _steps(options: argparse.Namespace, last: Checkpoint | None) -> list[dict[str, Any]]:
    if options.url:
        known = {"origin": f"{last.base}/{last.month}", "size": last.size} if last else {}
        query = urllib.parse.urlencode(known)
        answer = _ask(options.url, f"/api/v1/ledger/witness-steps?{query}", None)
    else:
        try:
            answer = json.loads(options.steps.read_text(encoding="utf-8"))
        except ValueError as error:
            raise Unusable(f"步骤文件无法读取 / {options.steps} is not JSON") from error
    steps = answer.get("steps") if isinstance(answer, dict) else None
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise Unusable("没有见证步骤 / no steps in the answer")
    return steps


def _ask(url: str, path: str, body: dict[str, str] | None) -> Any:
    if not url.startswith(("https://", "http://")):
        raise Unusable("地址必须以 https:// 开头 / not an address of a web server")
    data = json.dumps(body).encode() if body else None
    headers = {"Content-Type": "application/json"} if body else {}
    request = urllib.request.Request(url.rstrip("/") + path, data, headers)  # noqa: S310 - checked
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - checked
            return json.loads(answer.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        detail = error.read(2000).decode("utf-8", "replace")
        if error.code == NOT_FOUND:
            raise Refused(f"台账不承认已见证的检查点 / the log denies it: {detail}") from error
        raise Unusable(f"平台答复 {error.code}: {detail}") from error
    except (OSError, ValueError) as error:
        raise Unusable(f"无法连接平台 / no connection: {error}") from error


def keygen(options: argparse.Namespace) -> str:
    """Make a key in a new file, 600; return its public half."""
    if not options.name or any(sign.isspace() or sign == "+" for sign in options.name):
        raise Unusable("名称不能含空格和加号 / a name has neither spaces nor plus signs")
    signer = Signer(options.name, Ed25519PrivateKey.generate())
    pem = signer.secret.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    descriptor = os.open(options.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{signer.name}\n{pem.decode()}")
    return signer.verifier()


def _load(path: Path) -> Signer:
    name, _, pem = path.read_text(encoding="utf-8").partition("\n")
    try:
        secret = serialization.load_pem_private_key(pem.encode(), password=None)
    except ValueError as error:
        raise Unusable(f"私钥文件无法读取 / {path} is not a key") from error
    if not isinstance(secret, Ed25519PrivateKey):
        raise Unusable(f"私钥文件无法读取 / {path} is not a key")
    return Signer(name, secret)


def _log_key(text: str) -> Key:
    try:
        return parse_key(text)
    except ValueError as error:
        raise Unusable(f"台账公钥的格式不对 / not a public key: {error}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        if options.command == "keygen":
            sys.stdout.write(f"{keygen(options)}\n")
        else:
            sys.stdout.write(f"已签 / signed: {cosign(options)}\n")
    except Refused as error:
        sys.stdout.write(f"拒绝签名 / refused: {error}\n")
        return 1
    except (Unusable, OSError) as error:
        sys.stdout.write(f"无法见证 / cannot witness: {error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="台账见证 / co-sign checkpoints of the ledger")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("keygen", help="生成密钥 / make a key")
    make.add_argument("name", help="如 / e.g. bank.example.cn/witness")
    make.add_argument("--out", required=True, type=Path, help="私钥文件 / file of the private key")
    sign = commands.add_parser("cosign", help="核对并签名 / check and sign")
    sign.add_argument("--key", required=True, type=Path, help="私钥文件 / file of the private key")
    sign.add_argument("--log-key", required=True, metavar="VKEY", help="台账公钥 / the log's key")
    sign.add_argument("--state", required=True, type=Path, help="已签检查点 / what was signed")
    sign.add_argument("--out", type=Path, help="新签的检查点 / what is signed now")
    source = sign.add_mutually_exclusive_group(required=True)
    source.add_argument("--url", help="平台地址 / address of the platform")
    source.add_argument("--steps", type=Path, help="离线步骤文件 / file of steps")
    return parser


if __name__ == "__main__":
    sys.exit(main())
