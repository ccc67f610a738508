"""Freshness and coverage, 时效和覆盖: domain by firm, and how each source keeps its kinds up.

Only kinds of which every firm should have facts are looked for (catalogue `absence: unknown`):
that a firm has no penalty says nothing is missing.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete

from xinyidai.catalogue.kinds import CLASSES, KINDS, CollectionMode, RecordKind
from xinyidai.catalogue.quality import QUALITY
from xinyidai.catalogue.values import Absence, FieldType
from xinyidai.credit_records.service import measuring as store
from xinyidai.credit_records.service.measuring import ExpectedKind, MeasuredBatch
from xinyidai.credit_records.service.platform import PlatformRun
from xinyidai.data_quality.models import CoverageCell, SourceFreshness
from xinyidai.data_quality.service import counting
from xinyidai.data_quality.values import SourceState
from xinyidai.kernel.db import db


def measure(run: PlatformRun, run_id: UUID, batches: Sequence[MeasuredBatch], today: date) -> None:
    """Write the day's matrix and the state of each source; needs the tables of the measuring."""
    for model in (CoverageCell, SourceFreshness):
        db.session.execute(delete(model).where(model.run_id == run_id))
    _measure_sources(run_id, batches, today)
    delivered: dict[str, date] = {one.batch.kind: one.batch.received_on for one in batches}
    classes = domains()
    store.read_coverage(run, [_expected(kind, delivered, today) for kind in expected_kinds()])
    counting.change(counting.COVER_REGISTER)
    counting.change(counting.FORGET_COVERAGE)
    counting.change(counting.KEEP_COVERAGE, classes=classes, today=today)
    for code, have, stale, missing in counting.rows(counting.COVERED, classes=classes):
        db.session.add(
            CoverageCell(run_id=run_id, class_code=code, have=have, stale=stale, missing=missing)
        )
    db.session.flush()


def expected_kinds() -> list[RecordKind]:
    """Return the kinds of which every firm should have facts."""
    return [
        kind
        for kind in KINDS.values()
        if kind.absence is Absence.UNKNOWN and kind.mode is not CollectionMode.VERIFY
    ]


def domains() -> list[str]:
    """Return the classes of which every firm should have facts, in the catalogue's order."""
    expected = {kind.class_code for kind in expected_kinds()}
    return [code for code in CLASSES if code in expected]


def _expected(kind: RecordKind, delivered: dict[str, date], today: date) -> ExpectedKind:
    age = timedelta(days=QUALITY.stale_cycles * kind.update_cycle_days)
    return ExpectedKind(
        kind=kind.code,
        class_code=kind.class_code,
        fresh_since=today - age,
        delivered_on=delivered.get(kind.code),
        is_period=kind.field(kind.map.occurred_on).type is FieldType.MONTH,
    )


def _measure_sources(run_id: UUID, batches: Sequence[MeasuredBatch], today: date) -> None:
    last: dict[tuple[str, str], date] = {}
    rows: dict[tuple[str, str], int] = {}
    for one in batches:
        key = (one.department_code, one.batch.kind)
        last[key] = max(one.batch.received_on, last.get(key, date.min))
        rows[key] = rows.get(key, 0) + one.batch.accepted
    seen = {kind for _, kind in last}
    for kind in KINDS.values():
        if kind.code not in seen:
            last[(kind.department.code, kind.code)] = date.min
    for (department, code), day in sorted(last.items()):
        db.session.add(
            SourceFreshness(
                run_id=run_id,
                department_code=department,
                kind=code,
                state=_state(KINDS.get(code), day, today),
                delivered_on=None if day == date.min else day,
                records=rows.get((department, code), 0),
            )
        )


def _state(kind: RecordKind | None, day: date, today: date) -> SourceState:
    if day == date.min:
        return SourceState.NEVER
    is_late = kind is not None and (today - day).days > kind.update_cycle_days
    return SourceState.LATE if is_late else SourceState.FRESH
