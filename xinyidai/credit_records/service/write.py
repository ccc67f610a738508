"""Write credit records, 归集入库: staged rows, and taking a record out of force.

A changed row supersedes its predecessor and never overwrites it; a firm whose records changed
gets a new `facts_version` in the same transaction, so nothing computed before is shown again.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, true, update

from xinyidai.audit import service as audit
from xinyidai.catalogue.kinds import KINDS
from xinyidai.credit_records import policies
from xinyidai.credit_records.models import CreditRecord
from xinyidai.credit_records.queries import REMOVED
from xinyidai.credit_records.service import door, staging
from xinyidai.credit_records.service.batches import (
    COLLECTION,
    Batch,
    change,
    close_batch,
    count_batches,
    get_batch,
    list_batches,
    newest_batches,
    open_batch,
)
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.service.loading import superseding
from xinyidai.credit_records.values import BatchState, RecordStatus, WriteCounts
from xinyidai.institutions import queries as departments
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound

__all__ = [
    "COLLECTION",
    "Batch",
    "add_records",
    "apply_staged",
    "close_batch",
    "count_batches",
    "get_batch",
    "kinds_kept_by",
    "list_batches",
    "newest_batches",
    "open_batch",
    "retire_record",
]


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
    bounds = {"now": clock.now(), "kind": batch.kind, "source": batch.source}
    with door.with_door(COLLECTION) as opened:
        opened.execute(staging.LOCK, {"key": f"{batch.source}/{batch.kind}"})
        distinct = opened.execute(staging.COUNT_DISTINCT).scalar_one()
        opened.execute(staging.FIND_CHANGES)
    connection.execute(staging.ANALYZE_CHANGE)
    with door.with_door(COLLECTION) as opened:
        superseded = opened.execute(staging.SUPERSEDE, bounds | superseding(batch)).rowcount
        written = opened.execute(
            staging.INSERT, {"batch_id": batch_id, "now": bounds["now"]}
        ).rowcount
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
        .values(
            status=status,
            status_changed_at=clock.now(),
            status_changed_by=actor.name,
            status_reason=reason,
        )
    )
    if not change(statement, Aperture(enterprise_id)):
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
