"""Keep and read what came of products, 产品办理结果, as the public order counts it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import NotFound
from xinyidai.matching import policies, standing_queries
from xinyidai.matching.models import ProductStandingRow
from xinyidai.matching.ranking_rules import rule_on
from xinyidai.matching.rules import standing_from
from xinyidai.matching.values import OutcomeCounts, ProductStanding
from xinyidai.products import queries as products


def record_standings(actor: Actor, on: date, counts: Mapping[UUID, OutcomeCounts]) -> int:
    """Keep the outcomes of products counted on a day; return how many rows are new.

    A day is counted once: what stands already is left alone, so that an order of that day can be
    explained later with the numbers it rested on.
    """
    policies.require_batch(actor)
    rows = [
        {
            "id": new_id(),
            "counted_on": on,
            "product_id": product_id,
            "rules_version": rule_on(on).version,
            "counted_at": clock.now(),
            **asdict(counted),
        }
        for product_id, counted in counts.items()
    ]
    if not rows:
        return 0
    kept = db.session.scalars(
        insert(ProductStandingRow)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["counted_on", "product_id"])
        .returning(ProductStandingRow.id)
    ).all()
    if kept:
        audit.record(
            actor, "product_standing:count", "product_standing", kept[0], {"on": on.isoformat()}
        )
    return len(kept)


def read_standings(on: date) -> dict[UUID, ProductStanding]:
    """Return what the order of a day reads of each product; nothing counted, no entry."""
    return {
        row.product_id: standing_from(row.counts, row.counted_on)
        for row in standing_queries.newest_rows(on)
    }


def read_standing_rows(actor: Actor, on: date) -> Sequence[ProductStandingRow]:
    """Return the counted rows of the newest day up to `on`, for the office."""
    policies.require_overseer(actor)
    return standing_queries.newest_rows(on)


def read_standing_history(actor: Actor, product_id: UUID) -> Sequence[ProductStandingRow]:
    """Return what was counted of one product lately, newest day first, for the office."""
    policies.require_overseer(actor)
    return standing_queries.history_of(product_id)


def read_own_standing_rows(actor: Actor, on: date) -> Sequence[ProductStandingRow]:
    """Return the counted rows of the actor's own products of the newest day up to `on`."""
    return standing_queries.newest_rows(on, policies.require_bank(actor))


def read_own_standing_history(actor: Actor, product_id: UUID) -> Sequence[ProductStandingRow]:
    """Return what was counted of one of the actor's own products lately, newest day first.

    Raises:
        NotFound: no such product of the actor's institution.

    """
    if products.get_product(product_id).institution_id != policies.require_bank(actor):
        raise NotFound(policies.NO_PRODUCT)
    return standing_queries.history_of(product_id)
