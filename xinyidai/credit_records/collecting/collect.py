"""Collect one file, 归集: read, check, match, write; all in the caller's transaction.

Nothing is committed here: whoever calls ends the transaction, so a process killed on the way
leaves nothing half-written.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from xinyidai.credit_records import policies
from xinyidai.credit_records.collecting import (
    aggregating,
    registering,
    rejecting,
    staging,
    subjects,
)
from xinyidai.credit_records.collecting.fields import KindSpec
from xinyidai.credit_records.collecting.mapping import (
    REGISTRATION,
    SourceMapping,
    bad_mapping,
    bind,
    dropped_headings,
    find_kind,
)
from xinyidai.credit_records.collecting.order import refuse_shifted
from xinyidai.credit_records.collecting.reading import read_file
from xinyidai.credit_records.collecting.validating import Check, open_engine, validate
from xinyidai.credit_records.service import staging as staged_table
from xinyidai.credit_records.service import write
from xinyidai.credit_records.values import BatchCounts, WriteCounts
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput

LONGEST_SOURCE = 64
# Two deliveries of one source and kind would otherwise judge the same rows by what was before.
ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class CollectionRequest:
    """What to collect; without `mapping`, headings are recognised by the catalogue."""

    path: Path
    kind: str
    source: str
    mapping: SourceMapping | None = None
    report: Path | None = None
    as_of: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Collection:
    """What became of one file, in rows.

    `accepted` are records taken in, those that replaced another (`superseded`) among them; with an
    aggregation they are rows after it, while `rows` and `rejected` count rows of the file.
    `pending_names` wait for a code, `pending_new` of them since this run. `duplicate_codes` counts
    codes that stand with several names in the file. `dropped` are headings of columns that the
    catalogue never stores, 不予留存. `reasons` counts rows by rule, `examples` shows
    the first three of each.
    """

    kind: str
    source: str
    file: str
    rows: int
    accepted: int
    rejected: int
    unchanged: int
    superseded: int
    pending_names: int
    pending_new: int
    firms: int
    duplicate_codes: int
    seconds: float
    dropped: tuple[str, ...] = ()
    reasons: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, list[dict[str, str | int]]] = field(default_factory=dict)

    @property
    def is_taken(self) -> bool:
        """Tell whether anything of the file is on the platform now."""
        return self.accepted + self.unchanged + self.pending_names > 0


def collect_file(
    actor: Actor, request: CollectionRequest, progress: Progress = lambda _: None
) -> Collection:
    """Take a file in: each row is accepted, unchanged, waiting for a name, or rejected.

    Raises:
        Forbidden: the actor may not deliver records.
        InvalidInput: the file cannot be read or taken in as a whole; the sentence says why.
        BannedFieldRefused: a column asks for what may never be collected.

    """
    policies.require_collecting(actor)
    started = time.perf_counter()
    kind = find_kind(request.kind)
    _check_request(request, kind)
    db.session.execute(ONE_AT_A_TIME, {"key": f"collect/{request.source}/{kind.code}"})
    progress("读取文件")
    check = _checked(request, kind, progress)
    progress("对应企业并写入")
    if kind.code == REGISTRATION:
        written = _take_registrations(check, actor, request.source)
    else:
        written = _take_records(check, actor, request)
    if request.report is not None:
        rejecting.write_report(check, request.report)
    collection = _collection(check, request, written, time.perf_counter() - started)
    check.engine.close()
    return collection


@dataclass(frozen=True)
class _Written:
    counts: WriteCounts
    pending: int
    pending_new: int
    duplicate_codes: int


def _check_request(request: CollectionRequest, kind: KindSpec) -> None:
    source = request.source.strip()
    if not source or len(source) > LONGEST_SOURCE or not source.isprintable():
        raise InvalidInput(f"来源不能为空，且不超过 {LONGEST_SOURCE} 个字。", code="bad_source")
    if request.as_of and request.as_of > clock.today():
        raise InvalidInput("数据截止日期不能晚于今天。", code="bad_as_of")
    if request.mapping and request.mapping.kind != kind.code:
        raise bad_mapping(f"映射文件是为“{request.mapping.kind}”写的，不能用于“{kind.code}”。")


def _checked(request: CollectionRequest, kind: KindSpec, progress: Progress) -> Check:
    mapping = request.mapping or SourceMapping(kind.code)
    raw = read_file(request.path, mapping.layout)
    # Rows of a raw table are checked by the fields that the mapping describes, then aggregated.
    read_as = KindSpec(kind.code, kind.name, mapping.raw, "", "") if mapping.raw else kind
    binding = bind(raw.headings, read_as, mapping)
    if mapping.subject.namespace is None:
        refuse_shifted(raw, binding, read_as)
    progress(f"校验 {raw.rows.num_rows} 行")
    today = request.as_of or clock.today()
    check = Check(open_engine(), raw, read_as, mapping, binding, today)
    validate(check)
    return aggregating.aggregate(check, kind) if mapping.aggregate else check


def _take_registrations(check: Check, actor: Actor, source: str) -> _Written:
    duplicates = check.count(
        "select count(*) from (select uscc from sound where uscc is not null"
        " group by uscc having count(distinct name) > 1)"
    )
    counts = registering.register(check, actor, source)
    held = registering.hold_unregistered(check, source)
    written = WriteCounts(
        inserted=counts.inserted + counts.updated,
        superseded=0,
        unchanged=counts.unchanged,
        firms=counts.inserted + counts.updated,
    )
    return _Written(written, held.new + held.known, held.new, duplicates)


def _take_records(check: Check, actor: Actor, request: CollectionRequest) -> _Written:
    source, kind = request.source, check.kind.code
    subjects.match(check, source)
    staging.stage(check, source, check.today.isoformat())
    held = subjects.hold_pending(check, source, kind)
    duplicates = subjects.duplicate_codes(check)
    counts = _write(check, actor, request)
    return _Written(counts, held.new + held.known, held.new, duplicates)


def _write(check: Check, actor: Actor, request: CollectionRequest) -> WriteCounts:
    total = check.count(f"select count(*) from staged where {staging.FOUND}")  # noqa: S608 - a constant
    batch = _open_batch(check, actor, request)
    if batch.is_done:
        return WriteCounts(inserted=0, superseded=0, unchanged=total, firms=0)
    connection = db.session.connection()
    staged_table.create(connection)
    staging.copy_staged(check, connection)
    counts = write.apply_staged(connection, batch.id)
    connection.execute(staged_table.DROP_STAGED)
    write.close_batch(actor, batch.id, _batch_counts(check, counts))
    return counts


def _open_batch(check: Check, actor: Actor, request: CollectionRequest) -> write.Batch:
    """Return the finished batch of the same content if nothing came after it, else a new one.

    A file delivered again after another one of its source and kind must count again, or the other
    one's rows would stay in force.
    """
    digest = staging.digest(check)
    newest = next(
        (
            batch.id
            for batch in write.list_batches()
            if (batch.source, batch.kind) == (request.source, check.kind.code)
        ),
        None,
    )
    sha256 = digest
    while True:
        batch = write.open_batch(
            actor,
            source=request.source,
            kind=check.kind.code,
            file_name=request.path.name,
            sha256=sha256,
        )
        if not batch.is_done or batch.id == newest:
            return batch
        sha256 = hashlib.sha256(f"{digest}/{batch.id}".encode()).hexdigest()


def _batch_counts(check: Check, counts: WriteCounts) -> BatchCounts:
    return BatchCounts(
        total=check.raw.rows.num_rows + len(check.raw.misshapen),
        accepted=counts.inserted + counts.superseded,
        rejected=rejecting.count_rejected(check),
        unchanged=counts.unchanged,
    )


def _collection(
    check: Check, request: CollectionRequest, written: _Written, seconds: float
) -> Collection:
    counts = written.counts
    return Collection(
        kind=request.kind,
        source=request.source,
        file=request.path.name,
        rows=check.count("select count(*) from texts") + len(check.raw.misshapen),
        accepted=counts.inserted + counts.superseded,
        rejected=rejecting.count_rejected(check),
        unchanged=counts.unchanged,
        superseded=counts.superseded,
        pending_names=written.pending,
        pending_new=written.pending_new,
        firms=counts.firms,
        duplicate_codes=written.duplicate_codes,
        seconds=round(seconds, 2),
        dropped=dropped_headings(check.raw),
        reasons=rejecting.reasons(check),
        examples=rejecting.examples(check),
    )
