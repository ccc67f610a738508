"""Appending, sealing, proving and exporting, on a real database."""

import dataclasses
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.ledger.logs import EACH, MONTH, SUBJECT
from xinyidai.kernel import clock
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction, reproducible_ids
from xinyidai.kernel.errors import NotFound
from xinyidai.ledger import merkle, notes, queries, service
from xinyidai.ledger.values import OpeningState


def rows_of(statement: str, **values: object) -> list:
    with own_transaction() as session:
        return list(session.execute(text(statement), values))


def test_an_entry_comes_and_goes_with_its_transaction(log):
    def write_and_fail() -> None:
        with own_transaction():
            service.append(SUBJECT, uuid4(), clock.now(), matter={}, person={})
            database.session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert (
        rows_of("select id from ledger_entry union all select entry_id from ledger_pending") == []
    )


def test_salts_repeat_in_seeds_and_nowhere_else(db):
    def salts() -> set[bytes]:
        rows = service.rows_of(SUBJECT, uuid4(), clock.now(), matter={}, person={})
        return {rows[0].matter_salt, rows[0].person_salt}

    with reproducible_ids(5):
        first = salts()
    with reproducible_ids(5):
        assert salts() == first
    assert len(salts() | salts() | first) == 6


def test_sealing_puts_what_waits_in_the_order_of_time_and_id(log):
    written = log.write(4)
    log.seal()
    placed = rows_of("select entry_id from ledger_leaf where leaf_index > 0 order by leaf_index")
    assert [row[0] for row in placed] == written
    assert rows_of("select count(*) from ledger_pending")[0][0] == 0
    assert log.verify()[0] == 0


def test_nothing_waiting_makes_no_checkpoint(log):
    log.seal()
    assert queries.newest_checkpoint() is None
    log.round()
    log.seal()
    assert queries.newest_checkpoint().size == EACH + 1


def test_an_entry_of_a_machine_whose_clock_is_ahead_waits(log):
    ahead = log.write(1, late_by=-timedelta(minutes=30))
    log.write(1)
    log.seal()
    assert queries.waiting_count() == 1
    assert service.proof_of(ahead[0]) is None
    log.seal(after=timedelta(hours=1))
    assert queries.waiting_count() == 0
    assert log.verify()[0] == 0


def test_a_month_is_a_tree_of_its_own_that_names_the_end_of_the_one_before(log):
    log.round()
    log.now += timedelta(days=30)
    log.round()
    first, second = queries.segments()
    end = queries.newest_checkpoint(first.month)
    assert (first.month, second.month) == (MONTH, "2025-04")
    assert second.header.endswith(f"{first.origin} {end.size} {end.root.hex()}")
    assert log.verify("--require-witnesses", 1)[0] == 0
    assert log.verify("--since", "2025-04")[1]["first"]["kind"] == "month"


def test_a_dropped_month_is_found_unless_it_is_said_to_be_dropped(log):
    log.round()
    log.now += timedelta(days=30)
    log.round()
    export = log.export()
    for path in export.glob(f"*{MONTH}*"):
        path.unlink()
    assert log.verify(export=export, own=False)[1]["first"]["kind"] == "month"
    assert log.verify("--since", "2025-04", export=export)[0] == 0


def test_a_changed_header_is_found(log):
    log.round()
    log.now += timedelta(days=30)
    log.round()
    log.sql("update ledger_segment set header = replace(header, ' 6 ', ' 5 ')")
    log.finds("leaf", 0)


def test_stored_nodes_carry_a_tree_beyond_its_groups(log):
    log.write(700)
    log.seal()
    log.write(300)
    log.seal()
    leaves = [row[0] for row in rows_of("select leaf_hash from ledger_leaf order by leaf_index")]
    root = queries.newest_checkpoint().root
    assert root == merkle.root_of(leaves)
    assert rows_of("select count(*) from ledger_node") == [(3,)]
    for index in (1, 255, 256, 700, 1000):
        proof = service.proof_of(log.at(index))
        found = (merkle.leaf_hash(proof.entry_text.encode()), index, 1001, proof.path, root)
        assert merkle.verify_inclusion(*found)
    assert service.consistency(MONTH, 701, 1001)


def test_a_proof_says_what_the_pages_show_and_who_vouched(sealed):
    entry_id = sealed.at(8)
    proof = service.proof_of(entry_id)
    assert (proof.leaf_index, proof.size, list(proof.witnesses)) == (8, 16, ["见证银行"])
    assert {proof.matter, proof.person} == {OpeningState.MATCHES}
    assert len(notes.parse_note(proof.note).signatures) == 2
    assert proof.as_document()["path"] == [step.hex() for step in proof.path]
    row = sealed.rows[entry_id]
    sealed.rows[entry_id] = dataclasses.replace(row, matter={"amount": 5})
    assert service.proof_of(entry_id).matter is OpeningState.DIFFERS
    del sealed.rows[entry_id]
    assert service.proof_of(entry_id).matter is OpeningState.MISSING


def test_no_proof_leaves_a_tree_that_does_not_fit(sealed):
    entry_id = sealed.at(8)
    sealed.sql("update ledger_leaf set leaf_hash = '\\x00' where leaf_index = 9")
    with pytest.raises(service.LedgerBroken):
        service.proof_of(entry_id)
    with pytest.raises(service.LedgerBroken):
        service.consistency(MONTH, 6, 16)


def test_there_is_no_proof_of_what_is_unknown(sealed):
    with pytest.raises(NotFound):
        service.proof_of(uuid4())
    for old, new in ((5, 16), (6, 12), (16, 6)):
        with pytest.raises(NotFound):
            service.consistency(MONTH, old, new)


def test_an_erased_person_breaks_no_proof(sealed):
    entry_id = sealed.at(8)
    with own_transaction():
        service.forget_person(entry_id)
    row = sealed.rows[entry_id]
    sealed.rows[entry_id] = dataclasses.replace(row, person=None)
    code, report = sealed.verify()
    assert (code, report["erased_persons"]) == (0, 1)
    proof = service.proof_of(entry_id)
    assert (proof.person, proof.person_text) == (OpeningState.ERASED, None)


def test_the_application_may_not_change_what_is_sealed(sealed):
    tables = ("ledger_entry", "ledger_segment", "ledger_leaf", "ledger_node", "ledger_checkpoint")
    for table in (*tables, "ledger_cosignature", "signing_key"):
        for change in ("delete from", "truncate"):
            with pytest.raises(Exception, match="permission denied"), own_transaction() as session:
                session.execute(text(f"{change} {table}"))
    with pytest.raises(Exception, match="permission denied"), own_transaction() as session:
        session.execute(text("update ledger_entry set person_salt = null"))


def test_writers_and_sealers_at_once_lose_nothing(log):
    ids, errors = [], []

    def write() -> None:
        with log.app.app_context():
            for _ in range(20):
                entry_id = uuid4()
                with own_transaction():
                    service.append(SUBJECT, entry_id, clock.now(), matter={"n": 1}, person={})
                ids.append(entry_id)

    def seal() -> None:
        with log.app.app_context():
            for _ in range(30):
                with own_transaction():
                    service.seal()

    threads = [threading.Thread(target=each) for each in [write] * 6 + [seal] * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own_transaction():
        service.seal()
    placed = rows_of("select leaf_index, entry_id from ledger_leaf order by leaf_index")
    assert errors == []
    assert [row[0] for row in placed] == list(range(121))
    assert {row[1] for row in placed[1:]} == set(ids)
    sizes = rows_of("select size, root from ledger_checkpoint order by size")
    leaves = [row[0] for row in rows_of("select leaf_hash from ledger_leaf order by leaf_index")]
    assert all(merkle.root_of(leaves[:size]) == root for size, root in sizes)


def test_an_export_needs_an_empty_folder_and_a_known_month(sealed, tmp_path):
    with pytest.raises(NotFound, match="2024-01"), own_transaction():
        service.export(tmp_path / "new", "2024-01")
    folder = sealed.export()
    assert {path.name for path in folder.iterdir()} == {
        f"entries-{MONTH}.tsv",
        f"checkpoints-{MONTH}.txt",
        "keys.txt",
    }
    with pytest.raises(NotFound, match="不是空的"), own_transaction():
        service.export(folder)
