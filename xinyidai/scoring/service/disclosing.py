"""Show a firm's profile and score to a bank: through the door, under the consent's items."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xinyidai.catalogue.missing import Missing
from xinyidai.consents import queries as consents
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Look
from xinyidai.credit_records.values import DisclosureRequest, DisclosureSubject, Snapshot
from xinyidai.kernel.actor import Actor
from xinyidai.profiles import service as profiles
from xinyidai.profiles.values import IndicatorValue
from xinyidai.scoring.service.models import active_scorer
from xinyidai.scoring.service.scores import outcome_columns
from xinyidai.scoring.values import IndicatorInput

RULE_VERSION = "disclosure-2026.1"


def disclose_credit(
    actor: Actor, consent_id: UUID, enterprise_id: UUID, *, purpose: str
) -> Snapshot:
    """Spend one look on profile and score, or on the score alone where only results may be seen.

    What the consent leaves out is `not_authorized` and scored at its worst legal value, so that
    withholding never helps.
    """
    request = DisclosureRequest(
        consent_id=consent_id,
        enterprise_id=enterprise_id,
        purpose=purpose,
        subject=DisclosureSubject.SCORE if _only_result(consent_id) else DisclosureSubject.PROFILE,
        rule_version=RULE_VERSION,
    )
    return credit_records.disclose(actor, request, build_content)


def build_content(look: Look) -> dict[str, Any]:
    """Return what the bank is shown, as plain JSON."""
    facts = profiles.profile_within(look)
    content: dict[str, Any] = {"as_of": facts.as_of.isoformat(), "score": _score(facts.values)}
    if look.mode is not ConsentMode.RESULT:
        content["dictionary_version"] = facts.dictionary_version
        content["indicators"] = {code: _indicator(value) for code, value in facts.values.items()}
    return content


def _only_result(consent_id: UUID) -> bool:
    consent = consents.find(consent_id)
    return consent is not None and consent.mode is ConsentMode.RESULT


def _score(values: Mapping[str, IndicatorValue]) -> dict[str, Any] | None:
    scorer = active_scorer()
    if scorer is None:
        return None
    inputs: dict[str, IndicatorInput] = {
        code: entry.value if isinstance(entry.value, Missing) else float(entry.value)
        for code, entry in values.items()
    }
    return outcome_columns(scorer.score_one(inputs)) | {"is_demo": scorer.artefact.is_demo}


def _indicator(entry: IndicatorValue) -> dict[str, Any]:
    is_missing = isinstance(entry.value, Missing)
    return {
        "value": None if is_missing else entry.value,
        "missing": entry.value.cause.value if isinstance(entry.value, Missing) else None,
        "source_on": entry.source_on.isoformat() if entry.source_on else None,
        "records": entry.records,
    }
