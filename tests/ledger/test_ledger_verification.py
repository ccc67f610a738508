"""The check from inside, its command and its nightly job; and what the verifier refuses to do."""

import json
import logging
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from tests.ledger.logs import MONTH, run_tool
from xinyidai.audit.models import AuditEntry
from xinyidai.kernel import clock
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.signing import Algorithm, generate
from xinyidai.ledger import commands, jobs, openings, service


def verify(log):
    with clock.at(log.now), own_transaction():
        return service.verify()


@pytest.fixture(autouse=True)
def only_our_subject(log, monkeypatch):
    monkeypatch.setattr(openings, "subjects", lambda: frozenset({"trial"}))


def test_a_whole_log_is_fine(sealed):
    found = verify(sealed)
    assert (found.is_fine, found.entries, found.problems) == (True, 15, [])


def test_an_empty_log_is_fine(log):
    assert verify(log).is_fine


def test_an_event_without_an_entry_is_found(sealed):
    entry_id = sealed.write(1)[0]
    sealed.sql("delete from ledger_pending")
    sealed.sql("delete from ledger_entry where id = %s", entry_id)
    assert str(entry_id) in verify(sealed).problems[0]


def test_an_entry_taken_out_before_it_was_sealed_is_found(sealed):
    entry_id = sealed.write(1)[0]
    sealed.sql("delete from ledger_pending")
    assert str(entry_id) in verify(sealed).problems[0]


def test_entries_that_nobody_seals_are_found(sealed):
    sealed.write(2)
    assert verify(sealed).is_fine
    sealed.now += timedelta(minutes=11)
    assert "2 条存证超过 10 分钟" in verify(sealed).problems[0]


def test_a_checkpoint_whose_columns_are_not_its_text_is_found(sealed):
    sealed.sql("update ledger_checkpoint set root = '\\x00' where size = 11")
    assert "2025-03/11" in verify(sealed).problems[0]


def test_a_dropped_earlier_month_is_no_fault_inside(sealed):
    sealed.now += timedelta(days=30)
    sealed.round()
    for table in ("cosignature", "checkpoint", "leaf", "node", "segment"):
        sealed.sql(f"delete from ledger_{table} where month = '{MONTH}'")  # noqa: S608 - fixed
    sealed.sql(
        "delete from ledger_entry e where not exists"
        " (select from ledger_leaf l where l.entry_id = e.id)"
    )
    kept = {row[0] for row in sealed.sql("select id from ledger_entry")}
    for entry_id in set(sealed.rows) - kept:
        del sealed.rows[entry_id]
    assert verify(sealed).is_fine


def test_the_nightly_job_alarms_and_leaves_an_audit_entry(sealed, caplog):
    with clock.at(sealed.now), own_transaction():
        jobs.verify_daily()
    assert caplog.records == []
    sealed.sql("delete from ledger_leaf where leaf_index = 7")
    with clock.at(sealed.now), own_transaction():
        jobs.verify_daily()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    found = database.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "ledger:verification_failed")
    ).one()
    assert "2025-03 #7" in found.details["problems"][0]


def test_the_job_seals(log):
    log.write()
    with clock.at(log.now + timedelta(minutes=1)), own_transaction():
        jobs.seal()
    assert log.at(1)


def run(*arguments: object):
    return CliRunner().invoke(commands.ledger, [str(argument) for argument in arguments])


def test_the_commands_seal_verify_export_and_list_keys(log, tmp_path):
    log.write()
    log.now = clock.now()
    assert "已封存 5 条" in run("seal").output
    said = run("verify", "--json")
    assert (said.exit_code, json.loads(said.output)["ok"]) == (0, True)
    assert "已导出 6 行" in run("export", tmp_path / "out").output
    assert log.key in run("keys").output


def test_the_command_names_the_first_bad_entry(sealed):
    entry_id = sealed.at(8)
    del sealed.rows[entry_id]
    said = run("verify")
    assert said.exit_code == 1
    assert f"2025-03 #8 ({entry_id})" in said.output.splitlines()[1]


def test_the_commands_of_witnesses(log, tmp_path):
    from uuid import uuid4

    log.write()
    run("seal")
    steps = json.loads(run("witness-steps").output)["steps"]
    other = log.witness
    assert other.sign(steps, log.key)[0] == 0
    assert "见证银行" in run("accept-cosignatures", other.state).output
    again = run("add-witness", "另一名", other.verifier, "--party", uuid4())
    assert again.exception is not None
    assert "已停用" in run("retire-witness", "见证银行").output
    assert "verify_ledger.py" in run("tools", tmp_path / "tools").output
    assert run_tool(tmp_path / "tools" / "witness.py", "--help")[0] == 0


def test_the_verifier_says_when_it_cannot_check(sealed, tmp_path):
    (tmp_path / "empty").mkdir()
    tool = sealed.folder / "verify_ledger.py"
    assert sealed.verify()[0] == 0
    export = sealed.export()
    other = generate("other.example/ledger", Algorithm.ED25519).public.verifier
    for arguments in (
        (tmp_path / "empty", "--key", sealed.key),
        (tmp_path / "absent", "--key", sealed.key),
        (export, "--key", "nonsense"),
        (export, "--key", sealed.key, "--key", other),
        (export, "--key", sealed.key, "--witness", sealed.key),
        (export, "--key", sealed.key, "--witness-checkpoint", export / f"entries-{MONTH}.tsv"),
    ):
        code, said = run_tool(tool, *arguments)
        assert (code, "cannot verify" in said) == (2, True), said


def test_the_verifier_speaks_two_languages_and_takes_no_key_from_the_export(sealed):
    export = sealed.export()
    other = generate(sealed.pair.public.name, Algorithm.ED25519).public.verifier
    assert sealed.verify(export=export)[0] == 0
    code, said = run_tool(sealed.folder / "verify_ledger.py", export, "--key", other)
    assert code == 1
    assert f"{MONTH} [0, 6) 检查点没有所给公钥的有效签名 / no given key signed" in said


def test_too_few_witnesses_are_said(sealed):
    assert sealed.verify("--require-witnesses", 2)[1]["first"]["kind"] == "witnesses"


def test_a_false_signature_of_a_witness_is_found(sealed):
    sealed.sql(
        "update ledger_cosignature set line = (select line from ledger_cosignature where size = 6)"
        " where size = 11"
    )
    sealed.finds("cosignature", 6, 11, own=False)


def test_a_witness_file_that_nobody_known_signed_is_refused(sealed):
    text = sealed.witness.state.read_text(encoding="utf-8")
    sealed.witness.state.write_text(text.replace("\n16\n", "\n17\n"), encoding="utf-8")
    sealed.finds("stranger", 16, 17)
