"""Twelve kinds of tampering, done as the database's owner, found by the stand-alone verifier.

The intruder may do anything to the database, and in some cases holds the platform's private key.
The auditor has the log's public key, the witness's, and the file the witness kept for itself.
"""

import dataclasses
from datetime import timedelta

import pytest

from tests.ledger.logs import EACH, MONTH, Log, signed, step_of
from xinyidai.kernel import clock, signing
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict
from xinyidai.kernel.signing import Algorithm
from xinyidai.ledger import merkle, service
from xinyidai.ledger.lines import entries_name

SALT = b"\7" * 32


def edit(log: Log, index: int, **changes: object) -> str:
    entry_id = log.at(index)
    row = log.rows[entry_id]
    log.rows[entry_id] = dataclasses.replace(row, matter={**row.matter, **changes})
    return str(entry_id)


def cut_to(log: Log, size: int) -> None:
    """Take the database back to when it had `size` leaves."""
    log.sql("delete from ledger_cosignature where size > %s", size)
    log.sql("delete from ledger_checkpoint where size > %s", size)
    gone = log.sql("delete from ledger_leaf where leaf_index >= %s returning entry_id", size)
    log.sql("delete from ledger_entry where id = any(%s)", [row[0] for row in gone])
    for row in gone:
        log.rows.pop(row[0])


def found_in(log: Log, **more: object) -> list[tuple[str, int, int]]:
    code, report = log.verify(**more)
    assert code == 1
    return [(each["kind"], each["start"], each["end"]) for each in report["problems"]]


def put_in(log: Log, index: int) -> str:
    """Forge an entry and put it in as the leaf `index`; what follows moves up."""
    log.sql("update ledger_leaf set leaf_index = leaf_index + 1000 where leaf_index >= %s", index)
    log.sql("update ledger_leaf set leaf_index = leaf_index - 999 where leaf_index >= %s", index)
    log.now += timedelta(minutes=1)
    entry_id = log.write(1)[0]
    log.sql("delete from ledger_pending")
    log.sql(
        "insert into ledger_leaf select %s, %s, id, leaf_hash from ledger_entry where id = %s",
        *(MONTH, index, entry_id),
    )
    return str(entry_id)


def test_nothing_is_found_where_nobody_tampered(sealed):
    code, report = sealed.verify("--require-witnesses", 1)
    assert (code, report["problems"], report["entries"]) == (0, [], 3 * EACH)
    assert report["witnessed_to"] == [MONTH, 16]


# 1. edit


def test_an_edited_event_is_named(sealed):
    entry_id = edit(sealed, 8, amount=1_000_000)
    assert sealed.finds("matter", 8)["entry_id"] == entry_id


def test_an_edited_name_of_a_person_is_named(sealed):
    entry_id = sealed.at(9)
    sealed.rows[entry_id] = dataclasses.replace(sealed.rows[entry_id], person={"name": "李"})
    assert sealed.finds("person", 9)["entry_id"] == str(entry_id)


def test_an_edited_time_is_named(sealed):
    entry_id = sealed.at(3)
    row = sealed.rows[entry_id]
    sealed.rows[entry_id] = dataclasses.replace(
        row, happened_at=row.happened_at - timedelta(seconds=1)
    )
    assert sealed.finds("leaf", 3)["entry_id"] == str(entry_id)


def test_an_edited_entry_is_named(sealed):
    entry_id = sealed.at(4)
    sealed.sql("update ledger_entry set matter_hash = %s where id = %s", SALT, entry_id)
    assert sealed.finds("leaf", 4)["entry_id"] == str(entry_id)


def test_an_entry_edited_together_with_its_leaf_breaks_its_interval(sealed):
    edit(sealed, 8, amount=1_000_000)
    sealed.recommit(sealed.at(8))
    sealed.finds("root", 6, 11)


# 2. delete


def test_a_deleted_leaf_leaves_a_gap_with_a_number(sealed):
    follower = sealed.at(8)
    sealed.sql("delete from ledger_leaf where leaf_index = 7")
    assert sealed.finds("index", 7)["entry_id"] == str(follower)


def test_a_deleted_entry_is_named_by_its_place(sealed):
    sealed.sql("delete from ledger_entry where id = %s", sealed.at(7))
    sealed.finds("gone", 7)


def test_a_deleted_event_is_named(sealed):
    entry_id = sealed.at(7)
    del sealed.rows[entry_id]
    assert sealed.finds("missing", 7)["entry_id"] == str(entry_id)


def test_a_deletion_that_closes_the_gap_breaks_its_interval(sealed):
    sealed.sql("delete from ledger_leaf where leaf_index = 7")
    sealed.sql("update ledger_leaf set leaf_index = leaf_index - 1 where leaf_index > 7")
    assert ("root", 6, 11) in found_in(sealed)


# 3. insert


def test_an_inserted_entry_is_named_because_its_time_is_wrong(sealed):
    forged = put_in(sealed, 8)
    assert sealed.finds("late", 8)["entry_id"] == forged


def test_a_backdated_inserted_entry_breaks_its_interval(sealed):
    before = sealed.rows[sealed.at(7)].happened_at
    forged = put_in(sealed, 8)
    row = next(row for each, row in sealed.rows.items() if str(each) == forged)
    entry_id = next(each for each in sealed.rows if str(each) == forged)
    sealed.rows[entry_id] = dataclasses.replace(row, happened_at=before + timedelta(milliseconds=1))
    sealed.sql(
        "update ledger_entry set happened_at = %s where id = %s",
        *(sealed.rows[entry_id].happened_at, entry_id),
    )
    sealed.recommit(entry_id)
    assert ("root", 6, 11) in found_in(sealed)


def test_an_entry_put_at_the_end_is_named(sealed):
    entry_id = put_in(sealed, 16)
    assert sealed.finds("unsealed", 16)["entry_id"] == entry_id


def test_an_entry_put_in_twice_is_named(sealed):
    again = sealed.export()
    path = again / entries_name(MONTH)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[9] = lines[9].split("\t", 1)[0] + "\t" + lines[2].split("\t", 1)[1]
    path.write_text("".join(lines), encoding="utf-8")
    assert ("duplicate", 9, 10) in found_in(sealed, export=again)


# 4. reorder


def test_two_entries_that_changed_places_are_named(sealed):
    one, other = sealed.at(7), sealed.at(9)
    for entry_id, index in ((one, 1007), (other, 7), (one, 9)):
        sealed.sql("update ledger_leaf set leaf_index = %s where entry_id = %s", index, entry_id)
    found = sealed.finds("order", 8)
    assert found["entry_id"] == str(sealed.at(8))


def test_entries_that_changed_intervals_are_named(sealed):
    one, other = sealed.at(2), sealed.at(12)
    for entry_id, index in ((one, 1002), (other, 2), (one, 12)):
        sealed.sql("update ledger_leaf set leaf_index = %s where entry_id = %s", index, entry_id)
    assert sealed.finds("late", 2)["entry_id"] == str(other)


# 5. truncate


def test_a_cut_end_is_named_by_what_the_witness_saw(sealed):
    cut_to(sealed, 11)
    sealed.finds("cut", 11, 16)
    assert sealed.verify(own=False)[0] == 0, "without the witness's own file nobody could know"


def test_cut_leaves_under_a_checkpoint_that_stayed_are_named(sealed):
    sealed.sql("delete from ledger_leaf where leaf_index >= 14")
    sealed.finds("short", 14, 16)


# 6. re-hash all


def test_a_history_hashed_and_signed_anew_is_found_by_the_witness(sealed):
    edit(sealed, 8, amount=1_000_000)
    sealed.recommit(sealed.at(8))
    sealed.rewrite()
    assert sealed.verify(own=False)[0] == 0, "with the private key the log itself is made to fit"
    sealed.finds("fork", 6, 11)


# 7. fork


def test_another_log_shown_to_the_witness_is_found(sealed):
    sealed.write()
    sealed.seal()
    leaves = [b"\1" * 32] * 21
    other = signed(21, merkle.root_of(leaves), sealed.now, sealed.pair)
    code, said, _ = sealed.witness.sign([step_of(other)], sealed.key)
    assert code == 1, "a witness that saw the log before refuses"
    assert "拒绝" in said
    sealed.witness.state.unlink()
    assert sealed.witness.sign([step_of(other)], sealed.key)[0] == 0
    sealed.finds("fork", 16, 21)


# 8. swap tenants


def test_two_banks_that_changed_places_are_named(sealed):
    one, other = sealed.at(7), sealed.at(9)
    banks = [sealed.rows[each].matter["institution"] for each in (one, other)]
    edit(sealed, 7, institution=banks[1])
    edit(sealed, 9, institution=banks[0])
    assert sealed.finds("matter", 7)["entry_id"] == str(one)


def test_two_openings_that_changed_places_with_their_salts_are_named(sealed):
    one, other = sealed.at(7), sealed.at(9)
    rows = sealed.rows
    rows[one], rows[other] = (
        dataclasses.replace(rows[other], happened_at=rows[one].happened_at),
        dataclasses.replace(rows[one], happened_at=rows[other].happened_at),
    )
    sealed.sql(
        "update ledger_entry mine set matter_salt = theirs.matter_salt,"
        " person_salt = theirs.person_salt from ledger_entry theirs"
        " where (mine.id, theirs.id) in ((%s, %s), (%s, %s))",
        *(one, other, other, one),
    )
    assert sealed.finds("matter", 7)["entry_id"] == str(one)


# 9. clock back


def test_a_sealing_dated_back_is_found(sealed):
    _, root, sealed_at = sealed.sql(
        "select size, root, sealed_at from ledger_checkpoint where size = 16"
    )[0]
    sealed.forge(16, root, sealed_at - timedelta(hours=1), sealed.pair)
    assert ("sequence", 11, 16) in found_in(sealed, own=False)


def test_nothing_is_sealed_while_the_clock_stands_before_the_last_sealing(sealed):
    sealed.write()
    with (
        pytest.raises(Conflict, match="校准"),
        clock.at(sealed.now - timedelta(days=1)),
        own_transaction(),
    ):
        service.seal()
    sealed.seal()
    assert sealed.verify()[0] == 0


def test_an_event_dated_back_is_named(sealed):
    entry_id = sealed.write(1, late_by=timedelta(days=2))[0]
    sealed.seal()
    assert sealed.finds("early", 16)["entry_id"] == str(entry_id)


# 10. old backup restored


def test_a_restored_backup_that_went_on_is_found(sealed):
    cut_to(sealed, 11)
    sealed.write()
    sealed.seal()
    sealed.finds("fork", 11, 16)
    assert sealed.verify(own=False)[0] == 0, "without the witness's own file nobody could know"


# 11. key swapped


def test_a_log_signed_by_another_key_is_found(sealed):
    known = sealed.key
    stranger = signing.generate(sealed.pair.public.name, Algorithm.ED25519)
    sealed.rewrite(stranger)
    sealed.sql(
        "update signing_key set key_id = %s, verifier = %s where name = 'ledger'",
        *(stranger.public.key_id, stranger.public.verifier),
    )
    sealed.finds("signature", 0, 6, key=known)


# 12. checkpoint edited


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n11\n", "\n10\n"), ("sealed 2025", "sealed 2024"), ("=\nsealed", "\nsealed")],
)
def test_an_edited_checkpoint_is_found(sealed, old, new):
    sealed.sql(
        "update ledger_checkpoint set note = replace(note, %s, %s) where size = 11", old, new
    )
    code, report = sealed.verify(own=False)
    assert code == 1
    first = next(each for each in report["problems"] if each["kind"] == "signature")
    assert (first["month"], first["start"]) == (MONTH, 6)


def test_an_edited_root_is_found(sealed):
    note = sealed.sql("select note from ledger_checkpoint where size = 11")[0][0]
    root = note.splitlines()[2]
    sealed.sql(
        "update ledger_checkpoint set note = replace(note, %s, %s) where size = 11",
        *(root, "A" * 43 + "="),
    )
    sealed.finds("signature", 6, 11, own=False)
