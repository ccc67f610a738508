"""Notes, checkpoints and cosignatures read and print as C2SP writes them."""

import base64
from datetime import UTC, datetime

import pytest

from xinyidai.kernel.signing import Algorithm, KeyType, PublicKey, SigningKeyPair, generate
from xinyidai.ledger import notes
from xinyidai.ledger.values import Checkpoint

# The examples of the specifications c2sp.org/signed-note and c2sp.org/tlog-cosignature.
COSIGNED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
SEALED = datetime(2026, 11, 22, 1, 2, 3, 456789, UTC)


def witness() -> tuple[SigningKeyPair, PublicKey]:
    pair = generate("bank.example/w1", Algorithm.ED25519)
    return pair, PublicKey("bank.example/w1", KeyType.COSIGNATURE, pair.public.raw)


def text() -> str:
    return notes.checkpoint_text(Checkpoint("x.example/ledger/2026-11", 7, b"\1" * 32, SEALED))


def test_the_note_of_the_specification_prints_as_it_was_read():
    note = notes.parse_note(COSIGNED)
    assert str(note) == COSIGNED
    assert [line.name for line in note.signatures] == [
        "example.com/behind-the-sofa",
        "witness.example.com/w1",
    ]
    assert note.signatures[0].key_id == "033de0ae"
    stamp = int.from_bytes(note.signatures[1].signature[:8], "big")
    assert stamp == 1679315147


def test_a_checkpoint_reads_back():
    assert text() == (
        "x.example/ledger/2026-11\n7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
        "sealed 2026-11-22T01:02:03.456789Z\n"
    )
    assert notes.parse_checkpoint(text()).sealed_at == SEALED


@pytest.mark.parametrize(
    "change",
    [
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\n-7\n"),
        ("\n7\n", "\n7 \n"),
        ("AQE=", "AQF="),
        ("AQE=", "AQE"),
        ("sealed ", "Sealed "),
        (".456789Z", "Z"),
        ("2026-11-22T", "2026-13-22T"),
        ("Z\n", "Z\nmore\n"),
        ("Z\n", "Z"),
    ],
)
def test_any_other_form_of_a_checkpoint_is_refused(change):
    with pytest.raises(ValueError, match=r"\w"):
        notes.parse_checkpoint(text().replace(*change))


@pytest.mark.parametrize(
    "whole",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n— name AAAA\n",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n— na+me AAAAAAAA\n",
        "text\n\n— name AAAAAAA!\n",
        "text\n\n— name AAAAAAAA",
        "te\txt\n\n— name AAAAAAAA\n",
        "text\n\n" + "— name AAAAAAAA\n" * 40,
        "t" * 70_000 + "\n\n— name AAAAAAAA\n",
    ],
)
def test_what_is_no_note_is_refused(whole):
    with pytest.raises(ValueError, match=r"\w"):
        notes.parse_note(whole)


def test_a_cosignature_says_when_and_is_of_this_text_key_and_time():
    pair, key = witness()
    seconds = int(SEALED.timestamp())
    line = notes.cosignature_line(key, seconds, pair.sign(notes.cosigned_message(text(), seconds)))
    read = notes.parse_note(f"{text()}\n{line}\n").signatures[0]
    assert notes.cosigned_at(read, key, text()) == SEALED.replace(microsecond=0)
    assert notes.cosigned_at(read, key, text().replace("\n7\n", "\n8\n")) is None
    assert notes.cosigned_at(read, witness()[1], text()) is None
    later = notes.cosignature_line(key, seconds + 1, read.signature[8:])
    assert notes.cosigned_at(later, key, text()) is None


def test_the_logs_own_kind_of_key_never_cosigns():
    pair, _ = witness()
    line = notes.cosignature_line(pair.public, 5, pair.sign(notes.cosigned_message(text(), 5)))
    assert notes.cosigned_at(line, pair.public, text()) is None


def test_a_vkey_of_a_witness_has_the_id_of_the_specification():
    raw = bytes(range(32))
    key = PublicKey("witness.example/w", KeyType.COSIGNATURE, raw)
    again = PublicKey.parse(key.verifier)
    assert again == key
    assert base64.b64decode(key.verifier.split("+", 2)[2])[:1] == b"\x04"
