"""The witness: signs what continues, refuses everything else, and keeps what it signed."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.ledger.logs import MONTH, Log, Witness, base64_of, run_tool, signed, step_of
from xinyidai.kernel import clock, signing
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from xinyidai.kernel.signing import Algorithm
from xinyidai.ledger import queries, service
from xinyidai.ledger.service.tools import tool

ROOT = b"\1" * 32


def refused(log: Log, *steps: dict[str, object], key: str | None = None) -> str:
    before = log.kept()
    code, said, notes = log.witness.sign(steps, key or log.key)
    assert (code, notes, log.kept()) == (1, [], before)
    return said


def test_the_tool_as_one_file_signs_what_the_platform_takes(log, tmp_path):
    log.write()
    log.seal()
    place = tmp_path / "elsewhere"
    place.mkdir()
    path, key, state = place / "witness.py", place / "key", place / "state"
    path.write_text(tool("witness.py"), encoding="utf-8")
    code, verifier = run_tool(path, "keygen", "office.example/w", "--out", key)
    assert (code, key.stat().st_mode & 0o777) == (0, 0o600)
    with own_transaction():
        service.add_witness(SYSTEM, "信用办", verifier.strip(), uuid4())
    steps = place / "steps.json"
    steps.write_text(json.dumps({"steps": log.steps()}), encoding="utf-8")
    arguments = ("cosign", "--key", key, "--log-key", log.key, "--state", state, "--steps", steps)
    assert run_tool(path, *arguments) == (0, "已签 / signed: 1\n")
    note = state.read_text(encoding="utf-8").removesuffix("====\n")
    with own_transaction():
        assert service.accept_cosignature(note) == ["信用办"]
        assert service.accept_cosignature(note) == ["信用办"], "again, as after a lost answer"
    assert len(queries.cosignatures(MONTH, 6)) == 1


def test_it_follows_the_log_through_months(log):
    log.round()
    log.write()
    log.seal()
    for _ in range(2):
        log.now += timedelta(days=31)
        log.write()
        log.seal()
    assert [step["old"] for step in log.steps()] == [6, 0, 0]
    log.cosign()
    assert len(log.kept()) == 4
    assert log.steps() == []
    assert log.verify("--require-witnesses", 1)[0] == 0


def test_what_it_keeps_it_never_takes_back(sealed):
    assert "倒退" in refused(sealed, step_of(sealed.kept()[0]))
    again = service.steps_for_witness(f"{signing.current_settings().ledger_origin}/{MONTH}", 6)
    assert "比上次见证时短" in refused(sealed, again[0].as_document())


def test_a_log_that_does_not_continue_is_refused(sealed):
    forged = signed(21, ROOT, sealed.now + timedelta(minutes=1), sealed.pair)
    for proof in ([], base64_of([ROOT]), base64_of([ROOT] * 4)):
        assert "不一致" in refused(sealed, step_of(forged, old=16, proof=proof))
    twin = signed(16, ROOT, sealed.now + timedelta(minutes=1), sealed.pair)
    assert "不一致" in refused(sealed, step_of(twin, old=16))


def test_a_month_that_does_not_continue_is_refused(sealed):
    later = sealed.now + timedelta(days=31)
    forged = signed(6, ROOT, later, sealed.pair, "2025-04")
    origin = signing.current_settings().ledger_origin
    newest = queries.newest_checkpoint()
    header = f"xyd1-segment {origin}/2025-04 {origin}/{MONTH} 16 {newest.root.hex()}"
    for wrong in (None, "xyd1-segment x - 0 -", header.replace(" 16 ", " 11 ")):
        assert "没有接上" in refused(sealed, step_of(forged, header=wrong))
    assert "不在台账里" in refused(sealed, step_of(forged, header=header))


def test_what_the_key_did_not_sign_is_refused(log):
    log.write()
    log.seal()
    step = log.steps()[0]
    other = signing.generate(log.pair.public.name, Algorithm.ED25519)
    assert "不是该台账公钥签名" in refused(log, step, key=other.public.verifier)
    changed = step_of(step["checkpoint"].replace("\n6\n", "\n7\n"))
    assert "不是该台账公钥签名" in refused(log, changed)
    forged = signed(6, ROOT, log.now, other)
    assert "不是该台账公钥签名" in refused(log, step_of(forged))


def test_a_checkpoint_from_the_future_or_from_before_is_refused(sealed):
    tomorrow = signed(21, ROOT, clock.now() + timedelta(days=1), sealed.pair)
    assert "在未来" in refused(sealed, step_of(tomorrow))
    earlier = signed(21, ROOT, sealed.now - timedelta(hours=1), sealed.pair)
    assert "倒退" in refused(sealed, step_of(earlier))


@pytest.mark.parametrize(
    "step", [{}, {"checkpoint": "x"}, step_of("x"), step_of("x\n\n— a AAAAAAAA\n")]
)
def test_a_malformed_step_is_refused(log, step):
    log.write()
    log.seal()
    assert "无法读取" in refused(log, step)


def test_one_run_at_a_time(log):
    log.write()
    log.seal()
    (log.witness.folder / "state.lock").touch()
    assert log.witness.sign(log.steps(), log.key)[0] == 2


def test_a_second_key_never_overwrites_the_first(tmp_path):
    witness = Witness(tmp_path / "w")
    before = (witness.folder / "key").read_text(encoding="utf-8")
    assert witness.run("keygen", "bank.example/x", "--out", witness.folder / "key")[0] == 2
    assert witness.run("keygen", "two words", "--out", witness.folder / "new")[0] == 2
    assert (witness.folder / "key").read_text(encoding="utf-8") == before


def test_the_platform_tells_nothing_to_who_claims_what_it_never_signed(sealed):
    origin = f"{signing.current_settings().ledger_origin}/{MONTH}"
    for claim in ((origin, 7), (origin, 99), ("other/2025-03", 6)):
        with pytest.raises(NotFound):
            service.steps_for_witness(*claim)


def test_only_a_registered_witness_is_taken(sealed):
    stranger = Witness(sealed.folder / "stranger", "stranger.example/w")
    note = service.checkpoint_note()
    _, _, signed_by_stranger = stranger.sign([step_of(note)], sealed.key)
    kept = sealed.kept()[-1]
    for text in (
        signed_by_stranger[0],
        kept.replace("\n16\n", "\n11\n"),
        queries.newest_checkpoint().note,
        kept.splitlines()[0] + "\n",
        kept[:-8] + "AAAAAA=\n",
        signed_by_stranger[0] + kept.splitlines()[-1] + "\n",
        "",
    ):
        with pytest.raises(InvalidInput), own_transaction():
            service.accept_cosignature(text)


def test_a_time_of_signing_must_be_plausible(sealed):
    kept = sealed.kept()[-1]
    with (
        clock.at(sealed.now),
        pytest.raises(InvalidInput, match="时间不合理"),
        own_transaction(),
    ):
        service.accept_cosignature(kept)


def test_a_retired_witness_is_not_taken_any_more(sealed):
    with own_transaction():
        service.retire_witness(SYSTEM, "见证银行")
    with pytest.raises(InvalidInput), own_transaction():
        service.accept_cosignature(sealed.kept()[-1])
    with pytest.raises(NotFound), own_transaction():
        service.retire_witness(SYSTEM, "见证银行")
    assert sealed.verify("--require-witnesses", 1)[0] == 0, "what it signed stays good"


def test_who_may_manage_witnesses_and_with_which_keys(log):
    other = Witness(log.folder / "other", "other.example/w").verifier
    banker = Actor(uuid4(), Role.BANK_OFFICER, uuid4(), "某")
    with pytest.raises(Forbidden):
        service.add_witness(banker, "某", other, uuid4())
    for key in (log.pair.public.verifier, "nonsense", ""):
        with pytest.raises(InvalidInput):
            service.add_witness(SYSTEM, "某", key, uuid4())
    with pytest.raises(InvalidInput):
        service.add_witness(SYSTEM, " ", other, uuid4())
    for name, key in (("见证银行", other), ("某", log.witness.verifier)):
        with pytest.raises(Conflict):
            service.add_witness(SYSTEM, name, key, uuid4())
