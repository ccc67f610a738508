"""Score one firm online; what a score is stored as, for one firm and for many."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.kernel import clock
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import RuleBroken
from xinyidai.profiles import service as profiles
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.scoring import queries
from xinyidai.scoring.models import ScoreHead, ScoreResult
from xinyidai.scoring.service.models import active_scorer, scorer_of
from xinyidai.scoring.values import IndicatorInput, Reason, ScoreOutcome

NO_MODEL = "还没有启用评分模型，请联系平台管理员。"
REGISTER = "企业登记信息"
_GAPS = {cause.value: Missing(cause) for cause in MissingCause}

Indicators = Mapping[str, Mapping[str, Any]]
"""Indicators as a snapshot keeps them: value, missing, source_on by code."""


def inputs_of(
    indicators: Indicators, names: Collection[str] | None = None
) -> dict[str, IndicatorInput]:
    """Return what a model reads from a stored snapshot's indicators (`names`: of these only)."""
    chosen = indicators if names is None else [name for name in names if name in indicators]
    return {name: _input(indicators[name]) for name in chosen}


def _input(entry: Mapping[str, Any]) -> IndicatorInput:
    return float(entry["value"]) if entry["missing"] is None else _GAPS[entry["missing"]]


def inputs_hash(indicators: Indicators, names: Collection[str]) -> str:
    """Return the digest of all that a score and its reasons are made from."""
    told = "\n".join(
        f"{name} {entry['value']!r} {entry['missing']} {entry['source_on']}"
        for name in names
        if (entry := indicators.get(name)) is not None
    )
    return hashlib.sha256(told.encode()).hexdigest()


def find_current_score(enterprise_id: UUID) -> ScoreResult | None:
    """Return the score on the firm's present facts by the active model, or None: never another.

    Reasons that a batch left out are computed for who reads, and not stored: reading stays reading.
    """
    current = queries.find_current(enterprise_id)
    if current is not None and not current.is_explained:
        db.session.expunge(current)
        _explain(current)
    return current


def score_firm(enterprise_id: UUID) -> ScoreResult:
    """Return the present score with its reasons, made and stored where there is none yet.

    Raises:
        RuleBroken: no model is active.

    """
    current = queries.find_current(enterprise_id)
    if current is None:
        return _make(enterprise_id)
    if not current.is_explained:
        _explain(current)
        db.session.flush()
    return current


def _make(enterprise_id: UUID) -> ScoreResult:
    scorer = active_scorer()
    if scorer is None:
        raise RuleBroken(NO_MODEL)
    snapshot = profiles.current_profile(enterprise_id)
    names = scorer.transform.names
    outcome = scorer.score_one(inputs_of(snapshot.indicators, names))
    columns = result_columns(outcome, snapshot.indicators, names)
    result = ScoreResult(**source_columns(snapshot), **columns, is_explained=True)
    db.session.add(result)
    db.session.flush()
    keep_heads([head_columns(vars(result), snapshot.content_hash)])
    return result


def _explain(result: ScoreResult) -> None:
    """Compute the reasons of a score that was stored without."""
    snapshot = db.session.get_one(ProfileSnapshot, result.snapshot_id)
    scorer = scorer_of(result.model_code, result.model_version)
    names = scorer.transform.names
    outcome = scorer.score_one(inputs_of(snapshot.indicators, names))
    result.reasons = result_columns(outcome, snapshot.indicators, names)["reasons"]
    result.is_explained = True


def refresh_firm(enterprise_id: UUID) -> ScoreResult | None:
    """Bring profile and score up to present facts and today; without a model the profile only.

    A day that has gone by may have ended a record, so a score of the same facts is kept only where
    the model reads the same today.
    """
    scorer = active_scorer()
    snapshot = profiles.current_profile(enterprise_id)
    if scorer is None:
        return None
    current = queries.find_current(enterprise_id)
    read = inputs_hash(snapshot.indicators, scorer.transform.names)
    if current is not None and current.inputs_hash not in {"", read}:
        return _make(enterprise_id)
    return score_firm(enterprise_id)


def source_columns(snapshot: ProfileSnapshot) -> dict[str, Any]:
    """Return the columns that say whose score it is, from which snapshot."""
    return {
        "id": new_id(),
        "enterprise_id": snapshot.enterprise_id,
        "snapshot_id": snapshot.id,
        "facts_version": snapshot.facts_version,
        "scored_at": clock.now(),
    }


def result_columns(
    outcome: ScoreOutcome, indicators: Indicators, names: Collection[str]
) -> dict[str, Any]:
    """Return the columns of `ScoreResult` that model and inputs decide."""
    told = outcome_columns(outcome, {name: e["source_on"] for name, e in indicators.items()})
    return told | {"inputs_hash": inputs_hash(indicators, names)}


def outcome_columns(
    outcome: ScoreOutcome, source_days: Mapping[str, str | None] | None = None
) -> dict[str, Any]:
    """Return an outcome as it is stored and disclosed.

    `source_days` has for each indicator the day (ISO) of the newest record it rests on.
    """
    return {
        "model_code": outcome.model_code,
        "model_version": outcome.model_version,
        "is_insufficient": outcome.insufficient,
        "default_probability": outcome.pd,
        "grade": outcome.grade.value if outcome.grade else None,
        "points": outcome.points,
        "reasons": [dict(vars(_sourced(reason, source_days or {}))) for reason in outcome.reasons],
        "missing": {
            "causes": dict(outcome.missing),
            "lacking": [dict(vars(entry)) for entry in outcome.lacking],
        },
    }


def _sourced(reason: Reason, source_days: Mapping[str, str | None]) -> Reason:
    if reason.feature not in source_days:
        return reason
    return replace(reason, source=source_of(reason.feature), source_on=source_days[reason.feature])


@lru_cache
def source_of(code: str) -> str:
    """Return which records of which departments an indicator rests on, 来源."""
    entry = indicator_dictionary().indicators.get(code)
    kinds = [get_kind(kind) for kind in entry.kinds] if entry else []
    return "、".join(dict.fromkeys(kind.department.name for kind in kinds)) or REGISTER


def head_columns(result: Mapping[str, Any], content_hash: str) -> dict[str, Any]:
    """Return the columns of `ScoreHead` for a result and the content of its snapshot."""
    names = ("enterprise_id", "model_code", "model_version", "facts_version")
    told = {name: result[name] for name in names}
    return told | {"score_id": result["id"], "content_hash": content_hash}


def keep_heads(rows: list[dict[str, Any]]) -> None:
    """Note the newest scores of firms."""
    statement = insert(ScoreHead)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "enterprise_id"}
    statement = statement.on_conflict_do_update(index_elements=["enterprise_id"], set_=changed)
    db.session.execute(statement, rows)
