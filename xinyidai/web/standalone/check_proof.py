"""Check one proof of the evidence log without the platform, 存证证明独立核验.

    python check_proof.py PROOF.json --key VKEY [--witness VKEY] ...

Needs Python 3.11 and the package `cryptography`. Take the public keys from a person you trust or
from earlier, not from the proof file. Exit 0: everything fits. 1: something does not. 2: the check
could not be made. SM2 keys are not supported here.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE = 1, 4
ID_BYTES, TIME_BYTES = 4, 8
ENTRY_WORDS = 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="存证证明独立核验 / check one proof")
    parser.add_argument("proof", type=Path, help="证明文件 / the proof file")
    parser.add_argument("--key", required=True, metavar="VKEY", help="平台台账公钥 / log key")
    parser.add_argument("--witness", action="append", default=[], metavar="VKEY")
    options = parser.parse_args(arguments)
    try:
        proof = json.loads(options.proof.read_text(encoding="utf-8"))
        results = check(proof, options.key, options.witness)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stdout.write(f"无法核验 / cannot check: {error}\n")
        return 2
    for words, fits in results:
        sys.stdout.write(f"{'相符   OK    ' if fits else '不相符 FAILED'}  {words}\n")
    return 0 if all(fits for _, fits in results) else 1


def check(proof: Mapping[str, Any], key: str, witnesses: Sequence[str]) -> list[tuple[str, bool]]:
    """Return each step in words and whether it fits."""
    words = proof["entry"].split(" ")
    body, lines = _note(proof["checkpoint"])
    size, root = int(body.split("\n")[1]), base64.b64decode(body.split("\n")[2], validate=True)
    leaf = hashlib.sha256(b"\x00" + proof["entry"].encode()).digest()
    path = [bytes.fromhex(step) for step in proof["path"]]
    return [
        ("条目格式 / form of the entry", len(words) == ENTRY_WORDS and words[0] == "xyd1"),
        ("事项与摘要 / the matter", _opens(proof["matter_salt"], proof["matter"], words[4])),
        ("人员与摘要 / the person", _person_fits(proof, words[5])),
        (
            f"第 {proof['leaf_index']} 条，共 {size} 条 / its place in the tree",
            proof["tree_size"] == size and _leads(leaf, proof["leaf_index"], size, path, root),
        ),
        ("平台签名 / signature of the platform", _is_signed(key, ED25519, body, lines)),
        *(
            (f"见证 / witness {name}", _is_signed(name, COSIGNATURE, body, lines))
            for name in witnesses
        ),
    ]


def _person_fits(proof: Mapping[str, Any], digest: str) -> bool:
    """Tell whether the person opens, or was erased by law: then neither salt nor text is there."""
    if proof["person_salt"] is None and proof["person"] is None:
        return True
    return _opens(proof["person_salt"], proof["person"], digest)


def _opens(salt: str, text: str | None, digest: str) -> bool:
    if text is None:
        return False
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest() == digest


def _note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, _, rest = note.rpartition("\n\n")
    lines = []
    for line in rest.splitlines():
        name, blob = line.removeprefix("— ").split(" ")
        lines.append((name, base64.b64decode(blob, validate=True)))
    return text + "\n", lines


def _is_signed(verifier: str, kind: int, body: str, lines: Sequence[tuple[str, bytes]]) -> bool:
    name, key_id, encoded = verifier.strip().split("+", 2)
    typed = base64.b64decode(encoded, validate=True)
    own_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:ID_BYTES]
    if typed[0] != kind or own_id.hex() != key_id:
        raise ValueError(f"公钥 {name} 的格式或类型不对 / not such a key")
    key = Ed25519PublicKey.from_public_bytes(typed[1:])
    mine = [blob[ID_BYTES:] for named, blob in lines if (named, blob[:ID_BYTES]) == (name, own_id)]
    return any(_verifies(key, kind, body, blob) for blob in mine)


def _verifies(key: Ed25519PublicKey, kind: int, body: str, blob: bytes) -> bool:
    message, signature = body, blob
    if kind == COSIGNATURE:
        seconds = int.from_bytes(blob[:TIME_BYTES], "big")
        message, signature = f"cosignature/v1\ntime {seconds}\n{body}", blob[TIME_BYTES:]
    try:
        key.verify(signature, message.encode())
    except InvalidSignature:
        return False
    return True


def _leads(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the path leads from leaf to root, RFC 9162 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = hashlib.sha256(b"\x01" + step + found).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + step).digest()
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


if __name__ == "__main__":
    sys.exit(main())
