"""Read match results."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, exists, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import selectinload

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.matching.models import MatchRun
from xinyidai.matching.ranking_rules import current_rule
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.queries import WHOLE
from xinyidai.scoring.models import ModelVersion, ScoreResult
from xinyidai.scoring.values import ModelState
from xinyidai.whitelist.models import WhitelistEntry, WhitelistStep

ABSENT = "没有找到这项匹配结果。"


def find_current_run(
    enterprise_id: UUID, products_fingerprint: str, *, need_id: UUID | None = None
) -> MatchRun | None:
    """Return the newest run that still holds, with its results, or None.

    A run of another day, or from other facts, products or rules is never shown: years pass,
    and records expire, without any fact changing. Without a need, what the firm asked itself goes
    before what the platform asked for one of its needs.
    """
    # Memberships open products too, and they change without any credit record changing.
    list_changed = exists().where(
        WhitelistEntry.enterprise_id == MatchRun.enterprise_id,
        WhitelistStep.entry_id == WhitelistEntry.id,
        WhitelistStep.taken_at > MatchRun.computed_at,
    )
    statement = (
        select(MatchRun)
        .join(Enterprise, MatchRun.enterprise_id == Enterprise.id)
        .options(selectinload(MatchRun.matches))
        .where(
            MatchRun.enterprise_id == enterprise_id,
            MatchRun.matched_on == clock.today(),
            MatchRun.facts_version == Enterprise.facts_version,
            MatchRun.products_fingerprint == products_fingerprint,
            MatchRun.rules_version == current_rule().version,
            ~list_changed,
        )
        .order_by(MatchRun.need_id.is_not(None), MatchRun.computed_at.desc(), MatchRun.id.desc())
        .limit(1)
    )
    if need_id is not None:
        statement = statement.where(MatchRun.need_id == need_id)
    return db.session.scalar(statement)


def find_last_run(enterprise_id: UUID) -> MatchRun | None:
    """Return the newest run of a firm without its results, whether it still holds or not."""
    return db.session.scalar(
        select(MatchRun)
        .where(MatchRun.enterprise_id == enterprise_id)
        .order_by(MatchRun.computed_at.desc(), MatchRun.id.desc())
        .limit(1)
    )


def get_run(run_id: UUID) -> MatchRun:
    """Return a run with its results, or raise `NotFound`; whether it still holds is not asked."""
    found = db.session.scalar(
        select(MatchRun).options(selectinload(MatchRun.matches)).where(MatchRun.id == run_id)
    )
    if found is None:
        raise NotFound(ABSENT)
    return found


def get_enterprise(enterprise_id: UUID) -> Enterprise:
    """Return the firm, or raise `NotFound`."""
    found = db.session.get(Enterprise, enterprise_id)
    if found is None:
        raise NotFound(ABSENT)
    return found


def profiled_firms(
    on: date, *, after: UUID | None, limit: int, only: Collection[UUID] | None = None
) -> Sequence[tuple[Enterprise, ProfileSnapshot]]:
    """Return firms with their whole profile of a day on their present facts, by id, a page each.

    `only` narrows to these firms.
    """
    statement = (
        select(Enterprise, ProfileSnapshot)
        .join(ProfileSnapshot, ProfileSnapshot.enterprise_id == Enterprise.id)
        .where(*profiled_on(on))
        .ext(distinct_on(Enterprise.id))
        .order_by(Enterprise.id, ProfileSnapshot.created_at.desc())
        .limit(limit)
    )
    if only is not None:
        statement = statement.where(Enterprise.id.in_(only))
    if after is not None:
        statement = statement.where(Enterprise.id > after)
    return [(firm, snapshot) for firm, snapshot in db.session.execute(statement)]


def profiled_on(day: date) -> tuple[ColumnElement[bool], ...]:
    """Narrow to whole profiles of a day by the present dictionary on the firm's present facts."""
    return (
        ProfileSnapshot.as_of == day,
        ProfileSnapshot.scope == WHOLE,
        ProfileSnapshot.dictionary_version == indicator_dictionary().version,
        ProfileSnapshot.facts_version == Enterprise.facts_version,
    )


def present_grades(enterprise_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the grades on the firms' present facts by the active model; no grade, no entry."""
    statement = (
        select(ScoreResult.enterprise_id, ScoreResult.grade)
        .join(Enterprise, Enterprise.id == ScoreResult.enterprise_id)
        .join(
            ModelVersion,
            (ModelVersion.code == ScoreResult.model_code)
            & (ModelVersion.version == ScoreResult.model_version)
            & (ModelVersion.state == ModelState.ACTIVE),
        )
        .where(
            ScoreResult.enterprise_id == any_(literal(list(enterprise_ids), ARRAY(Uuid))),
            ScoreResult.facts_version == Enterprise.facts_version,
        )
        .ext(distinct_on(ScoreResult.enterprise_id))
        .order_by(ScoreResult.enterprise_id, ScoreResult.scored_at.desc(), ScoreResult.id.desc())
    )
    found = db.session.execute(statement)
    return {firm: grade for firm, grade in found if grade is not None}
