"""Read the firms that a search goes through."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.queries import WHOLE


def profiled_page(
    on: date, *, only: Collection[UUID] | None, after: UUID | None, limit: int
) -> Sequence[tuple[Enterprise, ProfileSnapshot]]:
    """Return firms with a profile of the day on their present facts, by id; `only` narrows."""
    statement = (
        select(Enterprise, ProfileSnapshot)
        .join(ProfileSnapshot, ProfileSnapshot.enterprise_id == Enterprise.id)
        .where(
            ProfileSnapshot.as_of == on,
            ProfileSnapshot.scope == WHOLE,
            ProfileSnapshot.dictionary_version == indicator_dictionary().version,
            ProfileSnapshot.facts_version == Enterprise.facts_version,
        )
        .ext(distinct_on(Enterprise.id))
        .order_by(Enterprise.id, ProfileSnapshot.created_at.desc())
        .limit(limit)
    )
    if only is not None:
        statement = statement.where(Enterprise.id.in_(only))
    if after is not None:
        statement = statement.where(Enterprise.id > after)
    return [(firm, snapshot) for firm, snapshot in db.session.execute(statement)]
