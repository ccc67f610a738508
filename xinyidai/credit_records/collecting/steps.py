"""The steps of a collection between the file and the committed rows."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import duckdb

from xinyidai.credit_records.collecting import (
    aggregating,
    registering,
    rejecting,
    staging,
    subjects,
)
from xinyidai.credit_records.collecting.changes import BLOCK_ROWS, ChangedBlock, Changes
from xinyidai.credit_records.collecting.containers import large_table
from xinyidai.credit_records.collecting.fields import KindSpec
from xinyidai.credit_records.collecting.large_reading import read_large
from xinyidai.credit_records.collecting.limits import LIMITS
from xinyidai.credit_records.collecting.mapping import SourceMapping, bind
from xinyidai.credit_records.collecting.order import refuse_shifted
from xinyidai.credit_records.collecting.reading import Layout, RawTable, read_file
from xinyidai.credit_records.collecting.requests import CollectionRequest, Progress
from xinyidai.credit_records.collecting.validating import Check, open_engine, validate
from xinyidai.credit_records.service import batches, loading
from xinyidai.credit_records.service.batches import Batch
from xinyidai.credit_records.service.loading import Origin
from xinyidai.credit_records.values import BatchCounts, WriteCounts
from xinyidai.enterprises.service import HoldCounts
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor

MANY_ROWS = 50_000  # from here on a plan made without statistics could cost minutes


@dataclass(frozen=True)
class Run:
    """One file on its way in, read and checked."""

    actor: Actor
    request: CollectionRequest
    check: Check
    folder: Path
    progress: Progress
    started: float

    @property
    def total_rows(self) -> int:
        """Return the number of rows of the file that say anything."""
        return self.check.count("select count(*) from texts") + len(self.check.raw.misshapen)

    @property
    def origin(self) -> Origin:
        """Return kind and source."""
        return Origin(self.check.kind.code, self.request.source)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the rows, in the words of `Collection`."""

    accepted: int
    superseded: int
    unchanged: int
    rejected: int
    firms: int
    pending: int
    pending_new: int
    duplicate_codes: int
    batch_id: UUID
    reasons: Mapping[str, int]
    examples: Mapping[str, list[dict[str, str | int]]]


def check_file(
    request: CollectionRequest, kind: KindSpec, folder: Path, progress: Progress
) -> Check:
    """Read a file and check each row; raise `InvalidInput` when it is refused as a whole."""
    mapping = request.mapping or SourceMapping(kind.code)
    engine, raw = _read(request.path, mapping.layout, folder)
    # Rows of a raw table are checked by the fields that the mapping describes, then aggregated.
    read_as = KindSpec(kind.code, kind.name, mapping.raw, "", "") if mapping.raw else kind
    binding = bind(raw.headings, read_as, mapping)
    if mapping.subject.namespace is None:
        refuse_shifted(raw, binding, read_as)
    progress(f"校验 {raw.num_rows} 行")
    today = request.as_of or clock.today()
    check = Check(engine, raw, read_as, mapping, binding, today)
    validate(check)
    return aggregating.aggregate(check, kind) if mapping.aggregate else check


def _read(path: Path, layout: Layout, folder: Path) -> tuple[duckdb.DuckDBPyConnection, RawTable]:
    """Read a file whole, or into the engine; a very large one into an engine on disk."""
    place = large_table(path, LIMITS, folder)
    if place is None:
        return open_engine(), read_file(path, layout)
    is_spilled = place.stat().st_size > LIMITS.spilled_bytes
    engine = open_engine(folder if is_spilled else None)
    raw = read_large(engine, place, layout, LIMITS, folder)
    return engine, raw or read_file(path, layout)


def take_registrations(run: Run) -> Outcome:
    """Let the sound rows of a register extract become firms."""
    check, source = run.check, run.request.source
    duplicates = check.count(
        "select count(*) from (select uscc from sound where uscc is not null"
        " group by uscc having count(distinct name) > 1)"
    )
    counts = registering.register(check, run.actor, source)
    held = registering.hold_unregistered(check, source)
    changed = counts.inserted + counts.updated
    batch = _open_batch(run, registering.digest(check), is_new=changed > 0)
    _write_report(run)
    done = Written(changed, 0, counts.unchanged, changed)
    if not batch.is_done:
        rejecting.keep(check, batch.id)
        batches.close_batch(run.actor, batch.id, _batch_counts(run, done))
    return _outcome(run, batch, done, held, duplicates)


def prepare_records(run: Run) -> "Prepared":
    """Find the firms of the rows, open or go on with the batch, and find out what changes."""
    check, source = run.check, run.request.source
    subjects.match(check, source)
    staging.stage(check, source, check.today.isoformat())
    held = subjects.hold_pending(check, source, check.kind.code)
    is_first = not batches.has_batches(source, check.kind.code)
    batch = batches.begun_batch(source, check.kind.code, check.raw.sha256)
    changes = Changes(check, run.origin, run.folder, is_first)
    prepared = Prepared(
        run,
        batch or _open_batch(run, staging.digest(check)),
        changes,
        held,
        is_again=batch is not None,
    )
    _write_report(run)
    if not prepared.batch.is_done:
        if not is_first and prepared.found >= MANY_ROWS:
            loading.freshen_statistics()
        changes.find()
    return prepared


@dataclass
class Written:
    """Rows written by this run and by those before it that were killed."""

    accepted: int = 0
    superseded: int = 0
    unchanged: int = 0
    firms: int = 0


@dataclass
class Prepared:
    """A file whose changes are known, not written; `is_again`: its batch was begun before."""

    run: Run
    batch: Batch
    changes: Changes
    held: HoldCounts
    is_again: bool
    is_begun: bool = False
    written: Written = field(default_factory=Written)

    def __post_init__(self) -> None:
        """Count what was committed before a kill."""
        self.written.accepted = self.batch.progress.rows_written
        self.written.superseded = self.batch.progress.rows_superseded

    @property
    def found(self) -> int:
        """Return the number of rows whose firm is known."""
        return self.run.check.count(f"select count(*) from staged where {staging.FOUND}")  # noqa: S608 - a constant

    def fits(self, block_rows: int) -> bool:
        """Tell whether all that is to do fits into one transaction."""
        return self.batch.is_done or self.changes.total() <= block_rows

    def blocks(self, block_rows: int = BLOCK_ROWS) -> Iterator[ChangedBlock]:
        """Return what is to be written, block by block; nothing for a file that was done before."""
        return iter(()) if self.batch.is_done else self.changes.blocks(block_rows)

    def begin(self) -> None:
        """Keep the rejections and note how much is to come, before the first block."""
        rejecting.keep(self.run.check, self.batch.id, anew=self.is_again)
        self.is_begun = True
        batches.begin_blocks(self.batch.id, self.run.check.raw.sha256, self.changes.total())

    def write(self, block: ChangedBlock) -> None:
        """Write one block in the present transaction."""
        self.count(loading.write_block(self.batch, block))

    def count(self, counts: WriteCounts) -> None:
        """Add what one block did."""
        self.written.accepted += counts.inserted + counts.superseded
        self.written.superseded += counts.superseded
        self.written.firms += counts.firms

    def tell(self) -> None:
        """Say how far it has come."""
        due = self.batch.progress.rows_written + self.changes.total()
        done = self.written.accepted
        self.run.progress(f"已写入 {done:,} / {due:,} 行（{done / max(due, 1):.0%}）")

    def finish(self) -> Outcome:
        """Close the batch with what became of all rows."""
        check = self.run.check
        self.written.unchanged = self.found - (0 if self.batch.is_done else self.written.accepted)
        if self.batch.is_done:
            self.written.accepted = self.written.superseded = 0
        else:
            if not self.is_begun:
                rejecting.keep(check, self.batch.id, anew=self.is_again)
            counts = _batch_counts(self.run, self.written)
            batches.close_batch(self.run.actor, self.batch.id, counts)
        duplicates = subjects.duplicate_codes(check)
        return _outcome(self.run, self.batch, self.written, self.held, duplicates)


def _open_batch(run: Run, digest: str, *, is_new: bool = False) -> Batch:
    """Return the finished batch of the same content if nothing came after it, else a new one.

    A file delivered again after another one of its source and kind must count again, or the other
    one's rows would stay in force. `is_new` tells that it was seen to change something.
    """
    source, kind = run.request.source, run.check.kind.code
    last = batches.list_batches(1, source=source, kind=kind)
    newest = None if is_new or not last else last[0].id
    sha256 = digest
    while True:
        batch = batches.open_batch(
            run.actor, source=source, kind=kind, file_name=run.request.path.name, sha256=sha256
        )
        if not batch.is_done or batch.id == newest:
            return batch
        sha256 = hashlib.sha256(f"{digest}/{batch.id}".encode()).hexdigest()


def _write_report(run: Run) -> None:
    if run.request.report is not None:
        rejecting.write_report(run.check, run.request.report)


def _batch_counts(run: Run, written: Written) -> BatchCounts:
    return BatchCounts(
        total=run.total_rows,
        accepted=written.accepted,
        rejected=rejecting.count_rejected(run.check),
        unchanged=written.unchanged,
    )


def _outcome(
    run: Run, batch: Batch, written: Written, held: HoldCounts, duplicates: int
) -> Outcome:
    return Outcome(
        accepted=written.accepted,
        superseded=written.superseded,
        unchanged=written.unchanged,
        rejected=rejecting.count_rejected(run.check),
        firms=written.firms,
        pending=held.new + held.known,
        pending_new=held.new,
        duplicate_codes=duplicates,
        batch_id=batch.id,
        reasons=rejecting.reasons(run.check),
        examples=rejecting.examples(run.check),
    )
