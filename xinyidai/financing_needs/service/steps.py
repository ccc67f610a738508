"""The one place where the state of a need or of a bank's place changes, with its step."""

from dataclasses import dataclass
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.financing_needs import place_queries, policies, queries
from xinyidai.financing_needs.lifecycle import LIFECYCLE, OFFER_LIFECYCLE, settled_state
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer, NeedStep
from xinyidai.financing_needs.values import (
    OPEN_OFFERS,
    POLICY_VERSION,
    FinancingNeedAction,
    FinancingNeedState,
    OfferEnd,
    OfferState,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


@dataclass(frozen=True)
class Deed:
    """What is being done, by whom, why; `offer` when it is about one bank's place."""

    actor: Actor
    action: FinancingNeedAction
    offer: NeedOffer | None = None
    reason: str = ""


def load(need_id: UUID) -> FinancingNeed:
    """Return the need, locked: claims and all other steps on it come one after the other."""
    return queries.get_need(need_id, for_update=True)


def load_own(actor: Actor, need_id: UUID) -> FinancingNeed:
    """Return the need of the actor's own firm, locked; another's is not found."""
    need = load(need_id)
    policies.require_own(actor, need.enterprise_id)
    return need


def open_offers(need: FinancingNeed) -> list[NeedOffer]:
    """Return the places that banks hold in a locked need."""
    return [offer for offer in place_queries.offers_of(need.id) if offer.state in OPEN_OFFERS]


def take(actor: Actor, action: FinancingNeedAction, need: FinancingNeed, reason: str = "") -> None:
    """Take a step of the need itself."""
    before = need.state
    need.state = LIFECYCLE.next_state(before, action)
    _note(Deed(actor, action, reason=reason), need, before)


def begin(deed: Deed, need: FinancingNeed, offer: NeedOffer) -> None:
    """Add a bank's new place to a locked need."""
    db.session.add(offer)
    db.session.flush()
    _settle(Deed(deed.actor, deed.action, offer, deed.reason), need)


def move(deed: Deed, need: FinancingNeed, *, end: OfferEnd | None = None) -> None:
    """Take a step of a bank's place, `deed.offer`; `end` says why it is over."""
    offer = deed.offer
    if offer is None:
        raise ValueError("a step of a place names the place")
    offer.state = OFFER_LIFECYCLE.next_state(offer.state, deed.action)
    if end is not None:
        offer.ended_at, offer.end_reason, offer.due_on = clock.now(), end, None
    db.session.flush()
    _settle(deed, need)


def note(deed: Deed, need: FinancingNeed) -> None:
    """Write a step that leaves the states as they are."""
    _note(deed, need, need.state)


def _settle(deed: Deed, need: FinancingNeed) -> None:
    before = need.state
    held: list[OfferState] = [offer.state for offer in open_offers(need)]
    need.state = settled_state(before, held)
    _note(deed, need, before)


def _note(deed: Deed, need: FinancingNeed, before: FinancingNeedState) -> None:
    offer, actor = deed.offer, deed.actor
    db.session.add(
        NeedStep(
            need_id=need.id,
            offer_id=offer.id if offer else None,
            institution_id=offer.institution_id if offer else None,
            action=deed.action,
            from_state=before,
            to_state=need.state,
            account_id=actor.account_id,
            role=actor.role,
            actor_name=actor.name,
            reason=deed.reason,
            policy_version=POLICY_VERSION,
        )
    )
    details = {"bank": str(offer.institution_id)} if offer else None
    audit.record(actor, deed.action, "financing_need", need.id, details)
    db.session.flush()
