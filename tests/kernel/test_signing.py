"""Keys: ids and texts as C2SP writes them, files nobody else reads, one key for two processes."""

import base64
import hashlib
import stat
import threading

import pytest

from xinyidai.kernel import signing
from xinyidai.kernel.settings import SettingsError, child_environment, read_settings
from xinyidai.kernel.signing import Algorithm, KeyType, PublicKey

NAME = "credit.example/ledger"
BOTH = pytest.mark.parametrize("algorithm", list(Algorithm))


@BOTH
def test_a_signature_is_of_its_key_and_message_alone(algorithm):
    pair, other = (signing.generate(NAME, algorithm) for _ in range(2))
    signature = pair.sign(b"message")
    assert pair.public.verify(b"message", signature)
    assert not pair.public.verify(b"massage", signature)
    assert not other.public.verify(b"message", signature)


@BOTH
@pytest.mark.parametrize("bad", [b"", b"\0", b"\xff" * 64, b"0" * 71, b"x" * 5000])
def test_bad_bytes_are_no_signature_and_no_error(algorithm, bad):
    assert not signing.generate(NAME, algorithm).public.verify(b"message", bad)


@BOTH
def test_a_verifier_key_reads_back_and_names_its_id(algorithm):
    public = signing.generate(NAME, algorithm).public
    assert PublicKey.parse(public.verifier) == public
    name, key_id, encoded = public.verifier.split("+", 2)
    typed = base64.b64decode(encoded)
    assert typed[0] == public.type
    assert key_id == hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8]


def test_the_example_of_the_specification_has_the_id_it_says():
    key = PublicKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert key.type is KeyType.ED25519
    note = (
        b"If you think cryptography is the answer to your problem,\n"
        b"then you don't know what your problem is.\n"
    )
    line = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    assert key.verify(note, base64.b64decode(line)[4:])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+c74f20a3",
        "na me+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "PeterNeumann+c74f20a3+!",
        "PeterNeumann+c74f20a3+",
    ],
)
def test_what_is_no_verifier_key_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        PublicKey.parse(text)


@BOTH
def test_a_private_key_is_a_file_that_only_its_owner_reads(algorithm, tmp_path):
    path = signing.key_path(tmp_path / "keys", "ledger")
    pair = signing.create(path, signing.generate(NAME, algorithm))
    assert signing.load(path, NAME) == pair
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [found.name for found in path.parent.iterdir()] == ["ledger.pem"]


@BOTH
def test_a_private_key_never_shows_in_a_text(algorithm):
    pair = signing.generate(NAME, algorithm)
    assert pair.secret.hex() not in repr(pair)
    assert repr(pair.secret) not in repr(pair)


def test_many_at_once_end_with_one_key(tmp_path):
    path = tmp_path / "keys" / "ledger.pem"
    found = []

    def first_use() -> None:
        found.append(signing.create(path, signing.generate(NAME, Algorithm.ED25519)))

    threads = [threading.Thread(target=first_use) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({pair.public.key_id for pair in found}) == 1


def test_a_file_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "ledger.pem"
    signing.create(path, signing.generate(NAME, Algorithm.ED25519))
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        signing.load(path, NAME)


@pytest.mark.parametrize("content", ["", "nothing", "-----BEGIN PRIVATE KEY-----\nAA==\n"])
def test_a_broken_file_is_refused_and_never_replaced(content, tmp_path):
    path = tmp_path / "ledger.pem"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="备份"):
        signing.load(path, NAME)
    assert path.read_text() == content


def test_an_absent_file_is_none(tmp_path):
    assert signing.load(tmp_path / "ledger.pem", NAME) is None


def test_a_key_has_a_plain_name(tmp_path):
    with pytest.raises(ValueError, match="no key"):
        signing.key_path(tmp_path, "../etc")


def test_without_its_package_sm2_says_what_to_do(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    with pytest.raises(SettingsError, match=r"xinyidai\[gm\]"):
        signing.generate(NAME, Algorithm.SM2)


def test_settings_of_keys_have_defaults_and_refuse_the_unknown():
    plain = read_settings({"XINYIDAI_DATA": "/data"})
    assert str(plain.keys) == "/data/keys"
    assert (plain.ledger_origin, plain.signing) == ("xinyidai.example/ledger", Algorithm.ED25519)
    assert str(read_settings({"XINYIDAI_KEYS": "/elsewhere"}).keys) == "/elsewhere"
    for name, value in (
        ("SIGNING", "rsa"),
        ("LEDGER_ORIGIN", "two words/x"),
        ("LEDGER_ORIGIN", "x"),
    ):
        with pytest.raises(SettingsError, match=name):
            read_settings({f"XINYIDAI_{name}": value})


def test_a_child_process_has_the_same_keys():
    given = {"XINYIDAI_SIGNING": "sm2", "XINYIDAI_LEDGER_ORIGIN": "a/b", "XINYIDAI_KEYS": "/k"}
    child = child_environment(read_settings(given))
    assert {name: child[name] for name in given} == given
