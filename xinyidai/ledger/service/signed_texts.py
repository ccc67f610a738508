"""Texts that the platform signs for others, 平台签名: one canonical text, its digest, a signature.

Declarations and commitments are kept so. The form stands before the text in what is signed, so a
signature under one form says nothing under another.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from xinyidai.ledger.rules import canonical
from xinyidai.ledger.service import keys

KEY = "consent"  # the key for whatever firms sign with the platform


@dataclass(frozen=True)
class SignedText:
    """What is kept of it: the text itself, hexadecimal digest, and the signature in base64."""

    text: str
    sha256: str
    algorithm: str
    key_id: str
    signature: str


def sign_text(form: str, values: Mapping[str, Any], *, key: str = KEY) -> SignedText:
    """Return the canonical text of the values with the platform's signature under this form."""
    text = canonical(values)
    made = keys.sign(key, _message(form, text))
    digest = sha256(text.encode()).hexdigest()
    value = base64.b64encode(made.value).decode()
    return SignedText(text, digest, made.algorithm, made.key_id, value)


def is_sound(form: str, kept: SignedText, values: Mapping[str, Any]) -> bool:
    """Tell whether the values are still those that were signed, and the signature is good."""
    return kept.text == canonical(values) and is_sound_text(form, kept)


def is_sound_text(form: str, kept: SignedText) -> bool:
    """Tell whether the text has the digest kept beside it and the signature is good."""
    if sha256(kept.text.encode()).hexdigest() != kept.sha256:
        return False
    try:
        signature = base64.b64decode(kept.signature, validate=True)
    except binascii.Error:
        return False
    return keys.verify_signature(kept.key_id, _message(form, kept.text), signature)


def _message(form: str, text: str) -> bytes:
    return f"{form}\n{text}".encode()
