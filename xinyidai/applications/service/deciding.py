"""Write a bank's decision with all it rested on; append only."""

from dataclasses import dataclass
from uuid import UUID

from xinyidai.applications import rules
from xinyidai.applications.models import CreditDecision, LoanApplication
from xinyidai.applications.rules import Terms
from xinyidai.catalogue.refusals import DenialGiven, decision_reasons
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput


@dataclass(frozen=True)
class Verdict:
    """What is written of a decision, and which look it rested on."""

    outcome: str
    disclosure_id: UUID | None
    terms: Terms | None = None
    reasons: tuple[DenialGiven, ...] = ()


def decide(actor: Actor, application: LoanApplication, verdict: Verdict) -> CreditDecision:
    """Keep the decision with product, rules and the score that the officer had been shown."""
    seen = _score_seen(actor, application, verdict.disclosure_id)
    terms = verdict.terms
    decision = CreditDecision(
        application_id=application.id,
        outcome=verdict.outcome,
        reasons=[dict(reason) for reason in decision_reasons(verdict.reasons)],
        amount_fen=terms.amount_fen if terms else None,
        rate=terms.rate if terms else None,
        term_months=terms.term_months if terms else None,
        decided_by=actor.account_id,
        officer_name=actor.name,
        product_version_id=application.product_version_id,
        disclosure_id=verdict.disclosure_id,
        model_code=seen.get("model_code"),
        model_version=seen.get("model_version"),
        rules_version=rules.VERSION,
    )
    db.session.add(decision)
    return decision


def _score_seen(
    actor: Actor, application: LoanApplication, disclosure_id: UUID | None
) -> dict[str, str | None]:
    """Return which model's score the officer had been shown, if any.

    Raises:
        InvalidInput: the look was at another firm.

    """
    if disclosure_id is None:
        return {}
    snapshot = credit_records.read_snapshot(actor, disclosure_id)
    if snapshot.enterprise_id != application.enterprise_id:
        raise InvalidInput(
            "有 1 处需要修改。", fields={"disclosure_id": "请选择对这家企业的查看。"}
        )
    score = snapshot.content.get("score") or {}
    return {name: score.get(name) for name in ("model_code", "model_version")}
