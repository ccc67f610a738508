"""Find the firms that are to be scored, and read what they are scored by, many at a time."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.scoring.models import LookBasis, ScoreHead, ScoreResult
from xinyidai.scoring.values import ModelKey

WHOLE = "all"
FIRST = UUID(int=0)


def due_firms(model: ModelKey, after: UUID, limit: int) -> Sequence[UUID]:
    """Return firms, by id, whose newest score is of other facts or by another model.

    A firm that was never scored is among them once it has signed up; the others get their first
    score when they have a profile (`unscored`).
    """
    statement = _due(model, Enterprise.id).where(Enterprise.id > after)
    return db.session.scalars(statement.order_by(Enterprise.id).limit(limit)).all()


def count_due(model: ModelKey) -> int:
    """Count `due_firms`."""
    return db.session.scalar(_due(model, func.count())) or 0


def _due(model: ModelKey, columns: Any) -> Select[Any]:
    return (
        select(columns)
        .select_from(Enterprise)
        .outerjoin(ScoreHead, ScoreHead.enterprise_id == Enterprise.id)
        .where(
            or_(
                ScoreHead.enterprise_id.is_(None) & Enterprise.registered_at.is_not(None),
                ScoreHead.facts_version != Enterprise.facts_version,
                _other_model(model),
            )
        )
    )


def _other_model(model: ModelKey) -> Any:
    code, version = model
    return or_(ScoreHead.model_code != code, ScoreHead.model_version != version)


def unscored(model: ModelKey, after: UUID, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return, by firm, profiles on present facts that the newest score does not rest on.

    That is so when facts, model or dictionary changed, and when a day has gone by that changed an
    indicator: what left its window, or grew stale.
    """
    statement = _profiles().where(
        Enterprise.id > after,
        or_(
            ScoreHead.enterprise_id.is_(None),
            ScoreHead.content_hash != _newest.c.content_hash,
            ScoreHead.facts_version != Enterprise.facts_version,
            _other_model(model),
        ),
    )
    return db.session.execute(statement.order_by(Enterprise.id).limit(limit)).all()


def without_profile(
    enterprise_ids: Collection[UUID], day: date, dictionary_version: str
) -> Sequence[UUID]:
    """Return those of the firms that have no profile of this day on their present facts."""
    built = (
        select(ProfileSnapshot.id)
        .where(
            ProfileSnapshot.enterprise_id == Enterprise.id,
            ProfileSnapshot.as_of == day,
            ProfileSnapshot.facts_version == Enterprise.facts_version,
            ProfileSnapshot.dictionary_version == dictionary_version,
            ProfileSnapshot.scope == WHOLE,
        )
        .exists()
    )
    chosen = Enterprise.id == any_(literal(list(enterprise_ids), ARRAY(Uuid)))
    return db.session.scalars(select(Enterprise.id).where(chosen, ~built)).all()


def profiles_of(enterprise_ids: Collection[UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the newest profile on present facts of each of these firms that has one."""
    statement = _profiles().where(Enterprise.id == any_(literal(list(enterprise_ids), ARRAY(Uuid))))
    return db.session.execute(statement.order_by(Enterprise.id)).all()


_newest = (
    select(ProfileSnapshot)
    .where(
        ProfileSnapshot.enterprise_id == Enterprise.id,
        ProfileSnapshot.facts_version == Enterprise.facts_version,
        ProfileSnapshot.scope == WHOLE,
    )
    .order_by(ProfileSnapshot.as_of.desc(), ProfileSnapshot.created_at.desc())
    .limit(1)
    .lateral("newest")
)


def _profiles() -> Select[Any]:
    """Select a profile with whether its firm has signed up, and its newest score."""
    return (
        select(
            _newest.c.enterprise_id,
            _newest.c.id.label("snapshot_id"),
            _newest.c.facts_version,
            _newest.c.content_hash,
            _newest.c.indicators,
            Enterprise.registered_at.is_not(None).label("is_signed_up"),
            ScoreResult,
        )
        .select_from(Enterprise)
        .join(_newest, literal(value=True))
        .outerjoin(ScoreHead, ScoreHead.enterprise_id == Enterprise.id)
        .outerjoin(ScoreResult, ScoreResult.id == ScoreHead.score_id)
    )


def results_with_snapshots(
    ids: Collection[UUID] | None, after: UUID, limit: int
) -> Sequence[Row[ScoreResult, ProfileSnapshot | None]]:
    """Return scores (`None`: all) with the snapshot each was made from, by id."""
    statement = (
        select(ScoreResult, ProfileSnapshot)
        .outerjoin(ProfileSnapshot, ProfileSnapshot.id == ScoreResult.snapshot_id)
        .where(ScoreResult.id > after)
    )
    if ids is not None:
        statement = statement.where(ScoreResult.id == any_(literal(list(ids), ARRAY(Uuid))))
    return db.session.execute(statement.order_by(ScoreResult.id).limit(limit)).all()


def bases_of(event_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what the model read in these looks, for those that showed a result only."""
    statement = select(LookBasis.event_id, LookBasis.inputs).where(
        LookBasis.event_id == any_(literal(list(event_ids), ARRAY(Uuid)))
    )
    return {row.event_id: row.inputs for row in db.session.execute(statement)}


def all_bases() -> Sequence[UUID]:
    """Return the events of all looks whose basis is kept."""
    return db.session.scalars(select(LookBasis.event_id)).all()
