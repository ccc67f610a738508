"""Read what a trial of a product on the past needs: profiles by month, grades of their time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.queries import WHOLE
from xinyidai.scoring.models import ScoreResult


@dataclass(frozen=True)
class MonthlyProfile:
    """The newest profile of one firm in one month, cut down to the indicators asked for."""

    enterprise_id: UUID
    as_of: date
    facts_version: int
    dictionary_version: str
    indicators: dict[str, Any]


def count_profiles(since: date) -> int:
    """Return how many whole profiles there are since a day."""
    statement = select(func.count()).where(
        ProfileSnapshot.as_of >= since, ProfileSnapshot.scope == WHOLE
    )
    return db.session.scalar(statement) or 0


def firms_with_profile(since: date, *, after: UUID | None, limit: int) -> Sequence[Enterprise]:
    """Return firms that have a whole profile since a day, by id, a page each."""
    has_one = (
        select(ProfileSnapshot.id)
        .where(
            ProfileSnapshot.enterprise_id == Enterprise.id,
            ProfileSnapshot.as_of >= since,
            ProfileSnapshot.scope == WHOLE,
            ProfileSnapshot.dictionary_version == indicator_dictionary().version,
        )
        .exists()
    )
    statement = select(Enterprise).where(has_one).order_by(Enterprise.id).limit(limit)
    if after is not None:
        statement = statement.where(Enterprise.id > after)
    return db.session.scalars(statement).all()


def monthly_profiles(
    enterprise_ids: Collection[UUID], since: date, codes: Sequence[str]
) -> list[MonthlyProfile]:
    """Return the newest whole profile of each firm in each month since a day, oldest first.

    Only profiles of the dictionary in force count: another might mean something else by a code.
    """
    month = cast(func.date_trunc("month", ProfileSnapshot.as_of), Date)
    statement = (
        select(
            ProfileSnapshot.enterprise_id,
            ProfileSnapshot.as_of,
            ProfileSnapshot.facts_version,
            ProfileSnapshot.dictionary_version,
            *(ProfileSnapshot.indicators[code] for code in codes),
        )
        .where(
            ProfileSnapshot.enterprise_id.in_(enterprise_ids),
            ProfileSnapshot.as_of >= since,
            ProfileSnapshot.scope == WHOLE,
            ProfileSnapshot.dictionary_version == indicator_dictionary().version,
        )
        .ext(distinct_on(ProfileSnapshot.enterprise_id, month))
        .order_by(
            ProfileSnapshot.enterprise_id,
            month,
            ProfileSnapshot.as_of.desc(),
            ProfileSnapshot.facts_version.desc(),
            ProfileSnapshot.created_at.desc(),
        )
    )
    return [
        MonthlyProfile(row[0], row[1], row[2], row[3], _told(codes, row[4:]))
        for row in db.session.execute(statement)
    ]


def _told(codes: Sequence[str], entries: Sequence[Any]) -> dict[str, Any]:
    return {code: entry for code, entry in zip(codes, entries, strict=True) if entry}


def grades_over_time(
    enterprise_ids: Collection[UUID], until: datetime
) -> dict[UUID, list[tuple[datetime, str | None]]]:
    """Return each firm's grades with their moments, oldest first."""
    statement = (
        select(ScoreResult.enterprise_id, ScoreResult.scored_at, ScoreResult.grade)
        .where(ScoreResult.enterprise_id.in_(enterprise_ids), ScoreResult.scored_at <= until)
        .order_by(ScoreResult.enterprise_id, ScoreResult.scored_at, ScoreResult.id)
    )
    found: dict[UUID, list[tuple[datetime, str | None]]] = {}
    for firm, moment, grade in db.session.execute(statement):
        found.setdefault(firm, []).append((moment, grade))
    return found


def find_profile_of(
    enterprise_id: UUID, facts_version: int, dictionary_version: str, on: date
) -> ProfileSnapshot | None:
    """Return the newest whole profile that a run of a day had before it, or None."""
    statement = (
        select(ProfileSnapshot)
        .where(
            ProfileSnapshot.enterprise_id == enterprise_id,
            ProfileSnapshot.facts_version == facts_version,
            ProfileSnapshot.dictionary_version == dictionary_version,
            ProfileSnapshot.as_of == on,
            ProfileSnapshot.scope == WHOLE,
        )
        .order_by(ProfileSnapshot.created_at.desc(), ProfileSnapshot.id.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def end_of(day: date) -> datetime:
    """Return the last moment of a day."""
    return datetime.combine(day + timedelta(days=1), time(), clock.TZ)
