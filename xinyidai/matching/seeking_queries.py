"""Read the firms that a search goes through, and no more of them than it asks for."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    Text,
    Uuid,
    any_,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.queries import WHOLE

MOST_LOOKED_UP = 5_000


def profiled_firms(
    on: date, facts: Sequence[str], only: Collection[UUID] | None
) -> Sequence[Sequence[Any]]:
    """Return the firm's id, its snapshot's id and these columns of the register, by firm.

    Firms with a profile of the day on their present facts; `only` narrows to these.
    """
    columns = [getattr(Enterprise, name) for name in facts]
    statement = (
        select(Enterprise.id, ProfileSnapshot.id, *columns)
        .join(ProfileSnapshot, ProfileSnapshot.enterprise_id == Enterprise.id)
        .where(*_present(on))
        .ext(distinct_on(Enterprise.id))
        .order_by(Enterprise.id, ProfileSnapshot.created_at.desc())
    )
    if only is not None:
        statement = statement.where(Enterprise.id == any_(_listed(only)))
    return db.session.execute(statement).all()


def mark_of(on: date) -> Any:
    """Return a mark of all firms that a search of this day goes through.

    It changes with every row of the register and every profile that is added or written anew:
    another version of a row has another place in its table, also within one transaction.
    """
    version: ColumnElement[str] = literal_column("enterprise.xmin::text || enterprise.ctid::text")
    text = cast(Enterprise.id, Text) + cast(ProfileSnapshot.id, Text) + version
    statement = (
        select(func.count(), func.sum(func.hashtextextended(text, 0)))
        .select_from(Enterprise)
        .join(ProfileSnapshot, ProfileSnapshot.enterprise_id == Enterprise.id)
        .where(*_present(on))
    )
    return tuple(db.session.execute(statement).one())


def _present(on: date) -> tuple[ColumnElement[bool], ...]:
    """Return the condition on whole profiles of the day on the firms' present facts."""
    return (
        ProfileSnapshot.as_of == on,
        ProfileSnapshot.scope == WHOLE,
        ProfileSnapshot.dictionary_version == indicator_dictionary().version,
        ProfileSnapshot.facts_version == Enterprise.facts_version,
    )


def indicator_values(
    code: str, on: date, snapshot_ids: Collection[UUID]
) -> Iterator[tuple[UUID, float]]:
    """Yield those of the snapshots that say a number for this indicator, with the number.

    Where many are asked for, all of the day are read: looking each up by its id takes longer.
    """
    entry = ProfileSnapshot.indicators[code]
    value = entry["value"].astext.cast(Float(53))
    statement = select(ProfileSnapshot.id, value.label("number")).where(
        ProfileSnapshot.as_of == on,
        ProfileSnapshot.scope == WHOLE,
        entry["missing"].astext.is_(None),
        value.is_not(None),
    )
    if len(snapshot_ids) <= MOST_LOOKED_UP:
        statement = statement.where(ProfileSnapshot.id == any_(_listed(snapshot_ids)))
    for row in db.session.execute(statement):
        yield row.id, row.number


def indicator_causes(
    code: str, on: date, snapshot_ids: Collection[UUID]
) -> Iterator[tuple[UUID, str]]:
    """Yield those of the snapshots that say why there is no number for this indicator."""
    cause = ProfileSnapshot.indicators[code]["missing"].astext
    statement = select(ProfileSnapshot.id, cause.label("cause")).where(
        ProfileSnapshot.as_of == on, ProfileSnapshot.scope == WHOLE, cause.is_not(None)
    )
    if len(snapshot_ids) <= MOST_LOOKED_UP:
        statement = statement.where(ProfileSnapshot.id == any_(_listed(snapshot_ids)))
    for row in db.session.execute(statement):
        yield row.id, row.cause


def _listed(ids: Collection[UUID]) -> Any:
    """Return ids as one parameter: a statement holds no more than 65,535 of them."""
    return literal(list(ids), ARRAY(Uuid))
