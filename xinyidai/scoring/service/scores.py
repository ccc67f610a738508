"""Score firms: one online, all in a batch, by the same function on the same snapshots."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import RuleBroken
from xinyidai.profiles import service as profiles
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.scoring import queries
from xinyidai.scoring.models import ScoreResult
from xinyidai.scoring.service.models import active_scorer
from xinyidai.scoring.values import IndicatorInput, ScoreOutcome

CHUNK = 500
NO_MODEL = "还没有启用评分模型，请联系平台管理员。"
Progress = Callable[[int, int], None]


def inputs_of(indicators: Mapping[str, Mapping[str, Any]]) -> dict[str, IndicatorInput]:
    """Return what a model reads from a stored snapshot's indicators."""
    return {
        code: Missing(MissingCause(entry["missing"]))
        if entry["missing"] is not None
        else float(entry["value"])
        for code, entry in indicators.items()
    }


def find_current_score(enterprise_id: UUID) -> ScoreResult | None:
    """Return the score on the firm's present facts by the active model, or None: never another."""
    return queries.find_current(enterprise_id)


def score_firm(enterprise_id: UUID) -> ScoreResult:
    """Return the present score, made and stored where there is none yet.

    Raises:
        RuleBroken: no model is active.

    """
    current = queries.find_current(enterprise_id)
    if current is not None:
        return current
    snapshot = profiles.current_profile(enterprise_id)
    result = ScoreResult(**_row(snapshot, _outcome(snapshot.indicators)))
    db.session.add(result)
    db.session.flush()
    return result


def refresh_firm(enterprise_id: UUID) -> ScoreResult | None:
    """Bring profile and score up to the firm's present facts; without a model the profile only."""
    if active_scorer() is None:
        profiles.current_profile(enterprise_id)
        return None
    return score_firm(enterprise_id)


def score_all(on_progress: Progress | None = None) -> int:
    """Score every firm that has a snapshot on its present facts; return how many were scored."""
    scorer = active_scorer()
    if scorer is None:
        raise RuleBroken(NO_MODEL)
    snapshots = _present_snapshots()
    for start in range(0, len(snapshots), CHUNK):
        chunk = snapshots[start : start + CHUNK]
        rows = [
            _row(snapshot, scorer.score_one(inputs_of(snapshot.indicators))) for snapshot in chunk
        ]
        db.session.execute(insert(ScoreResult), rows)
        if on_progress:
            on_progress(start + len(chunk), len(snapshots))
    return len(snapshots)


def _present_snapshots() -> Sequence[ProfileSnapshot]:
    statement = (
        select(ProfileSnapshot)
        .join(Enterprise, Enterprise.id == ProfileSnapshot.enterprise_id)
        .where(
            ProfileSnapshot.scope == "all",
            ProfileSnapshot.facts_version == Enterprise.facts_version,
        )
        .ext(distinct_on(ProfileSnapshot.enterprise_id))
        .order_by(ProfileSnapshot.enterprise_id, ProfileSnapshot.created_at.desc())
    )
    return db.session.scalars(statement).all()


def _outcome(indicators: Mapping[str, Mapping[str, Any]]) -> ScoreOutcome:
    scorer = active_scorer()
    if scorer is None:
        raise RuleBroken(NO_MODEL)
    return scorer.score_one(inputs_of(indicators))


def _row(snapshot: ProfileSnapshot, outcome: ScoreOutcome) -> dict[str, Any]:
    return {
        "id": new_id(),
        "enterprise_id": snapshot.enterprise_id,
        "snapshot_id": snapshot.id,
        "facts_version": snapshot.facts_version,
        "scored_at": clock.now(),
        **outcome_columns(outcome),
    }


def outcome_columns(outcome: ScoreOutcome) -> dict[str, Any]:
    """Return an outcome in the columns of `ScoreResult`."""
    return {
        "model_code": outcome.model_code,
        "model_version": outcome.model_version,
        "is_insufficient": outcome.insufficient,
        "default_probability": outcome.pd,
        "grade": outcome.grade.value if outcome.grade else None,
        "points": outcome.points,
        "reasons": [asdict(reason) for reason in outcome.reasons],
        "missing": {
            "causes": dict(outcome.missing),
            "lacking": [asdict(entry) for entry in outcome.lacking],
        },
    }
