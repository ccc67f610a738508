"""What a bank is shown of a firm: profile and score within what the consent names.

What the consent leaves out is `not_authorized` and scored at its worst legal value, so that
withholding never helps.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete

from xinyidai.catalogue.missing import Missing
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_evaluations import service as credit_evaluations
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Look
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db
from xinyidai.objections import service as objections
from xinyidai.profiles import service as profiles
from xinyidai.profiles.values import IndicatorValue
from xinyidai.scoring import batch_queries
from xinyidai.scoring.models import LookBasis
from xinyidai.scoring.service.models import active_scorer, scorer_of
from xinyidai.scoring.service.scores import outcome_columns
from xinyidai.scoring.values import IndicatorInput

GRADE_KIND = "credit_grade"
# 2026.3: the public evaluation; portrait, tags and ranks beside the indicators, unless only
# results may be seen.
RULE_VERSION = "disclosure-2026.3"
PURPOSE = "scoring"
ENDED = """
    select event_id from credit.disclosure_snapshot
    where event_id = any(cast(:kept as uuid[])) and content = '{}'::jsonb
"""


def build_content(look: Look) -> dict[str, Any]:
    """Return what the bank is shown, as plain JSON."""
    facts = profiles.profile_within(look)
    score = _score(facts.values)
    content: dict[str, Any] = {"as_of": facts.as_of.isoformat(), "score": score}
    content["under_objection"] = objections.marks_within(look)
    content["evaluation"] = _evaluation(look)
    if look.mode is not ConsentMode.RESULT:
        content["dictionary_version"] = facts.dictionary_version
        content["indicators"] = {code: _indicator(value) for code, value in facts.values.items()}
        content |= profiles.parts_within(look, facts)
    elif score is not None:
        _keep_basis(look, score, facts.values)
    return content


def _evaluation(look: Look) -> dict[str, Any] | None:
    """Return the public comprehensive evaluation, which stands beside the score and never in it.

    Only for a consent that covers such grades; it rests on all of the platform's public records, as
    the public rule table says, hence not on what this consent names.
    """
    if GRADE_KIND not in look.kinds:
        return None
    found = credit_evaluations.find_current(SYSTEM, look.enterprise_id)
    if found is None:
        return None
    return {
        "grade": found.grade,
        "total": None if found.total is None else str(found.total),
        "rule_version": found.rule_version,
        "as_of": found.as_of.isoformat(),
    }


def _keep_basis(look: Look, score: Mapping[str, Any], values: Mapping[str, IndicatorValue]) -> None:
    """Keep what the model read where the look's snapshot does not show it."""
    names = scorer_of(score["model_code"], score["model_version"]).transform.names
    inputs = {name: _indicator(values[name]) for name in names}
    basis = LookBasis(event_id=look.event_id, enterprise_id=look.enterprise_id, inputs=inputs)
    db.session.add(basis)


def _score(values: Mapping[str, IndicatorValue]) -> dict[str, Any] | None:
    scorer = active_scorer()
    if scorer is None:
        return None
    inputs: dict[str, IndicatorInput] = {
        code: entry.value if isinstance(entry.value, Missing) else float(entry.value)
        for code, entry in values.items()
    }
    days = {
        code: entry.source_on.isoformat() if entry.source_on else None
        for code, entry in values.items()
    }
    return outcome_columns(scorer.score_one(inputs), days) | {"is_demo": scorer.artefact.is_demo}


def _indicator(entry: IndicatorValue) -> dict[str, Any]:
    is_missing = isinstance(entry.value, Missing)
    return {
        "value": None if is_missing else entry.value,
        "missing": entry.value.cause.value if isinstance(entry.value, Missing) else None,
        "source_on": entry.source_on.isoformat() if entry.source_on else None,
        "records": entry.records,
    }


def forget_bases() -> None:
    """Delete what was kept of looks whose data life is over, with the content of their snapshot."""
    kept = batch_queries.all_bases()
    if not kept:
        return
    with credit_records.platform_run(PURPOSE, RULE_VERSION) as run:
        ended = [row.event_id for row in run.execute(ENDED, {"kept": [str(one) for one in kept]})]
    db.session.execute(delete(LookBasis).where(LookBasis.event_id.in_(ended)))
