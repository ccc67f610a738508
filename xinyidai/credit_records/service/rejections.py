"""The rows that a delivery got back, 退回明细: kept with their batch, shown to those concerned."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete

from xinyidai.credit_records import batch_queries, policies
from xinyidai.credit_records.advice import ADVICE
from xinyidai.credit_records.models import CollectionRejection
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.batches import COLLECTION, change, get_batch
from xinyidai.credit_records.service.write import kinds_kept_by
from xinyidai.credit_records.values import Rejection
from xinyidai.institutions import queries as departments
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

COPY = (
    "copy credit.collection_rejection"
    " (batch_id, row_number, field, shown_value, rule, occurred_on) from stdin"
)
# Row, field as a clerk calls it, masked value, rule, day of the fact.
RejectedRow = tuple[int, str, str, str, date | None]


def keep_rejections(batch_id: UUID, rows: Iterable[RejectedRow]) -> None:
    """Store what a batch got back; the values must be masked already."""
    with door.with_door(COLLECTION) as connection:
        _copy(connection, batch_id, rows)


def forget_rejections(batch_id: UUID) -> None:
    """Drop what a batch that is begun again got back before."""
    change(delete(CollectionRejection).where(CollectionRejection.batch_id == batch_id))


def rejections_of(
    actor: Actor, batch_id: UUID, *, limit: int = batch_queries.LARGEST_LIST, offset: int = 0
) -> Sequence[Rejection]:
    """Return the rejected rows of a batch in the order of the file, one entry for each broken rule.

    Raises:
        Forbidden: the actor's role has nothing to do with deliveries.
        NotFound: no such batch, or it is another department's.

    """
    _require_concerned(actor, batch_id)
    rows = door.read(COLLECTION, batch_queries.rejections(batch_id, limit, offset))
    return as_rejections(rows)


def as_rejections(rows: "Iterable[Row[Any]]") -> list[Rejection]:
    """Return rows of the store with the advice for the rule that each of them broke."""
    return [
        Rejection(
            batch_id=row.batch_id,
            row_number=row.row_number,
            field=row.field,
            shown_value=row.shown_value,
            rule=row.rule,
            advice=ADVICE[row.rule],
            occurred_on=row.occurred_on,
        )
        for row in rows
    ]


def count_rejections(actor: Actor, batch_id: UUID) -> int:
    """Count what `rejections_of` would page through; raise as it does."""
    _require_concerned(actor, batch_id)
    [[number]] = door.read(COLLECTION, batch_queries.count_rejections(batch_id))
    return int(number)


def _copy(connection: "Connection", batch_id: UUID, rows: Iterable[RejectedRow]) -> None:
    with door.driver(connection).cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row((batch_id, *row))


def _require_concerned(actor: Actor, batch_id: UUID) -> None:
    policies.require_seeing_deliveries(actor)
    batch = get_batch(batch_id)
    if actor.role is not Role.DEPARTMENT:
        return
    is_own = actor.account_id is not None and batch.account_id == actor.account_id
    if is_own or batch.kind in (kinds_kept_by(actor) or ()):
        return
    office = departments.get_department(actor.party_id) if actor.party_id else None
    if office is None or batch.source not in {office.code, office.name}:
        raise NotFound("没有找到这个归集批次。")
