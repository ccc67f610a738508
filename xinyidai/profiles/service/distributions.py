"""Distributions among peers, 行业分布: one statement over the snapshots of a day."""

from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Float, Select, Text, column, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records import service as credit_records
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db
from xinyidai.profiles import policies, queries
from xinyidai.profiles.models import IndustryDistribution

PURPOSE = "percentiles"
FEWEST_PEERS = 20
FRACTIONS = [percent / 100 for percent in range(101)]


def refresh_distributions(as_of: date | None = None, actor: Actor = SYSTEM) -> int:
    """Compute the distributions of a day from its snapshots; return how many there are.

    Groups of fewer than 20 firms get none, so that no single firm can be recognised.
    """
    policies.require_processing(actor)
    day, version = as_of or clock.today(), indicator_dictionary().version
    columns = ("section", "scale", "indicator", "peers", "points")
    names = ["id", "as_of", "dictionary_version", "created_at", *columns]
    statement = insert(IndustryDistribution).from_select(names, _spread(day, version))
    statement = statement.on_conflict_do_update(
        index_elements=["as_of", "dictionary_version", "section", "scale", "indicator"],
        set_={"peers": statement.excluded.peers, "points": statement.excluded.points},
    )
    with credit_records.platform_run(PURPOSE, version, actor=actor):
        made = db.session.execute(statement.returning(IndustryDistribution.id)).all()
    return len(made)


def _spread(day: date, version: str) -> Select[*tuple[Any, ...]]:
    snapshot = queries.newest_of_day(day, version).subquery("newest")
    pair = func.jsonb_each(snapshot.c.indicators).table_valued(
        column("key", Text), column("value", JSONB), name="pair", joins_implicitly=True
    )
    value = pair.c.value["value"].astext.cast(Float)
    points = func.percentile_disc(literal(FRACTIONS, ARRAY(Float))).within_group(value.asc())
    return (
        select(
            func.gen_random_uuid(),
            literal(day),
            literal(version),
            literal(clock.now()),
            Enterprise.section,
            Enterprise.scale,
            pair.c.key,
            func.count(),
            points,
        )
        .select_from(snapshot)
        .join(Enterprise, Enterprise.id == snapshot.c.enterprise_id)
        .join(pair, literal(value=True))
        .where(value.is_not(None), Enterprise.section.is_not(None), Enterprise.scale.is_not(None))
        .group_by(Enterprise.section, Enterprise.scale, pair.c.key)
        .having(func.count() >= FEWEST_PEERS)
    )
