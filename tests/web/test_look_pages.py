"""谁看过我的数据 over HTTP: who, what, what for, refused ones too, and the proof of each entry."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.factories import parties
from tests.web.firms_for_pages import as_owner, granted, look_at, make_city
from xinyidai.credit_records import queries
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.signing import Algorithm, KeyType, PublicKey, SigningKeyPair, generate
from xinyidai.ledger import notes
from xinyidai.ledger import service as ledger
from xinyidai.ledger.models import SigningKey
from xinyidai.web.standalone import check_proof

LOOKS = "/enterprise/queries"


def seal() -> None:
    with own_transaction():
        ledger.seal()


def only_look(city):
    db.session.rollback()
    [event] = queries.looks_at_enterprise(city.firm.id)
    return event


@pytest.fixture
def city(live):
    return make_city()


@pytest.fixture
def owner(city, client_as):
    return client_as(city.owner)


def test_looks_by_banks_and_runs_of_the_platform_stand_apart(owner):
    owner.post("/enterprise/profile/refresh")

    assert "平台自动计算" not in owner.get("/enterprise/queries").text
    assert "平台自动计算" in owner.get("/enterprise/queries?by=platform").text


def test_the_list_tells_who_what_and_what_for(owner, city):
    consent = granted(city)
    look_at(city, consent)
    look_at(city, consent, purpose="post_loan")

    page = owner.get(LOOKS).text

    assert f"{city.bank.name} · {city.officer.name}" in page
    assert "用途：贷前审查" in page
    assert "纳税与开票" in page
    assert "查询用途与授权用途不一致" in page
    assert page.count("验证记录") == 2


def test_the_list_is_narrowed_by_bank_outcome_and_days(owner, city):
    consent = granted(city)
    look_at(city, consent)
    look_at(city, consent, purpose="post_loan")

    refused = owner.get(f"{LOOKS}?outcome=refused&bank={city.bank.id}&days=7").text
    nobody = owner.get(f"{LOOKS}?bank={uuid4()}").text

    assert refused.count("验证记录") == 1
    assert "已拒绝查看" in refused
    assert "没有符合条件的记录" in nobody
    for wrong in ("outcome=x", "days=8", "by=x"):
        assert owner.get(f"{LOOKS}?{wrong}").status_code == 422
    assert owner.get(f"{LOOKS}?bank=x").status_code == 404


def test_the_list_is_paged(owner, city):
    consent = granted(city, max_uses=10)
    for _ in range(4):
        look_at(city, consent)

    assert owner.get(f"{LOOKS}?size=3").text.count("验证记录") == 3
    assert owner.get(f"{LOOKS}?size=3&page=2").text.count("验证记录") == 1


def test_the_firms_own_looks_stand_apart(owner):
    owner.post("/enterprise/records")

    assert "本企业查看自己的信息" in owner.get(f"{LOOKS}?by=own").text
    assert "本企业查看自己的信息" not in owner.get(LOOKS).text


def test_before_sealing_the_proof_is_awaited(owner, city):
    look_at(city, granted(city))
    address = f"{LOOKS}/{only_look(city).id}"

    assert "等待封存，约一分钟" in owner.get(address).text
    assert owner.get(f"{address}/proof.json").status_code == 404


def test_after_sealing_every_step_fits(owner, city):
    look_at(city, granted(city))
    address = f"{LOOKS}/{only_look(city).id}"
    seal()

    page = owner.get(address).text

    assert "验证通过" in page
    assert page.count("相符") == 3
    assert "不相符" not in page
    assert "还没有见证方签名" in page


@pytest.mark.parametrize(
    "change",
    ["purpose = 'subsidy'", "actor_name = '别人'", "happened_at = now()", "outcome = 'refused'"],
)
def test_a_row_changed_behind_the_application_warns(owner, city, live, change):
    look_at(city, granted(city))
    event = only_look(city)
    seal()
    as_owner(live, f"update query_event set {change} where id = :id", id=event.id)  # noqa: S608

    page = owner.get(f"{LOOKS}/{event.id}").text

    assert "验证没有通过" in page
    assert "信用办" in page


def test_an_entry_changed_together_with_its_row_warns(owner, city, live):
    look_at(city, granted(city))
    event = only_look(city)
    seal()
    as_owner(live, "update ledger_entry set matter_hash = person_hash where id = :id", id=event.id)

    assert "验证没有通过" in owner.get(f"{LOOKS}/{event.id}").text


def test_an_entry_that_was_taken_out_warns(owner, city, live):
    look_at(city, granted(city))
    event = only_look(city)
    as_owner(live, "delete from ledger_pending where entry_id = :id", id=event.id)
    as_owner(live, "delete from ledger_entry where id = :id", id=event.id)

    assert "这条记录没有存证" in owner.get(f"{LOOKS}/{event.id}").text


def test_a_checkpoint_that_was_rewritten_warns(owner, city, live):
    look_at(city, granted(city))
    event = only_look(city)
    seal()
    as_owner(live, "update ledger_checkpoint set note = replace(note, '2', '3')")

    assert "验证没有通过" in owner.get(f"{LOOKS}/{event.id}").text


def test_a_witness_is_named_and_its_signature_checked_outside(owner, city, tmp_path):
    look_at(city, granted(city))
    event = only_look(city)
    seal()
    witness = cosign(city)

    page = owner.get(f"{LOOKS}/{event.id}").text
    file = tmp_path / "proof.json"
    file.write_bytes(owner.get(f"{LOOKS}/{event.id}/proof.json").data)

    assert "鹰川演示见证" in page
    key = db.session.scalar(select(SigningKey.verifier).where(SigningKey.name == "ledger"))
    assert check_proof.main([str(file), "--key", key, "--witness", witness.verifier]) == 0


def cosign(city) -> PublicKey:
    pair = generate("witness.example/demo", Algorithm.ED25519)
    public = PublicKey(pair.public.name, KeyType.COSIGNATURE, pair.public.raw)
    pair = SigningKeyPair(public, pair.secret)
    with own_transaction():
        ledger.add_witness(SYSTEM, "鹰川演示见证", public.verifier, city.bank.id)
        note = notes.parse_note(ledger.checkpoint_note())
        body = notes.parse_checkpoint(note.text)
        seconds = int(body.sealed_at.timestamp()) + 1
        signature = pair.sign(notes.cosigned_message(note.text, seconds))
        line = notes.cosignature_line(public, seconds, signature)
        ledger.accept_cosignature(str(notes.Note(note.text, [*note.signatures, line])))
    return public


@pytest.mark.parametrize(
    ("field", "value"),
    [("matter", "{}"), ("leaf_index", 0), ("path", []), ("person_salt", "00" * 32)],
)
def test_the_outside_check_finds_a_proof_that_was_changed(owner, city, tmp_path, field, value):
    look_at(city, granted(city))
    event = only_look(city)
    seal()
    proof = owner.get(f"{LOOKS}/{event.id}/proof.json").json
    key = db.session.scalar(select(SigningKey.verifier).where(SigningKey.name == "ledger"))
    file = tmp_path / "proof.json"
    file.write_text(json.dumps({**proof, field: value}), encoding="utf-8")

    assert check_proof.main([str(file), "--key", key]) == 1
    assert check_proof.main([str(file), "--key", "x"]) == 2


def test_a_foreign_look_is_not_found_and_a_bank_is_kept_out(city, client_as):
    look_at(city, granted(city))
    event = only_look(city)
    stranger = client_as(parties.account(Role.ENTERPRISE_USER, parties.enterprise()))
    officer = client_as(city.officer)

    for path in (f"{LOOKS}/{event.id}", f"{LOOKS}/{event.id}/proof.json"):
        assert stranger.get(path).status_code == 404
        assert officer.get(path).status_code == 403
    dispute = f"/enterprise/dispute?item=look&id={event.id}"
    assert stranger.get(dispute).status_code == 404
    assert officer.get(LOOKS).status_code == 403
