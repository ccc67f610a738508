"""What the clock does: late places are released and offered on, unclaimed needs dispatched.

Each need is locked and looked at afresh, so running twice at once or again does nothing more.
"""

from uuid import UUID

from xinyidai.financing_needs import policies, queries
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.financing_needs.queries import places as place_queries
from xinyidai.financing_needs.service import authorizing, dispatching, steps, telling
from xinyidai.financing_needs.service.steps import Deed
from xinyidai.financing_needs.values import (
    OFFER_END_NAMES,
    OPEN_STATES,
    FinancingNeedAction,
    OfferEnd,
    OfferState,
)
from xinyidai.institutions.queries import get_institution
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor

A = FinancingNeedAction
# What a place that is past its day ends with, and by which step.
LATE: dict[OfferState, tuple[FinancingNeedAction, OfferEnd]] = {
    OfferState.DISPATCHED: (A.LAPSE, OfferEnd.NOT_TAKEN),
    OfferState.CLAIMED: (A.LAPSE, OfferEnd.FIRM_SILENT),
    OfferState.AUTHORIZED: (A.RELEASE, OfferEnd.NOT_CONTACTED),
}

# What ends a place whatever its day.
ENDINGS: dict[OfferEnd, FinancingNeedAction] = {
    OfferEnd.BANK_SUSPENDED: A.END,
    OfferEnd.FIRM_REFUSED: A.REFUSE,
    OfferEnd.BANK_DECLINED: A.DECLINE,
}


def watch_needs(actor: Actor) -> int:
    """Release places past their day or without an active bank, and offer them on.

    So end places whose authorization was taken back. Returns how many places were released. A need
    that no bank has claimed in its window is dispatched to the banks whose products fit best.
    """
    policies.require_system(actor)
    released = 0
    for need_id in place_queries.due_need_ids(clock.today()):
        released += _tend(actor, steps.load(need_id))
    for need_id in queries.unclaimed_ids(clock.today()):
        need = steps.load(need_id)
        if need.state in OPEN_STATES and need.dispatched_at is None:
            need.dispatched_at = clock.now()
            dispatching.reoffer(need)
    return released


def notice_revoked(actor: Actor, consent_id: UUID) -> NeedOffer | None:
    """End the place that rests on an authorization that its firm has taken back; else None.

    Called in the transaction of the revocation: a bank that may not know the firm any more is not
    waited for, nor blamed for not calling.
    """
    need_id = place_queries.need_resting_on(consent_id)
    if need_id is None:
        return None
    need = steps.load(need_id)
    for offer in steps.open_offers(need):
        end = authorizing.taken_back(offer)
        if offer.consent_id == consent_id and end is not None:
            _release(actor, need, offer, end)
            dispatching.reoffer(need)
            return offer
    return None


def _tend(actor: Actor, need: FinancingNeed) -> int:
    released = 0
    for offer in steps.open_offers(need):
        authorizing.notice_signature(need, offer)
        end = _fault(offer)
        if end is not None:
            _release(actor, need, offer, end)
            released += 1
    if released:
        dispatching.reoffer(need)
    return released


def _fault(offer: NeedOffer) -> OfferEnd | None:
    """Return why a place must end now, or None."""
    bank = get_institution(offer.institution_id)
    if bank.status is not InstitutionStatus.ACTIVE:
        return OfferEnd.BANK_SUSPENDED
    gone = authorizing.taken_back(offer)
    if gone is not None:
        return gone
    is_late = offer.due_on is not None and offer.due_on < clock.today()
    return LATE[offer.state][1] if is_late and offer.state in LATE else None


def _release(actor: Actor, need: FinancingNeed, offer: NeedOffer, end: OfferEnd) -> None:
    action = ENDINGS.get(end) or LATE[offer.state][0]
    steps.move(Deed(actor, action, offer, OFFER_END_NAMES[end]), need, end=end)
    authorizing.end_authorization(actor, need, offer)
    if end is OfferEnd.FIRM_REFUSED:
        telling.tell_ended(need, offer)
    else:
        telling.tell_released(need, offer)
