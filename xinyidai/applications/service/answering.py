"""What a bank does with an application: accept, investigate, decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from xinyidai.applications import rules
from xinyidai.applications.models import CreditDecision, LoanApplication
from xinyidai.applications.rules import Terms
from xinyidai.applications.service import steps
from xinyidai.applications.service.applying import limits_of
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import ApplicationState
from xinyidai.catalogue.refusals import (
    LONGEST_NOTE,
    DenialGiven,
    decision_reasons,
    denial_faults,
)
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products import queries as products


@dataclass(frozen=True)
class _Verdict:
    """What is written of a decision, and which look it rested on."""

    outcome: str
    disclosure_id: UUID | None
    terms: Terms | None = None
    reasons: tuple[DenialGiven, ...] = ()


def accept_application(actor: Actor, application_id: UUID) -> LoanApplication:
    """Accept, 受理: the officer becomes the firm's named contact."""
    application = steps.load(actor, application_id)
    if application.state is ApplicationState.ACCEPTED and (
        application.officer_account_id == actor.account_id
    ):
        return application
    steps.take(actor, A.ACCEPT, application)
    application.accepted_at = application.accepted_at or clock.now()
    application.officer_account_id = actor.account_id
    return application


def investigate_application(actor: Actor, application_id: UUID) -> LoanApplication:
    """Begin the due diligence, 尽调."""
    application = steps.load(actor, application_id)
    steps.take(actor, A.INVESTIGATE, application)
    return application


def send_to_approval(actor: Actor, application_id: UUID, note: str = "") -> LoanApplication:
    """Hand over to approval, 送审批, with the officer's due diligence note."""
    application = steps.load(actor, application_id)
    steps.take(actor, A.SEND_TO_APPROVAL, application, note.strip()[:2000] or None)
    return application


def return_application(actor: Actor, application_id: UUID, note: str) -> LoanApplication:
    """Return for completion, 退回补充: the note says what is missing."""
    if not note.strip():
        raise InvalidInput("请写明需要补充什么。", fields={"note": "请写明需要补充什么。"})
    if len(note) > LONGEST_NOTE:
        raise InvalidInput("说明太长。", fields={"note": f"说明最多 {LONGEST_NOTE} 个字。"})
    application = steps.load(actor, application_id)
    steps.take(actor, A.RETURN, application, note.strip())
    application.returned_note = note.strip()
    return application


def approve_application(
    actor: Actor, application_id: UUID, terms: Terms, disclosure_id: UUID | None = None
) -> CreditDecision:
    """Approve, 授信: amount, rate and term, and what the decision rested on."""
    application = steps.load(actor, application_id)
    version = products.get_version(application.product_version_id)
    faults = rules.grant_faults(terms, application.amount_applied_fen, limits_of(version))
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
    steps.take(actor, A.APPROVE, application)
    application.decided_at = clock.now()
    application.amount_approved_fen = terms.amount_fen
    application.rate_approved = terms.rate
    application.term_approved_months = terms.term_months
    return _decide(actor, application, _Verdict("approved", disclosure_id, terms=terms))


def decline_application(
    actor: Actor,
    application_id: UUID,
    reasons: Sequence[DenialGiven],
    disclosure_id: UUID | None = None,
) -> CreditDecision:
    """Decline with one to four coded reasons, of which one can be acted on, 拒绝."""
    faults = denial_faults(reasons)
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
    application = steps.load(actor, application_id)
    steps.take(actor, A.DECLINE, application)
    application.decided_at = clock.now()
    verdict = _Verdict("declined", disclosure_id, reasons=tuple(reasons))
    return _decide(actor, application, verdict)


def _decide(actor: Actor, application: LoanApplication, verdict: _Verdict) -> CreditDecision:
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
