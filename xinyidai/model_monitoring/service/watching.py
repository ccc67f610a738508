"""The month's look at the active model, 月度监测: drift, gaps, performance known and expected.

The reference is how firms were spread on the day the version came into use, taken from the stored
profiles: it is the population the model was approved for, and needs nothing from outside.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import numpy as np

from xinyidai.catalogue.indicators import Unit, indicator_dictionary
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.model_monitoring import queries, rules
from xinyidai.model_monitoring.models import DriftFigure, ModelReference, MonitoringRun
from xinyidai.model_monitoring.rules import SCORE, Groups
from xinyidai.model_monitoring.service import alarms, labels
from xinyidai.model_monitoring.service.columns import Columns, read_columns
from xinyidai.model_monitoring.values import AlarmKind, LeftOut, Raised
from xinyidai.scoring import queries as models
from xinyidai.scoring import service as scoring
from xinyidai.scoring.models import ModelVersion
from xinyidai.scoring.service import Scorer
from xinyidai.scoring.validation import limits, stats
from xinyidai.scoring.validation.drift import Expected, expected_performance
from xinyidai.scoring.validation.stats import Estimate
from xinyidai.scoring.values import FeatureKind

PURPOSE = "statistics"
PERIOD = timedelta(days=31)
CATEGORIES = frozenset({Unit.GRADE, Unit.FLAG})


def watch(as_of: date | None = None) -> MonitoringRun | None:
    """Look at the active model once a month; done again for the same month, it changes nothing.

    The first look of a version stores its reference. Returns None where no model is active or no
    profile was stored in the month before.
    """
    day = as_of or clock.today()
    model = models.find_active()
    if model is None:
        return None
    known = queries.find_run(model.id, _month(day))
    if known is not None:
        return known
    scorer = scoring.sound_scorer(model)
    with credit_records.platform_run(PURPOSE, f"watch:{model.code} {model.version}"):
        reference = _reference(model, scorer, day)
        columns = read_columns(scorer, queries.snapshots_between(day - PERIOD, day))
        return _run(model, day, reference, columns) if columns.firms else None


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _reference(model: ModelVersion, scorer: Scorer, day: date) -> dict[str, ModelReference]:
    """Return the stored reference, taken from the first profiles since activation where absent."""
    stored = queries.references_of(model.id)
    if not stored:
        since = clock.local(model.activated_at).date() if model.activated_at else day
        first = queries.earliest_profile_day(since) or day
        stored = _take(model, scorer, min(first, day))
    return {row.feature: row for row in stored}


def _take(model: ModelVersion, scorer: Scorer, day: date) -> list[ModelReference]:
    columns = read_columns(scorer, queries.snapshots_between(day - PERIOD, day))
    if not columns.firms:
        return []
    rows = [
        _as_row(model, name, day, rules.reference_groups(values, columns.missing[name], **kind))
        for name, values in columns.values.items()
        for kind in ({"is_category": _is_category(scorer, name)},)
    ]
    lacking = {rules.INSUFFICIENT: columns.firms - len(columns.pds)}
    score = _as_row(model, SCORE, day, rules.reference_groups(columns.pds, lacking))
    score.numbers = _expected_numbers(columns)
    rows.append(score)
    db.session.add_all(rows)
    db.session.flush()
    return rows


def _is_category(scorer: Scorer, name: str) -> bool:
    feature = next(entry for entry in scorer.transform.features if entry.name == name)
    known = indicator_dictionary().indicators.get(name)
    return feature.kind is FeatureKind.CATEGORICAL or (
        known is not None and known.unit in CATEGORIES
    )


def _as_row(model: ModelVersion, name: str, day: date, groups: Groups) -> ModelReference:
    return ModelReference(
        model_id=model.id,
        feature=name,
        is_category=groups.is_category,
        edges=list(groups.edges),
        counts=list(groups.counts),
        missing=dict(groups.missing),
        numbers={},
        as_of=day,
        made_at=clock.now(),
    )


def _run(
    model: ModelVersion, day: date, reference: dict[str, ModelReference], columns: Columns
) -> MonitoringRun:
    expected = _expected_numbers(columns)
    real = _real_numbers(model)
    run = MonitoringRun(
        model_id=model.id,
        month=_month(day),
        as_of=day,
        firms=columns.firms,
        scored=len(columns.pds),
        numbers={"expected": expected, "real": real},
        rules_version=rules.VERSION,
        made_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    raised = [*_drift(run, reference, columns), *_performance(reference[SCORE].numbers, run)]
    alarms.raise_all(run, raised)
    return run


def _drift(
    run: MonitoringRun, reference: dict[str, ModelReference], columns: Columns
) -> list[Raised]:
    """Store a figure for each feature and the score; return what should be looked into."""
    raised = []
    lacking = {rules.INSUFFICIENT: columns.firms - len(columns.pds)}
    for name, row in sorted(reference.items()):
        groups = Groups(tuple(row.edges), row.is_category, tuple(row.counts), row.missing)
        values = columns.pds if name == SCORE else columns.values[name]
        missing = lacking if name == SCORE else columns.missing[name]
        found = rules.drift_of(groups, values)
        db.session.add(
            DriftFigure(
                run_id=run.id,
                feature=name,
                present=len(values),
                psi=found.value if np.isfinite(found.value) else None,
                critical=found.critical if np.isfinite(found.critical) else None,
                verdict=found.verdict,
                new_levels=list(found.new_categories),
                missing={cause: count / columns.firms for cause, count in missing.items()},
            )
        )
        raised += [alarm] if (alarm := rules.drift_alarm(name, found)) else []
        rose = rules.missing_rose(groups, missing, columns.firms)
        if rose and name != SCORE:
            raised.append(Raised(AlarmKind.MISSING_SHARE, name, {"causes": list(rose)}))
    db.session.flush()
    return raised


def _expected_numbers(columns: Columns) -> dict[str, Any]:
    """Return what the probabilities promise, without labels; nothing below a hundred firms."""
    if len(columns.pds) < limits.PSI_ROWS:
        return {}
    found: Expected = expected_performance(columns.pds)
    return {"auc": _as_json(found.auc), "bad_rate": _as_json(found.bad_rate)}


def _real_numbers(model: ModelVersion) -> dict[str, Any]:
    """Return what became of loans decided on this version's scores, where it may be used."""
    left: Counter[LeftOut] = Counter()
    pds, bads = [], []
    for found in labels.labelled_loans(left):
        application, decision, _ = found.loan
        score = queries.score_at(application.enterprise_id, model, decision.decided_at)
        if score is not None and score.default_probability is not None:
            pds.append(score.default_probability)
            bads.append(found.is_bad)
    numbers: dict[str, Any] = {"n": len(pds), "bads": sum(bads)}
    if len(pds) < limits.PSI_ROWS or sum(bads) < rules.FEWEST_BADS:
        return numbers
    promised, label = np.array(pds), np.array(bads, dtype=np.int8)
    rate = stats.wilson(sum(bads), len(bads))
    numbers |= {"auc": _as_json(stats.auc(promised, label)), "bad_rate": _as_json(rate)}
    return numbers | {"promised": float(promised.mean())}


def _performance(reference: dict[str, Any], run: MonitoringRun) -> list[Raised]:
    """Return alarms where a band has left the reference's band entirely."""
    expected, real = run.numbers["expected"], run.numbers["real"]
    raised = []
    if reference and expected:
        before, now = _estimates(reference), _estimates(expected)
        if rules.is_below(now["auc"], before["auc"]):
            raised.append(Raised(AlarmKind.EXPECTED_AUC, "", expected["auc"]))
        if rules.is_apart(now["bad_rate"], before["bad_rate"]):
            raised.append(Raised(AlarmKind.EXPECTED_BAD_RATE, "", expected["bad_rate"]))
    if reference and "auc" in real:
        before, now = _estimates(reference), _estimates(real)
        if rules.is_below(now["auc"], before["auc"]):
            raised.append(Raised(AlarmKind.REAL_AUC, "", real["auc"]))
        if not now["bad_rate"].low <= real["promised"] <= now["bad_rate"].high:
            raised.append(Raised(AlarmKind.REAL_BAD_RATE, "", real["bad_rate"]))
    return raised


def _estimates(numbers: dict[str, Any]) -> dict[str, Estimate]:
    return {
        name: Estimate(entry["value"], entry["low"], entry["high"])
        for name, entry in numbers.items()
        if isinstance(entry, dict)
    }


def _as_json(found: Estimate) -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}
