"""A large file is written in blocks of whole firms; what changes meanwhile is never undone."""

import dataclasses
import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from xinyidai.credit_records import service
from xinyidai.credit_records.collecting import (
    CollectionRequest,
    collect,
    collect_file,
    collect_in_blocks,
    steps,
    subjects,
)
from xinyidai.credit_records.collecting.changes import ChangedBlock
from xinyidai.credit_records.collecting.expressions import value_of
from xinyidai.credit_records.collecting.fields import field_of
from xinyidai.credit_records.collecting.limits import LIMITS
from xinyidai.credit_records.collecting.validating import open_engine
from xinyidai.credit_records.service import door, loading, write
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import BatchState, RecordStatus
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.uscc import invented

HEAD = "统一社会信用代码,企业名称,税种,欠税金额,公告日期\n"
FIRMS = 12
SOURCE = "分块来源"
WHOLE = Aperture(platform_run="test")


def rows_of(amount=100):
    return [
        f"{invented(800 + firm)},鹰川第{firm}公司,{tax},{amount},2024-01-02\n"
        for firm in range(FIRMS)
        for tax in ("增值税", "印花税", "房产税")
    ]


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "欠税.csv"
    file.write_text(HEAD + "".join(rows_of()), encoding="utf-8")
    return file


def request(path):
    return CollectionRequest(path, "tax_arrears", SOURCE)


def states():
    rows = door.read(
        WHOLE, "select status, count(*) as n from credit.credit_record group by 1 order by 1"
    )
    return {row.status: row.n for row in rows}


def blocked(path, size=10, say=lambda _: None):
    return collect_in_blocks(SYSTEM, request(path), say, block_rows=size)


def test_blocks_come_to_the_same_as_one_transaction(live, path):
    said = []
    done = blocked(path, 10, said.append)
    database.session.remove()
    again = blocked(path, 10)
    assert (done.accepted, done.firms, states()) == (36, FIRMS, {"in_force": 36})
    assert (again.unchanged, again.accepted) == (36, 0)
    written = [line for line in said if "已写入" in line]
    assert written[-1] == "已写入 36 / 36 行（100%）"
    assert len(written) == 3, "a firm's three rows stay together: 12, 12 and 12"


def test_a_run_broken_in_the_middle_goes_on_in_the_same_batch(live, path, monkeypatch):
    whole = ChangedBlock.rows
    blocks = []

    def breaking(block, batch_id, now):
        blocks.append(block)
        if len(blocks) == 2:
            raise RuntimeError("killed")
        return whole(block, batch_id, now)

    monkeypatch.setattr(ChangedBlock, "rows", breaking)
    monkeypatch.setattr(collect, "WRITERS", 1)
    with pytest.raises(RuntimeError, match="killed"):
        blocked(path)
    [begun] = service.list_batches(source=SOURCE)
    assert (begun.state, begun.progress.rows_written, states()) == (
        BatchState.RUNNING,
        12,
        {"in_force": 12},
    )
    database.session.remove()
    done = blocked(path)
    [batch] = service.list_batches(source=SOURCE)
    assert (batch.id, batch.state, batch.counts.accepted) == (begun.id, BatchState.FINISHED, 36)
    assert (done.accepted, done.unchanged, states()) == (36, 0, {"in_force": 36})


def test_a_page_may_finish_what_a_command_began(live, path, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(loading, "COPY_ROWS", "copy nowhere (a) from stdin")
        with pytest.raises(Exception, match="nowhere"):
            blocked(path)
    database.session.remove()
    with own_transaction():
        done = collect_file(SYSTEM, request(path))
    assert (done.accepted, len(service.list_batches(source=SOURCE))) == (36, 1)


def test_a_record_repaired_between_comparison_and_writing_does_not_come_back(
    live, path, monkeypatch
):
    blocked(path)
    firm = enterprises.find_by_code(invented(803))
    owner = Actor(None, Role.ENTERPRISE_USER, firm.id, "老板")
    fact = service.read_own(owner, firm.id)[0]
    database.session.remove()
    path.write_text(HEAD + "".join(rows_of(200)), encoding="utf-8")
    first = ChangedBlock.firms
    repaired = []

    def meanwhile(block):
        if not repaired:
            repaired.append(True)
            with live.app_context(), own_transaction():
                write.retire_record(SYSTEM, firm.id, fact.id, RecordStatus.REPAIRED, "已修复")
        return first(block)

    monkeypatch.setattr(ChangedBlock, "firms", meanwhile)
    done = blocked(path, 1000)
    assert (done.accepted, done.superseded, done.unchanged) == (35, 35, 1)
    assert states() == {"in_force": 35, "repaired": 1, "superseded": 35}


def test_without_the_role_that_adds_the_door_takes_the_rows(live, path, monkeypatch):
    monkeypatch.setattr(door, "may_only_add", lambda _: False)
    assert (blocked(path).accepted, states()) == (36, {"in_force": 36})


def test_the_two_ways_of_adding_write_the_same(live, path, monkeypatch):
    columns = (
        "select enterprise_id, kind, source, natural_key, occurred_on, valid_until, amount_fen,"
        " quantity, level, status, content, row_hash from credit.credit_record order by 1, 4, 3"
    )
    blocked(path)
    by_copy = door.read(WHOLE, columns)
    database.session.remove()
    monkeypatch.setattr(door, "may_only_add", lambda _: False)
    other = CollectionRequest(path, "tax_arrears", "别的来源")
    collect_in_blocks(SYSTEM, other, block_rows=1000)
    both = door.read(WHOLE, columns)
    by_door = [row for row in both if row.source == "别的来源"]
    assert [tuple(r)[:2] + tuple(r)[3:] for r in by_door] == [
        tuple(r)[:2] + tuple(r)[3:] for r in by_copy
    ]


def test_a_file_checked_on_disk_comes_to_the_same(live, path, monkeypatch):
    on_disk = dataclasses.replace(LIMITS, streamed_bytes=0, spilled_bytes=0)
    monkeypatch.setattr(steps, "LIMITS", on_disk)
    monkeypatch.setattr(subjects, "MANY", 1)
    bad = f"{invented(800)},鹰川第0公司,车船税,-1,2024-01-02\n"
    path.write_text(HEAD + "".join(rows_of()) + bad + "".join(rows_of()[:1]), encoding="utf-8")
    done = blocked(path)
    assert (done.accepted, done.reasons) == (36, {"duplicate_row": 1, "negative": 1})
    database.session.remove()
    path.write_text(HEAD + "".join(rows_of(200)[:3] + rows_of()[3:]), encoding="utf-8")
    again = blocked(path)
    assert (again.superseded, again.unchanged, service.count_rejections(SYSTEM, done.batch_id)) == (
        3,
        33,
        2,
    )


def test_versions_of_firms_rise_once_for_each_block(live, path):
    blocked(path)
    versions = {enterprises.find_by_code(invented(800 + n)).facts_version for n in range(FIRMS)}
    assert versions == {1}


AMOUNTS = [
    "9999999.9999",
    "10000000.00",
    "0",
    "0.005",
    "1.2345",
    "-3",
    "12345678901.9999",
    "123456789012",
    "1.23456",
    "007.5",
]


@pytest.mark.parametrize("unit", ["amount_yuan", "amount_wan"])
def test_the_fast_reading_of_an_amount_is_exact(unit):
    spec = field_of({"code": "a", "name": "a", "type": unit, "signed": True})
    dice = random.Random(6)  # noqa: S311 - a test
    texts = AMOUNTS + [f"{dice.randrange(10**11)}.{dice.randrange(10**4):04d}" for _ in range(500)]
    factor = 100 if unit == "amount_yuan" else 1_000_000
    engine = open_engine()
    for text in texts:
        read = engine.execute(f"select {value_of(spec, '$t', {})}", {"t": text}).fetchall()[0][0]
        exact = (Decimal(text) * factor).quantize(Decimal(1), ROUND_HALF_UP)
        assert read == int(exact), text
