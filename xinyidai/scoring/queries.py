"""Read model versions and scores."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.scoring.models import ModelVersion, ScoreResult
from xinyidai.scoring.values import ModelState


def find_active() -> ModelVersion | None:
    """Return the model that scores firms now, or None."""
    return db.session.scalar(select(ModelVersion).where(ModelVersion.state == ModelState.ACTIVE))


def find_version(code: str, version: str) -> ModelVersion | None:
    """Return one model version."""
    return db.session.scalar(
        select(ModelVersion).where(ModelVersion.code == code, ModelVersion.version == version)
    )


def list_versions() -> Sequence[ModelVersion]:
    """Return all model versions, newest first."""
    return db.session.scalars(
        select(ModelVersion).order_by(ModelVersion.registered_at.desc(), ModelVersion.code)
    ).all()


def find_current(enterprise_id: UUID) -> ScoreResult | None:
    """Return the firm's score by the active model on its present facts, or None."""
    statement = (
        select(ScoreResult)
        .join(Enterprise, Enterprise.id == ScoreResult.enterprise_id)
        .join(
            ModelVersion,
            (ModelVersion.code == ScoreResult.model_code)
            & (ModelVersion.version == ScoreResult.model_version)
            & (ModelVersion.state == ModelState.ACTIVE),
        )
        .where(
            ScoreResult.enterprise_id == enterprise_id,
            ScoreResult.facts_version == Enterprise.facts_version,
        )
        .order_by(ScoreResult.scored_at.desc(), ScoreResult.id.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def stale_firms(limit: int) -> Sequence[UUID]:
    """Return signed-up firms that have no score on their present facts by the active model."""
    current = (
        select(ScoreResult.id)
        .join(
            ModelVersion,
            (ModelVersion.code == ScoreResult.model_code)
            & (ModelVersion.version == ScoreResult.model_version)
            & (ModelVersion.state == ModelState.ACTIVE),
        )
        .where(
            ScoreResult.enterprise_id == Enterprise.id,
            ScoreResult.facts_version == Enterprise.facts_version,
        )
        .exists()
    )
    statement = (
        select(Enterprise.id)
        .where(Enterprise.registered_at.is_not(None), ~current)
        .order_by(Enterprise.id)
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def grade_counts() -> dict[str, int]:
    """Count present scores by grade; 数据不足 under "insufficient"."""
    active = find_active()
    if active is None:
        return {}
    newest = (
        select(ScoreResult.enterprise_id, ScoreResult.grade)
        .where(ScoreResult.model_code == active.code, ScoreResult.model_version == active.version)
        .ext(distinct_on(ScoreResult.enterprise_id))
        .order_by(ScoreResult.enterprise_id, ScoreResult.scored_at.desc())
        .subquery()
    )
    rows = db.session.execute(
        select(func.coalesce(newest.c.grade, "insufficient"), func.count()).group_by(newest.c.grade)
    )
    return {str(grade): int(count) for grade, count in rows}
