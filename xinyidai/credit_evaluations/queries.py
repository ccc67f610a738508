"""Reading evaluations and the profiles they are made from."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, String, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.credit_evaluations.models import CreditEvaluation
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.queries import WHOLE

FIRMS_AT_ONCE = 500


class GradeCount(NamedTuple):
    """How many firms of one group have one grade; `grade` None is 数据不足."""

    group: str | None
    grade: str | None
    firms: int


def newest_of(enterprise_id: UUID) -> CreditEvaluation | None:
    """Return the firm's last result, whether it still holds or not."""
    return db.session.scalars(
        select(CreditEvaluation)
        .where(CreditEvaluation.enterprise_id == enterprise_id)
        .order_by(CreditEvaluation.evaluated_at.desc(), CreditEvaluation.id.desc())
        .limit(1)
    ).one_or_none()


def history_of(enterprise_id: UUID, most: int) -> Sequence[CreditEvaluation]:
    """Return the firm's last results, newest first."""
    return db.session.scalars(
        select(CreditEvaluation)
        .where(CreditEvaluation.enterprise_id == enterprise_id)
        .order_by(CreditEvaluation.evaluated_at.desc(), CreditEvaluation.id.desc())
        .limit(most)
    ).all()


def newest_hashes(enterprise_ids: Sequence[UUID]) -> Mapping[UUID, CreditEvaluation]:
    """Return the last result of each of these firms."""
    statement = (
        select(CreditEvaluation)
        .where(CreditEvaluation.enterprise_id.in_(enterprise_ids))
        .ext(distinct_on(CreditEvaluation.enterprise_id))
        .order_by(
            CreditEvaluation.enterprise_id,
            CreditEvaluation.evaluated_at.desc(),
            CreditEvaluation.id.desc(),
        )
    )
    return {row.enterprise_id: row for row in db.session.scalars(statement)}


def count_profiles(day: date, dictionary_version: str) -> int:
    """Return how many firms have a profile of the day on their present facts."""
    chosen = select(ProfileSnapshot.enterprise_id).join(
        Enterprise, Enterprise.id == ProfileSnapshot.enterprise_id
    )
    found = chosen.where(*_present(day, dictionary_version)).distinct().subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def profiles_of_day(day: date, dictionary_version: str) -> Iterator[Sequence[ProfileSnapshot]]:
    """Yield the profiles of the day on the firms' present facts, piece by piece, by firm."""
    last: UUID | None = None
    while True:
        statement = (
            select(ProfileSnapshot)
            .join(Enterprise, Enterprise.id == ProfileSnapshot.enterprise_id)
            .where(*_present(day, dictionary_version))
            .ext(distinct_on(ProfileSnapshot.enterprise_id))
            .order_by(ProfileSnapshot.enterprise_id, ProfileSnapshot.created_at.desc())
            .limit(FIRMS_AT_ONCE)
        )
        if last is not None:
            statement = statement.where(ProfileSnapshot.enterprise_id > last)
        piece = db.session.scalars(statement).all()
        if not piece:
            return
        last = piece[-1].enterprise_id
        yield piece


def _present(day: date, dictionary_version: str) -> tuple[ColumnElement[bool], ...]:
    return (
        ProfileSnapshot.as_of == day,
        ProfileSnapshot.scope == WHOLE,
        ProfileSnapshot.dictionary_version == dictionary_version,
        ProfileSnapshot.facts_version == Enterprise.facts_version,
    )


def spread(rule_version: str, by: str | None = None) -> Sequence[GradeCount]:
    """Count firms by grade, in all or `by` a column of the register (`section`, `scale`).

    Only results on the firm's present facts by this version of the rules are counted.
    """
    newest = (
        select(
            CreditEvaluation.enterprise_id,
            CreditEvaluation.grade,
            CreditEvaluation.facts_version,
            CreditEvaluation.rule_version,
        )
        .ext(distinct_on(CreditEvaluation.enterprise_id))
        .order_by(
            CreditEvaluation.enterprise_id,
            CreditEvaluation.evaluated_at.desc(),
            CreditEvaluation.id.desc(),
        )
        .subquery("newest")
    )
    group = getattr(Enterprise, by) if by else literal(None, String)
    statement = (
        select(group, newest.c.grade, func.count())
        .select_from(newest)
        .join(Enterprise, Enterprise.id == newest.c.enterprise_id)
        .where(
            newest.c.rule_version == rule_version,
            newest.c.facts_version == Enterprise.facts_version,
        )
    )
    statement = (
        statement.group_by(group, newest.c.grade) if by else statement.group_by(newest.c.grade)
    )
    return [GradeCount(*row) for row in db.session.execute(statement)]


def count_firms() -> int:
    """Return how many firms the city has."""
    return db.session.scalar(select(func.count()).select_from(Enterprise)) or 0
