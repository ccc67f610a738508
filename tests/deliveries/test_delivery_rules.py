"""Names, keys and signed texts."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from xinyidai.deliveries.lifecycle import LIFECYCLE
from xinyidai.deliveries.rules import (
    LONGEST_FILE_NAME,
    clean_file_name,
    file_name_fault,
    heading_signature,
    read_public_key,
    signed_text,
)
from xinyidai.deliveries.values import IN_PROGRESS, DeliveryState, SignedRequest
from xinyidai.kernel import signing
from xinyidai.kernel.signing import Algorithm


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("欠税.csv", "欠税.csv"),
        ("C:\\报送\\欠税.csv", "欠税.csv"),
        ("../../etc/passwd", "passwd"),
        ("欠\u202e税.csv", "欠税.csv"),
        ("欠\x00税\n.csv", "欠税.csv"),
        ("..", ""),
        (".欠税.csv", "欠税.csv"),
    ],
)
def test_a_name_keeps_no_folders_and_no_hidden_signs(given, kept):
    assert clean_file_name(given) == kept


def test_a_long_name_is_shortened_before_its_ending():
    kept = clean_file_name("税" * 500 + ".csv")
    assert kept.endswith("税.csv")
    assert len(kept.encode()) <= LONGEST_FILE_NAME


@pytest.mark.parametrize("name", ["a.csv", "a.XLSX", "a.csv.gz", "a.zip", "a.jsonl", "a.parquet"])
def test_tables_and_packed_tables_may_come(name):
    assert file_name_fault(name) is None


@pytest.mark.parametrize("name", ["", "a", "a.pdf", "a.docx", "a.xls", "a.tar", "gz"])
def test_other_endings_get_a_sentence(name):
    assert file_name_fault(name)


def test_a_public_key_is_read_as_pem_and_base64_and_a_private_one_never():
    pair = signing.generate("source", Algorithm.ED25519)
    raw = pair.public.raw
    pem = Ed25519PublicKey.from_public_bytes(raw).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert read_public_key(pem.decode()) == raw
    assert read_public_key(pair.pem()) is None
    assert read_public_key(pem.decode() + pair.pem()) is None
    assert read_public_key("nonsense") is None
    assert read_public_key("") is None


def test_every_part_of_a_request_is_signed():
    base = SignedRequest("POST", "/p", "s", "k", "1", "n", "h", "sig", "kind", "file", "key")
    texts = {signed_text(base)}
    parts = ("method", "path", "source", "key_id", "timestamp", "nonce", "content_sha256")
    for part in (*parts, "kind", "file_name", "idempotency_key"):
        changed = SignedRequest(**{**vars(base), part: "changed"})
        texts.add(signed_text(changed))
    assert len(texts) == 11


def test_headings_in_another_order_are_another_file():
    assert heading_signature(["a", "b"]) != heading_signature(["b", "a"])


def test_a_delivery_that_ended_goes_nowhere():
    ended = set(DeliveryState) - IN_PROGRESS
    assert {state for state in ended if LIFECYCLE.actions_from(state)} == set()
