"""A bank offers other terms, 反向报价; the firm takes them or refuses."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinyidai.applications import queries, rules
from xinyidai.applications.models import CreditDecision, LoanApplication
from xinyidai.applications.rules import Terms
from xinyidai.applications.service import steps
from xinyidai.applications.service.applying import limits_of
from xinyidai.applications.service.deciding import Verdict, decide
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import ApplicationState as S
from xinyidai.catalogue.refusals import LONGEST_NOTE
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, require_sound
from xinyidai.kernel.working_days import add_working_days
from xinyidai.products import queries as products


@dataclass(frozen=True)
class CounterOffer:
    """What a bank can do instead: terms, the last day to take them, and why in its own words."""

    terms: Terms
    until: date
    note: str
    disclosure_id: UUID | None = None


def offer_terms(actor: Actor, application_id: UUID, offer: CounterOffer) -> CreditDecision:
    """Offer other terms than the firm asked for; the promised day stops until it answers.

    Raises:
        InvalidInput: a term beyond the product, too short a time, no word of why.
        InvalidTransition: not under due diligence or approval.

    """
    application = steps.load(actor, application_id)
    version = products.get_version(application.product_version_id)
    require_sound(
        rules.grant_faults(offer.terms, application.amount_applied_fen, limits_of(version))
        | rules.offer_faults(offer.until, clock.today())
        | rules.note_faults(offer.note)
    )
    steps.take(actor, A.OFFER, application, offer.note.strip())
    application.offer_until = offer.until
    application.decided_at = clock.now()
    verdict = Verdict("counter_offered", offer.disclosure_id, terms=offer.terms)
    return decide(actor, application, verdict)


def take_offer(actor: Actor, application_id: UUID) -> LoanApplication:
    """Take the bank's terms, 接受报价: they are granted as offered; a second click changes nothing.

    Raises:
        Conflict: the offer's last day is past.

    """
    application = steps.load(actor, application_id)
    if _was_just(A.TAKE_OFFER, application) and application.state is S.APPROVED:
        return application
    steps.take(actor, A.TAKE_OFFER, application)
    if application.offer_until is None or application.offer_until < clock.today():
        raise Conflict("银行的报价已过有效期，请联系客户经理重新报价。", code="offer_expired")
    offer = queries.latest_decision(application.id)
    if offer is None or offer.outcome != "counter_offered":
        raise Conflict("没有找到银行的报价，请联系客户经理。", code="offer_missing")
    application.amount_approved_fen = offer.amount_fen
    application.rate_approved = offer.rate
    application.term_approved_months = offer.term_months
    db.session.add(_granted(offer))
    return application


def refuse_offer(actor: Actor, application_id: UUID, reason: str = "") -> LoanApplication:
    """Refuse the bank's terms, 不接受报价: it decides anew on what was asked, within a new term."""
    application = steps.load(actor, application_id)
    if _was_just(A.REFUSE_OFFER, application) and application.state is S.IN_APPROVAL:
        return application
    steps.take(actor, A.REFUSE_OFFER, application, reason.strip()[:LONGEST_NOTE] or None)
    application.offer_until, application.decided_at = None, None
    least = add_working_days(clock.today(), rules.AFTER_REFUSAL_DAYS)
    application.promised_on = max(application.promised_on or least, least)
    return application


def _was_just(action: A, application: LoanApplication) -> bool:
    steps_taken = queries.steps_of(application.id)
    return bool(steps_taken) and steps_taken[-1].action is action


def _granted(offer: CreditDecision) -> CreditDecision:
    """Return the grant that follows from an offer taken, on what the offer rested on."""
    kept = ("application_id", "amount_fen", "rate", "term_months", "decided_by", "officer_name",
            "product_version_id", "disclosure_id", "model_code", "model_version")  # fmt: skip
    copied = {name: getattr(offer, name) for name in kept}
    return CreditDecision(**copied, outcome="approved", reasons=[], rules_version=rules.VERSION)
