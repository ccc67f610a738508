"""A city with records and a model in force, for benches and proofs of scoring."""

import itertools
import random
from uuid import UUID

from sqlalchemy import func, select, text

from tests.credit_records.bench_ground import tell
from tests.factories.models import KINDS, put_in_force
from tests.profiles.city import City
from tests.profiles.random_records import make_records
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db, own_transaction
from xinyidai.profiles.values import FirmFacts
from xinyidai.scoring import queries

RECORDS_EACH = 8
AT_ONCE = 20_000
REGISTER_FACTS = text(
    """
    update enterprise e set employees = n % 300, registered_at = now(),
        established_on = date '2026-05-31' - (n * 97 % 9000)
    from (select id, row_number() over (order by id)::int as n from enterprise) numbered
    where numbered.id = e.id and e.established_on is null
    """
)


def settle() -> None:
    """Give the registered firms facts and records, and put a model in force; once a database."""
    if queries.find_active() is not None:
        return
    with own_transaction():
        db.session.execute(REGISTER_FACTS)
    firms = all_firms()
    rows = make_records([FirmFacts(firm) for firm in firms], RECORDS_EACH, kinds=KINDS)
    tell(f"{len(rows)} records")
    numbered = iter(row.as_new_record(place) for place, row in enumerate(rows))
    while piece := list(itertools.islice(numbered, AT_ONCE)):
        with own_transaction():
            City().collect(piece)
    with own_transaction():
        put_in_force()


def all_firms() -> list[UUID]:
    """Return every firm by id."""
    return list(db.session.scalars(select(Enterprise.id).order_by(Enterprise.id)))


def deliver_to(firms: list[UUID], seed: int) -> None:
    """Take in a record or two for each of these firms, so that their facts change."""
    rows = make_records([FirmFacts(firm) for firm in firms], 2, seed=seed, kinds=KINDS)
    missing = set(firms) - {UUID(row.enterprise_id) for row in rows}
    with own_transaction():
        City().collect(
            row.as_new_record(seed * 1_000_000 + place) for place, row in enumerate(rows)
        )
        # `make_records` leaves some firms without; their register facts change instead.
        for firm in missing:
            found = db.session.get_one(Enterprise, firm)
            found.employees = (found.employees or 0) + 1
            found.facts_version += 1


def some_firms(firms: list[UUID], count: int, seed: int) -> list[UUID]:
    """Draw so many firms."""
    return random.Random(seed).sample(firms, count)  # noqa: S311 - a bench


def count_firms() -> int:
    """Count the firms of the city."""
    return db.session.scalar(select(func.count()).select_from(Enterprise)) or 0
