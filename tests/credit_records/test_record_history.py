"""Every version of a record stays, and says who ended it, when and why."""

from datetime import timedelta

import pytest

from xinyidai.credit_records import service
from xinyidai.credit_records.collecting import CollectionRequest, collect_file
from xinyidai.credit_records.service import door, write
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import RecordStatus
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.uscc import invented

KIND = "tax_grade"
OFFICE = Actor(None, Role.CREDIT_OFFICE, None, "信用办王科长")


def only_fact(world, firm):
    [fact] = service.read_own(world.boss(firm), firm)
    return fact


def history(firm, key):
    return service.cases.history_of(firm, KIND, key)


def test_a_superseded_version_names_the_batch_that_replaced_it(db, world):
    firm = world.firm()
    world.collect([world.record(firm, KIND, "2025", level="B")])
    key = service.cases.key_of(firm, only_fact(world, firm))
    world.collect([world.record(firm, KIND, "2025", level="A")])
    old, new = history(firm, key)
    assert (old.status, new.status) == (RecordStatus.SUPERSEDED, RecordStatus.IN_FORCE)
    assert str(new.batch_id) in old.reason
    assert (old.ended_by, old.ended_at is not None) == (SYSTEM.name, True)
    assert (new.ended_by, new.ended_at, new.reason) == (None, None, None)


def test_a_file_that_replaces_a_record_is_named_as_well(db, tmp_path):
    head = "统一社会信用代码,企业名称,税种,欠税金额,公告日期\n"
    path = tmp_path / "欠税.csv"
    done = []
    for amount in (100, 200):
        path.write_text(f"{head}{invented(41)},鹰川甲公司,增值税,{amount},2024-01-02\n", "utf-8")
        done.append(collect_file(SYSTEM, CollectionRequest(path, "tax_arrears", "测试来源")))
    firm = enterprises.find_by_code(invented(41)).id
    rows = door.read(
        Aperture(firm),
        "select status, status_reason, batch_id from credit.credit_record order by id",
    )
    assert [row.status for row in rows] == ["superseded", "in_force"]
    assert str(done[1].batch_id) in rows[0].status_reason
    assert [row.batch_id for row in rows] == [one.batch_id for one in done]


@pytest.mark.parametrize("status", service.write.REMOVED)
def test_what_is_taken_out_of_force_says_who_when_and_why(db, world, status):
    firm = world.firm()
    world.collect([world.record(firm, KIND, "2025", level="B")])
    fact = only_fact(world, firm)
    write.retire_record(OFFICE, firm, fact.id, status, "核实后处理")
    [version] = history(firm, service.cases.key_of(firm, fact))
    assert (version.status, version.ended_by, version.reason) == (
        status,
        "信用办王科长",
        "核实后处理",
    )
    assert clock.now() - version.ended_at < timedelta(minutes=1)


def test_nothing_that_a_version_said_is_overwritten(db, world):
    firm = world.firm()
    for level in ("C", "B", "A"):
        world.collect([world.record(firm, KIND, "2025", level=level)])
    rows = door.read(Aperture(firm), "select level from credit.credit_record order by id")
    assert [row.level for row in rows] == ["C", "B", "A"]


def test_a_page_of_records_is_counted_and_the_newest_of_a_kind_come_first(db, world):
    firm = world.firm()
    today = clock.today()
    days = [today - timedelta(days=n) for n in (5, 1, 3)]
    world.collect([world.record(firm, KIND, str(day), occurred_on=day) for day in days])
    world.collect([world.record(firm, "tax_payment", "p")])
    first = service.read_own_page(world.boss(firm), firm, limit=2)
    second = service.read_own_page(world.boss(firm), firm, limit=2, offset=2)
    assert first.total == second.total == 4
    found = [*first.facts, *second.facts]
    assert [fact.natural_key for fact in found] == [*map(str, sorted(days, reverse=True)), "p"]
    narrowed = service.read_own_page(world.boss(firm), firm, kinds=["tax_payment"])
    assert (narrowed.total, [fact.natural_key for fact in narrowed.facts]) == (1, ["p"])


def test_a_stranger_finds_no_page_of_records(db, world):
    with pytest.raises(NotFound):
        service.read_own_page(world.boss(world.firm()), world.firm())
