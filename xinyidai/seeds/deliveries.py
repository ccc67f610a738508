"""The offices of the invented city deliver their records, and some are put right afterwards."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np

from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import write
from xinyidai.credit_records.values import BatchCounts, BatchState, RecordStatus
from xinyidai.enterprises import service as enterprises
from xinyidai.enterprises.service import HeldName
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction
from xinyidai.seeds import ground
from xinyidai.seeds.records import make_records, source_of
from xinyidai.seeds.register import annual_report, business_registration
from xinyidai.seeds.tables import RecordTable, new_records
from xinyidai.seeds.times import at
from xinyidai.seeds.world import STREAM, World

DELIVERED_DAYS_AGO = 3  # the youngest record is three days old
LATE_KIND, LATE_DAYS = "gas_usage", 75  # one office is behind, for the credit office to see
CLEARED = 10
WAITING_NAMES = 12
BIG_ONES = 8  # batches that find out more quickly what is there already when its size is known


def deliver_all(world: World, say: Callable[[str], None]) -> int:
    """Take in every kind as one batch of its office; return the number of records."""
    total = 0
    tables = [
        business_registration(world.firms, world.rows, STREAM),
        annual_report(world.firms, STREAM),
        *make_records(world.firms, STREAM),
    ]
    # Small kinds first: each batch is compared with what is there already.
    for place, table in enumerate(sorted(tables, key=len)):
        chosen, days = _until(world, table)
        if place == len(tables) - BIG_ONES:
            ground.analyze("credit.credit_record")
        with own_transaction(), at(world.ago(days, 1) + timedelta(minutes=7 * place)):
            total += _deliver(chosen, world.ids, f"{table.kind}.csv")
    say(f"  {len(tables)} 类信用信息，共 {total} 条，来自 {_count_sources(tables)} 个部门")
    return total


def amend(world: World) -> None:
    """Let a cleared debt replace the announced one, and take three records out of force."""
    arrears = next(t for t in make_records(world.firms, STREAM) if t.kind == "tax_arrears")
    open_ones = np.flatnonzero(np.isnat(arrears.fields["cleared_on"]))[:CLEARED]
    with at(world.ago(2, 9)):
        _deliver(_cleared(arrears, open_ones, world), world.ids, "tax_arrears-2.csv")
    with at(world.ago(2, 10)):
        _fail(world)
        _put_right(world)
        _hold_names()


def _deliver(table: RecordTable, ids: Sequence[UUID], file_name: str) -> int:
    source = source_of(table.kind)
    rows = new_records(table, ids, source)
    # The same seeds make the same file each day, so its name and day stand for its content.
    digest = hashlib.sha256(f"{file_name}/{clock.today()}/{len(rows)}".encode()).hexdigest()
    batch = write.open_batch(
        SYSTEM, source=source, kind=table.kind, file_name=file_name, sha256=digest
    )
    counts = write.add_records(batch.id, rows)
    taken = counts.inserted + counts.superseded
    write.close_batch(
        SYSTEM,
        batch.id,
        BatchCounts(
            total=len(rows),
            accepted=taken,
            rejected=len(rows) - taken - counts.unchanged,
            unchanged=counts.unchanged,
        ),
    )
    return taken


def _until(world: World, table: RecordTable) -> tuple[RecordTable, int]:
    """Return what had happened when the office delivered, and how many days ago that was."""
    if table.kind != LATE_KIND:
        return table, DELIVERED_DAYS_AGO
    last = np.datetime64(world.day - timedelta(days=LATE_DAYS), "D")
    early = np.flatnonzero(table.fields[table.catalogued.map.occurred_on] < last)
    return _rows(table, early), LATE_DAYS


def _rows(table: RecordTable, chosen: np.ndarray[tuple[int], np.dtype[np.intp]]) -> RecordTable:
    fields = {code: column[chosen] for code, column in table.fields.items()}
    return RecordTable(table.kind, table.firm[chosen], fields)


def _cleared(
    table: RecordTable, chosen: np.ndarray[tuple[int], np.dtype[np.intp]], world: World
) -> RecordTable:
    rows = _rows(table, chosen)
    paid = np.full(len(rows), np.datetime64(world.day - timedelta(days=2), "D"))
    return replace(rows, fields={**rows.fields, "cleared_on": paid})


def _count_sources(tables: Sequence[RecordTable]) -> int:
    return len({source_of(table.kind) for table in tables})


def _fail(world: World) -> None:
    """Leave one batch that failed, as a broken file would."""
    batch = write.open_batch(
        world.cast.actor("gongxin"),
        source=source_of("specialised_new"),
        kind="specialised_new",
        file_name="specialised_new-坏文件.csv",
        sha256=hashlib.sha256(b"broken").hexdigest(),
    )
    nothing = BatchCounts(total=0, accepted=0, rejected=0, unchanged=0)
    write.close_batch(world.cast.actor("gongxin"), batch.id, nothing, BatchState.FAILED)


def _put_right(world: World) -> None:
    """Take one penalty each out of force: repaired, corrected, withdrawn by its source."""
    office = world.cast.actor("xinyongban1")
    penalties = next(
        t for t in make_records(world.firms, STREAM) if t.kind == "administrative_penalty"
    )
    reasons = {
        RecordStatus.REPAIRED: "已整改并完成信用修复（演示）",
        RecordStatus.CORRECTED: "企业异议成立，来源单位更正（演示）",
        RecordStatus.WITHDRAWN: "来源单位撤销处罚决定（演示）",
    }
    punished = list(dict.fromkeys(penalties.firm.tolist()))
    with credit_records.platform_run("quality", "demo") as run:
        for place, (status, reason) in zip(punished, reasons.items(), strict=False):
            firm = world.ids[place]
            facts = [f for f in run.facts(firm) if f.kind == penalties.kind]
            write.retire_record(office, firm, facts[0].id, status, reason)


def _hold_names() -> None:
    enterprises.hold_names(
        HeldName(
            source=source_of("honour"),
            kind="honour",
            name=f"鹰川演示无码第{number}商行",
            row_number=number,
            content={"title": "诚信示范企业（演示）", "awarded_on": "2025-06-30"},
        )
        for number in range(1, WAITING_NAMES + 1)
    )
