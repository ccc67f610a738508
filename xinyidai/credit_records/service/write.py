"""Write credit records, 归集入库: batches, staged rows, and taking a record out of force.

A changed row supersedes its predecessor and never overwrites it; a firm whose records changed
gets a new `facts_version` in the same transaction, so nothing computed before is shown again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Executable, Row, insert, true, update

from xinyidai.audit import service as audit
from xinyidai.catalogue.kinds import KINDS, get_kind
from xinyidai.credit_records import policies, queries
from xinyidai.credit_records.models import CollectionBatch, CreditRecord
from xinyidai.credit_records.queries import REMOVED
from xinyidai.credit_records.service import door, staging
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import BatchCounts, BatchState, RecordStatus, WriteCounts
from xinyidai.institutions import queries as departments
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound

COLLECTION = Aperture(platform_run="collection")


@dataclass(frozen=True)
class Batch:
    """A collection batch as it stands; `is_done` means the same file was taken in before."""

    id: UUID
    source: str
    kind: str
    file_name: str
    sha256: str
    state: BatchState
    counts: BatchCounts
    started_at: datetime
    finished_at: datetime | None
    actor_name: str

    @property
    def is_done(self) -> bool:
        """Tell whether the batch is finished, so that nothing is left to do."""
        return self.state is BatchState.FINISHED


def open_batch(actor: Actor, *, source: str, kind: str, file_name: str, sha256: str) -> Batch:
    """Begin a batch, or return the finished one of the same source, kind and content.

    Raises:
        Forbidden: the actor may not deliver records.
        UnknownKind: the catalogue does not list the kind.

    """
    policies.require_collecting(actor)
    get_kind(kind)
    rows = door.read(COLLECTION, queries.finished_batch(source, kind, sha256))
    if rows:
        return _batch(rows[0])
    batch_id = new_id()
    values = {
        "id": batch_id,
        "source": source,
        "kind": kind,
        "file_name": file_name,
        "sha256": sha256,
        "state": BatchState.RUNNING,
        "started_at": clock.now(),
        "account_id": actor.account_id,
        "actor_name": actor.name,
    }
    _write(insert(CollectionBatch).values(**values))
    return get_batch(batch_id)


def close_batch(
    actor: Actor, batch_id: UUID, counts: BatchCounts, state: BatchState = BatchState.FINISHED
) -> Batch:
    """Finish a running batch with what became of its rows, and note it in the audit trail.

    Raises:
        NotFound: no such batch.
        Conflict: it was closed before.

    """
    policies.require_collecting(actor)
    batch = get_batch(batch_id)
    if batch.state is not BatchState.RUNNING or state is BatchState.RUNNING:
        raise Conflict("这个归集批次已经结束。", code="batch_closed")
    _write(
        update(CollectionBatch)
        .where(CollectionBatch.id == batch_id)
        .values(
            state=state,
            rows_total=counts.total,
            rows_accepted=counts.accepted,
            rows_rejected=counts.rejected,
            rows_unchanged=counts.unchanged,
            finished_at=clock.now(),
        )
    )
    audit.record(actor, f"collection_batch:{state}", "collection_batch", batch_id, vars(counts))
    return get_batch(batch_id)


def get_batch(batch_id: UUID) -> Batch:
    """Return a batch, or raise `NotFound`."""
    rows = door.read(COLLECTION, queries.batch_by_id(batch_id))
    if not rows:
        raise NotFound("没有找到这个归集批次。")
    return _batch(rows[0])


def list_batches(limit: int = queries.LARGEST_LIST) -> list[Batch]:
    """Return the newest batches."""
    return batches_of(door.read(COLLECTION, queries.latest_batches(limit)))


def batches_of(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Batch]:
    """Return rows of the table of batches as values."""
    return [_batch(row) for row in rows]


def apply_staged(connection: Connection, batch_id: UUID) -> WriteCounts:
    """Take the rows of the temp table `staged_record` in as records of the batch, set-based.

    The caller made the table (`staging.create`) on the session's connection in this
    transaction, and filled it; twins of one natural key in it count as one row, the one with
    the latest day. Rows equal to the record in force are left alone.

    Raises:
        InvalidInput: rows of unknown firms, or of another kind or source than the batch.
        Conflict: the batch is closed.

    """
    connection.execute(door.PATIENCE)
    batch = get_batch(batch_id)
    if batch.state is not BatchState.RUNNING:
        raise Conflict("这个归集批次已经结束，不能再写入。", code="batch_closed")
    _require_fitting(connection, batch)
    connection.execute(staging.CREATE_CHANGE)
    connection.execute(staging.GRANT_STAGED)
    connection.execute(staging.GRANT_CHANGE)
    connection.execute(staging.ANALYZE)
    with door.with_door(COLLECTION) as opened:
        bounds = {"batch_id": batch_id, "now": clock.now()}
        opened.execute(staging.LOCK, {"key": f"{batch.source}/{batch.kind}"})
        distinct = opened.execute(staging.COUNT_DISTINCT).scalar_one()
        opened.execute(staging.FIND_CHANGES)
        superseded = opened.execute(staging.SUPERSEDE, {"now": bounds["now"]}).rowcount
        written = opened.execute(staging.INSERT, bounds).rowcount
    firms = connection.execute(staging.RAISE_VERSIONS).rowcount
    connection.execute(staging.DROP_CHANGE)
    return WriteCounts(
        inserted=written - superseded,
        superseded=superseded,
        unchanged=distinct - written,
        firms=firms,
    )


def add_records(batch_id: UUID, rows: Sequence[staging.NewRecord]) -> WriteCounts:
    """Take in rows at hand, for deliveries by API, seeds and tests."""
    db.session.flush()
    connection = db.session.connection()
    staging.create(connection)
    staging.fill(door.driver(connection), rows)
    counts = apply_staged(connection, batch_id)
    connection.execute(staging.DROP_STAGED)
    return counts


def retire_record(
    actor: Actor, enterprise_id: UUID, record_id: int, status: RecordStatus, reason: str
) -> None:
    """Take a record out of force: corrected, withdrawn by its source, or repaired, 信用修复.

    The firm's `facts_version` rises in the same transaction: the record is gone everywhere.

    Raises:
        Forbidden: the actor may not.
        NotFound: the firm has no such record in force, or another department delivers it.

    """
    policies.require_retiring(actor)
    kinds = kinds_kept_by(actor)
    if status not in REMOVED:
        raise InvalidInput("只能更正、撤销或修复一条信息。", fields={"status": "请重新选择。"})
    # Looks under way hold this lock: the time below is later than that of every snapshot they make.
    db.session.execute(staging.LOCK_FIRM, {"enterprise_id": enterprise_id})
    statement = (
        update(CreditRecord)
        .where(
            CreditRecord.id == record_id,
            CreditRecord.enterprise_id == enterprise_id,
            CreditRecord.status == RecordStatus.IN_FORCE,
            true() if kinds is None else CreditRecord.kind.in_(kinds),
        )
        .values(status=status, status_changed_at=clock.now())
    )
    if not _write(statement, Aperture(enterprise_id)):
        raise NotFound("没有找到这条有效的信息。")
    db.session.execute(staging.RAISE_ONE_VERSION, {"enterprise_id": enterprise_id})
    details = {"enterprise_id": str(enterprise_id), "status": status, "reason": reason}
    audit.record(actor, f"credit_record:{status}", "credit_record", str(record_id), details)


def kinds_kept_by(actor: Actor) -> frozenset[str] | None:
    """Return the kinds whose records a department delivers and may answer for; None means all."""
    if actor.role is not Role.DEPARTMENT:
        return None
    office = departments.get_department(actor.party_id) if actor.party_id else None
    code = office.code if office else None
    return frozenset(kind.code for kind in KINDS.values() if kind.department.code == code)


def _require_fitting(connection: Connection, batch: Batch) -> None:
    wrong = connection.execute(
        staging.COUNT_FOREIGN, {"kind": batch.kind, "source": batch.source}
    ).one()
    if wrong.unknown_firms:
        raise InvalidInput(f"有 {wrong.unknown_firms} 行的企业不存在。", code="unknown_firms")
    if wrong.other_batch:
        raise InvalidInput(f"有 {wrong.other_batch} 行不属于本批次的类别或来源。")


def _write(statement: Executable, aperture: Aperture = COLLECTION) -> int:
    with door.with_door(aperture) as connection:
        rows: int = connection.execute(statement).rowcount
        return rows


def _batch(row: Row[*tuple[Any, ...]]) -> Batch:
    return Batch(
        id=row.id,
        source=row.source,
        kind=row.kind,
        file_name=row.file_name,
        sha256=row.sha256,
        state=row.state,
        counts=BatchCounts(
            total=row.rows_total,
            accepted=row.rows_accepted,
            rejected=row.rows_rejected,
            unchanged=row.rows_unchanged,
        ),
        started_at=row.started_at,
        finished_at=row.finished_at,
        actor_name=row.actor_name,
    )
