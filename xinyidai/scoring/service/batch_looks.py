"""Looks at several firms in one order, 批量查询: one row, one look, one transaction.

A worker runs the rows. A row already done is skipped, and one whose look was committed before its
worker died is found again in the log, so that nothing is spent twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus
from xinyidai.audit import service as audit
from xinyidai.consents.models import Consent
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import REFUSAL_SENTENCES, ConsentMode, RefusalReason
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Disclosure
from xinyidai.credit_records.values import DisclosureRequest, Snapshot
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock, jobs
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound
from xinyidai.scoring import policies, queries
from xinyidai.scoring.models import LookBatch, LookBatchRow
from xinyidai.scoring.service import disclosing
from xinyidai.scoring.service.looks import LookOrder, request_for
from xinyidai.scoring.values import BatchLookState

MOST_ROWS = 200
JOB = "scoring.run_look_batch"
NO_BATCH = "没有找到这次批量查询。"
ONLY_ON_PAGE = "授权方式为“仅查看，不得留存”，不能导出，请在页面上查看。"
NOT_RUN_YET = "还没有查询到这一行，请稍后重新下载。"
OTHER_CAUSE = "没有找到这份授权，或它不属于本机构。"


@dataclass(frozen=True)
class BatchLine:
    """One row of a batch with its consent and firm."""

    row: LookBatchRow
    consent: Consent
    enterprise: Enterprise


@dataclass(frozen=True)
class ExportLine:
    """One row of the file: a snapshot that may be read at this moment, or why there is none."""

    line: BatchLine
    snapshot: Snapshot | None
    left_out: str


def order_batch(actor: Actor, batch_id: UUID, consent_ids: Sequence[UUID]) -> LookBatch:
    """Order one look under each of these consents; a worker runs them one by one.

    `batch_id` comes from the form, so that a form sent twice orders once.

    Raises:
        Forbidden: the actor is no loan officer.
        InvalidInput: nothing chosen, or more than 200.
        NotFound: a consent is not this institution's.
        Conflict: the id belongs to somebody else's batch.

    """
    institution_id, account_id = policies.require_batch_order(actor)
    chosen = list(dict.fromkeys(consent_ids))
    check_size(len(chosen))
    if len(queries.consents_of(institution_id, chosen)) < len(chosen):
        raise NotFound("没有找到其中的一份授权，请返回重新选择。")
    statement = (
        insert(LookBatch)
        .values(
            id=batch_id,
            institution_id=institution_id,
            account_id=account_id,
            state=BatchLookState.QUEUED,
            row_count=len(chosen),
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(LookBatch.id)
    )
    if db.session.scalar(statement) is None:
        return _ordered_before(actor, batch_id)
    db.session.add_all(
        LookBatchRow(batch_id=batch_id, position=position, consent_id=consent_id, reasons=[])
        for position, consent_id in enumerate(chosen, 1)
    )
    db.session.flush()
    audit.record(actor, "look_batch:start", "look_batch", batch_id, {"rows": len(chosen)})
    jobs.enqueue(JOB, once=f"look-batch-{batch_id}", batch_id=str(batch_id))
    return read_batch(actor, batch_id)


def check_size(count: int) -> None:
    """Raise `InvalidInput` unless a batch may have so many rows."""
    if count == 0:
        fault = "请至少选择一份授权。"
        raise InvalidInput(fault, fields={"consent_id": fault})
    if count > MOST_ROWS:
        fault = f"一次最多选择 {MOST_ROWS} 份授权，现在选了 {count} 份。"
        raise InvalidInput(fault, fields={"consent_id": fault})


def read_batch(actor: Actor, batch_id: UUID) -> LookBatch:
    """Return a batch that this person ordered, or raise `NotFound`."""
    batch = queries.find_batch(batch_id)
    if batch is None:
        raise NotFound(NO_BATCH)
    policies.require_batch(actor, batch)
    return batch


def lines_of(actor: Actor, batch_id: UUID) -> list[BatchLine]:
    """Return the rows of a batch in the order they were chosen."""
    read_batch(actor, batch_id)
    return [BatchLine(*found) for found in queries.lines_of(batch_id)]


def export_lines(actor: Actor, batch_id: UUID) -> Iterator[ExportLine]:
    """Yield what may be written into a file at this moment, row by row.

    Each snapshot is read again: what was revoked, expired, corrected or repaired since is left
    out. So is what the firm allowed to be looked at only, because a file is kept. Each row is
    read in a transaction of its own, so that nobody who revokes waits for the file's end.
    """
    for line in lines_of(actor, batch_id):
        with own_transaction():
            exported = _export_line(actor, line)
        yield exported


def sentence_of(row: LookBatchRow) -> str:
    """Return in Chinese why a row got nothing; empty when it got a snapshot."""
    if row.snapshot_id is not None:
        return ""
    if row.done_at is None:
        return NOT_RUN_YET
    known = "".join(REFUSAL_SENTENCES[RefusalReason(code)] for code in row.reasons)
    return known or OTHER_CAUSE


def run_batch(batch_id: UUID) -> None:
    """Run the rows that are not done yet; may be called again at any time.

    Raises:
        NotFound: no such batch.

    """
    batch = queries.find_batch(batch_id)
    if batch is None:
        raise NotFound(NO_BATCH)
    if batch.state is BatchLookState.FINISHED:
        return
    with own_transaction():
        batch.state = BatchLookState.RUNNING
    for position in queries.open_positions(batch_id):
        _run_row(batch_id, position)
    with own_transaction():
        batch.state = BatchLookState.FINISHED
        batch.finished_at = clock.now()


def _run_row(batch_id: UUID, position: int) -> None:
    request = _take(batch_id, position)
    if request is None:
        return
    # The row taken stays locked until the look's own transaction ends.
    outcomes = credit_records.disclose_many(_officer(batch_id), [request], disclosing.build_content)
    for outcome in outcomes:
        with own_transaction():
            _note(batch_id, position, outcome)


def _take(batch_id: UUID, position: int) -> DisclosureRequest | None:
    """Lock a row and return what to ask for, or None when it was done already."""
    row = queries.locked_row(batch_id, position)
    if row is None or row.done_at is not None:
        return None
    shown = queries.snapshot_in_batch(batch_id, row.consent_id)
    if shown is not None:
        with own_transaction():
            row.snapshot_id, row.done_at = shown, clock.now()
        return None
    consent = queries.consent_by_id(row.consent_id)
    return request_for(
        LookOrder(
            consent_id=row.consent_id,
            enterprise_id=consent.enterprise_id,
            purpose=consent.purpose,
            batch_id=batch_id,
        )
    )


def _note(batch_id: UUID, position: int, outcome: Disclosure) -> None:
    row = queries.locked_row(batch_id, position)
    if row is None or row.done_at is not None:
        return
    row.done_at = clock.now()
    if outcome.snapshot is not None:
        row.snapshot_id = outcome.snapshot.id
    elif isinstance(outcome.refusal, ConsentRefused):
        row.refusal = outcome.refusal.code
        row.reasons = [reason.value for reason in outcome.refusal.reasons]
    else:
        row.refusal = outcome.refusal.code if outcome.refusal else "unknown"


def _officer(batch_id: UUID) -> Actor:
    """Return who ordered the batch, as they stand now; who has left looks at nothing."""
    batch = queries.find_batch(batch_id)
    account = db.session.get(Account, batch.account_id) if batch else None
    if account is None:
        raise NotFound("没有找到下单的人员。")
    if account.status is not AccountStatus.ACTIVE or account.role is not Role.BANK_OFFICER:
        return Actor(account.id, Role.PUBLIC, account.party_id, account.name)
    return account.as_actor()


def _ordered_before(actor: Actor, batch_id: UUID) -> LookBatch:
    batch = queries.find_batch(batch_id)
    if batch is None or batch.account_id != actor.account_id:
        raise Conflict("这个批次编号已被使用，请返回重新选择。", code="batch_id_used")
    return batch


def _export_line(actor: Actor, line: BatchLine) -> ExportLine:
    if line.row.snapshot_id is None:
        return ExportLine(line, None, sentence_of(line.row))
    if line.consent.mode is ConsentMode.VIEW:
        return ExportLine(line, None, ONLY_ON_PAGE)
    try:
        snapshot = credit_records.read_snapshot(actor, line.row.snapshot_id)
    except (ConsentRefused, Conflict, NotFound) as refusal:
        return ExportLine(line, None, refusal.message)
    return ExportLine(line, snapshot, "")
