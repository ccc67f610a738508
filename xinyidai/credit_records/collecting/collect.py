"""Collect one file, 归集: read, check, match, write.

Two ways in. `collect_file` does all of it in the caller's transaction and commits nothing: for
pages, seeds and tests. `collect_in_blocks` ends transactions of its own: for the command line and
for workers. It writes a large file in blocks, and after a kill the same call goes on behind the
last one (ADR 0019); a file of one block is still one transaction.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from xinyidai.credit_records import policies
from xinyidai.credit_records.collecting import steps
from xinyidai.credit_records.collecting.changes import BLOCK_ROWS, ChangedBlock
from xinyidai.credit_records.collecting.fields import KindSpec
from xinyidai.credit_records.collecting.mapping import bad_mapping, dropped_headings, find_kind
from xinyidai.credit_records.collecting.requests import CollectionRequest, Progress
from xinyidai.credit_records.collecting.steps import Outcome, Prepared, Run
from xinyidai.credit_records.collecting.workplace import workplace
from xinyidai.credit_records.service import loading
from xinyidai.credit_records.values import REGISTRATION, WriteCounts
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput

LONGEST_SOURCE = 64
WRITERS = 2  # blocks written at a time: the server's work on each keeps one of its cores busy
# Two deliveries of one source and kind would otherwise judge the same rows by what was before. The
# second key is the one that rows taken in one by one wait for (`service.write.apply_staged`).
KEYS = ("collect/{}/{}", "{}/{}")
ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
TRY_ALONE = text("select pg_try_advisory_lock(hashtextextended(:key, 0))")
ALONE = text("select pg_advisory_lock(hashtextextended(:key, 0))")
PATIENCE = text("set statement_timeout = 0; set lock_timeout = '10min'")
IMPATIENCE = text("reset statement_timeout; reset lock_timeout")


@dataclass(frozen=True, kw_only=True)
class Collection:
    """What became of one file, in rows.

    `accepted` are records taken in, those that replaced another (`superseded`) among them; with an
    aggregation they are rows after it, while `rows` and `rejected` count rows of the file.
    `pending_names` wait for a code, `pending_new` of them since this run. `duplicate_codes` counts
    codes that stand with several names in the file. `dropped` are headings of columns that the
    catalogue never stores, 不予留存. `reasons` counts rows by rule, `examples` shows the first
    three of each. Every rejected row is kept with the batch `batch_id` (`service.rejections_of`).
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
    batch_id: UUID
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

    Works in the caller's transaction: all of the file or nothing.

    Raises:
        Forbidden: the actor may not deliver records.
        InvalidInput: the file cannot be read or taken in as a whole; the sentence says why.
        BannedFieldRefused: a column asks for what may never be collected.

    """
    with _prepared(actor, request, progress) as run:
        for key in _keys(run):
            db.session.execute(ONE_AT_A_TIME, {"key": key})
        if run.check.kind.code == REGISTRATION:
            return _collection(run, steps.take_registrations(run))
        prepared = steps.prepare_records(run)
        for block in prepared.blocks():
            prepared.write(block)
        return _collection(run, prepared.finish())


def collect_in_blocks(
    actor: Actor,
    request: CollectionRequest,
    progress: Progress = lambda _: None,
    *,
    block_rows: int = BLOCK_ROWS,
) -> Collection:
    """Take a file in as `collect_file` does, in transactions of its own.

    Called again with the same file after a kill or a failure, it goes on with the batch that was
    begun: rows committed before are found unchanged, so none is lost and none comes twice. Another
    call with the same source and kind waits until this one is through.

    Raises:
        Conflict: the source's delivery before this one did not end in ten minutes.

    """
    with _prepared(actor, request, progress) as run, _alone(run):
        with own_transaction():
            if run.check.kind.code == REGISTRATION:
                return _collection(run, steps.take_registrations(run))
            prepared = steps.prepare_records(run)
            if prepared.fits(block_rows):
                for block in prepared.blocks():
                    prepared.write(block)
                return _collection(run, prepared.finish())
            prepared.begin()
        _write_side_by_side(prepared, block_rows)
        with own_transaction():
            return _collection(run, prepared.finish())


def _write_side_by_side(prepared: Prepared, block_rows: int) -> None:
    """Write the blocks, each in a transaction of its own, `WRITERS` at a time.

    Blocks share no firm, so they never wait for each other; the first failure ends it.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - for the threads

    def write(block: ChangedBlock) -> WriteCounts:
        with app.app_context(), own_transaction():
            return loading.write_block(prepared.batch, block)

    blocks = prepared.blocks(block_rows)
    with ThreadPoolExecutor(WRITERS) as writers:
        under_way = {writers.submit(write, block) for block in islice(blocks, WRITERS)}
        while under_way:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for one in done:
                prepared.count(one.result())
                prepared.tell()
            under_way |= {writers.submit(write, block) for block in islice(blocks, len(done))}


@contextmanager
def _prepared(actor: Actor, request: CollectionRequest, progress: Progress) -> Iterator[Run]:
    """Read and check the file; nothing is asked of the database yet."""
    policies.require_collecting(actor)
    kind = find_kind(request.kind)
    _check_request(request, kind)
    with workplace() as folder:
        started = time.perf_counter()
        progress("读取文件")
        check = steps.check_file(request, kind, folder, progress)
        progress("对应企业并写入")
        yield Run(actor, request, check, folder, progress, started)
        check.engine.close()


@contextmanager
def _alone(run: Run) -> Iterator[None]:
    """Hold the locks of source and kind over several transactions, on a connection of our own.

    A killed process loses its connection, and with it the locks.
    """
    with db.engine.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(PATIENCE)
        for key in _keys(run):
            if not connection.execute(TRY_ALONE, {"key": key}).scalar_one():
                run.progress("等待同一来源的上一次归集结束")
                try:
                    connection.execute(ALONE, {"key": key})
                except OperationalError as error:
                    raise Conflict(
                        "同一来源的上一次归集还没有结束，请稍后再试。", code="collection_running"
                    ) from error
        try:
            yield
        finally:
            # The connection goes back to the pool, where nobody may find our patience.
            connection.execute(IMPATIENCE)
            connection.execute(text("select pg_advisory_unlock_all()"))


def _keys(run: Run) -> list[str]:
    return [key.format(run.request.source, run.check.kind.code) for key in KEYS]


def _check_request(request: CollectionRequest, kind: KindSpec) -> None:
    source = request.source.strip()
    if not source or len(source) > LONGEST_SOURCE or not source.isprintable():
        raise InvalidInput(f"来源不能为空，且不超过 {LONGEST_SOURCE} 个字。", code="bad_source")
    if request.as_of and request.as_of > clock.today():
        raise InvalidInput("数据截止日期不能晚于今天。", code="bad_as_of")
    if request.mapping and request.mapping.kind != kind.code:
        raise bad_mapping(f"映射文件是为“{request.mapping.kind}”写的，不能用于“{kind.code}”。")


def _collection(run: Run, done: Outcome) -> Collection:
    return Collection(
        kind=run.request.kind,
        source=run.request.source,
        file=run.request.path.name,
        rows=run.total_rows,
        accepted=done.accepted,
        rejected=done.rejected,
        unchanged=done.unchanged,
        superseded=done.superseded,
        pending_names=done.pending,
        pending_new=done.pending_new,
        firms=done.firms,
        duplicate_codes=done.duplicate_codes,
        seconds=round(time.perf_counter() - run.started, 2),
        batch_id=done.batch_id,
        dropped=dropped_headings(run.check.raw),
        reasons=done.reasons,
        examples=done.examples,
    )
