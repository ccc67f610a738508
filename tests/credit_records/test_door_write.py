from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import select

from xinyidai.catalogue.errors import UnknownKind
from xinyidai.credit_records import service
from xinyidai.credit_records.service import door, write
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import BatchCounts, BatchState, RecordStatus, WriteCounts
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound

KIND = "tax_grade"


@pytest.fixture
def firm(db, world):
    return world.firm()


def version(db, firm):
    return db.execute(select(Enterprise.facts_version).where(Enterprise.id == firm)).scalar_one()


def statuses(firm):
    rows = door.read(Aperture(firm), "select status, level from credit.credit_record order by id")
    return [tuple(row) for row in rows]


def open_batch(text="x", kind=KIND):
    digest = sha256(text.encode()).hexdigest()
    return write.open_batch(SYSTEM, source="test", kind=kind, file_name="f.csv", sha256=digest)


def test_a_changed_row_supersedes_and_an_unchanged_one_is_left_alone(db, firm, world):
    first = world.collect([world.record(firm, KIND, "2025", level="B")])
    same = world.collect([world.record(firm, KIND, "2025", level="B")])
    changed = world.collect([world.record(firm, KIND, "2025", level="A")])
    assert first == WriteCounts(inserted=1, superseded=0, unchanged=0, firms=1)
    assert same == WriteCounts(inserted=0, superseded=0, unchanged=1, firms=0)
    assert changed == WriteCounts(inserted=0, superseded=1, unchanged=0, firms=1)
    assert statuses(firm) == [("superseded", "B"), ("in_force", "A")]


def test_only_touched_firms_get_a_new_facts_version(db, firm, world):
    other = world.firm()
    world.collect([world.record(firm, KIND, "a"), world.record(other, KIND, "a")])
    world.collect([world.record(firm, KIND, "b"), world.record(other, KIND, "a")])
    assert (version(db, firm), version(db, other)) == (2, 1)


def test_twins_in_one_file_count_once(firm, world):
    row = world.record(firm, KIND, "2025", level="B")
    counts = world.collect([row, row, world.record(firm, KIND, "2025", level="C")])
    assert (counts.inserted, len(statuses(firm))) == (1, 1)


def test_rows_of_unknown_firms_or_of_another_kind_are_refused(firm, world):
    batch = open_batch()
    with pytest.raises(InvalidInput, match="企业不存在"):
        write.add_records(batch.id, [world.record(uuid4(), KIND, "a")])


def test_rows_of_another_kind_than_the_batch_are_refused(firm, world):
    with pytest.raises(InvalidInput, match="不属于本批次"):
        write.add_records(open_batch().id, [world.record(firm, "tax_arrears", "a")])


def test_the_same_file_again_is_already_done(firm):
    batch = open_batch("same")
    assert not batch.is_done
    write.close_batch(SYSTEM, batch.id, BatchCounts(1, 1, 0, 0))
    again = open_batch("same")
    assert (again.id, again.is_done, again.counts.accepted) == (batch.id, True, 1)


def test_a_failed_batch_may_be_tried_again_and_a_closed_one_takes_nothing(firm, world):
    batch = open_batch("again")
    write.close_batch(SYSTEM, batch.id, BatchCounts(1, 0, 1, 0), BatchState.FAILED)
    assert open_batch("again").id != batch.id
    with pytest.raises(Conflict):
        write.close_batch(SYSTEM, batch.id, BatchCounts(1, 1, 0, 0))
    with pytest.raises(Conflict):
        write.add_records(batch.id, [world.record(firm, KIND, "a")])


def test_an_unknown_kind_or_a_stranger_opens_no_batch(firm):
    with pytest.raises(UnknownKind):
        open_batch(kind="gossip")
    banker = Actor(None, Role.BANK_OFFICER, uuid4(), "李经理")
    with pytest.raises(Forbidden):
        write.open_batch(banker, source="s", kind=KIND, file_name="f", sha256="0" * 64)


def test_a_repaired_record_leaves_everything_in_the_same_transaction(db, firm, world):
    world.collect([world.record(firm, KIND, "2025")])
    [fact] = service.read_own(world.boss(firm), firm)
    write.retire_record(SYSTEM, firm, fact.id, RecordStatus.REPAIRED, "已修复")
    assert service.read_own(world.boss(firm), firm) == ()
    assert version(db, firm) == 2
    with pytest.raises(NotFound):
        write.retire_record(SYSTEM, firm, fact.id, RecordStatus.REPAIRED, "再来一次")


def test_only_the_credit_office_retires_a_record_and_only_for_cause(firm, world):
    world.collect([world.record(firm, KIND, "2025")])
    [fact] = service.read_own(world.boss(firm), firm)
    with pytest.raises(Forbidden):
        write.retire_record(world.boss(firm), firm, fact.id, RecordStatus.REPAIRED, "自己修复")
    with pytest.raises(InvalidInput):
        write.retire_record(SYSTEM, firm, fact.id, RecordStatus.SUPERSEDED, "不可")


@pytest.mark.parametrize(
    ("status", "changes", "comes_back"),
    [
        (RecordStatus.REPAIRED, {}, False),
        (RecordStatus.REPAIRED, {"level": "改"}, False),
        (RecordStatus.WITHDRAWN, {}, False),
        (RecordStatus.CORRECTED, {}, False),
        (RecordStatus.CORRECTED, {"level": "改"}, True),
    ],
)
def test_delivering_again_does_not_bring_back_what_was_taken_out(
    status, changes, comes_back, firm, world
):
    world.collect([world.record(firm, KIND, "2025")])
    [fact] = service.read_own(world.boss(firm), firm)
    write.retire_record(SYSTEM, firm, fact.id, status, "处理完毕")
    world.collect([world.record(firm, KIND, "2025", **changes)])
    assert bool(service.read_own(world.boss(firm), firm)) is comes_back
