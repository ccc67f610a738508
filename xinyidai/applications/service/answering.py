"""What a bank does with an application: accept, investigate, decide."""

from collections.abc import Sequence
from uuid import UUID

from xinyidai.applications import rules
from xinyidai.applications.models import CreditDecision, LoanApplication
from xinyidai.applications.rules import Terms
from xinyidai.applications.service import steps
from xinyidai.applications.service.applying import limits_of
from xinyidai.applications.service.deciding import Verdict, decide
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import ApplicationState
from xinyidai.catalogue.refusals import (
    LONGEST_NOTE,
    DenialGiven,
    denial_faults,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products import queries as products


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
    return decide(actor, application, Verdict("approved", disclosure_id, terms=terms))


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
    verdict = Verdict("declined", disclosure_id, reasons=tuple(reasons))
    return decide(actor, application, verdict)
