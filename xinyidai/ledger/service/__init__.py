"""Use cases of the evidence log."""

from xinyidai.ledger.service.entries import append, forget_person, rows_of
from xinyidai.ledger.service.exporting import export, public_keys
from xinyidai.ledger.service.keys import keys_by_id, rotate_key, sign, verify_signature
from xinyidai.ledger.service.proofs import (
    LedgerBroken,
    checkpoint_note,
    consistency,
    leaf_hashes,
    proof_of,
    steps_for_witness,
)
from xinyidai.ledger.service.sealing import seal
from xinyidai.ledger.service.signed_texts import SignedText, is_sound, is_sound_text, sign_text
from xinyidai.ledger.service.tools import TOOLS, tool
from xinyidai.ledger.service.verifying import verify
from xinyidai.ledger.service.witnesses import accept_cosignature, add_witness, retire_witness

__all__ = [
    "TOOLS",
    "LedgerBroken",
    "SignedText",
    "accept_cosignature",
    "add_witness",
    "append",
    "checkpoint_note",
    "consistency",
    "export",
    "forget_person",
    "is_sound",
    "is_sound_text",
    "keys_by_id",
    "leaf_hashes",
    "proof_of",
    "public_keys",
    "retire_witness",
    "rotate_key",
    "rows_of",
    "seal",
    "sign",
    "sign_text",
    "steps_for_witness",
    "tool",
    "verify",
    "verify_signature",
]
