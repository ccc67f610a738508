"""Check a file of codes, 批量核查: one reading for all firms, one check and one event for each."""

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy import insert

from xinyidai.audit import service as audit
from xinyidai.catalogue.credit_lists import SERIOUS_KINDS
from xinyidai.credit_lists import service as credit_lists
from xinyidai.credit_records.service import listing, platform_run
from xinyidai.joint_checks import policies, queries, rules
from xinyidai.joint_checks.models import BatchRow, CheckBatch, CheckHit, CheckStep, JointCheck
from xinyidai.joint_checks.service import looking
from xinyidai.joint_checks.service.checking import require_order
from xinyidai.joint_checks.service.looking import Asked, Found
from xinyidai.joint_checks.values import BatchOrder, CheckChannel, CodeRow
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import Base, db, new_id
from xinyidai.kernel.errors import Conflict

PURPOSE = "joint_check"
LONGEST_NAME = 200


def check_batch(actor: Actor, order: BatchOrder) -> CheckBatch:
    """Check all codes of a file; rows that are no sound codes are kept with what is wrong.

    The same file sent again under its key gives the first batch.

    Raises:
        Forbidden: the actor's role makes no checks.
        UnknownOccasion: the occasion is not on the list.
        InvalidInput: the file cannot be read, or has too many rows.
        Conflict: the key was used for another file.

    """
    department_id = policies.require_checking(actor)
    require_order(order.occasion, order.case_no)
    digest = sha256(order.content).hexdigest()
    before = _before(department_id, order, digest)
    if before is not None:
        return before
    rows = rules.read_codes(order.content)
    batch = CheckBatch(
        id=new_id(),
        department_id=department_id,
        request_key=order.request_key,
        occasion=order.occasion,
        case_no=order.case_no.strip(),
        file_name=order.file_name[:LONGEST_NAME],
        sha256=digest,
        row_count=len(rows),
        bad_count=sum(bool(row.fault) for row in rows),
        asked_by=actor.account_id,
        actor_name=actor.name,
    )
    db.session.add(batch)
    db.session.flush()
    _check_rows(actor, batch, rows)
    details = {"rows": batch.row_count, "bad": batch.bad_count, "occasion": batch.occasion}
    audit.record(actor, "joint_check:batch", "joint_check_batch", batch.id, details)
    return batch


def _before(department_id: UUID, order: BatchOrder, digest: str) -> CheckBatch | None:
    before = queries.find_batch_by_key(department_id, order.request_key)
    if before is None:
        return None
    if (before.sha256, before.occasion) != (digest, order.occasion):
        raise Conflict("这次提交已用于另一个文件，请重新打开核查页面再传。", code="key_reused")
    return before


def _check_rows(actor: Actor, batch: CheckBatch, rows: Sequence[CodeRow]) -> None:
    firms = queries.firms_by_codes({row.uscc for row in rows if row.uscc})
    ids = [firm for firm, _ in firms.values()]
    with platform_run(PURPOSE, rules.VERSION, enterprise_ids=ids, actor=actor) as run:
        standing = credit_lists.standing_of(ids, run.event_id)
    missing = looking.gaps()
    found: dict[int, Found] = {}
    for row in rows:
        if not row.uscc:
            continue
        firm = firms.get(row.uscc)
        asked = Asked(
            actor=actor,
            department_id=batch.department_id,
            channel=CheckChannel.FILE,
            occasion=batch.occasion,
            case_no=batch.case_no,
            enterprise_id=firm[0] if firm else None,
            uscc=row.uscc,
            batch_id=batch.id,
        )
        answer = looking.answer_of(asked, standing, missing)
        found[row.number] = looking.found_of(asked, answer, new_id())
    _keep(actor, batch, rows, found)


def _keep(
    actor: Actor, batch: CheckBatch, rows: Sequence[CodeRow], found: dict[int, Found]
) -> None:
    """Write thousands of checks with a few statements."""
    checks = [one.check for one in found.values()]
    parts = [part for one in found.values() for part in one.parts]
    _insert(JointCheck, checks)
    _insert(CheckHit, [part for part in parts if isinstance(part, CheckHit)])
    _insert(CheckStep, [part for part in parts if isinstance(part, CheckStep)])
    lines = [
        BatchRow(
            batch_id=batch.id,
            number=row.number,
            given=row.given,
            check_id=found[row.number].check.id if row.number in found else None,
            fault=row.fault,
        )
        for row in rows
    ]
    _insert(BatchRow, lines)
    notes = [looking.note_of(one.check, len(one.answer.hits)) for one in found.values()]
    listing.note_checks(actor, notes, SERIOUS_KINDS)
    db.session.flush()


def _insert(table: type[Base], rows: Sequence[Base]) -> None:
    if not rows:
        return
    columns = [column.name for column in table.__table__.columns]
    values = [{name: getattr(row, name) for name in columns} for row in rows]
    db.session.execute(insert(table), values)
