"""The platform's keys: made once, registered, the same on every machine, replaced on command."""

import dataclasses
import shutil
import threading

import pytest

from tests.ledger.logs import Log
from xinyidai.kernel import signing
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.settings import Algorithm, SettingsError
from xinyidai.kernel.signing import PublicKey
from xinyidai.ledger import queries, service


def sign(name: str = "consent", message: bytes = b"message"):
    with own_transaction():
        return service.sign(name, message)


def rotate(name: str = "consent") -> PublicKey:
    with own_transaction():
        return service.rotate_key(SYSTEM, name)


def test_the_first_signature_makes_and_registers_the_key(log):
    signature = sign()
    assert signature.algorithm == "ed25519"
    assert service.verify_signature(signature.key_id, b"message", signature.value)
    assert not service.verify_signature(signature.key_id, b"massage", signature.value)
    assert not service.verify_signature("00000000", b"message", signature.value)
    assert [(key.name, key.key_id) for key in queries.all_keys()] == [("consent", signature.key_id)]
    assert sign().key_id == signature.key_id


def test_the_keys_of_ledger_and_consents_have_names_of_their_own(log):
    sign("ledger"), sign("consent")
    names = {key.verifier.split("+")[0] for key in queries.all_keys()}
    assert names == {"xinyidai.example/ledger", "xinyidai.example/consent"}
    with pytest.raises(ValueError, match="no key"):
        sign("other")


def test_processes_at_once_end_with_one_key(log):
    found = []

    def use() -> None:
        with log.app.app_context():
            found.append(sign().key_id)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == len(queries.all_keys()) == 1


@pytest.mark.parametrize("has_other", [True, False])
def test_a_machine_without_the_installations_key_refuses(log, has_other):
    sign()
    folder = log.folder / "keys"
    shutil.move(folder, log.folder / "first-machine")
    if has_other:
        path = signing.key_path(folder, "consent")
        signing.create(path, signing.generate("xinyidai.example/consent", Algorithm.ED25519))
    with pytest.raises(SettingsError, match="密钥目录"):
        sign()
    assert has_other == signing.key_path(folder, "consent").exists(), "no new key was made"


def test_a_replaced_key_signs_and_the_old_signatures_stay_good(log):
    old = sign()
    new = rotate()
    signature = sign()
    assert signature.key_id == new.key_id != old.key_id
    assert service.verify_signature(old.key_id, b"message", old.value)
    names = {path.name for path in (log.folder / "keys").iterdir()}
    assert names == {"consent.pem", f"consent-{old.key_id}.old.pem"}


def test_a_rotation_that_was_not_committed_changes_nothing(log):
    old = sign()

    def rotate_and_fail() -> None:
        with own_transaction():
            service.rotate_key(SYSTEM, "consent")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rotate_and_fail()
    assert sign().key_id == old.key_id
    assert rotate().key_id == sign().key_id != old.key_id


def test_a_log_goes_on_under_a_new_key_and_verifies_with_both(sealed: Log):
    first = sealed.key
    rotate("ledger")
    sealed.write()
    sealed.seal()
    assert sealed.verify("--key", first)[0] == 0
    assert sealed.verify(key=first)[1]["first"]["kind"] == "signature"


def test_a_log_signed_with_sm2_is_sealed_witnessed_and_verified(log):
    settings = log.app.extensions["xinyidai.settings"]
    log.app.extensions["xinyidai.settings"] = dataclasses.replace(settings, signing=Algorithm.SM2)
    for _ in range(2):
        log.round()
    assert queries.newest_key("ledger").algorithm == "sm2"
    assert log.verify("--require-witnesses", 1)[0] == 0
    log.sql("update ledger_checkpoint set note = replace(note, E'\\n6\\n', E'\\n7\\n')")
    log.finds("signature", 0, own=False)
