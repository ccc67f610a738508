"""Seal the invented city's evidence log, and let two invented witnesses co-sign it."""

from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.signing import KeyType, PublicKey
from xinyidai.ledger import notes, queries
from xinyidai.ledger import service as ledger
from xinyidai.seeds.times import at
from xinyidai.seeds.world import World

CREDIT_OFFICE, BANK = "信用办见证（演示）", "银行见证（演示）"


def seal(world: World) -> None:
    """Put everything written so far under one checkpoint, signed by three."""
    with at(world.now):
        ledger.seal()
        _cosign(world, CREDIT_OFFICE, "witness-office.example", world.cast.offices["credit_office"])
        _cosign(world, BANK, "witness-bank.example", world.cast.banks["yinhang"].id)


def _cosign(world: World, name: str, key_name: str, party_id: UUID) -> None:
    """Sign as a witness would with a key of its own; the invented one is thrown away."""
    secret = Ed25519PrivateKey.generate()
    key = PublicKey(key_name, KeyType.COSIGNATURE, secret.public_key().public_bytes_raw())
    ledger.add_witness(SYSTEM, name, key.verifier, party_id)
    checkpoint = queries.newest_checkpoint()
    if checkpoint is None:
        return
    text = notes.parse_note(checkpoint.note).text
    seconds = int(world.now.timestamp())
    line = notes.cosignature_line(key, seconds, secret.sign(notes.cosigned_message(text, seconds)))
    ledger.accept_cosignature(str(notes.Note(text, [line])))
