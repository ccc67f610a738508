"""Read deliveries for pages and for the source's own programs, 查看报送."""

from collections.abc import Collection, Sequence
from uuid import UUID

from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import Rejection
from xinyidai.deliveries import policies, queries
from xinyidai.deliveries.models import Delivery, DeliverySource
from xinyidai.deliveries.queries import DeliveryRow
from xinyidai.deliveries.service.pushing import program_of
from xinyidai.deliveries.values import COUNTED, DeliveryState
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.kernel.http import Page

LARGEST_PIECE = 1000


def list_of_city(
    actor: Actor, page: Page, states: Collection[DeliveryState] | None
) -> tuple[Sequence[DeliveryRow], int]:
    """Return deliveries of every department, newest first; raise `Forbidden` for others."""
    policies.require_desk(actor)
    return queries.list_deliveries(page, states=states)


def list_own(
    actor: Actor, page: Page, states: Collection[DeliveryState] | None
) -> tuple[Sequence[DeliveryRow], int]:
    """Return the deliveries of the actor's department, newest first."""
    department_id = require_department(actor)
    return queries.list_deliveries(page, department_id=department_id, states=states)


def require_department(actor: Actor) -> UUID:
    """Return the department that the actor works for, or raise `Forbidden`."""
    if actor.role is not Role.DEPARTMENT or actor.party_id is None:
        raise Forbidden("只有部门的账户有自己的报送。")
    return actor.party_id


def read_delivery(actor: Actor, delivery_id: UUID) -> DeliveryRow:
    """Return one delivery with names; `NotFound` unless it is the actor's business."""
    delivery = policies.require_sight(actor, queries.find(delivery_id))
    return queries.get_row(delivery.id)


def read_pushed(source: DeliverySource, delivery_id: UUID) -> Delivery:
    """Return a delivery to a program of its own source; `NotFound` for another's."""
    delivery = queries.find(delivery_id)
    if delivery is None or delivery.source_id != source.id:
        raise NotFound(policies.ABSENT)
    return delivery


def rejections_of(actor: Actor, delivery: Delivery, page: Page) -> tuple[Sequence[Rejection], int]:
    """Return a page of rejected rows with their advice, and how many there are."""
    if delivery.batch_id is None or delivery.state not in COUNTED:
        return (), 0
    total = credit_records.count_rejections(actor, delivery.batch_id)
    rows = credit_records.rejections_of(
        actor, delivery.batch_id, limit=page.size, offset=page.offset
    )
    return rows, total


def all_rejections(actor: Actor, delivery_id: UUID) -> Sequence[Rejection]:
    """Return every rejected row of a delivery, for a file."""
    delivery = policies.require_sight(actor, queries.find(delivery_id))
    found: list[Rejection] = []
    number = 1
    while True:
        rows, total = rejections_of(actor, delivery, Page(number, LARGEST_PIECE))
        found += rows
        if len(found) >= total or not rows:
            return found
        number += 1


def pushed_rejections(
    source: DeliverySource, delivery: Delivery, page: Page
) -> tuple[Sequence[Rejection], int]:
    """Return what `rejections_of` does, to a program of the source."""
    return rejections_of(program_of(source, "接口推送"), delivery, page)
